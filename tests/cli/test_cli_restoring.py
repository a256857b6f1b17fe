"""What `newsbot restore` takes in, whom it lets publish afterwards, and what it says of both."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database

from bot.domain.chat import ChatKind
from bot.domain.role import Role
from bot.store.desk import editors
from bot.store.engine import metadata, migrations
from bot.store.engine.database import Database
from bot.store.engine.lock import DatabaseLock
from bot.store.engine.migrations import migrate
from bot.store.readers import chat_rows, chats, forgetting, searching

EDITH, GRACE, BEN, ANNA, CLEO, DORA = 7003, 7100, 7002, 7001, 7200, 7300
THEN = datetime.now(UTC) - timedelta(days=3)
HOUR = timedelta(hours=1)
SCRIPTS = migrations.scripts()


@pytest.fixture
def shell(shell):
    shell.variables["NEWSBOT_ADMINS"] = str(EDITH)
    empty_database(shell.database)
    return shell


async def change(path: Path, *acts) -> None:
    """Do these acts, each a function of a connection, to a database."""
    db = await Database.open(path)
    try:
        async with db.transaction() as conn:
            for act in acts:
                await act(conn)
    finally:
        await db.close()


def added(person: int, role: Role, at: datetime, name: str = ""):
    async def act(conn) -> None:
        await editors.add(conn, person, role, None, at)
        if name:
            await editors.set_name(conn, person, name)

    return act


def dismissed(person: int, at: datetime):
    async def act(conn) -> None:
        await editors.dismiss(conn, person, at)

    return act


def roles(shell) -> list[tuple[int, str]]:
    return shell.rows("SELECT person, role FROM editors ORDER BY person")


async def test_who_was_let_go_since_the_copy_was_made_is_not_brought_back(shell):
    await change(
        shell.database,
        added(BEN, Role.EDITOR, THEN, "Ben \u202eOkafor"),
        added(GRACE, Role.OWNER, THEN, "Grace"),
        added(ANNA, Role.EDITOR, THEN, "Anna"),
        added(DORA, Role.EDITOR, THEN, "Dora"),
    )
    assert (await shell("backup", "copy.db")).status == 0
    await change(
        shell.database,
        dismissed(BEN, THEN + HOUR),
        dismissed(GRACE, THEN + HOUR),
        added(CLEO, Role.EDITOR, THEN + HOUR, "Cleo"),
        dismissed(DORA, THEN + HOUR),
        lambda conn: chat_rows.delete(conn, DORA),
    )
    answer = await shell("restore", "copy.db")
    assert (answer.status, answer.err) == (0, "")
    assert roles(shell) == [(ANNA, "editor")]
    assert f"({BEN}) was let go after the copy was made, and stays so." in answer.out and "\u202e" not in answer.out
    assert f"Grace ({GRACE}) was let go after the copy was made" in answer.out
    assert f"Cleo ({CLEO}) got a role after the copy was made and has none now" in answer.out
    told = [" ".join(line.split()) for line in answer.out.partition("Who may publish:\n")[2].splitlines()]
    assert told[0] == f"owner {EDITH} NEWSBOT_ADMINS" and told[1].startswith(f"editor Anna ({ANNA}) ")
    assert told[2].startswith("Held until")
    entries = shell.rows("SELECT detail FROM log WHERE act = 'not brought back' ORDER BY detail")
    assert entries == [(str(BEN),), (str(GRACE),), (str(DORA),)]
    assert f"\n{DORA} was let go after the copy was made" in answer.out  # who had all deleted has no name any more
    assert shell.rows("SELECT name FROM people WHERE person IN (7001, 7300)") == [("Anna",)]
    again = await shell("restore", "copy.db")  # the copy is still as old, and this database still knows
    assert again.status == 0 and roles(shell) == [(ANNA, "editor")]


def met(chat: int, at: datetime):
    async def act(conn) -> None:
        await chats.get_or_create(conn, chat, ChatKind.PRIVATE, "en", at)
        await searching.remember_search(conn, chat, "solar power", at)

    return act


async def test_who_was_forgotten_since_the_copy_was_made_stays_forgotten(shell):
    await change(shell.database, met(ANNA, THEN), met(BEN, THEN), met(CLEO, THEN))
    assert (await shell("backup", "copy.db")).status == 0
    await change(
        shell.database,
        lambda conn: forgetting.forget(conn, ANNA, THEN + HOUR),
        lambda conn: forgetting.forget(conn, BEN, THEN + HOUR),
        met(BEN, THEN + 2 * HOUR),  # who came back, and of whom the copy has what was before
    )
    for _ in range(2):  # the restored one knows it, too
        answer = await shell("restore", "copy.db")
        assert (answer.status, answer.err) == (0, "")
        assert "Forgotten again, as they were after the copy was made: 2 chats.\n" in answer.out
        assert "0 articles, 1 chat." in answer.out
        assert shell.rows("SELECT id FROM chats") == shell.rows("SELECT chat FROM searches") == [(CLEO,)]
        assert str(ANNA) not in str(shell.rows("SELECT * FROM forgotten"))


async def test_another_bots_database_says_nothing_about_who_was_forgotten(shell):
    await change(shell.database, met(ANNA, THEN), lambda conn: metadata.claim_for(conn, 1))
    assert (await shell("backup", "copy.db")).status == 0
    shell.database.unlink()
    empty_database(shell.database)
    await change(
        shell.database,
        met(ANNA, THEN),
        lambda conn: forgetting.forget(conn, ANNA, THEN + HOUR),
        lambda conn: metadata.claim_for(conn, 2),
    )
    answer = await shell("restore", "copy.db")
    assert answer.status == 0 and "Forgotten again" not in answer.out
    assert shell.rows("SELECT id FROM chats") == [(ANNA,)]


async def test_who_was_let_go_and_came_back_is_what_they_are_now(shell):
    await change(
        shell.database,
        added(BEN, Role.EDITOR, THEN),
        added(GRACE, Role.OWNER, THEN, "Grace"),
        added(ANNA, Role.EDITOR, THEN),
    )
    assert (await shell("backup", "copy.db")).status == 0
    await change(
        shell.database,
        dismissed(BEN, THEN + HOUR),
        added(BEN, Role.EDITOR, THEN + 2 * HOUR),
        dismissed(GRACE, THEN + HOUR),
        added(GRACE, Role.EDITOR, THEN + 2 * HOUR),  # once an owner
        added(ANNA, Role.OWNER, THEN + HOUR),  # an owner only now: the copy did not know it
    )
    answer = await shell("restore", "copy.db")
    assert roles(shell) == [(ANNA, "editor"), (BEN, "editor"), (GRACE, "editor")]
    assert f"Grace ({GRACE}) had more rights in the copy than now" in answer.out


async def test_only_links_that_are_still_good_are_good_after_a_restore(shell):
    now = datetime.now(UTC)
    codes: dict[str, str] = {}

    async def invite(conn) -> None:
        codes.update({name: await editors.invite(conn, Role.OWNER, now) for name in ("used", "withdrawn", "good")})

    async def use(conn) -> None:
        found = await editors.invitation(conn, codes["withdrawn"], now)
        assert found is not None
        await editors.withdraw(conn, found.number, now)
        await conn.execute("UPDATE invitations SET made_by = ?", (EDITH,))  # so that no other goes with the used one
        assert await editors.accept(conn, codes["used"], BEN, now) is Role.OWNER

    async def look(conn) -> None:
        assert await editors.invitation(conn, codes["good"], now) is not None
        for name in ("used", "withdrawn"):
            assert await editors.invitation(conn, codes[name], now) is None

    await change(shell.database, invite)
    assert (await shell("backup", "copy.db")).status == 0
    await change(shell.database, use)
    assert (await shell("restore", "copy.db")).status == 0
    await change(shell.database, look)
    shell.variables["NEWSBOT_DATABASE"] = "elsewhere.db"
    answer = await shell("restore", "copy.db")
    assert answer.status == 0 and "no database of this bot to compare it with" in answer.out
    assert shell.rows("SELECT count(*) FROM invitations", shell.folder / "elsewhere.db") == [(0,)]


@pytest.mark.parametrize("what", ["none", "another bot's", "damaged", "foreign"])
async def test_without_a_database_to_compare_with_editors_come_as_in_the_copy_and_are_named(shell, what):
    await change(shell.database, added(BEN, Role.EDITOR, THEN, "Ben"))
    shell.change("INSERT INTO meta (key, value) VALUES ('bot_id', '7')")
    assert (await shell("backup", "copy.db")).status == 0
    await change(shell.database, dismissed(BEN, THEN + HOUR))
    match what:
        case "none":
            shell.database.unlink()
        case "another bot's":
            shell.change("UPDATE meta SET value = '8' WHERE key = 'bot_id'")
        case "damaged":
            shell.database.write_bytes(b"no database" * 1000)
        case "foreign":
            shell.change("CREATE TRIGGER hook AFTER INSERT ON log BEGIN SELECT 1; END")
    answer = await shell("restore", "copy.db")
    assert (answer.status, answer.err) == (0, "")
    assert "no database of this bot to compare it with" in answer.out
    assert f"Ben ({BEN})" in answer.out.partition("Who may publish:\n")[2]
    assert roles(shell) == [(BEN, "editor")]


async def test_a_database_made_anew_lets_nobody_go(shell):
    """Whoever starts newsbot before the copy is put back has a database that knows nobody, which says nothing."""
    await change(shell.database, added(BEN, Role.EDITOR, THEN), added(GRACE, Role.OWNER, THEN))
    assert (await shell("backup", "copy.db")).status == 0
    shell.database.unlink()
    empty_database(shell.database)
    assert (await shell("restore", "copy.db")).status == 0
    assert roles(shell) == [(BEN, "editor"), (GRACE, "owner")]


async def test_a_copy_of_last_years_newsbot_is_brought_up_to_date(shell):
    old = shell.folder / "old.db"
    migrate(old, create=True, known=SCRIPTS[:1])
    with closing(sqlite3.connect(old)) as conn, conn:
        conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (5, 'private', 0, 0)")
        conn.execute("INSERT INTO editors VALUES (?, 'editor', 5, NULL), (?, 'owner', 5, NULL)", (BEN, GRACE))
        conn.execute("INSERT INTO invitations VALUES ('aa', 'owner', 9999999999)")
    before = old.read_bytes()
    await change(shell.database, added(BEN, Role.EDITOR, THEN), dismissed(BEN, THEN))
    answer = await shell("restore", "old.db")
    assert (answer.status, answer.err) == (0, "") and "1 chat." in answer.out
    assert roles(shell) == [(GRACE, "owner")]
    assert shell.rows("SELECT count(*) FROM invitations") == [(0,)]
    assert shell.rows("PRAGMA user_version") == [(SCRIPTS[-1][0],)]
    assert old.read_bytes() == before
    assert not list(shell.database.parent.glob("*.restoring*"))


async def test_an_old_database_knows_from_its_log_who_was_let_go(shell):
    await change(shell.database, added(BEN, Role.EDITOR, THEN))
    assert (await shell("backup", "copy.db")).status == 0
    shell.database.unlink()
    migrate(shell.database, create=True, known=SCRIPTS[:1])
    at = int((THEN + HOUR).timestamp())
    shell.change(f"INSERT INTO log (at, person, act, detail) VALUES ({at}, {EDITH}, 'let go', '{BEN}')")
    assert (await shell("restore", "copy.db")).status == 0
    assert roles(shell) == []


# Files of all kinds


@pytest.fixture
async def kept(shell):
    """A shell with a backup, `copy.db`."""
    assert (await shell("backup", "copy.db")).status == 0
    return shell


async def refused(kept, name: str | Path, status: int) -> str:
    """Return why a file was refused, once it is sure that nothing has changed."""
    before = kept.database.read_bytes()
    answer = await kept("restore", name)
    assert (answer.status, answer.out) == (status, "")
    assert answer.err.startswith("newsbot: ") and answer.err.count("\n") == 1
    assert kept.database.read_bytes() == before
    left = {path.name for path in kept.database.parent.iterdir()}
    assert left <= {"newsbot.db", "newsbot.db.lock", "newsbot.db-wal", "newsbot.db-shm"}
    return answer.err


async def test_what_is_no_database_is_said_to_be_none(kept):
    (kept.folder / "empty.db").touch()
    kept.write("letter.db", "Dear database, " * 50)
    assert f"{kept.folder}/empty.db is empty" in await refused(kept, "empty.db", 1)
    assert f"{kept.folder}/letter.db is not a database" in await refused(kept, "letter.db", 1)
    sqlite3.connect(kept.folder / "other.db").execute("CREATE TABLE t (x)").connection.close()
    assert "other.db is not a newsbot database" in await refused(kept, "other.db", 1)


async def test_a_copy_that_is_cut_short_says_how_much_is_there(kept):
    whole = (kept.folder / "copy.db").read_bytes()
    for length in (len(whole) - 4096, 5000, 100):
        (kept.folder / "cut.db").write_bytes(whole[:length])
        reason = await refused(kept, "cut.db", 1)
        assert f"is cut short: {length:,} of {len(whole):,} bytes are there" in reason
    (kept.folder / "cut.db").write_bytes(whole[:60])
    assert "is not a database" in await refused(kept, "cut.db", 1)


async def test_a_path_that_is_no_file_is_said_to_be_what_it_is(kept):
    (kept.folder / "folder.db").mkdir()
    (kept.folder / "nowhere.db").symlink_to("gone.db")
    (kept.folder / "loop.db").symlink_to("loop.db")
    os.mkfifo(kept.folder / "pipe.db")
    for name, said in (
        ("folder.db", "is a folder"),
        ("nowhere.db", "is a symbolic link to gone.db, which is not there"),
        ("loop.db", "Too many levels of symbolic links"),
        ("pipe.db", "is not a regular file"),
        ("missing.db", "there is no file"),
        ("copy.db/inside", "Not a directory"),
        (kept.database, "is the database itself"),
    ):
        assert said in await refused(kept, name, 2), name


async def test_a_symbolic_link_stands_for_the_copy_behind_it(kept):
    (kept.folder / "link.db").symlink_to("copy.db")
    assert (await kept("restore", "link.db")).status == 0


async def test_a_database_with_something_foreign_in_it_is_not_put_in_place(kept):
    for name, statement, said in (
        ("trigger.db", "CREATE TRIGGER hook AFTER INSERT ON log BEGIN SELECT 1; END", 'the trigger "hook"'),
        ("view.db", "CREATE VIEW peek AS SELECT 1", 'the view "peek"'),
        ("virtual.db", "CREATE VIRTUAL TABLE words USING fts5 (x)", 'the virtual table "words"'),
        ("column.db", "ALTER TABLE log ADD COLUMN shout TEXT AS (upper(act))", 'a table "log" that is not'),
    ):
        shutil.copy(kept.folder / "copy.db", kept.folder / name)
        with closing(sqlite3.connect(kept.folder / name, isolation_level=None)) as conn:
            conn.execute(statement)
        reason = await refused(kept, name, 1)
        assert said in reason and str(kept.folder / name) in reason


async def test_a_running_database_with_a_foreign_trigger_is_left_alone(kept):
    kept.change("CREATE TRIGGER hook AFTER INSERT ON log BEGIN SELECT 1; END")
    for command in (("stats",), ("backup", "new.db"), ("editors",)):
        answer = await kept(*command)
        assert (answer.status, answer.out) == (2, "")
        assert 'holds the trigger "hook"' in answer.err and answer.err.count("\n") == 1
    assert not (kept.folder / "new.db").exists()
    assert (await kept("restore", "copy.db")).status == 0  # and replaced by a good copy
    assert (await kept("stats")).status == 0


async def test_what_a_killed_bot_had_in_its_log_comes_along_and_the_original_stays_as_it_is(kept):
    with closing(sqlite3.connect(kept.database)) as conn:
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("INSERT INTO meta (key, value) VALUES ('word', 'late')")
        conn.commit()
        for suffix in ("", "-wal"):
            shutil.copy(f"{kept.database}{suffix}", kept.folder / f"killed.db{suffix}")
    before = {path: path.read_bytes() for path in kept.folder.glob("killed.db*")}
    answer = await kept("restore", "killed.db")
    assert answer.status == 0 and f"What was in its write-ahead log {kept.folder}/killed.db-wal is in it." in answer.out
    assert kept.rows("SELECT value FROM meta WHERE key = 'word'") == [("late",)]
    assert {path: path.read_bytes() for path in kept.folder.glob("killed.db*")} == before


async def test_a_log_that_is_not_a_backups_own_is_left_out(kept):
    with closing(sqlite3.connect(kept.database)) as conn:
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("INSERT INTO meta (key, value) VALUES ('word', 'foreign')")
        conn.commit()
        shutil.copy(f"{kept.database}-wal", kept.folder / "copy.db-wal")
    answer = await kept("restore", "copy.db")
    assert answer.status == 0 and f"{kept.folder}/copy.db-wal is not its own and was left out" in answer.out
    assert kept.rows("SELECT count(*) FROM meta WHERE key = 'word'") == [(0,)]


async def test_the_database_of_a_running_bot_is_not_copied_from_under_it(kept):
    shutil.copy(kept.folder / "copy.db", kept.folder / "other.db")
    lock = DatabaseLock(kept.folder / "other.db")
    try:
        assert "a newsbot runs on" in await refused(kept, "other.db", 2)
    finally:
        lock.release()


async def test_what_an_interrupted_restore_left_is_no_copy(kept):
    left = kept.database.with_name("newsbot.db.restoring")
    shutil.copy(kept.folder / "copy.db", left)
    answer = await kept("restore", left)
    assert answer.status == 2 and "a restore left that did not end" in answer.err and left.exists()
    assert (await kept("restore", "copy.db")).status == 0 and not left.exists()
