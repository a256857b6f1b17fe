"""
What readers do: browse, search, subscribe, change settings, join and leave.

| what | modules |
| --- | --- |
| lists of articles, and one article | `browsing`, `searching`, `alike`, `inline`, `reading` |
| what a chat follows and never wants | `subscribing`, `phrases`, `stories` |
| what it has set | `preferences`, `topic_times`, `places` |
| channels and groups, and threads in private chats | `channels`, `linked_groups`, `topic_threads` |
| joining, leaving, and what it takes along | `membership`, `exports` |
"""
