"""What editors are told of sources, and what the desk counts and logs of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from story import EDITH

from bot.domain.source import Origin, SourceChoices
from bot.services.content.source_files import log_act
from bot.services.newsroom.notices import SOURCE_FAILS, SOURCE_GONE
from bot.store.content import sources
from bot.store.desk import notices
from bot.store.desk.notices import Notice


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


async def note(desk: Desk, *given: Notice) -> None:
    async with desk.house.db.transaction() as conn:
        await notices.add(conn, given, desk.house.clock())


async def test_sources_that_fail_are_named_together_and_at_most_every_ten_minutes(desk: Desk) -> None:
    await note(
        desk, Notice(SOURCE_FAILS, "Blog", "its server answered 500"), Notice(SOURCE_FAILS, "News", "it is empty")
    )
    await desk.turn()
    assert desk.screen == "2 sources have given no feed for a day:\nBlog: its server answered 500\nNews: it is empty"
    told = len(desk.screens)
    await note(desk, Notice(SOURCE_FAILS, "Third", "it is empty"))
    await desk.passes(599)
    assert len(desk.screens) == told
    await desk.passes(1)
    assert desk.screen == "1 source has given no feed for a day:\nThird: it is empty"


async def test_a_source_that_ended_is_told_at_once_whatever_was_told_before(desk: Desk) -> None:
    await note(desk, Notice(SOURCE_FAILS, "Blog", "it is empty"))
    await desk.turn()
    await note(desk, Notice(SOURCE_GONE, "News", "https://news.example/feed"))
    await desk.turn()
    assert desk.screen.startswith("News has ended: its server says that the feed is gone for good (410). ")
    told = len(desk.screens)
    await desk.passes(3600)
    assert len(desk.screens) == told


async def test_numbers_and_log_name_sources(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await sources.add(
            conn, "https://blog.example/feed", SourceChoices("The Blog"), Origin.SHELL, desk.house.clock()
        )
        await log_act(conn, "add", "The Blog", EDITH, desk.house.clock())
    await desk.says("/stats")
    assert "Sources\nThe Blog: 0 came, 0 pushed, 0 held, 0 doubled, 0 refused" in desk.numbers
    await desk.says("/log")
    assert "sources (added The Blog)" in desk.screen
