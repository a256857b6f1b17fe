"""Bytes to fields: front matter, YAML, JSON, and what is broken in them."""
