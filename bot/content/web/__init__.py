"""Fetching from the web: feeds, pages and pictures, within limits."""
