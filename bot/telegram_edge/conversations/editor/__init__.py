"""
Conversations with editors and owners.

| what | modules |
| --- | --- |
| drafts, and what is held | `article_args`, `drafts`, `topic_choice` |
| what is changed of an article | `editing`, `edit_steps`, `editing_pictures`, `editing_related`, `editing_topics` |
| what goes out, and when | `copies`, `going_public`, `scheduling`, `publishing`, `stopping` |
| to whom, and whether another one has to say so | `audience`, `approvals`, `second_editor` |
| what is not to stay | `taking_back`, `taking_down` |
| what is written to everybody | `announcements` |
| what stories come from | `uploads`, `links`, `sources` |
| what became of it all | `corrections`, `telling`, `delivery_report`, `audit_log`, `statistics` |
| people | `editors` |
"""
