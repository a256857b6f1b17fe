"""What tests of moving share: databases to be moved, what is in them, and a process that is killed in the middle."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.filled_sqlite import fill
from databases import empty_database

from bot.domain.database_place import Place
from bot.errors import StoreError
from bot.store.engine.migrations import migrate
from bot.store.engine.moved_mark import MARKS
from bot.store.moving.carrying import Moved, carry, what_is_in
from bot.store.moving.opening import source_at, target_at
from bot.store.moving.port import MovableDatabase
from bot.store.moving.tables import all_tables

ANNA, ZERO = 7001, "zero\0in it"


@cache
def filled() -> bytes:
    """Return a SQLite database with rows in most tables, and odd ones among them."""
    with TemporaryDirectory() as folder:
        path = empty_database(Path(folder) / "newsbot.db")
        _fill(path)
        return path.read_bytes()


def _fill(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE articles SET title = ?, payload = ? WHERE number = 7", (ZERO, "ä🦆" * 100_000))
        conn.execute("INSERT INTO meta (key, value) VALUES ('bot_id', '1'), ('starts', '3'), ('paused', '2026-03-02')")
        # Names its parent before there is one, in the order of numbers.
        conn.execute("INSERT INTO topics (number, id, name, parent) VALUES (-1, 'child', 'Child', 300)")
        # Every sixteenth chat, and the last campaign not, whose number must not come again.
        for table in reversed(all_tables()):
            if "chat" in table.columns or table.name in ("chats", "log", "notices", "source_item_ids"):
                column = next(name for name in ("chat", "id", "at") if name in table.columns)
                conn.execute(f"DELETE FROM {table.name} WHERE {column} % 16 > 0")
        conn.execute("DELETE FROM campaigns WHERE id = (SELECT max(id) FROM campaigns)")


def small(source: Path) -> Path:
    """Make a SQLite database with a row in some tables."""
    empty_database(source)
    for sql in (
        "INSERT INTO topics (number, id, name) VALUES (1, 'energy', 'Energy')",
        f"INSERT INTO chats (id, kind, since, state_at) VALUES ({ANNA}, 'private', 1, 1)",
        f"INSERT INTO subscriptions (topic, chat, since) VALUES (1, {ANNA}, 1)",
        "INSERT INTO meta (key, value) VALUES ('bot_id', '1'), ('starts', '3')",
    ):
        change(source, sql)
    return source


def silent(_done: int, _of: int) -> None:
    pass


def moved(source: Place, target: Place, tell: Callable[[int, int], None] = silent) -> Moved:
    with source_at(source) as one, target_at(target) as other:
        return carry(one, other, tell)


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(sql)


def dump(path: Path) -> list[tuple[object, ...]]:
    """Return everything in a database beside the marks and SQLite's own statistics, and its schema."""
    with closing(sqlite3.connect(path)) as conn:
        names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        content = [
            (name, *row)
            for name in names
            if not name.startswith(("article_search_", "sqlite_stat"))
            for row in conn.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall()
            if row[0] not in MARKS and (name, row[-1]) != ("sqlite_sequence", 0)
        ]
        schema = conn.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'")
        return content + sorted(schema.fetchall())


def runs(path: Path) -> bool:
    """Return whether a bot would start on a file."""
    try:
        migrate(path, create=False)
    except StoreError:
        return False
    return True


def kept_in(place: Place) -> str | None:
    with target_at(place) as db:
        return what_is_in(db)


class Stop(BaseException):
    """A process that ends in the middle of something."""


class Killed:
    """A database whose process is killed before or after the n-th call that changes it."""

    CHANGING = frozenset({"write", "begin", "complete", "put_fact"})

    def __init__(self, db: MovableDatabase, steps: Iterator[int], at: int) -> None:
        self._db, self._steps, self._at = db, steps, at

    def __getattr__(self, name: str) -> object:
        found = getattr(self._db, name)
        return partial(self._change, found) if name in self.CHANGING else found

    def _change(self, act: Callable[..., object], *values: object) -> None:
        self._step()
        act(*values)
        self._step()

    def _step(self) -> None:
        if next(self._steps) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(source: Place, target: Place, at: int) -> bool:
    """Move in a process that is killed at a step; return whether it came that far."""
    child = os.fork()
    if not child:
        try:
            steps = iter(range(10**6))
            with source_at(source) as one, target_at(target) as other:
                carry(Killed(one, steps, at), Killed(other, steps, at), silent)  # type: ignore[arg-type]
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
