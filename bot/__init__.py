"""newsbot: every published article, to exactly the chats that want it."""
