"""Accounts and troubles, as rows."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import empty_database
from store_samples import NOW, put_article

from bot.domain.delivery import NEWS, Subject, SubjectType
from bot.store.content.story_json import epoch
from bot.store.delivery import campaigns, delivery_reports, leases, outbox
from bot.store.desk import incidents, progress_messages
from bot.store.desk.incidents import IncidentKind
from bot.store.engine.database import Connection, Database

DAY = timedelta(days=1)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    empty_database(tmp_path / "delivery_reports.db")
    db = await Database.open(tmp_path / "delivery_reports.db")
    yield db
    await db.close()


async def put_campaign(conn: Connection, article: int, sent_hours_ago: list[int]) -> int:
    """Store a finished campaign that sent one message at each of these times; return its number."""
    await put_article(conn, article)
    number = await campaigns.promise(
        conn,
        NEWS,
        Subject(SubjectType.ARTICLE, article),
        fixed_at=NOW - 30 * DAY,
        start_at=NOW - 30 * DAY,
        lane=2,
        by=None,
    )
    times = [epoch(NOW - timedelta(hours=hours)) for hours in sent_hours_ago]
    await conn.executemany(
        "INSERT INTO receipts (subject_type, subject, chat, sent_at) VALUES (1, ?, ?, ?)",
        [(article, chat, at) for chat, at in enumerate(times, 1)],
    )
    await conn.execute(
        """
        UPDATE campaigns SET state = 'done', half = 2, sent = :sent, first_sent_at = :first, last_sent_at = :last
        WHERE id = :id
        """,
        {"id": number, "sent": len(times), "first": min(times), "last": max(times)},
    )
    return number


async def test_a_second_try_takes_along_what_may_have_arrived_and_counts_nothing_twice(db: Database) -> None:
    async with db.transaction() as conn:
        campaign = await put_campaign(conn, 1, [1])
        await conn.executemany(
            "INSERT INTO outcomes (campaign, chat, operation, status, thread, unsure) VALUES (?, ?, 1, 3, ?, ?)",
            [(campaign, 101, None, None), (campaign, 102, 7, 2)],
        )
        await conn.execute("UPDATE campaigns SET failed = 2, unsure = 1, total = 3 WHERE id = ?", (campaign,))
        assert await delivery_reports.try_again(conn, 1, NOW) == 2
        assert await delivery_reports.try_again(conn, 1, NOW) == 0
        found = await campaigns.campaign(conn, campaign)
        assert found is not None
        assert (found.state, found.failed, found.unsure, found.total) == (campaigns.CampaignState.RUNNING, 0, 0, 3)
        term = await leases.take(conn, "one", NOW)
        waiting = await outbox.claim(conn, NOW, 10, owner=term)
        assert [(one.chat, one.thread, one.unsure) for one in waiting] == [(101, 0, 0), (102, 7, 2)]


async def test_a_message_follows_in_place_of_an_earlier_one_whose_last_words_no_longer_count(db: Database) -> None:
    async with db.transaction() as conn:
        campaign = await put_campaign(conn, 1, [1])
        await progress_messages.follow(conn, campaign, 9, 100)
        [earlier] = await progress_messages.open_ones(conn)
        await progress_messages.follow(conn, campaign, 9, 200)
        await progress_messages.saw(conn, earlier, "done:100:x", NOW, finished=True)
        [watch] = await progress_messages.open_ones(conn)
        assert (watch.message_id, watch.shown) == (200, "")
        assert await progress_messages.article_of(conn, 9, 200) == 1
        assert await progress_messages.article_of(conn, 9, 100) is None


async def test_a_trouble_is_untold_until_told_and_again_a_day_later(db: Database) -> None:
    async with db.transaction() as conn:
        await incidents.open_incident(conn, IncidentKind.DISK, NOW)
        [trouble] = await incidents.untold(conn, NOW)
        await incidents.told(conn, trouble, NOW)
        assert await incidents.untold(conn, NOW + DAY - timedelta(seconds=1)) == []
        assert [one.kind for one in await incidents.untold(conn, NOW + DAY)] == [IncidentKind.DISK]
        await incidents.close_incident(conn, IncidentKind.DISK, NOW)
        [over] = await incidents.untold(conn, NOW)
        assert over.over_at == NOW
        await incidents.told(conn, over, NOW)
        assert await incidents.untold(conn, NOW + 9 * DAY) == []


async def test_a_trouble_that_ended_before_anybody_heard_of_it_is_never_told(db: Database) -> None:
    async with db.transaction() as conn:
        await incidents.open_incident(conn, IncidentKind.SLOW, NOW)
        await incidents.close_incident(conn, IncidentKind.SLOW, NOW)
        assert await incidents.untold(conn, NOW + DAY) == []
