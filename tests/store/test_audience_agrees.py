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
from bot.domain.following import STORIES, reason
from bot.domain.phrases import phrase
from bot.domain.search_terms import source_key
from bot.domain.topic import TopicTree
from bot.store.content import articles
from bot.store.delivery import campaigns, fanout, followers
from bot.store.delivery.audiences import reach
from bot.store.delivery.followers import followers_of
from bot.store.engine.database import Database
from bot.store.readers import chat_settings, phrases, stories, subscriptions

TOPICS = range(1, 9)
CHATS = (-3, -2, -1, 1, 2, 3)  # groups, which may have threads, and people
WORDS = ("Quantum dots", "quantum DOTS", "solar", "wind")  # two of them find the same
LONGEST_FIRST = (1, 2, 3, 4)  # their numbers, in the order in which they are the reason
STORY = (14, 13, 12)  # articles of its story, newest first: 12 and 13 in one step, 14 by way of 13
ELSEWHERE = 15

# A parent has a lower or a higher number, or there is a loop: files can say anything.
parents = st.fixed_dictionaries({topic: st.sampled_from([None, *TOPICS]) for topic in TOPICS})
some_topics = st.sets(st.sampled_from(TOPICS), max_size=4)
some_phrases = st.sets(st.sampled_from(LONGEST_FIRST), max_size=3)
wishes = st.fixed_dictionaries(
    {
        "follows": some_topics,
        "left_out": some_topics,
        "muted": some_topics,
        "phrases": some_phrases,
        "hushed": some_phrases,
        "never": st.sets(st.sampled_from(LONGEST_FIRST), max_size=1),
        "stories": st.sets(st.sampled_from([*STORY, ELSEWHERE]), max_size=2),
        "source": st.sampled_from([None, None, None, "Northgate News", "elsewhere.example"]),
        "quality": st.sampled_from([None, None, -1, 60]),
    }
)
newsrooms = st.tuples(
    parents,
    st.sets(st.sampled_from(TOPICS), max_size=3),
    st.tuples(*(wishes for _ in CHATS)),
    st.sampled_from(["Nothing of it", "More Quantum Dots", "Solar after quantum", "Wind and quantum dots"]),
    st.sampled_from([None, -2, 59, 60]),
)


@examples(60)
@given(
    newsrooms,
    st.integers(min_value=-4, max_value=4),
    st.integers(min_value=1, max_value=4),
    st.sampled_from([1, 2, followers.FEW]),
    st.just(()) | st.lists(st.sampled_from(TOPICS), max_size=2, unique=True).map(tuple),
)
async def test_the_fan_out_the_reach_and_the_check_before_sending_agree_with_the_domain(
    newsroom, ring_start, piece, few, only_to
):
    parents, worn, wishes, title, quality = newsroom
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(followers, "FEW", few)
        path = Path(folder) / "newsbot.db"
        empty_database(path)
        db = await Database.open(path)
        try:
            async with db.transaction() as conn:
                await _furnish(conn, parents, wishes)
                await put_article(
                    conn,
                    1,
                    topics=sorted(worn),
                    title=title,
                    source="northgate.example",
                    source_name="NORTHGATE  News",
                    quality=quality,
                )
                await _tell(conn, wishes)
                await articles.set_only_to(conn, 1, only_to)
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
    held = [number for number in LONGEST_FIRST if WORDS[number - 1].lower() in title.lower()]
    expected = {
        chat: why
        for chat, wish in zip(CHATS, wishes, strict=True)
        if (why := _reason(tree, sorted(worn), held, wish, quality, only_to)) is not None
    }
    assert sorted(row["chat"] for row in rows) == sorted(expected)
    assert {row["chat"]: row["thread"] for row in rows} == {
        chat: _thread(chat, topic) for chat, topic in expected.items()
    }
    assert counted == len(expected)
    assert checked == expected


def _reason(tree, worn, held, wish, quality, only_to):
    """Return what brings the article to a chat: with `only_to`, a topic of those and nothing else."""
    if only_to and set(tree.reached_by(worn)) & wish["muted"]:
        return None
    is_too_low = None not in (quality, wish["quality"]) and quality < wish["quality"]
    return reason(
        tree,
        only_to or worn,
        [] if only_to else held,
        follows=wish["follows"],
        left_out=wish["left_out"],
        muted=wish["muted"],
        phrases=wish["phrases"] - wish["hushed"],
        is_refused=bool(wish["never"] & set(held)) or wish["source"] == "Northgate News" or is_too_low,
        told=() if only_to else STORY,
        stories=wish["stories"],
    )


def _thread(chat, topic):
    """Return where a chat follows a topic, or a phrase by its negative number: in groups the even have one each."""
    return topic if chat < 0 and topic % 2 == 0 else 0


async def _tell(conn, wishes):
    """Put the articles of the story beside article 1, and let chats follow it from some of them."""
    for number in (*STORY, ELSEWHERE):
        await put_article(conn, number)
    for article, names in ((1, 12), (13, 1), (13, 14), (ELSEWHERE, 404)):
        link = f"https://story.example/{names}"
        await conn.executemany(
            "INSERT OR IGNORE INTO article_links (link, article) VALUES (:link, :named)",
            [{"link": link, "named": names}] if names != 404 else [],
        )
        await conn.execute(
            "INSERT INTO article_related (link, article) VALUES (:link, :article)", {"link": link, "article": article}
        )
    for chat, wish in zip(CHATS, wishes, strict=True):
        for article in wish["stories"]:
            await stories.follow(conn, chat, article, _thread(chat, -STORIES - article), NOW - timedelta(days=1))


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
    for number, words in enumerate(WORDS, 1):
        assert (await phrases.learn(conn, phrase(words))).number == number
    for chat, wish in zip(CHATS, wishes, strict=True):
        for topic in wish["follows"]:
            await subscriptions.follow(conn, chat, topic, _thread(chat, topic), NOW - timedelta(days=1))
        for topic in wish["left_out"]:
            await subscriptions.leave_out(conn, chat, topic)
        for topic in wish["muted"]:
            await subscriptions.mute(conn, chat, topic, SOON, NOW)
        for number in wish["phrases"]:
            await phrases.follow(conn, chat, number, _thread(chat, -number), NOW - timedelta(days=1))
        for number in wish["phrases"] & wish["hushed"]:
            await phrases.mute(conn, chat, number, SOON)
        for number in wish["never"]:
            await phrases.refuse(conn, chat, number)
        await chat_settings.set_quality(conn, chat, wish["quality"])
        if wish["source"] is not None:
            await subscriptions.refuse_source(conn, chat, source_key(wish["source"]), wish["source"])
