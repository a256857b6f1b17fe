"""
The database itself, independent of the tables in it.

| what | modules |
| --- | --- |
| blocks that read and write, on either engine | `database`, `connection`, `connection_line` |
| what a database says of itself | `metadata`, `moved_mark` |
| what statements are made of, as both engines take it | `lists`, `word_query`, `moving_rows` |
| a file of SQLite | `sqlite_connection`, `sync_connection`, `lock`, `file_guard`, `disk_reserve` |
| its shape and its copies | `migrations.*`, `schema_check`, `backup`, `staging` |
"""
