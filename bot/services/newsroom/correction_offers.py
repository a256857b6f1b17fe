"""The question whether copies of a changed article are to be corrected: kept until editors were asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.article import Article, ArticleState
from bot.domain.copies import Copies
from bot.domain.correction import Field
from bot.services.newsroom import telling
from bot.services.newsroom.notices import CHANGED
from bot.store.content import articles, corrections
from bot.store.delivery import copy_counts
from bot.store.desk import notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Offer:
    """What editors are asked about: a change in `fields`, or, of an article that is retracted, its copies alone.

    `savers` keep a retracted one and are told of it when its copies are decided about. `notices` are those that the
    question answers.
    """

    article: Article
    fields: tuple[Field, ...]
    copies: Copies
    notices: tuple[int, ...]
    savers: int = 0

    @property
    def is_open(self) -> bool:
        """Whether there is still something to decide."""
        return bool(self.copies.delivered) and (bool(self.fields) or self.article.state is ArticleState.RETRACTED)


async def offer(conn: Connection, changed: Mapping[int, Sequence[Field]], now: datetime, *, ask: bool = True) -> None:
    """Remember which articles with copies were changed, and in what; let editors be asked about them unless `ask` is
    False: then whoever changed them says what becomes of the copies."""
    delivered = {number: fields for number, fields in changed.items() if (await _copies(conn, number)).delivered}
    if not delivered:
        return
    await corrections.note_changed(conn, delivered)
    if ask:
        asked = [Notice(CHANGED, "", article=number) for number in delivered]
        await notices.add(conn, asked, now)


async def offer_to_take_back(conn: Connection, retracted: Iterable[int], now: datetime) -> None:
    """Let editors be asked what becomes of the copies of articles that a file or a feed has retracted.

    Whoever keeps one of which there are no copies is told at once: nobody is asked about that.
    """
    delivered = {number: bool((await _copies(conn, number)).delivered) for number in retracted}
    asked = [Notice(CHANGED, "", article=number) for number, is_asked in delivered.items() if is_asked]
    await notices.add(conn, asked, now)
    for number, is_asked in delivered.items():
        if not is_asked:
            await telling.decide_savers(conn, number, tell=True, by=None, now=now)


async def open_offers(db: Database, now: datetime) -> list[Offer]:
    """Return the articles about whose copies editors are to be asked now, those first that were changed first."""
    async with db.reading() as conn:
        ids: dict[int, list[int]] = {}
        for id, notice in await notices.untold(conn):
            if notice.kind == CHANGED and notice.article is not None:
                ids.setdefault(notice.article, []).append(id)
        if not ids:
            return []
        known = await articles.articles(conn, list(ids))
        fields = await corrections.uncorrected(conn, ids)
        return [
            Offer(
                one,
                fields.get(one.number, ()) if one.is_listed else (),
                await _copies(conn, one.number),
                tuple(ids[one.number]),
                0 if one.is_listed else await telling.savers_within(conn, one.number, now),
            )
            for one in known
        ]


async def _copies(conn: Connection, article: int) -> Copies:
    return await copy_counts.copies(conn, article)
