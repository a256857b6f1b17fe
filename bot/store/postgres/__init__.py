"""
PostgreSQL as the database: the same questions, asked in its dialect.

| what | modules |
| --- | --- |
| connections and blocks | `connection`, `sync_connection`, `database`, `rows`, `nul` |
| the store's SQL as PostgreSQL takes it | `dialect`, `own_sql` |
| tables, and the functions that SQLite has built in | `migrations` |
| which of several processes sends | `leadership`, `direct_session` |
"""
