"""Inlets: files (later feeds and links) become stories. One door: every inlet gives the same values."""
