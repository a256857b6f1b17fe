"""Messages for readers: articles, lists, the picker, settings."""
