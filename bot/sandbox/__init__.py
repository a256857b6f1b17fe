"""The sandbox: a local Bot API server and a chat page, to run the bot without a token, and for tests."""
