"""
Tables of readers: who reads, what each follows and wants, and what is kept for them.

| what | modules |
| --- | --- |
| chats, and what they have set | `chats`, `subscriptions`, `phrases`, `timings`, `topic_wishes` |
| channels, and threads of forums | `channels`, `topic_threads` |
| lists of articles for them | `browsing` |
| what keeps news from leaving at once | `restrictions`, `closed_threads`, `pushes`, `group_quota` |
| what a chat may take along or have deleted | `export`, `waiting_exports`, `forgetting` |
| updates that are being worked on | `pending_updates` |
"""
