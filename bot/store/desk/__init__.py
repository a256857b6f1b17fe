"""Editors, notices, the audit log, incidents and progress messages."""
