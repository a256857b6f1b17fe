"""Follow, leave out, take in, mute: what a chat gets afterwards."""

from datetime import UTC, datetime

import pytest
from databases import empty_database

from bot.domain.chat import ChatKind
from bot.domain.topic import TopicFile
from bot.errors import UnknownTopic
from bot.render.reader.subscriptions import topic_payload
from bot.services.content.topic_names import closest, name_and_count, names_in
from bot.services.readers import subscribing
from bot.store.content import topics
from bot.store.engine.database import Database
from bot.store.readers import chats, subscriptions

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
ANNA = 7
FILES = (
    TopicFile("ai", "AI"),
    TopicFile("computer-vision", "Computer Vision", "Vision", "AI", None, ("face recognition",), ("#ComputerVision",)),
    TopicFile("faces", "Faces", parent="Computer Vision"),
    TopicFile("robotics", "Robotics"),
)
AI, VISION, FACES, ROBOTICS = 1, 2, 3, 4


@pytest.fixture
async def db(tmp_path):
    empty_database(tmp_path / "newsbot.db")
    db = await Database.open(tmp_path / "newsbot.db")
    async with db.transaction() as conn:
        await chats.get_or_create(conn, ANNA, ChatKind.PRIVATE, "en", NOW)
        for file in FILES:
            await topics.define(conn, file)
    yield db
    await db.close()


async def follow(db, topic):
    return (await subscribing.follow(db, ANNA, topic, thread=0, now=NOW))[1]


async def unfollow(db, topic):
    return (await subscribing.unfollow(db, ANNA, topic, now=NOW))[1]


async def included(db):
    async with db.reading() as conn:
        following = await subscriptions.following(conn, ANNA, NOW)
    return following.included(), following.follows


async def test_a_parent_brings_its_children_and_following_them_then_adds_no_row(db):
    assert await follow(db, AI)
    assert not await follow(db, FACES)
    assert await included(db) == ({AI, VISION, FACES}, {AI})


async def test_a_child_can_be_left_out_and_taken_in_again(db):
    await follow(db, AI)
    assert await unfollow(db, VISION)
    assert await included(db) == ({AI}, {AI})
    assert await follow(db, VISION)
    assert await included(db) == ({AI, VISION, FACES}, {AI})


async def test_a_grandchild_below_one_left_out_is_followed_by_itself(db):
    await follow(db, AI)
    await unfollow(db, VISION)
    await follow(db, FACES)
    assert await included(db) == ({AI, FACES}, {AI, FACES})


async def test_a_child_followed_by_name_stays_when_its_parent_goes(db):
    await follow(db, FACES)
    await follow(db, AI)
    await unfollow(db, AI)
    assert await included(db) == ({FACES}, {FACES})


async def test_following_a_parent_anew_brings_all_its_children_but_an_undo_what_was_before(db):
    await follow(db, AI)
    await unfollow(db, VISION)
    await unfollow(db, AI)
    await subscribing.refollow(db, ANNA, AI, thread=0, now=NOW)
    assert (await included(db))[0] == {AI}
    await unfollow(db, AI)
    await follow(db, AI)
    assert (await included(db))[0] == {AI, VISION, FACES}


async def test_a_future_child_is_followed_with_its_parent(db):
    await follow(db, AI)
    async with db.transaction() as conn:
        speech = await topics.define(conn, TopicFile("speech", "Speech", parent="AI"))
    assert speech in (await included(db))[0]


async def test_names_are_taken_in_any_case_by_short_name_id_or_hashtag_and_misses_come_with_suggestions(db):
    named = await subscribing.follow_names(
        db, ANNA, ["VISION", "#computervision", "robotics", "Computer Vison"], thread=0, now=NOW
    )
    assert [topic.name for topic in named.changed] == ["Computer Vision", "Robotics"]
    assert {name: [topic.name for topic in near] for name, near in named.unknown.items()} == {
        "Computer Vison": ["Computer Vision", "AI"]
    }
    again = await subscribing.unfollow_names(db, ANNA, ["robotics", "ai"], now=NOW)
    assert [topic.name for topic in again.changed] == ["Robotics"]
    assert [topic.name for topic in again.unchanged] == ["AI"]


async def test_a_name_with_commas_is_one_name_between_others(db):
    async with db.transaction() as conn:
        await topics.define(conn, TopicFile("leisure", "Food, Drink and Travel"))
        await topics.define(conn, TopicFile("food", "Food"))
    for words in ("AI, food, drink and travel, Robotics", "Food, Robotics, AI"):
        named = await subscribing.follow_names(db, ANNA, names_in(words), thread=0, now=NOW)
        assert not named.unknown
    assert {topic.name for topic in (await subscribing.follows(db, ANNA, now=NOW)).topics} == {
        "AI",
        "Food, Drink and Travel",
        "Robotics",
        "Food",
    }


async def test_only_the_first_strangers_among_many_are_compared_with_all_names(db):
    names = [f"Robotic{n}" for n in range(50)]
    unknown = (await subscribing.follow_names(db, ANNA, names, thread=0, now=NOW)).unknown
    assert list(unknown) == names
    assert [name for name, near in unknown.items() if near] == names[:3]


async def test_keywords_and_beginnings_come_close_and_strangers_do_not(db):
    async with db.reading() as conn:
        known = await topics.topics(conn)
    assert closest(known, "face recognition")[0].name == "Computer Vision"
    assert closest(known, "Robo")[0].name == "Robotics"
    assert closest(known, "gardening") == []
    assert closest(known, "///") == []


async def test_a_payload_leads_back_to_its_topic(db):
    async with db.transaction() as conn:
        await topics.define(conn, TopicFile("2024", "The year"))
        await topics.define(conn, TopicFile("bücher", "Books"))
        await topics.define(conn, TopicFile("x" * 90, "Long"))
        known = await topics.topics(conn)
    for topic in known.values():
        payload = topic_payload(topic)
        assert len(payload) <= 62
        assert payload.isascii()
        assert await subscribing.of_payload(db, ANNA, payload) == topic
    for payload in ("", "nothing-such", "99999999999999999999999", "0"):
        with pytest.raises(UnknownTopic):
            await subscribing.of_payload(db, ANNA, payload)


async def test_topics_that_do_not_exist_are_refused_whatever_their_number(db):
    for act in (follow, unfollow):
        with pytest.raises(UnknownTopic):
            await act(db, 2**63 - 1)


def test_names_stand_between_commas_or_are_hashtags():
    assert names_in("AI,  computer vision ,, AI\nEnergy") == ["AI", "computer vision", "Energy"]
    assert names_in("#AI #ComputerVision") == ["#AI", "#ComputerVision"]
    assert names_in(" , ### ") == []


def test_a_number_behind_a_name_may_be_a_count():
    assert name_and_count("Windows 11") == ("Windows", 11)
    assert name_and_count("5") == ("", 5)
    assert name_and_count("Windows") is None
    assert name_and_count("x ٣") == ("x", 3)  # digits of any script
