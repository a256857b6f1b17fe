"""
PostgreSQL as the database: the same questions, asked in its dialect.

| what | modules |
| --- | --- |
| connections and blocks | `connection`, `database`, `rows` |
| the store's SQL as PostgreSQL takes it | `dialect` |
| tables, and the functions that SQLite has built in | `migrations` |
"""
