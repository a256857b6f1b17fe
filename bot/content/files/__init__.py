"""Files in the content folder and uploads: found, watched, whole, read within limits."""
