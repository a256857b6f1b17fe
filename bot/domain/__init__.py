"""Values and decisions. Standard library only; nothing here does I/O or asks what time it is."""
