"""
Messages for readers.

| what | modules |
| --- | --- |
| answers to a command that is none | `mistyped` |
| articles, and lists of them | `article`, `card`, `lists`, `catching_up`, `inline`, `retracted`, `change_note` |
| digests | `digest`, `digest_content`, `rich_digest`, `digest_settings` |
| coming and leaving | `onboarding`, `own_data`, `channels` |
| choosing topics | `picker`, `subscriptions`, `phrases`, `stories` |
| settings | `settings`, `settings_menu`, `parts_settings`, `language_settings`, `filters`, `time_zones`, `locations` |
| when news comes | `delivery_settings`, `delivery_times`, `topic_times` |
"""
