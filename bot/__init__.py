"""
newsbot: every published article, to exactly the chats that want it.

| what | modules |
| --- | --- |
| the running bot and its parts | `__main__`, `app`, `startup`, `http_server`, `sandbox_app` |
| what it does in the background | `task_table`, `background`, `event_loop` |
| its database, and whether it is the one that sends | `running_store` |
| what the whole process shares | `settings`, `errors`, `logs`, `connection_limits`, `time_zone_rules` |
| processes of their own | `city_lookup`, `location_lookup` |
"""
