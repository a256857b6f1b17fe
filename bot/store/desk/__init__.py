"""Tables of the newsroom: editors, notices, the audit log, incidents and progress messages."""
