"""
Messages for readers.

| what | modules |
| --- | --- |
| articles, and lists of them | `article`, `card`, `lists`, `catching_up`, `inline` |
| digests | `digest`, `digest_content`, `rich_digest`, `digest_settings` |
| coming, choosing topics, leaving | `onboarding`, `picker`, `subscriptions`, `phrases`, `stories`, `own_data` |
| settings | `settings`, `filters`, `time_zones` |
| when news comes | `delivery_settings`, `delivery_times`, `topic_times` |
"""
