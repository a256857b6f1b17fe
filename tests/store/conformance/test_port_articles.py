"""Articles on any engine: found by all they are called, moved from state to state, in the order that is promised."""

from datetime import UTC, datetime, timedelta

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    HIGHEST,
    HOUR,
    LOWEST,
    MINUTE,
    NOW,
    SECOND,
    Engine,
    put_article,
    put_topics,
    send_to,
    story,
)

from bot.domain.article import ArticleState, HeldWhy, Related
from bot.domain.delivery import Status
from bot.errors import AmbiguousArticle, UnknownArticle
from bot.store.content import articles, imports
from bot.store.delivery import receipts

WAITING = (ArticleState.DRAFT, ArticleState.SCHEDULED, ArticleState.HELD)


async def test_a_desk_of_one_person_has_what_they_made(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in range(1, 6):
            await put_article(conn, number, state=ArticleState.DRAFT)
        assert [one.made_by for one in await articles.articles(conn, [1, 2])] == [None, None]
        await articles.set_maker(conn, [1, 3, 4, HIGHEST], ANNA)
        await articles.set_maker(conn, [], BEN)
        await articles.set_maker(conn, [4], BEN)
        assert [one.number for one in await articles.desk(conn, made_by=ANNA)] == [3, 1]
        assert [one.number for one in await articles.desk(conn, made_by=BEN)] == [4]
        assert len(await articles.desk(conn)) == 5
        first = (await articles.desk(conn, made_by=ANNA, limit=1))[0]
        behind = (int(first.story.published_at.timestamp()), first.number)
        assert [one.number for one in await articles.desk(conn, before=behind, made_by=ANNA)] == [1]


async def test_articles_come_in_the_order_asked_for_without_those_nobody_knows(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI", "Energy")
        await put_article(conn, 2, topics_of={"Energy": topics["Energy"], "AI": topics["AI"]})
        await put_article(conn, 5)
        found = await articles.articles(conn, [5, 404, HIGHEST, LOWEST, 2, 0, -5])
        assert [one.number for one in found] == [5, 2]
        assert found[1].topics == (topics["Energy"], topics["AI"])  # as its file lists them
        assert (found[0].topics, found[0].pushed_at, found[0].scheduled_at, found[0].held_why) == ((), None, None, None)
        assert (found[0].slug, found[0].revision, found[0].first_seen_at) == ("slug-5", 1, NOW)
        assert [await articles.revision(conn, number) for number in (5, 404, HIGHEST)] == [1, None, None]
        assert await articles.articles(conn, []) == []
        assert await articles.article(conn, 5) == found[0]
        for unknown in (404, 0, -5, HIGHEST, LOWEST):
            with pytest.raises(UnknownArticle, match=f"#{unknown}"):
                await articles.article(conn, unknown)


@pytest.mark.parametrize("title", ["Straße in İzmir", "100 % _\\'\"", "北京 💥", "x" * 4_000, "ends in a blank "])
async def test_a_story_comes_back_as_it_was_told(engine: Engine, title: str) -> None:
    given = story(3, title=title, excerpt="", heat=0, category=None, published=None, source="Northgate Daily")
    assert given.provider.name == "Northgate Daily"
    async with engine.transaction() as conn:
        await imports.add(conn, {3: ("three", given)}, NOW)
        kept = (await articles.article(conn, 3)).story
    assert (kept.title, kept.heat, kept.published_at, kept.provider) == (title, 0, given.published_at, given.provider)


@pytest.mark.parametrize("at", [datetime(1, 1, 2, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)])
async def test_a_time_before_1970_comes_back_too(engine: Engine, at: datetime) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, published_at=at)
        assert (await articles.article(conn, 1)).story.published_at == at


async def test_an_article_goes_by_its_number_slug_old_slug_link_and_by_the_beginning_of_one_slug(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 12)
        await imports.rename(conn, {12: "solar-at-sea"})
        for words in (
            "12",
            "#12",
            " 12 ",
            "１２",
            "＃١٢",
            "solar-at-sea",
            "slug-12",
            "solar-a",
            "https://northgate.example/12",
        ):
            assert (await articles.find(conn, words)).number == 12
        assert (await articles.find(conn, "http://www.northgate.example//12")).number == 12  # the same link
        for words in (
            "",
            " ",
            "#",
            "SOLAR-AT-SEA",
            "olar",
            "%",
            "solar_at",
            "9" * 17,
            "9" * 30,
            "https://other.example/",
        ):
            with pytest.raises(UnknownArticle):
                await articles.find(conn, words)


async def test_the_beginning_of_several_slugs_names_the_newest_three(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2, 3, 4):
            await put_article(conn, number)
        with pytest.raises(AmbiguousArticle) as caught:
            await articles.find(conn, "slug-")
    assert caught.value.candidates == [(4, "Title 4"), (3, "Title 3"), (2, "Title 2")]


async def test_the_desk_lists_what_waits_newest_first_and_goes_on_behind_a_place(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number, state in enumerate(ArticleState, 1):
            await put_article(conn, number, state=state, age=number * HOUR)
        await put_article(conn, 11, state=ArticleState.DRAFT, age=HOUR)  # the same second as 1
        everything = await articles.desk(conn)
        assert [one.number for one in everything] == [11, 1, 2, 3]
        assert {one.state for one in everything} == set(WAITING)
        for place, number in enumerate((11, 1, 2, 3)):
            before = int(everything[place].story.published_at.timestamp()), number
            rest = await articles.desk(conn, before=before, limit=2)
            assert [one.number for one in rest] == [11, 1, 2, 3][place + 1 :][:2]
        assert await articles.desk(conn, limit=0) == []
        assert await articles.desk(conn, before=(LOWEST, 0)) == []
        assert len(await articles.desk(conn, before=(HIGHEST, HIGHEST))) == 4


async def test_articles_of_one_state_are_listed_oldest_first_and_all_are_counted(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await articles.counts(conn) == {}
        for number, age in ((1, HOUR), (2, 3 * HOUR), (3, HOUR), (4, 2 * HOUR)):
            await put_article(conn, number, state=ArticleState.DRAFT if number < 4 else ArticleState.RETRACTED, age=age)
        assert await articles.in_state(conn, ArticleState.DRAFT) == [2, 1, 3]
        assert await articles.in_state(conn, ArticleState.HELD) == []
        assert await articles.counts(conn) == {ArticleState.DRAFT: 3, ArticleState.RETRACTED: 1}


async def test_an_article_moves_from_state_to_state_and_takes_nothing_of_the_one_before_along(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2):
            await put_article(conn, number, state=ArticleState.HELD)
        assert (await articles.article(conn, 1)).held_why is HeldWhy.BURST
        until = NOW + timedelta(seconds=1, microseconds=1)
        await articles.set_state(conn, 1, ArticleState.SCHEDULED, scheduled_at=until)
        moved = await articles.article(conn, 1)
        assert (moved.state, moved.held_why) == (ArticleState.SCHEDULED, None)
        assert moved.scheduled_at == NOW + timedelta(seconds=2)  # never a moment early
        await articles.hold(conn, 1, HeldWhy.TOPICS)
        moved = await articles.article(conn, 1)
        assert (moved.state, moved.held_why, moved.scheduled_at) == (ArticleState.HELD, HeldWhy.TOPICS, None)
        await articles.set_states(
            conn, {1: (ArticleState.DRAFT, None), 2: (ArticleState.SCHEDULED, NOW), 404: (ArticleState.DRAFT, None)}
        )
        assert [one.state for one in await articles.articles(conn, [1, 2, 404])] == [
            ArticleState.DRAFT,
            ArticleState.SCHEDULED,
        ]
        await articles.set_states(conn, {})
        await articles.set_state(conn, 404, ArticleState.DRAFT)  # nobody: harmless
        assert sum((await articles.counts(conn)).values()) == 2


async def test_what_is_held_is_listed_by_why_oldest_first(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number, age in ((1, HOUR), (2, 2 * HOUR), (3, DAY)):
            await put_article(conn, number, state=ArticleState.HELD, age=age)
        await articles.hold(conn, 3, HeldWhy.RESTORED)
        assert await articles.held_because(conn, HeldWhy.BURST) == [2, 1]
        assert await articles.held_because(conn, HeldWhy.RESTORED) == [3]
        assert await articles.held_because(conn, HeldWhy.TOPICS) == []
        await articles.set_state(conn, 2, ArticleState.PUBLISHED)
        assert await articles.held_because(conn, HeldWhy.BURST) == [1]


async def test_a_topic_that_an_editor_adds_comes_last_once_and_readers_see_a_new_revision(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI", "Energy")
        told = await put_article(conn, 1, topics_of={"AI": topics["AI"]})
        assert await articles.add_topic(conn, 1, topics["Energy"])
        assert not await articles.add_topic(conn, 1, topics["Energy"])
        assert not await articles.add_topic(conn, 1, topics["AI"])
        found = await articles.article(conn, 1)
        assert (found.topics, found.revision) == ((topics["AI"], topics["Energy"]), 2)
        await imports.unindex(conn, [1])  # the file is read again, and knows nothing of it
        await imports.index(conn, {1: told}, topics)
        assert set((await articles.article(conn, 1)).topics) == set(topics.values())


async def test_topics_that_an_editor_added_go_when_others_are_said_and_readers_see_that_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        topics = await put_topics(conn, "AI", "Energy", "Health")
        await put_article(conn, 1, topics_of={"AI": topics["AI"]})
        for name in ("Energy", "Health"):
            await articles.add_topic(conn, 1, topics[name])
        await articles.drop_added_topics(conn, 1, keep=[topics["Energy"]])
        found = await articles.article(conn, 1)
        assert (found.topics, found.revision) == ((topics["AI"], topics["Energy"]), 4)
        await articles.drop_added_topics(conn, 1, keep=[topics["Energy"]])
        assert await articles.article(conn, 1) == found


async def test_somebody_has_an_article_once_it_was_sent_or_may_have_been(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED})
        await send_to(conn, 2, {ANNA: Status.FAILED, BEN: Status.UNREACHABLE})
        await put_article(conn, 3)
        assert [await receipts.somebody_has(conn, number) for number in (1, 2, 3, 404)] == [True, False, False, False]


async def test_the_time_of_an_articles_audience_is_fixed_and_taken_back(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1)
        await articles.fix_audience(conn, 1, NOW + timedelta(microseconds=999_999))
        assert (await articles.article(conn, 1)).pushed_at == NOW
        await articles.unfix_audience(conn, 1)
        assert (await articles.article(conn, 1)).pushed_at is None
        await articles.unfix_audience(conn, 404)


async def test_what_files_made_news_is_counted_from_behind_a_time(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2, 3):
            await put_article(conn, number)
        assert await articles.news_since(conn, NOW - DAY) == 0
        await articles.mark_news(conn, [1, 2], NOW)
        await articles.mark_news(conn, [3], NOW - HOUR)
        await articles.mark_news(conn, [], NOW)
        assert await articles.news_since(conn, NOW - DAY) == 3
        assert await articles.news_since(conn, NOW - MINUTE) == 2
        assert await articles.news_since(conn, NOW) == 0


async def test_an_embargo_is_over_at_its_second_and_the_earliest_comes_first(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await articles.next_embargo(conn) is None
        for number, until in ((1, NOW), (2, NOW - MINUTE), (3, NOW + SECOND), (4, NOW)):
            await put_article(conn, number, state=ArticleState.SCHEDULED, scheduled_at=until)
        await put_article(conn, 5, state=ArticleState.DRAFT)
        assert await articles.embargo_over(conn, NOW) == [2, 1, 4]
        assert await articles.embargo_over(conn, NOW - HOUR) == []
        assert await articles.next_embargo(conn) == NOW - MINUTE


async def test_a_picture_that_more_than_three_articles_of_a_source_show_is_a_banner(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2, 3):
            await put_article(
                conn, number, source="Daily", pictures=["https://i.example/a", f"https://i.example/{number}"]
            )
        assert await articles.banners(conn, 1) == frozenset()
        await put_article(conn, 4, source="Other", pictures=["https://i.example/a"])
        assert await articles.banners(conn, 1) == frozenset()
        await put_article(conn, 5, source="DAILY", pictures=["https://i.example/a"])  # case does not count
        assert await articles.banners(conn, 1) == {"https://i.example/a"}
        assert await articles.banners(conn, 4) == await articles.banners(conn, 404) == frozenset()


async def test_articles_of_one_story_name_each_other_in_either_direction_however_the_link_is_written(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, related=(Related("Two", "http://www.northgate.example/2/"),))
        for number in (2, 3):
            await put_article(conn, number)
        await put_article(conn, 4, related=(Related("Two", "https://northgate.example/2"),))
        await put_article(conn, 5, related=(Related("Itself", "https://northgate.example/5"),))
        assert await articles.of_one_story(conn, 1) == [2]
        assert await articles.of_one_story(conn, 2) == [4, 1]
        assert await articles.of_one_story(conn, 2, at_most=1) == [4]
        assert [await articles.of_one_story(conn, number) for number in (3, 5, 404)] == [[], [], []]
        await imports.unindex(conn, [4])
        assert await articles.of_one_story(conn, 2) == [1]
