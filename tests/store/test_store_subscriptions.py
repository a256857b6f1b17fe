"""What chats follow and silence, as rows."""

from datetime import timedelta

import pytest
from databases import empty_database
from store_samples import NOW, SOON, put_article, put_chats, put_topics

from bot.domain.topic import TopicFile
from bot.store.engine.database import Database
from bot.store.readers import group_quota, subscriptions

ANNA, GROUP = 7, -100


@pytest.fixture
async def conn(tmp_path):
    empty_database(tmp_path / "newsbot.db")
    db = await Database.open(tmp_path / "newsbot.db")
    async with db.transaction() as conn:
        await put_chats(conn, [ANNA, GROUP])
        await put_topics(conn, TopicFile("ai", "AI"), TopicFile("vision", "Vision", parent="AI"))
        yield conn
    await db.close()


async def test_following_in_another_thread_moves_the_topic_there_and_keeps_since_when(conn):
    await subscriptions.follow(conn, GROUP, 1, 5, NOW)
    await subscriptions.follow(conn, GROUP, 1, 9, NOW + timedelta(days=1))
    [row] = await conn.execute_fetchall("SELECT thread, since FROM subscriptions")
    assert (row["thread"], row["since"]) == (9, int(NOW.timestamp()))


async def test_mutes_that_are_over_have_no_effect_and_go_with_the_next_mute(conn):
    await subscriptions.mute(conn, ANNA, 1, SOON, NOW)
    assert (await subscriptions.following(conn, ANNA, NOW)).muted == {1: SOON}
    assert (await subscriptions.following(conn, ANNA, SOON)).muted == {}
    await subscriptions.mute(conn, ANNA, 2, None, SOON)
    rows = await conn.execute_fetchall("SELECT topic, until FROM exceptions")
    assert [tuple(row) for row in rows] == [(2, None)]


async def test_a_source_is_that_of_an_article_readers_may_see(conn):
    await put_article(conn, 1, source="Daily Mail")
    await put_article(conn, 2, source="Secret", state="draft")
    assert await subscriptions.source(conn, 1) == "daily mail"
    assert await subscriptions.source(conn, 2) is None


async def test_a_group_asks_once_a_minute_is_told_once_and_leaves_no_trace(conn):
    assert await group_quota.ask(conn, GROUP, NOW)
    assert not await group_quota.ask(conn, GROUP, NOW + timedelta(seconds=20))
    assert await group_quota.tell(conn, GROUP, NOW + timedelta(seconds=20)) == 40
    assert await group_quota.tell(conn, GROUP, NOW + timedelta(seconds=21)) is None
    assert await group_quota.ask(conn, ANNA, NOW + timedelta(seconds=30))
    assert await group_quota.ask(conn, GROUP, NOW + timedelta(seconds=60))
    assert await group_quota.ask(conn, ANNA, NOW + timedelta(days=1))
    rows = await conn.execute_fetchall("SELECT key FROM meta WHERE key LIKE 'asked%'")
    assert [row["key"] for row in rows] == [f"asked_{ANNA}"]
