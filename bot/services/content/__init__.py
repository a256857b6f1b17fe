"""
Importing: stories from files, uploads and links become articles, topics and what their flags ask for.

| what | modules |
| --- | --- |
| from files on disk | `folder_look`, `folder_check`, `folder_import`, `built_site` |
| from elsewhere | `uploads`, `links`, `source_files` |
| taking them in | `imports`, `known_content`, `content_changes`, `moved_stories` |
| what does not come back | `taken_down_stories` |
| what is edited in chat | `editing`, `correcting`, `typed_fields`, `topic_ticks` |
| the topics that they name | `topic_names`, `topic_typos`, `topic_choice` |
"""
