"""
Tables of delivery: campaigns, the outbox, leases, receipts and outcomes.

| what | modules |
| --- | --- |
| what is sent to many, and to whom | `campaigns`, `audiences`, `followers`, `announced`, `wish_sql`, `fanout` |
| what is on its way, and in whose hands | `outbox`, `leases`, `paid_messages` |
| what became of it | `settlement`, `receipts`, `copy_counts`, `delivery_reports`, `takedown_report`, `retention` |
"""
