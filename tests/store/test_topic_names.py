"""Topics keep every name they ever had, find their parents late, and enter the picker when they are worn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from databases import empty_database
from store_samples import put_article, put_chats

from bot.domain.topic import TopicFile, topic_key
from bot.store.content import topics
from bot.store.engine.database import Connection, Database


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[Connection]:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        yield conn
    await db.close()


async def _number(conn: Connection, name: str) -> int | None:
    rows = await conn.execute_fetchall("SELECT topic FROM topic_names WHERE key = :key", {"key": topic_key(name)})
    return next((int(row["topic"]) for row in rows), None)


async def test_a_topic_goes_by_all_its_names_in_any_case(conn: Connection) -> None:
    file = TopicFile("computer-vision-1", "Computer Vision", "CV", hashtags=("#ComputerVision", "#Sehen"))
    number = await topics.define(conn, file)
    for name in ("computer vision", "cv", "COMPUTER-VISION-1", "#computervision", "sehen"):
        assert await _number(conn, name) == number
    assert await _number(conn, "vision") is None and await _number(conn, "") is None


async def test_a_renamed_topic_keeps_its_old_names_and_its_number(conn: Connection) -> None:
    number = await topics.define(conn, TopicFile("ai", "AI"))
    assert await topics.define(conn, TopicFile("ai", "Artificial Intelligence")) == number
    assert await _number(conn, "AI") == number
    assert (await topics.resolve(conn, ["AI", "artificial intelligence"])) == {
        "AI": number,
        "artificial intelligence": number,
    }
    assert (await topics.topics(conn))[number].name == "Artificial Intelligence"


async def test_a_name_belongs_to_the_file_that_defines_it_rather_than_to_an_alias(conn: Connection) -> None:
    old = await topics.define(conn, TopicFile("ai", "AI"))
    await topics.define(conn, TopicFile("ai", "Machine Learning"))
    new = await topics.define(conn, TopicFile("ai-2", "AI"))
    assert new != old
    assert (await _number(conn, "ai-2"), await _number(conn, "Machine Learning")) == (new, old)
    assert (await topics.topics(conn))[old].id == "ai"


async def test_an_alias_takes_no_name_away(conn: Connection) -> None:
    vision = await topics.define(conn, TopicFile("vision", "Vision", hashtags=("#see",)))
    await topics.define(conn, TopicFile("seas", "Seas", "Vision", hashtags=("#see", "#sea")))
    assert await _number(conn, "Vision") == await _number(conn, "#see") == vision


async def test_an_unknown_name_becomes_an_unlisted_topic_and_is_listed_after_three_published_articles(
    conn: Connection,
) -> None:
    number = (await topics.resolve(conn, ["Tidal Power"]))["Tidal Power"]
    for article in (1, 2):
        await put_article(conn, article, topics=[number])
    assert await topics.list_established(conn, range(9)) == []
    assert not (await topics.topics(conn))[number].listed
    await put_article(conn, 3, topics=[number], state="draft")
    assert await topics.list_established(conn, range(9)) == []
    await put_article(conn, 4, topics=[number], state="archived")
    assert await topics.list_established(conn, range(9)) == [number]
    assert (await topics.topics(conn))[number].listed


async def test_a_file_defines_what_articles_named_before(conn: Connection) -> None:
    number = (await topics.resolve(conn, ["tidal power"]))["tidal power"]
    assert await topics.define(conn, TopicFile("tidal-1", "Tidal Power")) == number
    topic = (await topics.topics(conn))[number]
    assert (topic.id, topic.name, topic.listed) == ("tidal-1", "Tidal Power", True)


@pytest.mark.parametrize("called", ["ai", "AI", "A.I.", "#machines"])
async def test_a_parent_may_be_defined_later_and_called_by_any_of_its_names(conn: Connection, called: str) -> None:
    child = await topics.define(conn, TopicFile("cv", "Computer Vision", parent=called))
    assert (await topics.topics(conn))[child].parent is None
    parent = await topics.define(conn, TopicFile("ai", "AI", "A.I.", hashtags=("#machines",)))
    assert (await topics.topics(conn))[child].parent == parent
    assert (await topics.tree(conn)).path(child) == (child, parent)


async def test_a_topic_does_not_adopt_by_a_name_that_is_anothers(conn: Connection) -> None:
    first = await topics.define(conn, TopicFile("vision", "Vision"))
    await topics.define(conn, TopicFile("seas", "Seas", "Vision"))
    child = await topics.define(conn, TopicFile("eyes", "Eyes", parent="Vision"))
    await topics.define(conn, TopicFile("seas", "Seas", "Vision"))
    assert (await topics.topics(conn))[child].parent == first


async def test_loops_of_parents_end(conn: Connection) -> None:
    a = await topics.define(conn, TopicFile("a", "A", parent="B"))
    b = await topics.define(conn, TopicFile("b", "B", parent="A"))
    own = await topics.define(conn, TopicFile("c", "C", parent="C"))
    tree = await topics.tree(conn)
    assert tree.path(a) == (a, b) and tree.path(b) == (b, a) and tree.path(own) == (own,)


async def test_a_parent_that_a_file_no_longer_names_is_let_go(conn: Connection) -> None:
    await topics.define(conn, TopicFile("ai", "AI"))
    child = await topics.define(conn, TopicFile("cv", "CV", parent="AI"))
    await topics.define(conn, TopicFile("cv", "CV"))
    assert (await topics.topics(conn))[child].parent is None


async def test_names_made_of_patterns_are_only_names(conn: Connection) -> None:
    names = ["[AI]", "What?", "*", "100 %", "'; DROP TABLE topics"]
    found = await topics.resolve(conn, names)
    assert len(set(found.values())) == len(names)
    assert await topics.resolve(conn, names) == found
    assert await topics.resolve(conn, ["###", "  "]) == {}


async def _followed(conn: Connection, *followed: int) -> None:
    await conn.executemany(
        "INSERT INTO subscriptions (topic, chat, thread, since) VALUES (?, ?, 0, 0)",
        [(topic, 5 + place) for place, topic in enumerate(followed)],
    )


@pytest.mark.parametrize("given", [{"short_name": "Vision"}, {"hashtags": ("#vision",)}])
async def test_a_name_that_only_articles_brought_becomes_the_topic_that_a_file_calls_so(
    conn: Connection, given: dict[str, object]
) -> None:
    await put_chats(conn, (5, 6))
    learnt = (await topics.resolve(conn, ["Vision"]))["Vision"]
    await put_article(conn, 1, topics=[learnt])
    number = await topics.define(conn, TopicFile("cv", "Computer Vision"))
    await _followed(conn, learnt, number)
    assert await topics.define(conn, TopicFile("cv", "Computer Vision", **given)) == number  # type: ignore[arg-type]
    assert await _number(conn, "vision") == number and learnt not in await topics.topics(conn)
    rows = await conn.execute_fetchall("SELECT topic, chat FROM subscriptions ORDER BY chat")
    assert [tuple(row) for row in rows] == [(number, 5), (number, 6)]
    assert [tuple(row) for row in await conn.execute_fetchall("SELECT topic FROM article_topics")] == [(number,)]


async def test_no_alias_takes_what_another_file_defines_and_no_hashtag_what_the_picker_has(conn: Connection) -> None:
    learnt = await topics.resolve(conn, ["AI", "Tidal"])
    for article in (1, 2, 3):
        await put_article(conn, article, topics=[learnt["Tidal"]])
    await topics.list_established(conn, range(9))
    files = [TopicFile("cv", "Computer Vision", "AI", hashtags=("#AI", "#Tidal")), TopicFile("ai-1", "AI")]
    vision, ai = await topics.define_all(conn, files)
    assert await _number(conn, "AI") == ai == learnt["AI"] != vision
    assert await _number(conn, "Tidal") == learnt["Tidal"]
    assert await topics.define(conn, TopicFile("cv", "Computer Vision", "Tidal")) == vision
    assert await _number(conn, "Tidal") == vision


async def test_a_topic_is_more_than_a_name_once_it_is_defined_accepted_or_followed(conn: Connection) -> None:
    await put_chats(conn, (5,))
    defined = await topics.define(conn, TopicFile("ai", "AI"))
    learnt = await topics.resolve(conn, ["A", "B", "C"])
    await topics.accept(conn, learnt["A"])
    await _followed(conn, learnt["B"])
    expected = {defined, learnt["A"], learnt["B"]}
    assert set(await topics.established(conn)) == expected
    assert await topics.are_established(conn, [defined, *learnt.values()]) == expected
