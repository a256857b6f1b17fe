"""Fan-outs, outbox and ledger become campaigns, deliveries, receipts and outcomes, and nothing of them is lost."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from what_became import has, statuses

from bot.domain.delivery import Status, Subject, SubjectType
from bot.store.delivery import campaigns, delivery_reports, leases, outbox, receipts
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import progress_messages
from bot.store.engine import migrations
from bot.store.engine.database import Database
from bot.store.engine.migrations import check, migrate, scripts
from bot.store.readers import restrictions
from bot.store.readers.restrictions import Restriction

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


def _before(path: Path, monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """Make a database as the version before left it."""
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "scripts", lambda: [one for one in scripts() if one[0] < 12])
        migrate(path, create=True)
    with closing(sqlite3.connect(path)) as conn:
        for statement in statements:
            conn.execute(statement)
        conn.commit()


def _articles(many: int) -> str:
    return f"""
        INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at, pushed_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
        SELECT i, 'article-' || i, 'published', 'T', 0, '{{}}', 0, 100 FROM n
    """


FILLED = (
    _articles(4),
    "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at, learnt)"
    " VALUES (9, 'learnt', 'draft', 'T', 0, '{}', 0, 1)",
    "INSERT INTO chats (id, kind, since, state_at)"
    " VALUES (1, 'private', 0, 0), (2, 'private', 0, 0), (-3, 'group', 0, 0)",
    # 1 is done, 2 runs with rows waiting and on the wire, 3 is held for Telegram's words, 4 went out twice
    "INSERT INTO fanouts (id, kind, article, lane, state, asked_by, fixed_at, start_at, half, total, sent, failed,"
    " unsure, first_sent_at, last_sent_at, done_at)"
    " VALUES (1, 'news', 1, 2, 'done', 7003, 100, 100, 2, 4, 2, 1, 1, 101, 102, 103)",
    "INSERT INTO fanouts (id, kind, article, lane, state, by_file, fixed_at, start_at, ring_start, cursor, half, total)"
    " VALUES (2, 'news', 2, 2, 'running', 1, 100, 130, 5, 8, 1, 3)",
    "INSERT INTO fanouts (id, kind, article, lane, state, why, words, form, form_revision, confirmed, fixed_at,"
    " start_at) VALUES (3, 'news', 3, 1, 'held', 'refused', 'BUTTON_INVALID', 'plain', 1, 1, 100, 100)",
    "INSERT INTO fanouts (id, kind, article, lane, state, fixed_at, start_at, half, total, restricted, pruned_to)"
    " VALUES (4, 'news', 4, 2, 'done', 100, 100, 2, 1, 0, NULL), (6, 'news', 4, 2, 'done', 200, 200, 2, 1, 1, NULL),"
    " (7, 'news', 4, 2, 'done', 300, 300, 2, 0, 0, NULL)",
    "DELETE FROM fanouts WHERE id = 7",  # taken back: its number is never given again
    "INSERT INTO outbox (id, fanout, chat, thread, due_at, sending, attempts, unsure)"
    " VALUES (11, 2, 1, 0, 130, 1, 1, 0), (12, 2, 2, 0, 130, 0, 2, 1), (14, 2, -3, 77, 190, 0, 0, 0)",
    "INSERT INTO ledger (article, chat, status, sent_at, message_id, thread, revision, look, unsure, reason) VALUES"
    " (1, 1, 1, 101, 501, NULL, 2, 1, NULL, NULL), (1, -3, 1, 102, 502, 77, 2, 0, 3, NULL),"
    " (1, 2, 3, 102, NULL, 5, 2, 0, 1, 'too long'), (4, 2, 5, 202, NULL, NULL, 1, 0, NULL, 'no rights'),"
    " (9, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    "INSERT INTO restrictions (chat, since, reason, tries, awaits, tried_at) VALUES (2, 202, 'no rights', 1, 1, 202)",
    "INSERT INTO progress (fanout, chat, message_id, shown, shown_at, finished) VALUES (2, 7003, 31, 'x', 140, 0)",
)


async def test_everything_that_was_on_its_way_or_had_come_to_an_end_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "news.db"
    _before(path, monkeypatch, *FILLED)
    migrate(path, create=False)
    check(path)
    assert (tmp_path / f"news.db.before-{scripts()[-1][0]:04}").exists()
    db = await Database.open(path)
    try:
        async with db.transaction() as conn:
            first, second, third = [await campaigns.campaign(conn, number) for number in (1, 2, 3)]
            assert first is not None and second is not None and third is not None
            assert (first.kind, first.subject, first.revision) == ("news", Subject(SubjectType.ARTICLE, 1), None)
            assert (first.state, first.asked_by, first.total) == (CampaignState.DONE, 7003, 4)
            assert (first.sent, first.failed, first.unsure) == (2, 1, 1)
            assert (second.state, second.ring_start, second.cursor, second.half) == (CampaignState.RUNNING, 5, 8, 1)
            assert (third.why, third.words, third.form_of(1), third.form_of(2)) == (
                "refused",
                "BUTTON_INVALID",
                "plain",
                "full",
            )
            assert third.is_confirmed
            [watch] = await progress_messages.open_ones(conn)
            assert (watch.campaign, watch.chat, watch.message_id, watch.shown) == (2, 7003, 31, "x")
            assert await progress_messages.article_of(conn, -3, 502) == 1

            held = await receipts.held(conn, Subject(SubjectType.ARTICLE, 1), [1, 2, -3])
            assert {chat: (one.message_id, one.thread, one.revision) for chat, one in held.items()} == {
                1: (501, 0, 2),
                -3: (502, 77, 2),
            }
            assert (held[1].has_photo, held[-3].has_photo, held[-3].unsure) == (True, False, 3)
            assert await has(conn, 9, 1)
            assert await statuses(conn, 1) == {Status.SENT: 2, Status.FAILED: 1}
            assert await receipts.failures(conn, 1) == [(2, "too long")]
            told = await conn.execute_fetchall("SELECT subject FROM told ORDER BY subject")
            assert [row["subject"] for row in told] == [1, 2, 3, 4, 9]

            # What was on the wire is in the hands of a term that is over; the rest is claimed as it stood.
            term = await leases.take(conn, "now", NOW)
            claimed = await outbox.claim(conn, NOW, 9, [2], owner=term)
            assert [(one.id, one.chat, one.thread, one.attempts, one.unsure) for one in claimed] == [
                (12, 2, 0, 3, 1),
                (14, -3, 77, 1, 0),
            ]
            assert await leases.take_back_expired(conn, term, NOW) == 1
            [again] = await outbox.claim(conn, NOW, 9, [2], owner=term)
            assert (again.id, again.chat, again.attempts, again.unsure) == (11, 1, 2, 1)

            # An editor's second try, and what is kept for a chat, go on from where they were.
            assert await delivery_reports.try_again(conn, 1, NOW) == 1
            [retried] = await outbox.claim(conn, NOW, 9, [1], owner=term)
            assert (retried.chat, retried.thread, retried.unsure) == (2, 5, 1)
            assert [one.article for one in await restrictions.missed(conn, 2, 9)] == [4]
            assert isinstance(await restrictions.of(conn, 2), Restriction)
            await restrictions.put_back(conn, 2, [4], NOW)
            [kept] = await outbox.claim(conn, NOW, 9, [6], owner=term)
            assert kept.chat == 2

            fresh = await campaigns.promise(
                conn, "news", Subject(SubjectType.ARTICLE, 9), fixed_at=NOW, start_at=NOW, lane=2, by=None
            )
            assert fresh == 8 and kept.id > 14
    finally:
        await db.close()


def test_a_database_that_never_sent_anything_gets_the_new_shape_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, fresh = tmp_path / "news.db", tmp_path / "fresh.db"
    _before(path, monkeypatch)
    migrate(path, create=False)
    migrate(fresh, create=True)
    shapes = []
    for place in (path, fresh):
        with closing(sqlite3.connect(place)) as conn:
            shapes.append(conn.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall())
            assert conn.execute("SELECT count(*) FROM leases").fetchone() == (0,)
            conn.execute(
                "INSERT INTO campaigns (kind, subject_type, subject, lane, state, fixed_at, start_at)"
                " VALUES ('news', 1, 1, 2, 'done', 0, 0)"
            )
            assert conn.execute("SELECT id FROM campaigns").fetchall() == [(1,)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("many", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_long_ledger_and_a_long_outbox_are_moved_whole_and_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    path = tmp_path / "news.db"
    _before(
        path,
        monkeypatch,
        _articles(10),
        "INSERT INTO fanouts (kind, article, lane, state, fixed_at, start_at)"
        " SELECT 'news', number, 2, 'running', 0, 0 FROM articles",
        f"""
        INSERT INTO ledger (article, chat, status, sent_at, message_id, revision, look)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
        SELECT 1 + i % 10, i, CASE WHEN i % 50 = 0 THEN 3 ELSE 1 END, 1000, i, 1, 1 FROM n ORDER BY 1, 2
        """,
        f"""
        INSERT INTO outbox (fanout, chat, thread, due_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
        SELECT 1 + i % 3, i, 0, 5 FROM n
        """,
    )
    began = time.process_time()
    migrate(path, create=False)
    assert time.process_time() - began < max(2.0, many / 100_000)  # seconds of this process alone; 3 s were seen
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT count(*), sum(message_id) FROM receipts").fetchone() == (
            many - many // 50,
            sum(i for i in range(1, many + 1) if i % 50),
        )
        assert conn.execute("SELECT count(*), count(DISTINCT campaign) FROM outcomes").fetchone()[0] == many // 50
        assert conn.execute("SELECT count(*) FROM deliveries WHERE owner = 0 AND operation = 1").fetchone() == (many,)
        assert conn.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
