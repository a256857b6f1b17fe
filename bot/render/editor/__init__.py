"""
Messages for editors and owners.

| what | modules |
| --- | --- |
| single articles, from draft to publish | `desk`, `topic_choice`, `schedule`, `moments`, `approvals`, `publishing` |
| what is sent to everybody, and how anything stands that is on its way | `announcements`, `progress` |
| what stories come from | `uploads`, `links`, `sources`, `new_source`, `source_faults` |
| what became of it all | `corrections`, `delivery_report`, `statistics`, `audit_log` |
| people, and what they are told unasked | `editors`, `alerts` |
"""
