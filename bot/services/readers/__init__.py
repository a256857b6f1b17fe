"""What readers ask for and choose: browsing, subscriptions, preferences, membership."""
