"""
newsbot: every published article, to exactly the chats that want it.

| what | modules |
| --- | --- |
| the running bot and its parts | `__main__`, `app`, `running_store`, `background`, `event_loop`, `http_server`, `sandbox_app` |
| what the whole process shares | `settings`, `errors`, `logs`, `connection_limits`, `time_zone_rules` |
| processes of their own | `city_lookup`, `location_lookup` |
"""
