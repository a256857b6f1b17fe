"""Articles that programs send over HTTP: JSON with the fields of article files, and Ghost's posts."""
