"""Elements from a feed's text: mended until an XML parser reads it, else read leniently, one item at a time."""
