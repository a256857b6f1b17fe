"""
Which tables a bot consists of, in an order in which each comes after those that it refers to.

They are read from what the migrations make, so that no table can be forgotten.
Source: https://sqlite.org/pragma.html#pragma_foreign_key_list, https://sqlite.org/pragma.html#pragma_table_list
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter

from bot.store.engine.migrations import scripts
from bot.store.engine.sync_connection import teach

Value = int | str | None
Record = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in their order, those of its primary key, and those that hold whole numbers.

    `refers_to_itself`: a row may name another one that comes later. `is_counted`: its numbers are never used twice, so
    the last one is kept beside it.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    integers: frozenset[str]
    refers_to_itself: bool = False
    is_counted: bool = False


META = "meta"
SEARCH = Table(
    "article_search",
    ("rowid", "title", "excerpt", "topics", "source"),
    ("rowid",),
    frozenset({"rowid"}),
)
"""The tokens by which articles are found. Of the index over them, which is each engine's own, nothing is carried."""


@cache
def all_tables() -> tuple[Table, ...]:
    """Return every table of this version, each after those that it refers to."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        teach(conn)
        for _, script in scripts():
            conn.executescript(script)
        found = {name: _table(conn, str(name), str(sql)) for name, sql in conn.execute(_OWN).fetchall()}
        refers = {name: _referred(conn, name) - {name} for name in found}
    return (*(found[name] for name in _in_order(refers)), SEARCH)


# What is virtual keeps its rows in tables of its own, which are shadows.
_OWN = """
SELECT l.name, m.sql FROM pragma_table_list AS l JOIN sqlite_master AS m ON m.type = 'table' AND m.name = l.name
WHERE l.schema = 'main' AND l.type = 'table' AND substr(l.name, 1, 7) <> 'sqlite_' ORDER BY l.name
"""


def _table(conn: sqlite3.Connection, name: str, sql: str) -> Table:
    columns = conn.execute("SELECT name, type, pk FROM pragma_table_info(:name)", {"name": name}).fetchall()
    return Table(
        name,
        tuple(str(column) for column, _, _ in columns),
        tuple(str(column) for column, _, place in sorted(columns, key=lambda column: column[2]) if place),
        frozenset(str(column) for column, kind, _ in columns if kind == "INTEGER"),
        name in _referred(conn, name),
        "AUTOINCREMENT" in sql,
    )


def _referred(conn: sqlite3.Connection, name: str) -> set[str]:
    found = conn.execute('SELECT DISTINCT "table" FROM pragma_foreign_key_list(:name)', {"name": name})
    return {str(table) for (table,) in found}


def _in_order(refers: Mapping[str, set[str]]) -> list[str]:
    """Return names so that each comes after those it refers to; the same at every time."""
    sorter = TopologicalSorter(refers)
    sorter.prepare()
    found: list[str] = []
    while ready := sorted(sorter.get_ready()):
        found += ready
        sorter.done(*ready)
    return found
