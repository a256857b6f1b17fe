"""Feeds that are read again and again: adding and choosing, asking and reading, and when."""
