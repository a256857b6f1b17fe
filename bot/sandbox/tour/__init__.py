"""The tour: a story that plays itself and is printed as a transcript."""
