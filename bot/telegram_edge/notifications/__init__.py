"""
Messages that newsbot sends unasked: progress messages to editors, alerts to editors, owners and groups.

`notifier` is the background task; each other module says one of these things, or when.
"""
