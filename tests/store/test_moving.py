"""Carrying a database into another: nothing is missing, and a kill at any step leaves no two bots and no half one."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from conformance.filled_sqlite import fill
from databases import empty_database

from bot.errors import StoreError
from bot.store.engine.migrations import migrate
from bot.store.engine.moved_mark import MARKS
from bot.store.moving.carrying import Moved, Unlike, are_alike, carry, go_back, what_is_in
from bot.store.moving.opening import source_at, target_at
from bot.store.moving.pieces import MOST, in_pieces
from bot.store.moving.port import MovableDatabase
from bot.store.moving.tables import all_tables

ANNA, ZERO = 7001, "zero\0in it"


def silent(_done: int, _of: int) -> None:
    pass


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = empty_database(tmp_path_factory.mktemp("filled") / "newsbot.db")
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
    return path.read_bytes()


@pytest.fixture
def paths(tmp_path: Path, filled: bytes) -> tuple[Path, Path]:
    """A database with rows in most tables, and where it is to go."""
    source = tmp_path / "old.db"
    source.write_bytes(filled)
    return source, tmp_path / "new.db"


def moved(source: Path, target: Path, tell: Callable[[int, int], None] = silent) -> Moved:
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
    """Return whether a bot would start on a database."""
    try:
        migrate(path, create=False)
    except StoreError:
        return False
    return True


def kept_in(path: Path) -> str | None:
    with target_at(path) as db:
        return what_is_in(db)


def test_everything_is_in_the_new_one_and_it_counts_on_from_the_same_numbers(paths) -> None:
    source, target = paths
    before = dump(source)
    told: list[tuple[int, int]] = []
    result = moved(source, target, lambda done, of: told.append((done, of)))
    assert dump(target) == before == dump(source)
    assert result.rows["chats"] == 625 and result.rows["receipts"] > 3_000 and not result.altered
    assert told == sorted(told) and told[-1][0] == told[-1][1] == 2 * sum(result.rows.values())
    with closing(sqlite3.connect(target)) as conn:
        assert conn.execute("SELECT count(*) FROM article_search WHERE article_search MATCH 'sun7'").fetchone() == (
            555,
        )
        assert conn.execute(
            "INSERT INTO campaigns (kind, subject_type, subject, lane, state, fixed_at, start_at)"
            " VALUES ('news', 1, 1, 2, 'done', 0, 0) RETURNING id"
        ).fetchone() == (8,)
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert runs(target) and not runs(source)
    assert target.stat().st_mode & 0o777 == 0o600


def test_every_table_has_rows_that_are_carried_in_an_order_in_which_they_refer_to_what_is_there() -> None:
    with closing(sqlite3.connect(":memory:")) as conn:
        from bot.store.engine.migrations import scripts
        from bot.store.engine.sync_connection import teach

        teach(conn)
        for _, script in scripts():
            conn.executescript(script)
        names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = {name for name in names if not name.startswith(("sqlite_", "article_search"))}
        assert own | {"article_search"} == {table.name for table in all_tables()}
        seen: set[str] = set()
        for table in all_tables():
            refers = {row[2] for row in conn.execute(f'PRAGMA foreign_key_list("{table.name}")')}
            assert table.key and refers - {table.name} <= seen and (table.name in refers) is table.refers_to_itself
            seen.add(table.name)


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


def killed_at(source: Path, target: Path, at: int) -> bool:
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


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    source = empty_database(tmp_path / "old.db")
    for sql in (
        "INSERT INTO topics (number, id, name) VALUES (1, 'energy', 'Energy')",
        f"INSERT INTO chats (id, kind, since, state_at) VALUES ({ANNA}, 'private', 1, 1)",
        f"INSERT INTO subscriptions (topic, chat, since) VALUES (1, {ANNA}, 1)",
        "INSERT INTO meta (key, value) VALUES ('bot_id', '1'), ('starts', '3')",
    ):
        change(source, sql)
    return source, tmp_path / "new.db"


def test_a_kill_at_any_step_leaves_at_most_one_that_runs_and_the_same_command_ends_it(small) -> None:
    source, target = small
    before, kept = dump(source), source.read_bytes()
    at, runs_on = 0, []
    while killed_at(source, target, at):
        on_old, on_new = runs(source), target.exists() and runs(target) and kept_in(target) is not None
        assert not (on_old and on_new)
        assert on_old or on_new or at > 10
        runs_on.append((on_old, on_new))
        if not on_new:
            moved(source, target)
        assert dump(target) == before and runs(target) and not runs(source)
        for path in source.parent.iterdir():
            path.unlink()
        source.write_bytes(kept)
        at += 1
    # Before the old one is marked it is the old one, after the new one's mark is gone it is the new one.
    assert runs_on[0] == (True, False) and runs_on[-1] == (False, True) and (False, False) in runs_on
    assert at > 14


def test_a_copy_that_was_interrupted_is_gone_on_with_and_not_begun_again(paths) -> None:
    source, target = paths
    before = dump(source)
    at_chats = 0

    def until_subscriptions(done: int, of: int) -> None:
        nonlocal at_chats
        at_chats = done
        if done > of * 0.4:
            raise Stop

    with suppress(Stop):
        moved(source, target, until_subscriptions)
    told: list[int] = []
    moved(source, target, lambda done, _: told.append(done))
    assert told[0] > at_chats > 10_000
    assert dump(target) == before


def test_a_copy_that_was_interrupted_is_begun_again_when_the_bot_has_run_since(paths) -> None:
    source, target = paths

    def half(done: int, of: int) -> None:
        if done > of * 0.45:
            raise Stop

    with suppress(Stop):
        moved(source, target, half)
    assert runs(source) and not runs(target)
    change(source, "UPDATE chats SET state = 'paused', state_at = 9 WHERE id = 16")
    change(source, "DELETE FROM receipts WHERE chat = 32")
    before = dump(source)
    moved(source, target)
    assert dump(target) == before


def test_what_is_not_the_same_in_both_is_noticed(paths) -> None:
    source, target = paths
    with source_at(source) as one, target_at(target) as other:

        def harmed(done: int, of: int) -> None:
            if done == of // 2:  # all is copied
                other._conn.execute("UPDATE receipts SET message_id = message_id + 1 WHERE chat = 4016")  # type: ignore[attr-defined]

        with pytest.raises(Unlike, match="the rows of receipts are not the same"):
            carry(one, other, harmed)
    assert runs(source) and not runs(target)
    with source_at(source) as one, target_at(target) as other:
        assert not are_alike(one, other, silent)
        carry(one, other, silent)
        assert are_alike(one, other, silent)


def test_going_back_lets_the_old_one_run_and_the_new_one_not(small) -> None:
    source, target = small
    moved(source, target)
    for _ in range(2):  # the second time as after a kill in between
        with source_at(source) as one, target_at(target) as other:
            go_back(one, other, silent)
        assert runs(source) and not runs(target)
        with closing(sqlite3.connect(source)) as conn, conn:
            conn.execute("INSERT INTO meta (key, value) VALUES ('moved_to', ?)", (str(target),))


def test_going_back_is_refused_when_the_new_one_was_used(small) -> None:
    source, target = small
    moved(source, target)
    change(target, "INSERT INTO people (person, name) VALUES (1, 'Edith')")
    with source_at(source) as one, target_at(target) as other, pytest.raises(StoreError, match="has been used since"):
        go_back(one, other, silent)
    assert runs(target) and not runs(source)


def test_pieces_are_small_where_rows_are_long_and_large_where_they_are_short() -> None:
    asked: list[int] = []

    def fetch(many: int, of: list[tuple[str]]) -> list[tuple[str]]:
        asked.append(many)
        taken, of[:] = of[:many], of[many:]
        return taken

    short = [("x",)] * 10_000
    assert [row for piece in in_pieces(partial(fetch, of=list(short))) for row in piece] == short
    assert max(asked) == MOST
    asked.clear()
    long = [("x" * 1_000_000,)] * 100
    assert sum(map(len, in_pieces(partial(fetch, of=list(long))))) == 100
    assert max(asked[1:]) == 4
