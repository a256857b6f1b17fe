"""
Tables of delivery: campaigns, the outbox, leases, receipts and outcomes.

| what | modules |
| --- | --- |
| what is sent to many | `campaigns`, `campaign_changes` |
| to whom | `audiences`, `followers`, `follower_sql`, `wish_sql`, `fanout` |
| what is sent beside news | `announced`, `weekly_reports`, `change_notes` |
| what is on its way, and in whose hands | `outbox`, `turns`, `leases`, `paid_messages` |
| what became of it | `settlement`, `joining`, `receipts`, `sent_lists`, `retention` |
| how that is counted | `copy_counts`, `delivery_reports` |
| what became of what was taken down | `takedown_report` |
"""
