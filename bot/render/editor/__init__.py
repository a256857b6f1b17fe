"""What editors and owners see."""
