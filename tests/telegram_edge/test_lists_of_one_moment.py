"""What people look at is of one moment, however much changes while it is put together."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from newsroom_samples import define, put
from story import ANNA, StoryHouse

from bot.domain.article import Article, ArticleState
from bot.domain.topic import TopicFile
from bot.services.newsroom import newsroom
from bot.services.readers import browsing, searching
from bot.store.content import articles

TIMES = 60


async def _latest(house: StoryHouse) -> tuple[Article, ...]:
    return (await browsing.latest(house.db, ANNA, 0, size=10, now=house.clock()))[1].articles


async def _top(house: StoryHouse) -> tuple[Article, ...]:
    return (await browsing.top(house.db, ANNA, 0, size=10, now=house.clock()))[1].page.articles


async def _found(house: StoryHouse) -> tuple[Article, ...]:
    return (await searching.search(house.db, ANNA, "story", size=10, now=house.clock()))[1].articles


@pytest.mark.parametrize("look", [_latest, _top, _found])
async def test_no_list_shows_what_was_retracted_while_it_was_put_together(
    house: StoryHouse, look: Callable[[StoryHouse], Awaitable[tuple[Article, ...]]]
) -> None:
    """All stories go and come back in one transaction each: a list has all of them or none."""
    await house.starts(ANNA)
    await define(house, TopicFile("energy", "Energy"))
    numbers = await put(house, *(f"Story {place}" for place in range(5)), worn=["Energy"])
    seen = set()

    async def come_and_go() -> None:
        for state in (ArticleState.RETRACTED, ArticleState.PUBLISHED) * TIMES:
            async with house.db.transaction() as conn:
                for number in numbers:
                    if state is ArticleState.RETRACTED:
                        await newsroom.withdraw(conn, number, house.clock())
                    else:
                        await articles.set_state(conn, number, state)

    changing = asyncio.create_task(come_and_go())
    try:
        while not changing.done():
            shown = await look(house)
            assert all(article.is_listed for article in shown)
            seen.add(len(shown))
    finally:
        await changing
    assert seen == {0, 5}
