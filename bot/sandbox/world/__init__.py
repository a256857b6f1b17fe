"""The play Telegram itself: people, chats, messages, updates, faults, and the limits that Telegram sets."""
