"""
Correcting in one go: what an article says in some fields, and what becomes of the copies that were delivered.

All of it is one transaction: when one field is refused, nothing was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.article import Article
from bot.domain.audit import By
from bot.domain.editing import EditField, Refusal
from bot.domain.fetch_rules import FetchRules
from bot.errors import OutOfTurn
from bot.services.content.editing import edit_within
from bot.services.newsroom import corrections
from bot.services.newsroom.corrections import Changing
from bot.store.content import articles
from bot.store.engine.database import Database


class RefusedField(Exception):
    """A field of an article that cannot say what was given; the cause is the Refusal."""

    def __init__(self, article: Article, field: EditField, refusal: Refusal) -> None:
        super().__init__(field)
        self.article = article
        self.field = field
        self.refusal = refusal


async def correct(
    db: Database,
    number: int,
    values: Mapping[EditField, str],
    *,
    every_copy: bool,
    why: str | None,
    by: By,
    allow: FetchRules,
    now: datetime,
) -> Changing:
    """Let an article say other things, and its delivered copies too; not `every_copy`: only lists show them.

    Without a campaign no copy is changed. Raises: UnknownArticle, OutOfTurn when it is in no list, RefusedField.
    """
    async with db.transaction() as conn:
        article = await articles.article(conn, number)
        if not article.is_listed:
            raise OutOfTurn(f"#{number} is in no list")
        for field, typed in values.items():
            try:
                await edit_within(conn, article, field, typed, by=by, allow=allow, now=now)
            except Refusal as refusal:
                raise RefusedField(article, field, refusal) from refusal
            article = await articles.article(conn, number)
        if every_copy:
            return await corrections.correct_within(conn, number, why=why, by=by, now=now)
        return await corrections.leave_within(conn, number, by=by, now=now)
