"""`newsbot move`, at the shell: what it says, what it refuses, and that nothing is changed then."""

from __future__ import annotations

import asyncio
import os
import pty
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.engine.lock import DatabaseLock


@pytest.fixture
async def kept(shell):
    """A shell with a published article on its way to three chats."""
    shell.article("news/one.md", "One")
    await shell("import", "news")
    shell.follow_energy(3)
    await shell("publish", "1")
    return shell


async def refused(kept, *arguments: str, **variables: str) -> str:
    """Run `newsbot move …`, which is refused in one line, and return that."""
    kept.variables |= {f"NEWSBOT_{name}": value for name, value in variables.items()}
    before = content(kept.database)
    answer = await kept("move", *arguments)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1), answer
    assert content(kept.database) == before
    return answer.err


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as conn:
        return list(conn.iterdump())


async def test_it_says_what_was_moved_which_setting_to_change_and_what_became_of_the_old_one(kept):
    target = kept.folder / "new.db"
    answer = await kept("move", "new.db")
    assert (answer.status, answer.err) == (0, "")
    assert f"{target} holds all that was in {kept.database}: 1 article, 3 chats, 0 receipts." in answer.out
    assert f"NEWSBOT_DATABASE={target}" in answer.out and "newsbot move --back" in answer.out
    for arguments in (("stats",), ("run",), ("import", "news"), ("backup", "copy.db"), ("move", "other.db")):
        kept.variables["NEWSBOT_TOKEN"] = "1:abc"
        after = await kept(*arguments)
        assert after.status == 2 and after.err.count("\n") == 1
        assert f"was moved to {target}" in after.err and "newsbot move --back" in after.err
    assert not (kept.folder / "other.db").exists() or not (await kept("stats")).out
    kept.variables["NEWSBOT_DATABASE"] = str(target)
    assert "1 published" in (await kept("stats")).out
    assert '"waiting": 3' in (await kept("delivery", "1", "--json")).out


async def test_the_way_back_is_open_until_the_new_one_is_used(kept):
    await kept("move", "new.db")
    answer = await kept("move", "--back")
    assert answer.status == 0 and f"{kept.database} can be used again" in answer.out
    assert (await kept("stats")).status == 0
    kept.variables["NEWSBOT_DATABASE"] = "new.db"
    assert f"was moved to {kept.database}" in (await kept("stats")).err
    kept.variables["NEWSBOT_DATABASE"] = str(kept.database)
    assert "was not moved" in await refused(kept, "--back")
    assert (await kept("move", "newer.db")).status == 0
    kept.variables["NEWSBOT_DATABASE"] = "newer.db"
    assert (await kept("pause")).status == 0
    kept.variables["NEWSBOT_DATABASE"] = str(kept.database)
    assert "newer.db has been used since" in await refused(kept, "--back")
    assert f"not to {kept.folder}/new.db" in (await refused(kept, "--back", str(kept.folder / "new.db")))
    (kept.folder / "newer.db").unlink()
    assert (await kept("move", "--back")).status == 0
    assert (await kept("stats")).status == 0


async def test_a_pause_survives_it(kept):
    await kept("pause")
    assert (await kept("move", "new.db")).status == 0
    kept.variables["NEWSBOT_DATABASE"] = "new.db"
    assert "held already" in (await kept("pause")).out


async def test_a_target_that_is_not_empty_is_refused_and_left_as_it_is(kept):
    other = kept.folder / "other.db"
    kept.article("else/two.md", "Two")
    kept.variables["NEWSBOT_DATABASE"] = str(other)
    await kept("import", "else")
    kept.variables["NEWSBOT_DATABASE"] = str(kept.database)
    (kept.folder / "notes.txt").write_text("not a database, and somebody's")
    with closing(sqlite3.connect(kept.folder / "foreign.db")) as conn, conn:
        conn.execute("CREATE TABLE theirs (x)")
    for name, why in (("other.db", "holds 1 article"), ("notes.txt", "is not empty"), ("foreign.db", "is not empty")):
        before = content(kept.folder / name) if name == "other.db" else (kept.folder / name).read_bytes()
        assert why in await refused(kept, name)
        assert before == (content(kept.folder / name) if name == "other.db" else (kept.folder / name).read_bytes())
    assert (await kept("stats")).status == 0


