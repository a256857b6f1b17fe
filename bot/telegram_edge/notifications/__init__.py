"""Messages that newsbot sends unasked: progress messages to editors, alerts to editors, owners and groups."""
