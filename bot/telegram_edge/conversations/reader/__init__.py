"""
Conversations with readers.

| what | modules |
| --- | --- |
| reading | `latest`, `search`, `saved`, `card` |
| coming, choosing topics, leaving | `onboarding`, `topics`, `subscriptions`, `phrases`, `own_data`, `channels` |
| settings | `settings`, `filters`, `digest_looks` |
| when news comes | `delivery_times`, `topic_times` |
"""
