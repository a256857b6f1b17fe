"""The play Bot API server: methods, files and webhooks, as the real one answers."""
