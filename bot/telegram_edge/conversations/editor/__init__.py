"""Conversations of editors and owners: drafts, publishing, delivery reports, roles."""
