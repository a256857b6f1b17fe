"""
The pictures of an article, tried one way after another (`domain.picture_ways`), whether it is pushed or opened.

What Telegram makes of a picture is remembered for every later article and opening that shows it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article
from bot.domain.message import Photo
from bot.domain.picture_ways import Accepted, Finding, PictureWays, Refused, Way
from bot.errors import StoreError
from bot.render.picture_choice import candidates
from bot.store.content import articles, media
from bot.store.engine.database import Connection, Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArticlePictures:
    """The ways that are left to show an article's picture, and where bytes come from when it is their turn."""

    ways: PictureWays
    source: PictureSource

    async def next_photo(self, db: Database, now: datetime) -> tuple[Way, Photo] | None:
        """Return the best way that is left and what Telegram is given; None when the article is shown as text.

        Ways whose bytes cannot be had are given up.
        """
        while (way := self.ways.best) is not None:
            photo = way.photo or await self._bytes(way)
            if photo is not None:
                return way, photo
            await remember(db, self.ways.cannot_be_had(way), now)
        return None

    async def _bytes(self, way: Way) -> Photo | None:
        data = await self.source.bytes_of(way.picture)
        return None if data is None else Photo(data=data, credit=way.picture.credit)


async def pictures_of(conn: Connection, article: Article, source: PictureSource) -> ArticlePictures:
    """Return what an article's picture can be shown by, as far as is known today."""
    wanted = candidates(article, await articles.banners(conn, article.number))
    known = await media.known(conn, [picture.url for picture in wanted])
    return ArticlePictures(PictureWays(wanted, known), source)


async def remember(db: Database, finding: Finding | None, now: datetime) -> None:
    """Write down what was found out about a picture, if anything. Failing at that only means asking again next time."""
    if finding is None:
        return
    try:
        async with db.transaction() as conn:
            match finding:
                case Accepted(picture, file_id):
                    await media.accepted(conn, picture, file_id, now)
                case Refused(picture, reason):
                    await media.refused(conn, picture, reason, now)
    except StoreError as error:
        log.warning("what Telegram made of a picture could not be remembered: %s", error)
