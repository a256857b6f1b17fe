"""The chat page: the HTTP side of the browser's page, and the actions of people on it."""
