"""
What is left in a chat of an article that was taken down, where its copy cannot be deleted: a notice that says nothing
of it. A list that is known as it was sent loses its line instead (`sent_lists`).
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import SubjectType
from bot.domain.message import Message
from bot.render.look import Look
from bot.render.reader.retracted import taken_down
from bot.services.delivery.composing import Body, Composition, Tools, Uniform
from bot.services.delivery.copies import NeutralPicture, Rewriting, to_notify
from bot.store.content import articles
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection


class Blanking(Rewriting[Body]):
    """Makes every copy say nothing of its article, and of others in a list of which no more is known."""

    changes_lists = True


async def blanking_of(conn: Connection, campaign: Campaign, tools: Tools[Body]) -> Composition[Body]:
    """Return what makes every copy of an article that was taken down, or of a note about its changes, say nothing of
    it. Raises: UnknownArticle."""
    if campaign.subject.type != SubjectType.ARTICLE:
        covers = ((campaign.subject, campaign.revision),)
        audience = await to_notify(conn, campaign)
        name = f"notice of note {campaign.subject.number}"
        return Uniform(name, audience, covers, lambda look, _: taken_down(look), tools.prepare, campaign.revision)
    article = await articles.even_taken_down(conn, campaign.subject.number)

    def message(look: Look, reason: int, saved: bool, credit: str | None, now: datetime) -> Message:
        return taken_down(look)

    audience = await to_notify(conn, campaign)
    return Blanking(f"notice of {article.number}", audience, article, message, NeutralPicture(), tools.prepare)
