"""
Tables of readers: who reads, what each follows and wants, and what is kept for them.

| what | modules |
| --- | --- |
| chats, and what they have set | `chats`, `chat_settings`, `channels`, `topic_threads` |
| what each follows and wants | `subscriptions`, `phrases`, `stories` |
| all rows of a chat, moved or deleted | `chat_rows` |
| when their news comes | `timings`, `topic_wishes` |
| lists of articles for them | `browsing`, `searching`, `relevance`, `alike`, `place_queries` |
| what they keep by reacting | `reactions` |
| what keeps news from leaving at once | `restrictions`, `closed_threads`, `pushes`, `group_quota` |
| what a chat may take along or have deleted | `export`, `waiting_exports`, `taken_along`, `forgetting` |
| updates that are being worked on | `pending_updates`, `shared_updates` |
"""
