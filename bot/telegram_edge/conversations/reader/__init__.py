"""Conversations of readers."""
