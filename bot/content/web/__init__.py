"""Fetching from the web: pictures, and response bodies within limits."""
