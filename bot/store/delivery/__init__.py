"""
Tables of delivery: campaigns, the outbox, leases, receipts and outcomes.

| what | modules |
| --- | --- |
| what is sent, and to whom | `campaigns`, `audiences`, `followers`, `fanout`, `wish_sql` |
| what is still to be sent | `outbox`, `leases`, `paid_messages` |
| what became of it | `settlement`, `receipts`, `delivery_reports`, `copy_counts`, `retention` |
"""
