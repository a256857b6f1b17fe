"""
Messages for readers.

| what | modules |
| --- | --- |
| articles, and lists of them | `article`, `card`, `lists`, `catching_up`, `inline`, `retracted`, `change_note` |
| digests | `digest`, `digest_content`, `rich_digest`, `digest_settings` |
| coming and leaving | `onboarding`, `own_data`, `channels` |
| choosing topics | `picker`, `subscriptions`, `phrases`, `stories` |
| settings | `settings`, `mistyped`, `filters`, `time_zones`, `locations` |
| when news comes | `delivery_settings`, `delivery_times`, `topic_times` |
"""
