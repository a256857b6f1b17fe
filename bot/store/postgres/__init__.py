"""
PostgreSQL as the database: the same questions, asked in its dialect.

| what | modules |
| --- | --- |
| connections and blocks | `connection`, `sync_connection`, `database`, `rows`, `nul` |
| the store's SQL as PostgreSQL takes it | `dialect`, `own_sql` |
| tables, and the functions that SQLite has built in | `migrations` |
| which of several processes sends, and what time it is for all | `leadership`, `direct_session`, `server_clock` |
| what goes wrong with a server, for people | `trouble` |
"""
