"""Calls to Telegram: bodies prepared once, connections, pace, and what each answer means."""
