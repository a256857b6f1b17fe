"""Tables of content: articles, topics, files and media."""
