"""Which articles are one story, and who follows it."""

from __future__ import annotations

from port_samples import ANNA, BEN, DAY, HIGHEST, NOW, SECOND, Engine, put_article, put_chats

from bot.domain.article import ArticleState, Related
from bot.domain.exported import FollowedStory
from bot.domain.following import KnownStory
from bot.store.engine.connection import Connection
from bot.store.readers import stories


def related(*numbers: int) -> tuple[Related, ...]:
    return tuple(Related(f"Title {number}", f"https://northgate.example/{number}") for number in numbers)


async def put_chain(conn: Connection, names: dict[int, tuple[int, ...]], **given: object) -> None:
    for number, named in names.items():
        await put_article(conn, number, related=related(*named), **given)  # type: ignore[arg-type]


async def test_a_story_is_what_names_or_is_named_in_however_many_steps(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chain(conn, {1: (), 2: (1,), 3: (2, 3), 4: (3,), 5: (), 6: (5, 404)})
        for number in (1, 2, 3, 4):
            assert await stories.members(conn, number) == [4, 3, 2, 1], number
        assert await stories.members(conn, 6) == [6, 5]
        assert await stories.members(conn, 1, at_most=2) == [2, 1]  # the nearest
        assert await stories.members(conn, HIGHEST) == [HIGHEST]


async def test_a_loop_ends_and_what_readers_cannot_list_connects_nothing(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chain(conn, {1: (2,), 2: (3,), 3: (1,)})
        assert await stories.members(conn, 2) == [3, 2, 1]
        await put_chain(conn, {4: ()})
        await put_article(conn, 5, related=related(1, 4), state=ArticleState.DRAFT)
        assert await stories.members(conn, 1) == [3, 2, 1] and await stories.members(conn, 4) == [4]
        assert await stories.members(conn, 5) == [5, 4, 3, 2, 1]  # its own story, for whoever sees it


async def test_what_very_many_name_connects_only_those_that_name_it_themselves(engine: Engine) -> None:
    """An explainer that everything names would make one story of all."""
    async with engine.transaction() as conn:
        many = stories.MANY + 1
        await put_chain(conn, {1: (), 2: (1,), 3: (2,)})
        await put_chain(conn, {10 + number: (1,) for number in range(many)})
        assert await stories.members(conn, 3) == [3, 2]
        assert await stories.members(conn, 2) == [3, 2, 1]
        assert len(await stories.members(conn, 1)) == min(stories.MAX_MEMBERS, many + 3)
        assert await stories.members(conn, 10) == [10, 1]


async def test_who_follows_a_story_is_found_from_any_of_its_articles(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        await put_chain(conn, {1: (), 2: (1,), 3: (2,), 4: ()})
        assert await stories.followed_of(conn, 3) == []
        assert await stories.follow(conn, ANNA, 1, 5, NOW) and not await stories.follow(conn, ANNA, 1, 0, NOW)
        assert await stories.follow(conn, BEN, 2, 0, NOW + SECOND) and await stories.follow(conn, BEN, 4, 0, NOW - DAY)
        assert await stories.followed_of(conn, 3) == [KnownStory(2, "Title 2"), KnownStory(1, "Title 1")]
        assert await stories.followed_of(conn, 4) == [KnownStory(4, "Title 4")]
        assert await stories.followed_of(conn, HIGHEST) == []
        assert await stories.of_chat(conn, BEN) == [KnownStory(2, "Title 2"), KnownStory(4, "Title 4")]


async def test_stories_of_an_export_are_followed_where_their_article_is_still_here(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        await put_chain(conn, {1: (), 2: (), 3: ()})
        await put_article(conn, 4, state=ArticleState.RETRACTED)
        wanted = [
            FollowedStory(99, "http://www.northgate.example/1/", "another title", 5),  # the link counts
            FollowedStory(2, None, "Title 2"),
            FollowedStory(3, None, "another title"),
            FollowedStory(4, "https://northgate.example/4", "Title 4"),
            FollowedStory(HIGHEST, "https://gone.example/", None),
        ]
        assert await stories.follow_known(conn, ANNA, wanted, NOW, 9) == 2
        assert await stories.follow_known(conn, ANNA, wanted, NOW, 9) == 2
        assert sorted(one.number for one in await stories.of_chat(conn, ANNA)) == [1, 2]
        more = [FollowedStory(3, None, "Title 3")]
        assert (
            await stories.follow_known(conn, ANNA, more, NOW, 2)
            == await stories.follow_known(conn, ANNA, [], NOW, 9)
            == 0
        )


async def test_a_story_is_stopped_for_one_chat_from_whatever_it_followed_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        await put_chain(conn, {1: (), 2: (1,), 3: ()})
        await put_article(conn, 4, state=ArticleState.RETRACTED)
        for chat in (ANNA, BEN):
            for number in (1, 3, 4):
                await stories.follow(conn, chat, number, 0, NOW)
        assert await stories.stop(conn, ANNA, [1, 2, HIGHEST]) and not await stories.stop(conn, ANNA, [1, 2])
        assert not await stories.stop(conn, ANNA, [])
        # Of what readers cannot see any more, no title is told.
        assert await stories.of_chat(conn, ANNA) == [KnownStory(4, ""), KnownStory(3, "Title 3")]
        assert len(await stories.of_chat(conn, BEN)) == 3
        assert await stories.followed_of(conn, 4) == []
