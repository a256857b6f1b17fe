"""
What was taken down does not come back: stories are turned away by their links, and by the items that told them.

Only hashes of the links are kept. Whoever brings such a story is told so, and nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.article import Story
from bot.domain.ingestion import FEED_ITEMS
from bot.domain.link import normalised
from bot.domain.takedown import links_of_story, without_related
from bot.errors import Complaint, ContentError, TakenDown
from bot.store.content import sources, taken_down
from bot.store.desk import notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Connection

BROUGHT_BACK = "brought back"
"""The kind of notice that a feed, or a Ghost site, told again what was taken down. Its subject says which."""


async def turned_away(conn: Connection, stories: Iterable[tuple[str, Story]]) -> dict[str, int]:
    """Return which of these stories, each with its item's id, were taken down, and as which article, by id."""
    if not await taken_down.anything(conn):
        return {}
    told = [(id, links_of_story(story)) for id, story in stories]
    known = await taken_down.matching(conn, [one for id, links in told for one in (id, *links)])
    found = await taken_down.of_items(conn, [id for id, _ in told])
    for id, links in told:
        number = next((known[one] for one in (id, *links) if one in known), None)
        if number is not None:
            found.setdefault(id, number)
    return found


async def of_items(conn: Connection, items: Sequence[tuple[str, str | None]]) -> set[str]:
    """Return the ids of those items, each with its normalised link if it has one, that tell what was taken down."""
    if not items or not await taken_down.anything(conn):
        return set()
    links = await taken_down.matching(conn, [link for _, link in items if link is not None])
    told = await taken_down.of_items(conn, [id for id, _ in items])
    return {id for id, link in items if id in told or link in links}


async def must_not_be(conn: Connection, id: str, story: Story) -> None:
    """Raises: TakenDown, when a story, or what its item told before, was taken down."""
    found = await turned_away(conn, [(id, story)])
    if id in found:
        raise TakenDown(found[id])


async def must_not_lead(conn: Connection, links: Iterable[str]) -> None:
    """Raises: TakenDown, when one of these links leads to what was taken down."""
    found = await taken_down.matching(conn, [one for link in links if (one := normalised(link)) is not None])
    if found:
        raise TakenDown(min(found.values()))


async def naming_none(conn: Connection, stories: Sequence[Story]) -> list[Story]:
    """Return the stories without the related ones that were taken down."""
    if not await taken_down.anything(conn):
        return list(stories)
    named = {one for story in stories for related in story.related if (one := normalised(related.link)) is not None}
    gone = await taken_down.matching(conn, named)
    return [without_related(story, gone) if story.related and gone else story for story in stories]


def complaint(path: str, number: int) -> ContentError:
    """Return why a file is not taken."""
    reason = f"tells the story of #{number}, which was taken down; nothing of it is taken again"
    return ContentError(Complaint(path, 0, "file", reason))


async def tell_of_feeds(conn: Connection, found: Mapping[str, int]) -> list[Notice]:
    """Return what editors are told of items of feeds that were turned away, by the names of their feeds."""
    told = []
    for id, number in found.items():
        if not id.startswith(FEED_ITEMS):
            continue
        source = await sources.source(conn, int(id.removeprefix(FEED_ITEMS).partition("/")[0]))
        if source is not None:
            notice = Notice(BROUGHT_BACK, source.name, article=number)
            if not await notices.is_known(conn, notice):
                told.append(notice)
    return told
