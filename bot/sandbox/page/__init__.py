"""The chat page in the browser, and what is pressed and typed on it."""
