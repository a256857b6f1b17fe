"""What editors and owners do: publish, stop, decide about held news, manage roles, restore backups."""
