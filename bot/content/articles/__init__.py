"""Articles and topics: the schema of their fields, cleaning, links, slugs, complaints."""
