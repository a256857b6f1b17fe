"""
Messages for readers.

| what | modules |
| --- | --- |
| articles, and lists of them | `article`, `card`, `lists`, `digest`, `catching_up` |
| coming, choosing topics, leaving | `onboarding`, `picker`, `subscriptions`, `phrases`, `own_data`, `channels` |
| settings, and when news comes | `settings`, `delivery_settings`, `delivery_times`, `time_zones` |
"""
