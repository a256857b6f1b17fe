"""
Conversations of readers.

| what | modules |
| --- | --- |
| coming and leaving | `onboarding`, `own_data` |
| what is followed | `topics`, `subscriptions`, `phrases`, `topic_times` |
| lists, and one article | `latest`, `search`, `saved`, `card` |
| settings | `settings`, `delivery_times`, `digest_looks`, `filters` |
"""
