"""What was taken down and a feed goes on telling: it does not come back, by whatever the feed calls it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from feed_site import Site, item
from import_desk import NOON
from source_desk import SourceDesk, source_desk

from bot.domain.article import ArticleState
from bot.services.content.taken_down_stories import BROUGHT_BACK
from bot.services.delivery import takedown_reports
from bot.services.newsroom import takedown
from bot.store.content import articles
from bot.store.desk import notices
from bot.store.desk.notices import Notice

MINUTE = timedelta(minutes=1)
Here = tuple[SourceDesk, Site]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    """A feed of which one item became news and was taken down as #2."""
    async with source_desk(tmp_path) as (desk, site):
        site.feed(item("old", at=NOON - timedelta(days=2)))
        await desk.add(f"{site.url}/feed")
        site.feed(item("quill", at=NOON + MINUTE, title="Quillfeather pays"))
        await desk.read()
        await takedown.take_down(desk.db, 2, by=None, now=desk.now)
        yield desk, site


async def told(desk: SourceDesk) -> list[Notice]:
    """Return what editors are to be told."""
    async with desk.db.reading() as conn:
        return [notice for _, notice in await notices.untold(conn)]


async def states(desk: SourceDesk) -> list[ArticleState]:
    async with desk.db.reading() as conn:
        return [(await articles.even_taken_down(conn, number)).state for number in (1, 2)]


@pytest.mark.parametrize(
    "again",
    [
        item("quill", at=NOON + MINUTE, title="Quillfeather has paid"),
        item("quill", id="another", at=NOON + MINUTE, title="Quillfeather has paid"),
        item("elsewhere", id="quill", at=NOON + MINUTE, title="Quillfeather has paid"),
    ],
    ids=["changed", "under another id", "at another link"],
)
async def test_an_item_does_not_come_back_and_editors_are_told_once_by_the_name_of_the_feed(
    here: Here, again: str
) -> None:
    desk, site = here
    site.feed(again)
    report = await desk.read()
    assert not (report.published or report.updated or report.drafts or report.archived)
    await desk.read()
    assert await states(desk) == [ArticleState.ARCHIVED, ArticleState.TAKEN_DOWN]
    assert await told(desk) == [Notice(BROUGHT_BACK, "The Blog", article=2)]
    kept = str(await desk.rows("SELECT title, link, sketch FROM source_items")).lower()
    assert "old" in kept and "quill" not in kept and "elsewhere" not in kept


async def test_another_feed_does_not_bring_it_either_and_all_else_of_it_comes(here: Here) -> None:
    desk, site = here
    site.feed(item("first", at=NOON - MINUTE), path="/other")
    await desk.add(f"{site.url}/other")
    theirs = item("quill", id="theirs", at=NOON + MINUTE, title="Quillfeather pays")
    site.feed(theirs, item("fresh", at=NOON + MINUTE), path="/other")
    report = await desk.read(2)
    fresh = await desk.article("fresh")
    assert report.published == [fresh.number]
    assert [notice.kind for notice in await told(desk)] == [BROUGHT_BACK]


async def test_the_report_names_the_feed_that_tells_it(here: Here) -> None:
    desk, site = here
    found = await takedown_reports.report(desk.db, 2)
    assert (found.files, found.feeds) == ((), (f"{site.url}/feed",))
