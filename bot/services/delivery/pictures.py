"""
The picture of an article: every way to show it, best first.

Telegram keeps a picture it has been sent once and remembers for days a link it could not fetch. So a known file id
goes first, then the link, then the bytes by ourselves, then the same for the next picture; at the end there is text.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.content.web.pictures import picture_bytes
from bot.domain.article import Article, Picture
from bot.domain.message import Photo
from bot.errors import StoreError
from bot.render.picture_choice import candidates
from bot.store.content import articles, media
from bot.store.engine.database import Connection, Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show a picture. `photo()` gives what Telegram is told, or None when it cannot be had."""

    picture: str
    photo: Callable[[], Awaitable[Photo | None]]
    is_last: bool


async def ways(conn: Connection, article: Article, root: Path | None) -> list[Way]:
    """Return every way to show an article's picture, best first; empty when it goes out as text."""
    wanted = candidates(article, await articles.banners(conn, article.number))
    known = await media.known(conn, [picture.url for picture in wanted])
    found: list[Way] = []
    for picture in wanted:
        if picture.url in known:
            file_id = known[picture.url]
            if file_id is None:
                continue
            found.append(Way(picture.url, _ready(Photo(file_id=file_id)), False))
        if not picture.is_local:
            found.append(Way(picture.url, _ready(Photo(url=picture.url)), False))
        found.append(Way(picture.url, _bytes(picture, root), True))
    return found


async def remember_accepted(db: Database, picture: str, file_id: str, now: datetime) -> None:
    """Write down the file id under which Telegram keeps a picture, so that its bytes travel once."""
    try:
        async with db.transaction() as conn:
            await media.accepted(conn, picture, file_id, now)
    except StoreError as error:
        log.warning("a picture's file id could not be remembered: %s", error)  # it is sent as before next time


async def remember_refused(db: Database, picture: str, reason: str, now: datetime) -> None:
    """Write down that no way to show a picture worked, so that nobody waits for the next try of it."""
    try:
        async with db.transaction() as conn:
            await media.refused(conn, picture, reason, now)
    except StoreError as error:
        log.warning("a picture's refusal could not be remembered: %s", error)


def _ready(photo: Photo) -> Callable[[], Awaitable[Photo | None]]:
    async def ready() -> Photo | None:
        return photo

    return ready


def _bytes(picture: Picture, root: Path | None) -> Callable[[], Awaitable[Photo | None]]:
    async def fetched() -> Photo | None:
        data = await picture_bytes(picture, root)
        return None if data is None else Photo(data=data)

    return fetched
