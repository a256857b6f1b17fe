"""
Messages for readers.

| what | modules |
| --- | --- |
| articles, and lists of them | `article`, `retracted`, `card`, `lists`, `catching_up` |
| lists that a chat has asked for | `digest`, `digest_content`, `rich_digest` |
| coming, choosing topics, leaving | `onboarding`, `picker`, `subscriptions`, `phrases`, `own_data`, `channels` |
| settings | `settings`, `filters`, `digest_settings` |
| when news comes | `delivery_settings`, `delivery_times`, `topic_times`, `time_zones` |
"""
