"""A local Bot API and a chat page: the same bot without a token, and the far side of the wire in tests."""
