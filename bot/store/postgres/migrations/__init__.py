"""
The tables on PostgreSQL: one file for each migration, in order, each a whole or nothing.

The numbers are those of SQLite's migrations (`store.engine.migrations`): a number means the same tables on both. All
that are due run in one transaction, under a lock, so that of several processes that start together one does the work,
and one that is killed half-way has done nothing. Source: https://www.postgresql.org/docs/current/ddl.html

While a rolling upgrade lasts, the version before goes on with what a migration has made: a migration adds, and what
nobody reads any more is dropped by a later version (expand, then contract).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg

from bot.domain.database_place import ServerAddress
from bot.errors import StoreError, StoreNewer
from bot.store.engine.moved_mark import MARKS, why_nothing_runs
from bot.store.postgres.connection import CONNECT_TIMEOUT, SCHEMA
from bot.store.postgres.sync_connection import translating

_LOCK = 0x6D696772  # "migr"


def migrate(url: str, *, create: bool = True, marked: bool = False) -> None:
    """Give the database this version's tables; make them where there are none, if `create`.

    Nothing is written where nothing is to be done, so what only looks can be asked of a standby.

    `marked`: also to one that was moved, or is to become the copy of another, on which nothing runs.
    Raises: StoreError, StoreNewer.
    """
    where = ServerAddress(url).shown
    with translating(url), psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT) as conn:
        # One that is stopped or cut off half-way loses what it has begun, and the next one need not wait for it.
        conn.execute("SET LOCAL idle_in_transaction_session_timeout = '5s'")
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        has_tables = _has_tables(conn)
        if not has_tables and not create:
            raise StoreError(f"there is no bot's database at {where}; `newsbot run` or `newsbot import` makes one")
        if not has_tables:
            conn.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        conn.execute(f"SET LOCAL search_path = {SCHEMA}, pg_catalog")
        if not has_tables:
            conn.execute("CREATE TABLE schema_version (number bigint PRIMARY KEY)")
        [(version,)] = conn.execute("SELECT coalesce(max(number), 0) FROM schema_version").fetchall()
        if version > latest():
            raise StoreNewer(f"the database {where} was made by a newer newsbot; run that version")
        if version and not marked:
            _refuse_moved(conn, where)
        for number, script in scripts().items():
            if number > version:
                conn.execute(script.encode())
                conn.execute("INSERT INTO schema_version (number) VALUES (%s)", (number,))


def _has_tables(conn: psycopg.Connection[Any]) -> bool:
    return conn.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.schema_version",)).fetchall() != [(None,)]


def _refuse_moved(conn: psycopg.Connection[Any], where: str) -> None:
    """Refuse a database that was moved, and half a copy of one."""
    marks = dict(conn.execute("SELECT key, value FROM meta WHERE key = ANY(%s)", (list(MARKS),)).fetchall())
    if (why := why_nothing_runs(where, *map(marks.get, MARKS))) is not None:
        raise StoreError(why)


def latest() -> int:
    """Return the number of this version's tables."""
    return max(scripts())


@cache
def scripts() -> Mapping[int, str]:
    """Return the migrations by their numbers, in order."""
    found = {
        int(file.name[:4]): file.read_text(encoding="utf-8")
        for file in files(__package__).iterdir()
        if file.name.endswith(".sql")
    }
    return dict(sorted(found.items()))
