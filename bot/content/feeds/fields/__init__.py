"""What stands in the fields of an item, whatever the format: words from markup, dates, addresses, pictures."""
