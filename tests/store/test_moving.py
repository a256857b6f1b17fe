"""Carrying a database into another: nothing is missing, and a kill at any step leaves no two bots and no half one."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from movers import Stop, change, dump, filled, kept_in, killed_at, moved, runs, silent, small

from bot.errors import StoreError
from bot.store.engine.migrations import scripts
from bot.store.engine.sync_connection import teach
from bot.store.moving.carrying import Unlike, are_alike, carry, go_back
from bot.store.moving.opening import source_at, target_at
from bot.store.moving.pieces import MOST, in_pieces
from bot.store.moving.tables import all_tables


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    """A database with rows in most tables, and where it is to go."""
    source = tmp_path / "old.db"
    source.write_bytes(filled())
    return source, tmp_path / "new.db"


@pytest.fixture
def few(tmp_path: Path) -> tuple[Path, Path]:
    """The same, with hardly any rows."""
    return small(tmp_path / "old.db"), tmp_path / "new.db"


def test_everything_is_in_the_new_one_and_it_counts_on_from_the_same_numbers(paths) -> None:
    source, target = paths
    before = dump(source)
    told: list[tuple[int, int]] = []
    result = moved(source, target, lambda done, of: told.append((done, of)))
    assert dump(target) == before == dump(source)
    assert result.rows["chats"] == 625 and result.rows["receipts"] > 3_000
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


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_at_most_one_that_runs_and_the_same_command_ends_it(few) -> None:
    source, target = few
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


def test_going_back_lets_the_old_one_run_and_the_new_one_not(few) -> None:
    source, target = few
    moved(source, target)
    for _ in range(2):  # the second time as after a kill in between
        with source_at(source) as one, target_at(target) as other:
            go_back(one, other, silent)
        assert runs(source) and not runs(target)
        with closing(sqlite3.connect(source)) as conn, conn:
            conn.execute("INSERT INTO meta (key, value) VALUES ('moved_to', ?)", (str(target),))


def test_going_back_is_refused_when_the_new_one_was_used(few) -> None:
    source, target = few
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
