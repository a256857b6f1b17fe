"""
Lists that were sent, changed when one of their stories is corrected or taken back.

A list is made anew of all its stories as they are when its turn has come: two changes of two of them, on their way at
the same time, cannot undo each other, because a chat gets one message at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article, ArticleState
from bot.domain.chat import DigestForm
from bot.domain.correction import is_gone
from bot.domain.delivery import Outcome, PictureRefused, Rejected
from bot.domain.message import Message, Photo
from bot.domain.sent_list import ListForm, SentList
from bot.domain.topic import Topic
from bot.render.look import Look
from bot.render.reader.catching_up import catching_up
from bot.render.reader.digest import digest_again
from bot.render.reader.retracted import taken_down
from bot.services.delivery.composing import Attempt, Bodies
from bot.services.delivery.lists import forms_of
from bot.services.delivery.pictures import pictures_of
from bot.store.content import articles, topics
from bot.store.delivery import sent_lists
from bot.store.engine.database import Connection, Database

NOT_KNOWN = "it is not known any more what else stands in its list"
"""Why a copy is not changed: that would change what the list says of others."""


class SentLists:
    """What makes lists say what their stories say now. `prepare` makes of a message what the wire edits with."""

    def __init__(self, db: Database, source: PictureSource, prepare: Callable[[Message], Any]) -> None:
        self._db = db
        self._source = source
        self._prepare = prepare
        self._bodies = Bodies[tuple[object, ...], Sequence[Any]]()

    async def edit(self, id: int, attempt: Attempt[Any]) -> Outcome:
        """Change the list in one chat, in the form that was taken there, or a plainer one where that is refused."""
        not_now = await attempt.turn()
        if not_now is not None:
            return not_now
        outcome: Outcome = Rejected(NOT_KNOWN)
        for place, body in enumerate(await self._read(id, attempt.look)):
            outcome = (await attempt.turn() if place else None) or await attempt.leave(body)
            is_refused = isinstance(outcome, Rejected) and not is_gone(outcome.reason)
            if not is_refused and not isinstance(outcome, PictureRefused):
                break
        return outcome

    async def _read(self, id: int, look: Look) -> Sequence[Any]:
        """Return a list's bodies of this moment, fullest first; none when it is not known any more."""
        async with self._db.reading() as conn:
            sent = await sent_lists.sent_list(conn, id)
            if sent is None:
                return ()
            standing = await sent_lists.standing(conn, sent.articles)
            key = (id, look, tuple(sorted(standing.items())))
            made = self._bodies.known(key)
            if made is None:
                made = await self._made(conn, sent, look)
        return self._bodies.get(key, lambda: made)

    async def _made(self, conn: Connection, sent: SentList, look: Look) -> Sequence[Any]:
        found = {one.number: one for one in await articles.articles(conn, list(sent.articles))}
        stories = [found[number] for number in sent.articles if number in found]
        if not stories:  # all of them were taken down
            return [self._prepare(taken_down(look))]
        pictures = await self._pictures(conn, stories) if sent.form is ListForm.RICH else {}
        message = _message(sent, stories, await topics.topics(conn), look, pictures)
        return [self._prepare(one) for form, one in forms_of(message) if form >= sent.form]

    async def _pictures(self, conn: Connection, stories: Sequence[Article]) -> dict[int, Photo]:
        """Return the pictures that Telegram has or can fetch, of what was not taken back."""
        pictures = {}
        for article in stories:
            if article.state is not ArticleState.RETRACTED:
                best = (await pictures_of(conn, article, self._source)).ways.best
                if best is not None and best.photo is not None:
                    pictures[article.number] = best.photo
        return pictures


def _message(
    sent: SentList,
    stories: Sequence[Article],
    known: dict[int, Topic],
    look: Look,
    pictures: dict[int, Photo],
) -> Message:
    """Return a list as it is to be now, in the look in which it was sent."""
    if sent.listing is None:
        return catching_up(stories, look, sent.told_at)
    is_rich = sent.form in (ListForm.RICH, ListForm.RICH_WITHOUT_PICTURES)
    look = replace(look, digest=DigestForm.RICH if is_rich else DigestForm.CLASSIC)
    told = [(one, [known[number] for number in one.topics if number in known]) for one in stories]
    return digest_again(told, sent.listing, look, sent.told_at, pictures)
