"""
Tables of content.

| what | modules |
| --- | --- |
| articles, and what was changed in them | `articles`, `story_json`, `corrections`, `edits` |
| what comes in | `imports`, `ghost_posts`, `media` |
| what was taken down, and does not come back | `taken_down` |
| topics | `topics`, `known_topics` |
| feeds | `sources`, `source_items`, `source_hubs` |
"""
