"""Topics on any engine: one by all its names, in any case, and known to those who may know it."""

import pytest
from port_samples import ANNA, BEN, HIGHEST, LOWEST, NOW, Engine, put_article, put_chats, put_topics

from bot.domain.article import ArticleState
from bot.domain.topic import TopicFile
from bot.store.content import known_topics, topics
from bot.store.readers import subscriptions


async def test_a_topic_comes_back_as_its_file_says_in_the_order_of_numbers(engine: Engine) -> None:
    file = TopicFile("cv-1", "Computer Vision", "CV", None, "What machines see", ("eye", "ä 'x'"), ("#Vision", "#see"))
    async with engine.transaction() as conn:
        assert await topics.topics(conn) == {} and await topics.define_all(conn, []) == []
        first, second = await topics.define_all(conn, [TopicFile("ai", "AI"), file])
        again = await topics.define(conn, file)
        found = await topics.topics(conn)
        assert list(found) == sorted(found) == [first, second] and again == second
        kept = found[second]
        assert (kept.id, kept.name, kept.short_name, kept.description) == (
            "cv-1",
            "Computer Vision",
            "CV",
            file.description,
        )
        assert (kept.keywords, kept.hashtags, kept.listed, kept.from_file) == (file.keywords, file.hashtags, True, True)
        assert (found[first].short_name, found[first].description, found[first].parent) == (None, None, None)
        assert (found[first].keywords, found[first].hashtags) == ((), ())


async def test_a_topic_goes_by_its_names_in_other_languages_and_takes_no_name_of_another(engine: Engine) -> None:
    names = (("de", "Technik"), ("zh-Hans", "科技"), ("fr", "AI"))
    async with engine.transaction() as conn:
        [ai, tech] = await topics.define_all(
            conn, [TopicFile("ai", "AI"), TopicFile("tech", "Technology", names=names)]
        )
        found = await topics.topics(conn)
        assert (found[tech].names, found[ai].names) == (names, ())
        assert await topics.called(conn, ["technik", "科技", "ai"]) == {"technik": tech, "科技": tech, "ai": ai}
        assert (await known_topics.named(conn, "TECHNIK", ANNA)) == found[tech]
        assert (await known_topics.known_to(conn, ANNA))[tech].name_in("de-AT") == "Technik"
        await topics.define(conn, TopicFile("tech", "Technology", names=(("es", "Tecnología"),)))
        assert (await topics.topics(conn))[tech].names == (("es", "Tecnología"),)
        assert await topics.called(conn, ["technik"]) == {"technik": tech}, "a name that it had stays its own"


async def test_what_articles_called_by_a_name_in_another_language_becomes_the_topic(engine: Engine) -> None:
    async with engine.transaction() as conn:
        learnt = await topics.resolve(conn, ["Technik"])
        tech = await topics.define(conn, TopicFile("tech", "Technology", names=(("de", "Technik"),)))
        assert learnt["Technik"] not in await topics.topics(conn)
        assert await topics.called(conn, ["technik"]) == {"technik": tech}


@pytest.mark.parametrize(
    ("called", "also"),
    [
        (
            "Computer Vision",
            ["computer-vision", "COMPUTER_VISION", " #computer  vision", "\u2068Computer Vision\u2069"],
        ),
        ("İstanbul", ["istanbul", "ISTANBUL", "ıstanbul"]),
        ("Straße", ["STRASSE", "strasse"]),
        ("Ökologie", ["ökologie", "O\u0308KOLOGIE"]),
        ("ΣΊΣΥΦΟΣ", ["σίσυφος"]),
        ("100 % _x\\", ["100%_X\\"]),
    ],
)
async def test_a_name_is_one_topic_in_any_case(engine: Engine, called: str, also: list[str]) -> None:
    async with engine.transaction() as conn:
        number = (await topics.resolve(conn, [called]))[called]
        assert await topics.resolve(conn, also) == dict.fromkeys(also, number)
        assert len(await topics.topics(conn)) == 1
        await topics.accept(conn, number)
        for name in also:
            found = await known_topics.named(conn, name, ANNA)
            assert found is not None and found.number == number


