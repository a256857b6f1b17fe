"""What programs are told over HTTP: the API of articles, Ghost's webhooks, and feeds of what is published."""
