"""Campaigns, deliveries, leases, receipts and outcomes."""
