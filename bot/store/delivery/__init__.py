"""Tables of delivery: campaigns, the outbox, leases, receipts and outcomes."""
