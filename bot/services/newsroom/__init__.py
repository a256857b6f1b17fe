"""
What editors and owners do: publish, stop, decide about held news, manage roles, restore backups.

| what | modules |
| --- | --- |
| what is looked at before it is decided | `desk` |
| what goes out, and who says so | `newsroom`, `approvals`, `second_editor`, `arriving_news`, `feed_embargoes` |
| what is on its way, or held | `campaign_control`, `held_news` |
| to whom alone | `chosen_audience` |
| what is written to everybody | `announcing` |
| delivered copies, and what readers are told of it | `corrections`, `copy_changes`, `correction_offers`, `telling` |
| what goes for good | `takedown` |
| people, and their menus | `roles`, `menus` |
| what people are told unasked | `notices`, `incidents` |
| the bot in numbers | `statistics`, `weekly_reports` |
| older copies of the database | `restoring` |
"""
