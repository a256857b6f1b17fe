"""What the rules of all generators share in reading a page: its front matter, dates, text and address."""
