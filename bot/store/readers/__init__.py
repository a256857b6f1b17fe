"""Tables of readers: chats, subscriptions, restrictions, search and quotas; and the export of a chat's data."""
