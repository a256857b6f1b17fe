"""
Conversations of readers: start, topics, lists, search, settings.

| what | modules |
| --- | --- |
| lists of articles, and one article | `latest`, `search`, `saved`, `alike`, `card` |
| what is asked in other chats, and reactions | `inline`, `reactions` |
| coming, choosing topics, leaving | `onboarding`, `topics`, `subscriptions`, `phrases` |
| what a chat has of its own, and channels | `own_data`, `channels` |
| settings, and when news comes | `settings`, `filters`, `delivery_times`, `topic_times`, `digest_looks` |
"""
