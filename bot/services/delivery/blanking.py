"""
What is left in a chat of an article that was taken down, where its copy cannot be deleted: a notice that says nothing
of it, or in a list the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.domain.article import Article
from bot.domain.correction import is_gone
from bot.domain.delivery import Outcome, Rejected
from bot.domain.message import Message
from bot.domain.rejections import Form
from bot.domain.topic import Topic
from bot.render.look import Look
from bot.render.reader.article import in_form
from bot.render.reader.digest import rest
from bot.render.reader.retracted import taken_down
from bot.services.delivery.composing import Body, Leave, Turn
from bot.services.delivery.copies import NeutralPicture, Outdated, Rewriting, to_notify
from bot.store.content import articles, topics
from bot.store.delivery import receipts
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection, Database


class Blanking(Rewriting[Body]):
    """Makes every copy say nothing of its article. `worn` are all topics, by number."""

    changes_lists = True

    def __init__(
        self, article: Article, audience: Outdated, worn: Mapping[int, Topic], prepare: Callable[[Message], Body]
    ) -> None:
        def message(look: Look, reason: int, saved: bool, now: datetime) -> Message:
            return taken_down(look)

        super().__init__(f"notice of {article.number}", audience, article, message, NeutralPicture(), prepare)
        self._number = article.number
        self._worn = worn
        self._prepare_rest = prepare

    async def send(
        self,
        look: Look,
        reason: int,
        turn: Turn,
        leave: Leave[Body],
        db: Database,
        now: datetime,
        *,
        chat: int = 0,
        is_photo: bool = False,
    ) -> tuple[Outcome, bool]:
        """Edit one chat's copy; of a list, what is still to be read stays, as it says today."""
        async with db.reading() as conn:
            numbers, at = await receipts.listed_beside(conn, self._number, chat)
            others = [one for one in await articles.articles(conn, numbers) if one.is_listed]
        if not others or at is None:
            return await super().send(look, reason, turn, leave, db, now, chat=chat, is_photo=is_photo)
        return await self._send_rest(others, at, look, turn, leave, now), is_photo

    async def _send_rest(
        self,
        others: Sequence[Article],
        at: datetime,
        look: Look,
        turn: Turn,
        leave: Leave[Body],
        now: datetime,
    ) -> Outcome:
        stories = [(one, [self._worn[topic] for topic in one.topics if topic in self._worn]) for one in others]
        message = rest(stories, at, look, now)
        outcome: Outcome = Rejected("")
        for form in Form:
            outcome = await turn(False) or await leave(self._prepare_rest(in_form(message, form)))
            if not isinstance(outcome, Rejected) or is_gone(outcome.reason):
                break
        return outcome


async def blanking_of(conn: Connection, campaign: Campaign, prepare: Callable[[Message], Body]) -> Blanking[Body]:
    """Return what makes every copy of an article that was taken down say nothing of it. Raises: UnknownArticle."""
    article = await articles.even_taken_down(conn, campaign.subject.number)
    return Blanking(article, await to_notify(conn, campaign), await topics.topics(conn), prepare)