@pytest.mark.parametrize("empty", ["nothing", "no bytes", "a new database"])
async def test_a_target_that_is_empty_is_taken(kept, empty):
    target = kept.folder / "new.db"
    if empty == "no bytes":
        target.touch()
    if empty == "a new database":
        (kept.folder / "none").mkdir()
        kept.variables["NEWSBOT_DATABASE"] = str(target)
        assert (await kept("import", "none")).status in (0, 1)
        assert target.stat().st_size > 0
        kept.variables["NEWSBOT_DATABASE"] = str(kept.database)
    assert (await kept("move", "new.db")).status == 0


async def test_it_is_refused_while_a_bot_runs_on_either_side(kept):
    for path in (kept.database, kept.folder / "new.db"):
        lock = DatabaseLock(path)
        try:
            assert f"another newsbot runs on the database {path}" in await refused(kept, "new.db")
        finally:
            lock.release()
    assert not (kept.folder / "new.db").exists()
    with closing(sqlite3.connect(kept.database, isolation_level=None)) as conn:
        conn.execute("BEGIN")
        conn.execute("SELECT * FROM chats").fetchall()
        answer = await kept("move", "new.db")
        assert answer.status == 2 and str(kept.database) in answer.err and answer.err.count("\n") == 1
    assert (await kept("move", "new.db")).status == 0


async def test_what_cannot_be_a_target_is_refused(kept):
    assert "is the database itself" in await refused(kept, str(kept.database))
    (kept.folder / "link.db").symlink_to(kept.database)
    assert "is the database itself" in await refused(kept, "link.db")
    assert "there is no folder" in await refused(kept, "no/such/new.db")
    assert "is a folder" in await refused(kept, "news")
    assert "is not a regular file" in await refused(kept, "/dev/null")
    assert "name the database" in await refused(kept)
    assert "--gone" in await refused(kept, "new.db", "--gone")
    assert not (kept.folder / "new.db").exists()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:hunter2@127.0.0.1:1/news",
        "postgres://anna:hunter2@127.0.0.1:1/news?sslmode=require&password=hunter2",
        "POSTGRESQL://anna:hunter2@[::1]:1/news",
        "postgresql:///news?user=anna&password=hunter2&host=/nowhere",
        "mysql://anna:hunter2@db.example/news",
        "postgresql://anna:hunter2@[db.example/news",
        "postgresql://anna:hunter2#@db.example/news",
        "host=db.example user=anna password=hunter2",
    ],
)
async def test_the_address_of_a_server_is_one_line_without_its_password(kept, address):
    assert "hunter2" not in await refused(kept, address)
    kept.variables |= {"NEWSBOT_DATABASE": address, "NEWSBOT_TOKEN": "1:abc"}
    for command in (("run",), ("stats",), ("backup", "copy.db"), ("restore", "copy.db"), ("move", "new.db")):
        answer = await kept(*command)
        assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1), answer
        assert "hunter2" not in answer.err and "database" in answer.err.lower()


async def test_a_source_that_is_not_there_is_named_and_not_made(shell):
    answer = await shell("move", "new.db")
    assert answer.status == 2 and str(shell.database) in answer.err
    assert list(shell.folder.rglob("*.db*")) == []


@pytest.mark.slow
async def test_a_terminal_sees_how_far_it_is(kept):
    kept.follow_energy(0)
    with closing(sqlite3.connect(kept.database)) as conn, conn:
        conn.executemany("INSERT INTO people (person, name) VALUES (?, 'x')", ((n,) for n in range(1, 200_001)))
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        "python", "-m", "bot", "move", "new.db",
        cwd=kept.folder, env=kept.variables | {"TERM": "xterm", "COLUMNS": "100"}, stdout=-1, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""

    def read() -> None:
        nonlocal seen
        while True:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # nobody writes to it any more
                return

    await asyncio.gather(asyncio.to_thread(read), process.wait())
    os.close(ours)
    assert process.returncode == 0
    assert b"Moving" in seen and b"/400" in seen
    assert Path(kept.folder / "new.db").exists()
