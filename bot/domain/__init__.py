"""
Values and decisions. Standard library only; nothing here does I/O or asks what time it is.

| about | modules |
| --- | --- |
| articles and how one is chosen | `article`, `browsing`, `ranking`, `likeness` |
| the search | `search_question`, `search_terms`, `relevance` |
| topics and phrases, which decide who gets what | `topic`, `following`, `picker`, `phrases` |
| topics that editors choose | `topic_choice`, `topic_ticks`, `only_to` |
| what people keep by reacting | `reactions` |
| what comes in, by file, feed or hand | `ingestion`, `item_acts`, `publishing`, `quiet_period` |
| files that move, and files that are sent | `file_moves`, `uploaded` |
| feeds that are read | `source`, `feed`, `feed_items`, `feed_intake`, `polling_interval` |
| links, web pages and static sites | `link`, `page`, `pasted_link`, `site_links`, `fetch_rules`, `ip_addresses` |
| where the database is | `database_place` |
| chats, channels, and their threads | `chat`, `channel`, `linked_groups`, `topic_threads`, `exported`, `restriction` |
| when each gets its news | `delivery_time`, `timing_text`, `timing_words`, `topic_wishes`, `time_zone` |
| when an article goes out, in words | `when_text`, `when_words`, `when_languages`, `when_grammar`, `local_time` |
| people and programs who may do more, and what they did | `role`, `approval`, `audit`, `acts`, `api_key` |
| deliveries on their way | `delivery`, `progress`, `lease`, `fair_queue`, `paid_broadcast` |
| pictures, as they are sent | `picture_ways`, `picture_size` |
| edits, and copies that are changed | `editing`, `copies`, `sent_list`, `correction`, `takedown` |
| what is sent beside news, and typed about copies | `change_note`, `announcement`, `copy_words` |
| limits of Telegram, and of what is asked of us | `limits`, `pacing`, `shared_pace`, `token_bucket`, `answer_quota` |
| what Telegram's refusals mean | `circuit`, `rejections`, `shared_refusals` |
| the bot in numbers | `statistics`, `chart` |
| messages | `message`, `text`, `parts`, `press` |
"""
