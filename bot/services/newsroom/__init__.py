"""What editors and owners do: publish, stop, decide, roles, incidents, restoring."""
