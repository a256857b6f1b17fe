"""
What editors and owners do: publish, stop, decide about held news, manage roles, restore backups.

| what | modules |
| --- | --- |
| what is looked at before it is decided | `desk` |
| what goes out, and who says so | `newsroom`, `approvals`, `arriving_news`, `feed_embargoes` |
| what is written to everybody | `announcing` |
| delivered copies | `corrections`, `copy_changes`, `correction_offers` |
| people, and their menus | `roles`, `menus` |
| what people are told unasked | `notices`, `incidents` |
| older copies of the database | `restoring` |
"""
