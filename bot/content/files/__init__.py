"""Files in the content folder and uploads: scanning, watching, detecting unfinished writes, reading within limits."""
