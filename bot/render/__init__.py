"""Values become messages: text with entities, never markup. Pure."""
