"""Who gets an article is decided twice: in SQL for everybody, in Python for one chat. They must never differ."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from databases import empty_database
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from store_samples import NOW, SOON, put_article, put_chats

from bot.domain.delivery import NEWS, Lane, Subject, SubjectType
from bot.domain.topic import TopicTree, wants
from bot.store.delivery import campaigns, fanout, followers
from bot.store.delivery.audiences import reach
from bot.store.delivery.followers import followers_of
from bot.store.engine.database import Database
from bot.store.readers import subscriptions

TOPICS = range(1, 9)
CHATS = (-3, -2, -1, 1, 2, 3)  # groups, which may have threads, and people

# A parent has a lower or a higher number, or there is a loop: files can say anything.
parents = st.fixed_dictionaries({topic: st.sampled_from([None, *TOPICS]) for topic in TOPICS})
some_topics = st.sets(st.sampled_from(TOPICS), max_size=4)
wishes = st.fixed_dictionaries({"follows": some_topics, "left_out": some_topics, "muted": some_topics})
newsrooms = st.tuples(parents, st.sets(st.sampled_from(TOPICS), max_size=3), st.tuples(*(wishes for _ in CHATS)))


@examples(60)
@given(
    newsrooms,
    st.integers(min_value=-4, max_value=4),
    st.integers(min_value=1, max_value=4),
    st.sampled_from([1, 2, followers.FEW]),
)
async def test_the_fan_out_the_reach_and_the_check_before_sending_agree_with_the_domain(
    newsroom, ring_start, piece, few
):
    parents, worn, wishes = newsroom
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(followers, "FEW", few)
        path = Path(folder) / "newsbot.db"
        empty_database(path)
        db = await Database.open(path)
        try:
            async with db.transaction() as conn:
                await _furnish(conn, parents, wishes)
                await put_article(conn, 1, topics=sorted(worn))
                campaign = await campaigns.promise(
                    conn, NEWS, Subject(SubjectType.ARTICLE, 1), fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None
                )
                await fanout.begin(conn, campaign, ring_start)
                whom = await followers_of(conn, 1, NOW)
                promised = await campaigns.campaign(conn, campaign)
                while await fanout.fan_out(conn, promised, whom, NOW, piece):
                    promised = await campaigns.campaign(conn, campaign)
                rows = await conn.execute_fetchall(
                    "SELECT chat, thread FROM deliveries WHERE campaign = :campaign", {"campaign": campaign}
                )
                counted = await reach(conn, whom, NOW)
                checked = await whom.wanting(conn, CHATS, NOW)
        finally:
            await db.close()
    tree = TopicTree(parents)
    expected = {
        chat: topic
        for chat, wish in zip(CHATS, wishes, strict=True)
        if (topic := wants(tree, sorted(worn), **wish)) is not None
    }
    assert sorted(row["chat"] for row in rows) == sorted(expected)
    assert {row["chat"]: row["thread"] for row in rows} == {
        chat: _thread(chat, topic) for chat, topic in expected.items()
    }
    assert counted == len(expected)
    assert checked == expected


def _thread(chat, topic):
    """Return where a chat follows a topic: in groups the even ones have a thread each."""
    return topic if chat < 0 and topic % 2 == 0 else 0


async def _furnish(conn, parents, wishes):
    await conn.executemany(
        "INSERT INTO topics (number, id, name, listed) VALUES (:number, 't' || :number, 'T' || :number, 1)",
        [{"number": topic} for topic in parents],
    )
    await conn.executemany(
        "UPDATE topics SET parent = :parent WHERE number = :number",
        [{"number": topic, "parent": parent} for topic, parent in parents.items()],
    )
    await put_chats(conn, CHATS)
    for chat, wish in zip(CHATS, wishes, strict=True):
        for topic in wish["follows"]:
            await subscriptions.follow(conn, chat, topic, _thread(chat, topic), NOW - timedelta(days=1))
        for topic in wish["left_out"]:
            await subscriptions.leave_out(conn, chat, topic)
        for topic in wish["muted"]:
            await subscriptions.mute(conn, chat, topic, SOON, NOW)
