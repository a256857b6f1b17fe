"""What is fetched from elsewhere: bodies within limits, and pictures."""
