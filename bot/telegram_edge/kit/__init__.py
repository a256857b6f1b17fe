"""What every conversation is given: its context, the request, replies, permission, menus."""
