"""Articles, topics, files and media."""
