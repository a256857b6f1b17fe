"""The tables of both engines are the same: what one holds the other takes as it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from databases import empty_database
from postgres_cluster import Cluster

from bot.store.engine.migrations import scripts
from bot.store.postgres.migrations import latest, migrate

# On PostgreSQL a row of the outbox is known by its campaign and chat; its number has an index once it was tried.
WITHOUT_KEY = {"deliveries"}
OF_ONE_ENGINE = {"schema_version", "counted"}
KINDS = {"INTEGER": "bigint", "TEXT": "text"}
_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'NO' FROM information_schema.columns AS c
JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE table_schema = 'newsbot' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
"""
_KEYS = """
SELECT c.relname, array_agg(a.attname ORDER BY k.place) FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'newsbot'
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number WHERE i.indisprimary GROUP BY c.relname
"""


def test_both_have_the_same_tables_columns_and_keys(postgres_cluster: Cluster, tmp_path: Path) -> None:
    url = postgres_cluster.url(postgres_cluster.template("newsbot", migrate))
    with psycopg.connect(url) as conn:
        columns = {(table, name, kind, needed) for table, name, kind, needed in conn.execute(_COLUMNS).fetchall()}
        keys = {table: list(names) for table, names in conn.execute(_KEYS).fetchall()}
    there, there_keys = set(), {}
    with closing(sqlite3.connect(empty_database(tmp_path / "newsbot.db"))) as conn:
        [*tables] = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables:
            if table.startswith("article_search"):
                continue
            rows = conn.execute(f"PRAGMA table_info({table})").fetchall()
            there |= {(table, name, KINDS[kind], bool(needed or key)) for _, name, kind, needed, _, key in rows}
            there_keys[table] = [row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5]]
    assert {column for column in columns if column[0] not in OF_ONE_ENGINE | {"article_search"}} == there
    here = {table: names for table, names in keys.items() if table in there_keys}
    assert here == {table: names for table, names in there_keys.items() if table not in WITHOUT_KEY}


def test_the_numbers_of_migrations_mean_the_same_on_both() -> None:
    assert latest() == scripts()[-1][0]
