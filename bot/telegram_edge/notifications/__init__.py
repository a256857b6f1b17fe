"""What newsbot says unasked to editors and owners: progress messages and alerts."""
