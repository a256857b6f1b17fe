"""Bot API calls: bodies prepared once, connections, pacing, and the outcome of each answer."""
