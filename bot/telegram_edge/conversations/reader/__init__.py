"""Conversations of readers: start, topics, lists, search, settings."""
