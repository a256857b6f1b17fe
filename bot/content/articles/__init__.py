"""Fields to stories and topics: the one schema, cleaning, links, slugs, complaints."""
