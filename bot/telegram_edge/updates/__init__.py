"""Updates from Telegram: received, put in order, written down, handed to a conversation."""
