"""
Stories that programs tell, taken in at the one door: which article each is, and whether this program may change it.

Whoever told a story first goes on telling it. A story that somebody else tells, or told, stays as it is, and the
program is told its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.content.articles.slug import slugs_of_story
from bot.domain.api_key import is_item_of
from bot.domain.article import Story
from bot.domain.ingestion import SourceItem
from bot.domain.link import normal_link
from bot.services.content.imports import Policy, Report, Seen, take_one
from bot.store.content import imports
from bot.store.engine.database import Connection


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a story before it is taken in. `owner` is the item that tells it; `article` None when new."""

    article: int | None
    owner: SourceItem | None
    item: SourceItem | None

    def is_told_by(self, key: str) -> bool:
        return self.owner is not None and is_item_of(key, self.owner.id)


async def known(conn: Connection, id: str, link: str | None) -> Known:
    """Return what is known of an item by its id, else by its story's link (None: there is none to go by)."""
    item = (await imports.files(conn, [id])).get(id)
    number = None if item is None else item.article
    if number is None and link is not None:
        normal = normal_link(link)
        number = (await imports.linked(conn, [normal])).get(normal)
    owner = None if number is None else (await imports.owners(conn, [number])).get(number)
    return Known(number, owner, item)


async def take_story(
    conn: Connection, id: str, story: Story, before: Known, *, now: datetime, policy: Policy
) -> tuple[int | None, Report]:
    """Take in a story that is new, or that its program goes on telling; return its article, and what became of it.

    Without a number, the link is another story's, and nothing was changed: the report names that one as doubled.
    """
    told_as = before.owner.id if before.owner is not None else id
    seen = Seen(told_as, "", story, slugs_of_story(story.title, story.link))
    report = await take_one(conn, seen, now=now, policy=policy)
    if report.doubled:
        return None, report
    [owned] = (await imports.files(conn, [told_as])).values()
    if told_as != id and before.item is None and owned.article is not None:
        await remember_as_known(conn, id, owned.article)
    return owned.article, report


async def remember_as_known(conn: Connection, id: str, article: int) -> None:
    """Let an item's id lead to an article that another item tells."""
    await imports.remember(conn, [SourceItem(id, "", article, False, None, None)])
