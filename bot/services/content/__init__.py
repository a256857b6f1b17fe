"""What was read becomes articles, topics and acts on them."""
