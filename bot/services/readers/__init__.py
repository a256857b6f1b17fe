"""What readers do: browse, search, subscribe, change settings, join and leave."""
