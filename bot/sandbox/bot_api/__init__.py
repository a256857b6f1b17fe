"""
The sandbox's Bot API server: methods, files and webhooks, with the answers of the real one.

| what | modules |
| --- | --- |
| requests and answers over HTTP | `server`, `encoding`, `local_only` |
| methods by name, and what may stand in a call | `methods`, `method_specs`, `permission` |
| messages in blocks | `rich_messages` |
| methods by what they are about | `sending`, `editing`, `answering`, `chats`, `describing`, `receiving` |
| threads, and messages that one person alone sees | `topics`, `ephemeral` |
| files, and updates to a webhook | `media`, `url_fetch`, `webhook_delivery` |
"""
