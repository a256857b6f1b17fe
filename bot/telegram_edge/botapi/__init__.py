"""
Bot API calls: bodies prepared once, connections, pacing, and the outcome of each answer.

| what | modules |
| --- | --- |
| from a message to a call, and to its outcome | `gateway`, `methods`, `prepared`, `outcomes`, `lenient_json` |
| messages in blocks, and what one person alone is to see | `rich_messages`, `ephemeral` |
| when a call may leave | `pacer`, `shared_pace`, `dispatch_port` |
| HTTP | `transport`, `http_call`, `http_client`, `http_connection`, `http_pool`, `call_watchdog`, `proxies` |
"""
