"""
Messages for editors and owners.

| what | modules |
| --- | --- |
| what buttons mean | `verbs` |
| single articles, and what is not out yet or held | `desk`, `article_note`, `drafts`, `held`, `topic_choice` |
| what goes out, to whom and when | `audience`, `schedule`, `moments`, `publishing` |
| what takes two | `approvals`, `second_editor`, `waiting` |
| what is sent to everybody, and how anything stands that is on its way | `announcements`, `progress` |
| what stories come from | `uploads`, `links`, `sources`, `new_source`, `source_faults` |
| what is changed of an article | `editing`, `edit_refusals`, `edited_values`, `related_links`, `topic_ticks` |
| what became of it all, or goes for good | `corrections`, `telling`, `takedown`, `delivery_report`, `audit_log` |
| the bot in numbers | `statistics`, `statistics_lines`, `chart`, `weekly_report` |
| people, and what they are told unasked | `editors`, `alerts`, `acts` |
"""
