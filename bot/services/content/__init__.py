"""Importing: stories from files and uploads become articles, topics and what their flags ask for."""
