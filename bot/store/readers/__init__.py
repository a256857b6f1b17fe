"""Chats, subscriptions, restrictions, and what a person can take along."""
