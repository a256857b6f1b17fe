"""`newsbot backup` and `newsbot restore`, and the daily copy."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from what_became import WHAT_BECAME

from bot.store.engine.backup import daily_backup
from bot.store.engine.database import Database
from bot.store.engine.lock import DatabaseLock


@pytest.fixture
async def kept(shell):
    """A shell with a published article on its way to three chats, and a backup of that."""
    shell.article("news/one.md", "One")
    await shell("import", "news")
    shell.follow_energy(3)
    await shell("publish", "1")
    assert (await shell("backup", "copy.db")).status == 0
    return shell


async def test_a_backup_is_one_private_file_that_is_sound(kept):
    copy = kept.folder / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert kept.rows("PRAGMA integrity_check", copy) == [("ok",)]
    assert kept.rows("SELECT title FROM articles", copy) == [("One",)]
    assert [path.name for path in kept.folder.iterdir() if "copy" in path.name] == ["copy.db"]


async def test_a_backup_never_replaces_a_file_and_never_makes_a_folder(kept):
    before = (kept.folder / "copy.db").read_bytes()
    again = await kept("backup", "copy.db")
    assert again.status == 2 and again.err.count("\n") == 1
    assert (kept.folder / "copy.db").read_bytes() == before
    nowhere = await kept("backup", "no/such/folder/copy.db")
    assert nowhere.status == 2 and str(kept.folder / "no/such/folder") in nowhere.err


async def test_a_backup_to_the_standard_output_is_the_database_and_nothing_else(kept):
    answer = await kept("backup", "-")
    assert (answer.status, answer.err) == (0, "")
    streamed = kept.folder / "streamed.db"
    streamed.write_bytes(answer.raw)
    assert kept.rows("PRAGMA integrity_check", streamed) == [("ok",)]
    assert {path.name for path in (kept.folder / "data").iterdir()} - {"newsbot.db.lock"} == {"newsbot.db"}


@pytest.mark.slow
async def test_a_backup_of_a_database_that_is_being_written_to_is_consistent(kept):
    db = await Database.open(kept.database)

    async def write() -> None:
        for number in range(1_000_000):
            async with db.transaction() as conn:
                # Two rows that belong together: a copy has both or neither.
                await conn.execute("INSERT INTO meta VALUES (?, '')", (f"first {number}",))
                await conn.execute("INSERT INTO meta VALUES (?, '')", (f"second {number}",))
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    try:
        answer = await kept("backup", "live.db")
        assert not writing.done()
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await db.close()
    assert answer.status == 0
    live = kept.folder / "live.db"
    assert kept.rows("PRAGMA integrity_check", live) == [("ok",)]
    [(firsts, seconds)] = kept.rows("SELECT sum(key LIKE 'first %'), sum(key LIKE 'second %') FROM meta", live)
    assert firsts == seconds > 0


async def test_what_is_restored_is_held_and_the_old_one_is_kept_beside_it(kept):
    kept.article("news/two.md", "Two, after the backup")
    await kept("import", "news")
    answer = await kept("restore", "copy.db")
    assert (answer.status, answer.err) == (0, "")
    assert kept.rows("SELECT title FROM articles") == [("One",)]
    assert kept.rows("SELECT state, why FROM campaigns") == [("held", "restored")]
    assert kept.rows("SELECT value FROM meta WHERE key = 'restored'") == [("1",)]
    assert kept.rows("PRAGMA journal_mode") == [("wal",)]
    [old] = (kept.folder / "data").glob("newsbot.db.before-restore-????????-??????")
    assert str(old) in answer.out
    assert kept.rows("SELECT count(*) FROM articles", old) == [(2,)]
    assert stat.S_IMODE(kept.database.stat().st_mode) == 0o600
    left = {path.name for path in (kept.folder / "data").iterdir()}
    assert not any(name.startswith("newsbot.db.restoring") for name in left)


async def test_what_files_bring_to_a_restored_database_is_held_too(kept):
    kept.variables["NEWSBOT_PUSH_WINDOW"] = "inf"
    await kept("restore", "copy.db")
    kept.article("news/two.md", "Two", published=True)
    assert (await kept("import", "news")).out.startswith("1 held")


async def test_what_the_old_database_had_only_in_its_log_is_kept_and_not_played_into_the_new_one(kept):
    # A reader that never ends keeps the last writer from bringing the log into the database file.
    with closing(sqlite3.connect(kept.database)) as conn:
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("INSERT INTO meta VALUES ('late', '')")
        conn.commit()
        (kept.folder / "killed.db").write_bytes(kept.database.read_bytes())
        (kept.folder / "killed.db-wal").write_bytes((kept.folder / "data/newsbot.db-wal").read_bytes())
    kept.variables["NEWSBOT_DATABASE"] = "killed.db"
    assert (await kept("restore", "copy.db")).status == 0
    assert kept.rows("SELECT count(*) FROM meta WHERE key = 'late'", kept.folder / "killed.db") == [(0,)]
    [old] = kept.folder.glob("killed.db.before-restore-????????-??????")
    assert kept.rows("SELECT count(*) FROM meta WHERE key = 'late'", old) == [(1,)]


async def test_who_got_what_was_a_draft_in_the_copy_does_not_get_it_again(kept):
    kept.article("news/two.md", "Two")
    await kept("import", "news")
    assert (await kept("backup", "drafts.db")).status == 0
    await kept("publish", "2")
    # As a bot would leave it: one has it, one failed, one was not reached yet.
    kept.change("INSERT INTO receipts (subject_type, subject, chat, sent_at) VALUES (1, 2, 100000, 5)")
    kept.change(
        "INSERT INTO outcomes (campaign, chat, operation, status)"
        " SELECT id, 100001, 1, 3 FROM campaigns WHERE subject = 2"
    )
    answer = await kept("restore", "drafts.db")
    assert answer.status == 0 and "1 delivery" in answer.out
    assert kept.rows(f"SELECT article, chat FROM {WHAT_BECAME}") == [(2, 100000)]
    assert kept.rows("SELECT subject FROM told") == [(1,), (2,)]
    assert (await kept("publish", "2")).out.startswith("#2 queued for 2 chats")


async def test_who_got_what_was_on_its_way_in_the_copy_does_not_get_it_again(kept):
    kept.article("news/two.md", "Two")
    await kept("import", "news")
    await kept("publish", "2")
    kept.change("UPDATE campaigns SET half = 2, ring_start = 0, total = 2 WHERE subject = 2")
    for chat in (100000, 100001):
        kept.change(
            "INSERT INTO deliveries (campaign, chat, thread, not_before)"
            f" SELECT id, {chat}, 0, 5 FROM campaigns WHERE subject = 2"
        )
    assert (await kept("backup", "midway.db")).status == 0
    kept.change("DELETE FROM deliveries WHERE chat = 100000")
    kept.change("INSERT INTO receipts (subject_type, subject, chat, sent_at) VALUES (1, 2, 100000, 5)")
    answer = await kept("restore", "midway.db")
    assert answer.status == 0 and "1 delivery" in answer.out
    assert kept.rows("SELECT chat FROM deliveries") == [(100001,)]
    assert kept.rows(f"SELECT chat FROM {WHAT_BECAME} WHERE article = 2") == [(100000,)]
    assert kept.rows("SELECT state, total, sent FROM campaigns WHERE subject = 2") == [("held", 2, 1)]


async def test_a_database_of_another_bot_or_with_other_articles_teaches_nothing(kept):
    kept.article("news/two.md", "Two")
    await kept("import", "news")
    assert (await kept("backup", "drafts.db")).status == 0
    await kept("publish", "2")
    kept.change("INSERT INTO receipts (subject_type, subject, chat, sent_at) VALUES (1, 2, 100000, 5)")
    original = kept.database.read_bytes()
    for difference in (
        "UPDATE article_links SET link = link || 'else' WHERE article = 2",
        "INSERT INTO meta (key, value) VALUES ('bot_id', '7')",
    ):
        kept.change(difference)
        kept.variables["NEWSBOT_DATABASE"] = name = f"data/{len(difference)}.db"
        (kept.folder / name).write_bytes(kept.database.read_bytes())
        answer = await kept("restore", "drafts.db")
        assert answer.status == 0 and "deliver" not in answer.out
        assert kept.rows(f"SELECT count(*) FROM {WHAT_BECAME}", kept.folder / name) == [(0,)]
        kept.database.write_bytes(original)


async def test_a_damaged_database_can_be_replaced(kept):
    kept.database.write_bytes(b"not a database any more" * 1000)
    answer = await kept("restore", "copy.db")
    assert answer.status == 0 and "publishing it again sends it again" in answer.out
    assert kept.rows("SELECT title FROM articles") == [("One",)]
    [old] = (kept.folder / "data").glob("newsbot.db.before-restore-????????-??????")
    assert old.read_bytes().startswith(b"not a database")


async def test_nothing_is_restored_while_a_bot_runs_or_somebody_reads(kept):
    lock = DatabaseLock(kept.database)
    try:
        answer = await kept("restore", "copy.db")
    finally:
        lock.release()
    assert answer.status == 2 and "another newsbot runs" in answer.err
    with closing(sqlite3.connect(kept.database, isolation_level=None)) as conn:
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM articles").fetchone()
        busy = await kept("restore", "copy.db")
    assert busy.status == 2 and busy.err.count("\n") == 1
    assert kept.rows("SELECT state FROM campaigns") == [("running",)]


async def test_what_is_restored_through_a_symbolic_link_takes_the_place_of_the_file_behind_it(kept):
    link = kept.folder / "link.db"
    link.symlink_to(kept.database)
    await kept("retract", "1")
    kept.variables["NEWSBOT_DATABASE"] = str(link)
    assert (await kept("restore", "copy.db")).status == 0
    assert link.is_symlink()
    assert kept.rows("SELECT state FROM articles") == [("published",)]


async def test_only_a_sound_newsbot_database_is_restored(kept):
    kept.write("letter.txt", "Dear database, " * 500)
    sqlite3.connect(kept.folder / "other.db").execute("CREATE TABLE t (x)").connection.close()
    damaged = bytearray((kept.folder / "copy.db").read_bytes())
    damaged[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    (kept.folder / "damaged.db").write_bytes(damaged)
    before = kept.database.read_bytes()
    for name in ("letter.txt", "other.db", "damaged.db"):
        answer = await kept("restore", name)
        assert answer.status == 1, name
        assert str(kept.folder / name) in answer.err and answer.err.count("\n") == 1
    assert (await kept("restore", "missing.db")).status == 2
    assert (await kept("restore", kept.database)).status == 2
    assert kept.database.read_bytes() == before


async def test_a_copy_can_be_put_where_no_database_was(kept):
    kept.variables["NEWSBOT_DATABASE"] = "moved/house/newsbot.db"
    answer = await kept("restore", "copy.db")
    assert answer.status == 0 and "The one it replaced" not in answer.out
    assert (await kept("stats")).status == 0


async def test_seven_daily_copies_are_kept_and_a_day_is_copied_once(kept):
    folder = kept.folder / "daily"
    for day in range(9):
        newest = await daily_backup(kept.database, folder, datetime(2026, 3, 1, 4, tzinfo=UTC) + timedelta(days=day))
    written = newest.stat().st_mtime_ns
    (folder / "mine.db").write_text("not theirs to delete")
    again = await daily_backup(kept.database, folder, datetime(2026, 3, 9, 23, tzinfo=UTC))
    assert again == newest and newest.stat().st_mtime_ns == written
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["mine.db", *(f"newsbot-2026-03-0{day}.db" for day in range(3, 10))]
    assert stat.S_IMODE(newest.stat().st_mode) == 0o600
