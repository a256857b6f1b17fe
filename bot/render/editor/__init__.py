"""Messages for editors and owners: the desk, publishing, reports, alerts."""
