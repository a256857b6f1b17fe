"""Turns values into messages: text with entities, never markup. Pure functions, no I/O."""
