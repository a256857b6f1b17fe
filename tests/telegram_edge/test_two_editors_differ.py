"""Two editors who want different things of one article at one moment: each is answered, and one thing is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from story import ANNA, BEN, EDITH

from bot.domain.article import Article, ArticleState
from bot.domain.role import Role
from bot.services.newsroom import arriving_news
from bot.store.content import articles
from bot.store.desk import editors


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, undo="0") as desk:
        async with desk.house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        for person in (ANNA, BEN):
            await desk.house.starts(person)
        await desk.room.draft("first", "Energy", pictures=())
        await desk.room.follow([ANNA], "Energy")
        yield desk


async def _article(desk: Desk) -> Article:
    async with desk.house.db.reading() as conn:
        return await articles.article(conn, 1)


@pytest.mark.parametrize(
    "other", ["/schedule 1 tomorrow 9", "/edit 1 title Better", "/retract 1", "/publish 1 silently"]
)
@pytest.mark.parametrize("publishes", [EDITH, BEN])
async def test_one_publishes_while_another_does_something_else(desk: Desk, other: str, publishes: int) -> None:
    house, differs = desk.house, BEN if publishes == EDITH else EDITH
    before = {person: len(house.messages(person)) for person in (EDITH, BEN)}
    house.world.say(publishes, publishes, "/publish 1")
    house.world.say(differs, differs, other)
    await house.settle()
    await desk.run()
    assert all(len(house.messages(person)) > said for person, said in before.items()), "each is answered"
    after = await _article(desk)
    news = [screen for screen in house.screens(ANNA) if "An excerpt" in screen]
    assert after.scheduled_at is None
    if after.state is ArticleState.RETRACTED:  # it was taken back before anything left
        assert other == "/retract 1" and news == []
    else:
        assert after.state is ArticleState.PUBLISHED and len(news) == 1
    if other.startswith("/edit"):
        assert after.story.title == "Better"
    await desk.says("/publish 1")
    await desk.run()
    assert len([screen for screen in house.screens(ANNA) if "An excerpt" in screen]) == 1


async def test_what_whoever_lost_their_role_has_scheduled_goes_out_all_the_same_once(desk: Desk) -> None:
    house = desk.house
    await house.says(BEN, "/schedule 1 tomorrow 9")
    assert (await _article(desk)).state is ArticleState.SCHEDULED
    await desk.says(f"/editors remove {BEN}")
    house.clock.advance(timedelta(days=1))
    out = await arriving_news.end_embargoes(house.db, now=house.clock(), burst=10, undo=timedelta(0), push=True)
    await desk.run()
    assert out == [1] and (await _article(desk)).state is ArticleState.PUBLISHED
    assert len([screen for screen in house.screens(ANNA) if "An excerpt" in screen]) == 1
    assert not [screen for screen in house.screens(BEN) if "is out" in screen], "nothing is told to who is nobody here"
