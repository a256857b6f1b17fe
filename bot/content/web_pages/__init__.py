"""What web pages say of themselves: their metadata, their encoding, what stands in their way, and sitemaps."""
