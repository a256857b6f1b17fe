"""The sandbox's Bot API server: methods, files and webhooks, with the answers of the real one."""