async def test_a_name_nobody_defined_becomes_one_unlisted_topic_however_often_it_is_said(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await topics.resolve(conn, []) == await topics.resolve(conn, ["", "  ", "#"]) == {}
        found = await topics.resolve(conn, ["Tidal Power", "tidal power", "Wind"])
        assert found["Tidal Power"] == found["tidal power"] != found["Wind"]
        assert await topics.resolve(conn, ["Wind", "Tidal Power"]) == {
            "Wind": found["Wind"],
            "Tidal Power": found["Tidal Power"],
        }
        assert not any(topic.listed or topic.from_file for topic in (await topics.topics(conn)).values())
        assert await topics.defined(conn, ["tidalpower", "wind"]) == set()
        await topics.accept(conn, found["Wind"])
        await topics.accept(conn, 404)
        assert await topics.defined(conn, ["tidalpower", "wind", "never"]) == {"wind"}
        assert await topics.defined(conn, []) == set()


async def test_a_file_takes_over_what_articles_called_so_with_all_who_follow_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        learnt = (await topics.resolve(conn, ["CV"]))["CV"]
        defined = await topics.define(conn, TopicFile("vision", "Computer Vision"))
        await put_article(conn, 1, topics_of={"CV": learnt})
        for chat, topic in ((ANNA, learnt), (BEN, learnt), (BEN, defined)):
            await subscriptions.follow(conn, chat, topic, 0, NOW)
        assert await topics.define(conn, TopicFile("vision", "Computer Vision", "CV")) == defined
        assert list(await topics.topics(conn)) == [defined]
        for chat in (ANNA, BEN):
            assert (await subscriptions.following(conn, chat, NOW)).follows == {defined}
        assert await topics.resolve(conn, ["cv"]) == {"cv": defined}


async def test_the_tree_has_parents_that_came_later_and_cuts_loops(engine: Engine) -> None:
    async with engine.transaction() as conn:
        child = await topics.define(conn, TopicFile("cv", "Vision", parent="ai"))
        assert (await topics.tree(conn)).path(child) == (child,)
        parent = await topics.define(conn, TopicFile("ai-1", "AI", parent="Vision"))
        tree = await topics.tree(conn)
        assert tree.path(child) == (child, parent) and tree.path(parent) == (parent, child)


async def test_more_than_a_name_is_what_the_picker_has_or_somebody_follows(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        [listed] = (await put_topics(conn, "AI")).values()
        named = await topics.resolve(conn, ["Followed", "Only named"])
        await subscriptions.follow(conn, ANNA, named["Followed"], 0, NOW)
        expected = {listed, named["Followed"]}
        assert list(await topics.established(conn)) == sorted(expected)
        assert await topics.are_established(conn, [*named.values(), listed, 404, HIGHEST, LOWEST]) == expected
        assert await topics.are_established(conn, []) == set()


async def test_the_picker_has_the_most_followed_first_then_by_name_in_pages(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        found = await put_topics(conn, "Sea", "Energy", "AI", "Zoo")
        await topics.resolve(conn, ["Unlisted"])
        for chat, name in ((ANNA, "Zoo"), (BEN, "Zoo"), (ANNA, "Sea")):
            await subscriptions.follow(conn, chat, found[name], 0, NOW)
        names = [topic.name for topic in await topics.most_followed(conn, 10)]
        assert names == ["Zoo", "Sea", "AI", "Energy"]
        pages = [await topics.most_followed(conn, 3, offset) for offset in (0, 3, 6, HIGHEST)]
        assert [[topic.name for topic in page] for page in pages] == [names[:3], names[3:], [], []]
        assert await topics.most_followed(conn, 0) == []


async def test_a_name_enters_the_picker_once_enough_published_articles_bear_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        [tidal] = (await topics.resolve(conn, ["Tidal"])).values()
        for number in range(1, topics.ESTABLISHED_AFTER):
            await put_article(conn, number, topics_of={"Tidal": tidal})
        await put_article(conn, 8, state=ArticleState.DRAFT, topics_of={"Tidal": tidal})
        assert await topics.list_established(conn, [1, 8]) == []
        await put_article(conn, 9, state=ArticleState.ARCHIVED, topics_of={"Tidal": tidal})
        assert await topics.list_established(conn, []) == await topics.list_established(conn, [404]) == []
        assert await topics.list_established(conn, [9]) == [tidal]
        assert await topics.list_established(conn, [9]) == []


async def test_a_topic_that_no_reader_may_know_is_known_to_nobody_but_who_follows_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        secret, muted = (await topics.resolve(conn, ["Secret", "Muted"])).values()
        [listed] = (await put_topics(conn, "AI")).values()
        await put_article(conn, 1, state=ArticleState.DRAFT, topics_of={"Secret": secret})
        await subscriptions.follow(conn, ANNA, secret, 0, NOW)
        await subscriptions.mute(conn, BEN, muted, None, NOW)
        assert list(await known_topics.known_to(conn, ANNA)) == sorted({secret, listed})
        assert list(await known_topics.known_to(conn, BEN)) == sorted({muted, listed})
        assert list(await known_topics.known_to(conn, HIGHEST)) == [listed]
        assert await known_topics.named(conn, "secret", BEN) is None
        found = await known_topics.named(conn, "#SECRET", ANNA)
        assert found is not None and found.number == secret
        assert await known_topics.named(conn, "", ANNA) is None


async def test_a_topic_is_known_for_good_once_a_published_article_bears_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        names = await topics.resolve(conn, ["One", "Two", "Three"])
        for number, (name, topic) in enumerate(names.items(), 1):
            state = ArticleState.HELD if name == "Two" else ArticleState.PUBLISHED
            await put_article(conn, number, state=state, topics_of={name: topic})
        await known_topics.make_known(conn, [1, 2, 404])
        await known_topics.make_known(conn, [])
        assert list(await known_topics.known_to(conn, BEN)) == [names["One"]]
        await known_topics.let_be_known(conn, [2, 3])
        assert list(await known_topics.known_to(conn, BEN)) == sorted({names["One"], names["Three"]})
        assert not any(topic.listed for topic in (await topics.topics(conn)).values())
