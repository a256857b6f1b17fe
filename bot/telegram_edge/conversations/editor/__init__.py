"""Conversations of editors and owners."""
