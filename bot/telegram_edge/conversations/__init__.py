"""Commands and buttons, one conversation a file."""
