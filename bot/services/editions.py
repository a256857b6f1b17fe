"""
An edition: one article as it goes out now, with its picture settled once and its bodies prepared once per look.

The picture is tried with the first chat that wants it, while the others wait; whatever Telegram says then holds for
all. So a picture that fails costs a few calls for an article, not a few for every chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from sqlite3 import Error as SqliteError
from typing import Generic, TypeVar

from bot.domain.article import Article
from bot.domain.chat import Pictures
from bot.domain.delivery import Outcome, PictureRefused, Sent
from bot.domain.message import Message, Photo
from bot.domain.topic import Topic
from bot.render.article import push, without_photo
from bot.render.look import Look
from bot.services.pictures import Way, ways
from bot.store import articles, media, topics
from bot.store.audience import Audience, audience_of
from bot.store.database import Connection, Database

log = logging.getLogger(__name__)
MOST_BODIES = 256  # looks × followed topics; more than that is prepared again

Body = TypeVar("Body")
Send = Callable[[Body], Awaitable[Outcome]]
_Note = Callable[[Connection, str, str, datetime], Awaitable[None]]


class Edition(Generic[Body]):
    """One article of one fan-out. `prepare` turns a Message into what the wire sends again and again."""

    def __init__(
        self,
        article: Article,
        worn: dict[int, Topic],
        audience: Audience,
        ways_to_show: list[Way],
        prepare: Callable[[Message], Body],
    ) -> None:
        self.article = article
        self.audience = audience
        self._topics = [worn[number] for number in article.topics if number in worn]
        self._all_topics = worn
        self._ways = ways_to_show
        self._prepare = prepare
        self._photo: Photo | None = None
        self._is_settled = not ways_to_show
        self._refused: set[str] = set()
        self._settling = asyncio.Lock()
        self._bodies: OrderedDict[tuple[Look, int, bool], Body] = OrderedDict()

    async def send(
        self, look: Look, reason: int, send: Send[Body], db: Database, now: datetime
    ) -> tuple[Outcome, bool]:
        """Send the article with `send` in a look, for the followed topic `reason`.

        Return the outcome, and whether what was sent is a photo. A chat that forbids photos gets text.
        """
        if look.pictures is Pictures.LARGE:
            if not self._is_settled:
                async with self._settling:
                    if not self._is_settled:
                        return await self._settle_picture(look, reason, send, db, now)
            if self._photo is not None:
                outcome = await send(self._body(look, reason, self._photo, now))
                if not isinstance(outcome, PictureRefused):
                    return outcome, True
        return await send(self._body(look, reason, None, now)), False

    async def _settle_picture(
        self, look: Look, reason: int, send: Send[Body], db: Database, now: datetime
    ) -> tuple[Outcome, bool]:
        """Try one way after the other with this chat, until Telegram takes one or none is left."""
        while self._ways:
            way = self._ways[0]
            photo = await way.photo()
            if photo is None and way.is_last and way.picture in self._refused:
                # Telegram remembers for days what it could not fetch, and neither can we: nothing is left to try.
                await self._remember(db, media.refused, way.picture, "its bytes cannot be had", now)
            if photo is not None:
                outcome = await send(self._prepare(self._message(look, reason, photo, now)))
                if isinstance(outcome, Sent):
                    self._photo = photo if outcome.file_id is None else Photo(file_id=outcome.file_id)
                    self._is_settled = True
                    if outcome.file_id is not None:
                        await self._remember(db, media.accepted, way.picture, outcome.file_id, now)
                    return outcome, True
                if not isinstance(outcome, PictureRefused):
                    return outcome, True  # nothing is said about the picture: the next chat tries it
                if outcome.here_only:
                    return await send(self._body(look, reason, None, now)), False
                log.info("article %d: a picture was refused: %s", self.article.number, outcome.reason)
                self._refused.add(way.picture)
                if way.is_last:
                    await self._remember(db, media.refused, way.picture, outcome.reason, now)
            self._ways.pop(0)
        self._is_settled = True
        return await send(self._body(look, reason, None, now)), False

    async def _remember(self, db: Database, note: _Note, picture: str, what: str, now: datetime) -> None:
        """Write down what Telegram made of a picture. Failing at that only means asking again another time."""
        try:
            async with db.transaction() as conn:
                await note(conn, picture, what, now)
        except SqliteError as error:
            log.warning("article %d: its picture could not be remembered: %s", self.article.number, error)

    def _body(self, look: Look, reason: int, photo: Photo | None, now: datetime) -> Body:
        key = (look, reason, photo is not None)
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = self._prepare(self._message(look, reason, photo, now))
            if len(self._bodies) > MOST_BODIES:
                self._bodies.popitem(last=False)
        return body

    def _message(self, look: Look, reason: int, photo: Photo | None, now: datetime) -> Message:
        message = push(self.article, self._topics, look, now, photo=photo, reason=self._all_topics.get(reason))
        return message if photo is not None else without_photo(message)


async def edition_of(
    conn: Connection, article: int, fixed_at: datetime, root: Path | None, prepare: Callable[[Message], Body]
) -> Edition[Body]:
    """Return an article ready to be sent. Raises: UnknownArticle."""
    found = await articles.article(conn, article)
    return Edition(
        found,
        await topics.topics(conn),
        await audience_of(conn, article, fixed_at),
        await ways(conn, found, root),
        prepare,
    )
