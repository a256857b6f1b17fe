"""The sandbox's state: people, chats, messages, updates, faults, and the limits that Telegram sets."""
