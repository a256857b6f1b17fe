"""Files (later feeds, sites and links) become stories, all through one schema."""
