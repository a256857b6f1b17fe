"""Carrying a bot to PostgreSQL and back: the same as between files, and what only one of the engines takes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from movers import ZERO, Stop, change, dump, filled, kept_in, killed_at, moved, runs, silent, small
from pgbouncer import pgbouncer
from postgres_cluster import PASSWORD, Cluster

from bot.domain.database_place import ServerAddress
from bot.errors import StoreBusy, StoreError, StoreMoved
from bot.store.moving.carrying import go_back
from bot.store.moving.opening import source_at, target_at
from bot.store.moving.tables import Table, all_tables
from bot.store.postgres.direct_session import direct_session
from bot.store.postgres.migrations import migrate

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'newsbot'::regnamespace ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def ready(postgres_cluster: Cluster) -> str:
    """A database with newsbot's tables, to be copied: to make them takes a second."""
    return postgres_cluster.template("moving", lambda url: migrate(url, marked=True))


@pytest.fixture
def server(postgres_cluster: Cluster, ready: str) -> Iterator[ServerAddress]:
    name = postgres_cluster.create(ready)
    yield ServerAddress(postgres_cluster.url(name))
    postgres_cluster.drop(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with rows in most tables."""
    path = tmp_path / "old.db"
    path.write_bytes(filled())
    change(path, "UPDATE articles SET title = 'a \\ \" backslash, tab\t and new\r\nline' WHERE number = 7")
    return path


def table_named(name: str) -> Table:
    return next(table for table in all_tables() if table.name == name)


def asked(server: ServerAddress, sql: str) -> list[tuple]:
    with psycopg.connect(server.url, autocommit=True, options="-c search_path=newsbot") as conn:
        cursor = conn.execute(sql)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description is not None else []


def runs_there(server: ServerAddress) -> bool:
    """Return whether a bot would start on a server's database."""
    try:
        migrate(server.url)
    except StoreError:
        return False
    return True


def test_there_and_back_is_the_same(file: Path, server: ServerAddress, tmp_path: Path) -> None:
    before, back = dump(file), tmp_path / "back.db"
    told: list[tuple[int, int]] = []
    there = moved(file, server, lambda done, of: told.append((done, of)))
    assert told == sorted(told) and told[-1] == (2 * sum(there.rows.values()),) * 2
    assert not runs(file) and runs_there(server)
    again = moved(server, back)
    assert again.rows == there.rows
    assert runs(back) and not runs_there(server)
    assert sorted(map(repr, dump(back))) == sorted(map(repr, before))


@pytest.mark.slow
def test_from_one_server_to_another(file: Path, server: ServerAddress, postgres_url: str, tmp_path: Path) -> None:
    before, other, back = dump(file), ServerAddress(postgres_url), tmp_path / "back.db"
    moved(file, server)
    moved(server, other)
    assert runs_there(other) and not runs_there(server)
    moved(other, back)
    assert sorted(map(repr, dump(back))) == sorted(map(repr, before))


def test_the_server_counts_on_finds_words_and_looks_after_what_refers_to_what(
    file: Path, server: ServerAddress
) -> None:
    foreign_keys = asked(server, _FOREIGN_KEYS)
    moved(file, server)
    assert asked(server, _FOREIGN_KEYS) == foreign_keys and len(foreign_keys) > 20
    new = "INSERT INTO campaigns (kind, subject_type, subject, lane, state, fixed_at, start_at)"
    assert asked(server, f"{new} VALUES ('news', 1, 1, 2, 'done', 0, 0) RETURNING id") == [(8,)]
    highest = asked(server, "SELECT max(id) FROM log")[0][0]
    assert asked(server, "INSERT INTO log (at, act) VALUES (0, 'x') RETURNING id") == [(highest + 1,)]
    assert asked(server, "SELECT count(*) FROM article_search WHERE words @@ 'sun7'::tsquery") == [(555,)]
    assert asked(server, "SELECT last FROM numbers_given WHERE name = 'articles'") == [(5000,)]
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        asked(server, "INSERT INTO subscriptions (topic, chat, since) VALUES (1, 987654321, 0)")
    assert asked(server, "SELECT to_regclass('foreign_keys_kept')") == [(None,)]


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_at_most_one_that_runs(tmp_path: Path, postgres_cluster: Cluster, ready: str) -> None:
    at, runs_on = 0, []
    while True:
        source = small(tmp_path / f"{at}.db")
        before = dump(source)
        server = ServerAddress(postgres_cluster.url(postgres_cluster.create(ready)))
        is_killed = killed_at(source, server, at)
        on_old, on_new = runs(source), runs_there(server) and kept_in(server) is not None
        assert not (on_old and on_new)
        runs_on.append((on_old, on_new))
        if not on_new:
            moved(source, server)
        moved(server, tmp_path / f"back-{at}.db")
        assert sorted(map(repr, dump(tmp_path / f"back-{at}.db"))) == sorted(map(repr, before))
        if not is_killed:
            break
        at += 1
    assert runs_on[0] == (True, False) and runs_on[-1] == (False, True) and (False, False) in runs_on
    assert at > 14


def test_a_copy_that_was_interrupted_is_gone_on_with(file: Path, server: ServerAddress, tmp_path: Path) -> None:
    before, reached = dump(file), 0

    def some(done: int, of: int) -> None:
        nonlocal reached
        reached = done
        if done > of * 0.4:
            raise Stop

    with suppress(Stop):
        moved(file, server, some)
    assert runs(file) and not runs_there(server)
    told: list[int] = []
    moved(file, server, lambda done, _: told.append(done))
    assert told[0] > reached > 10_000
    moved(server, tmp_path / "back.db")
    assert sorted(map(repr, dump(tmp_path / "back.db"))) == sorted(map(repr, before))


# The order of keys is compared, as rows are read in it: of these texts each comes before the next.
ODD = ["", "\0", "\0\0", "\0\1", "\0a", "\1", "\1\0", "\1\1", "\1\2", "\1a", "\2", ZERO, "\ufdd0", "\ufffd"]


# "The character with the code zero cannot be in a string constant", and in no text:
# https://www.postgresql.org/docs/current/datatype-character.html
def test_texts_that_postgresql_does_not_take_come_back_as_they_were(server: ServerAddress, tmp_path: Path) -> None:
    file = small(tmp_path / "old.db")
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", [(f"odd_{text}", text) for text in ODD])
        conn.executemany("INSERT INTO people (person, name) VALUES (?, ?)", list(enumerate(ODD, 1)))
    before = dump(file)
    moved(file, server)
    with target_at(server) as there:
        found = [row for piece in there.rows(table_named("people")) for row in piece]
    assert [name for _, name, *_ in found] == ODD
    with source_at(file) as one, target_at(server) as other:
        go_back(one, other, silent)  # they are compared
    assert runs(file) and not runs_there(server) and dump(file) == before


def test_such_texts_there_and_back(server: ServerAddress, tmp_path: Path) -> None:
    file, back = small(tmp_path / "old.db"), tmp_path / "back.db"
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.executemany("INSERT INTO people (person, name) VALUES (?, ?)", list(enumerate(ODD, 1)))
    before = dump(file)
    moved(file, server)
    moved(server, back)
    assert sorted(map(repr, dump(back))) == sorted(map(repr, before))


def test_a_copy_with_such_texts_is_gone_on_with_where_it_was(server: ServerAddress, tmp_path: Path) -> None:
    """It is a key of such a text that says from where."""
    file, back = small(tmp_path / "old.db"), tmp_path / "back.db"
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.executemany("INSERT INTO meta (key, value) VALUES (?, '')", [(f"odd_{text}",) for text in ODD])
    before, meta = dump(file), table_named("meta")
    with source_at(file) as source, target_at(server) as target:
        target.begin(source.place)
        for piece in source.rows(meta):
            target.write(meta, [row for row in piece if row[0] <= "odd_\1\0"])
        assert target.last_key(meta) == ("odd_\1\0",)
    moved(file, server)
    moved(server, back)
    assert sorted(map(repr, dump(back))) == sorted(map(repr, before))


def test_a_value_that_postgresql_does_not_take_is_one_line_and_the_old_one_runs(
    server: ServerAddress, tmp_path: Path
) -> None:
    file = small(tmp_path / "old.db")
    change(file, "INSERT INTO people (person, name) VALUES (1, 'Ben')")
    change(file, "UPDATE chats SET since = 'yesterday, by hand'")
    with pytest.raises(StoreError) as refusal:
        moved(file, server)
    assert "\n" not in str(refusal.value) and PASSWORD not in str(refusal.value) and "bigint" in str(refusal.value)
    assert runs(file) and not runs_there(server)
    change(file, "UPDATE chats SET since = 1")
    moved(file, server)


@pytest.mark.parametrize("is_leader", [True, False])
async def test_it_is_refused_while_a_process_runs_there(server: ServerAddress, tmp_path: Path, is_leader: bool) -> None:
    file = small(tmp_path / "old.db")
    async with direct_session(server.url) as session:
        assert not is_leader or await session.try_lock()
        with pytest.raises(StoreError, match="another newsbot runs on the database postgresql://newsbot@127"):
            moved(file, server)
    moved(file, server)


def test_a_server_s_database_that_is_not_empty_is_refused(server: ServerAddress, tmp_path: Path) -> None:
    one, other = small(tmp_path / "one.db"), small(tmp_path / "other.db")
    moved(one, server)
    with pytest.raises(StoreError, match="is not empty: it holds 1 chat"):
        moved(other, server)
    assert runs(other) and runs_there(server)


def test_a_server_that_cannot_be_used_is_one_line_without_its_password(
    postgres_cluster: Cluster, postgres_url: str, tmp_path: Path
) -> None:
    file = small(tmp_path / "old.db")
    url = postgres_cluster.url
    for address in (
        url("no_such_database"),
        url("x", user="nobody_here"),
        url("x", port=1),
        f"{postgres_url}?sslmode=x",
    ):
        with pytest.raises(StoreError) as refusal:
            moved(file, ServerAddress(address))
        assert "\n" not in str(refusal.value) and PASSWORD not in str(refusal.value)
        assert str(refusal.value).startswith("cannot use the database postgresql://")
    assert runs(file)
    with pytest.raises(StoreError, match="there is no bot's database at postgresql://"):
        moved(ServerAddress(postgres_url), tmp_path / "new.db")


# https://www.postgresql.org/docs/current/runtime-config-client.html: some set these for everybody
@pytest.mark.parametrize("timeout", ["idle_session_timeout", "statement_timeout"])
def test_a_server_that_ends_what_takes_long_does_not_end_a_move(
    postgres_cluster: Cluster, server: ServerAddress, tmp_path: Path, timeout: str
) -> None:
    name = server.url.rpartition("/")[2]
    postgres_cluster.execute(f"ALTER DATABASE {name} SET {timeout} = '400ms'")
    slow = iter([0.6])

    def told(_done: int, _of: int) -> None:
        time.sleep(next(slow, 0))

    moved(small(tmp_path / "old.db"), server, told)
    slow = iter([0.6])
    moved(server, tmp_path / "new.db", told)


@pytest.mark.slow
def test_a_server_that_goes_away_in_the_middle_is_one_line_and_the_same_again_goes_on(
    file: Path, postgres_of_my_own: Cluster, tmp_path: Path
) -> None:
    before, back = dump(file), tmp_path / "back.db"
    server = ServerAddress(postgres_of_my_own.url(postgres_of_my_own.create()))
    stopped: list[int] = []

    def some(done: int, of: int) -> None:
        if done > of * 0.4 and not stopped:
            stopped.append(done)
            postgres_of_my_own.stop("immediate")

    def goes_away(source: Path | ServerAddress, target: Path | ServerAddress) -> None:
        stopped.clear()
        with pytest.raises(StoreBusy) as refusal:
            moved(source, target, some)
        assert str(refusal.value).startswith(f"cannot use the database {server.shown}: ")
        assert "\n" not in str(refusal.value) and PASSWORD not in str(refusal.value)
        postgres_of_my_own.start()

    goes_away(file, server)
    assert runs(file) and not runs_there(server)
    told: list[int] = []
    moved(file, server, lambda done, _: told.append(done))
    assert told[0] > stopped[0] / 2, "it did not begin anew"
    assert not runs(file) and runs_there(server)

    goes_away(server, back)
    assert runs_there(server) and not runs(back)
    moved(server, back)
    assert sorted(map(repr, dump(back))) == sorted(map(repr, before))


@pytest.mark.parametrize("size", ["1", "5"])
def test_a_pool_of_transactions_is_refused(postgres_cluster: Cluster, ready: str, tmp_path: Path, size: str) -> None:
    file, name = small(tmp_path / "old.db"), postgres_cluster.create(ready)
    with (
        pgbouncer(postgres_cluster, "transaction", default_pool_size=size) as port,
        pytest.raises(StoreError, match="leads through a pool"),
    ):
        moved(file, ServerAddress(postgres_cluster.url(name, port=port)))
    assert runs(file)
    moved(file, ServerAddress(postgres_cluster.url(name)))
    postgres_cluster.drop(name)


async def test_a_process_that_was_started_during_a_move_never_sends(server: ServerAddress, tmp_path: Path) -> None:
    moved(small(tmp_path / "old.db"), server)
    async with direct_session(server.url) as session:
        number, _ = await session.begin_term("before")
        assert number > 0
    moved(server, tmp_path / "new.db")
    async with direct_session(server.url) as session:
        with pytest.raises(StoreMoved, match="was moved to"):
            await session.begin_term("after")
    assert asked(server, "SELECT instance FROM leases") == [("before",)]
