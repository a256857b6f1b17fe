"""How campaigns stand that editors follow, without counting all of a large one every second."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.delivery import SubjectType
from bot.domain.progress import Phase, Standing
from bot.errors import UnknownArticle
from bot.render.editor.progress import Sendable
from bot.services.delivery import delivery_reports
from bot.store.content import articles
from bot.store.delivery import announced, campaigns, change_notes
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.engine.database import Connection
from bot.telegram_edge.conversations.editor.publishing import rate_of
from bot.telegram_edge.kit.context import BotContext

RECOUNT_AFTER = timedelta(seconds=30)


class Standings:
    """What campaigns send and how each stands, with what was counted of them before."""

    def __init__(self, ctx: BotContext) -> None:
        self._ctx = ctx
        # counted once while rows are still being promised, and again when the audience is opened anew
        self._audiences: dict[int, tuple[datetime, int]] = {}
        self._measured: dict[int, tuple[datetime, int]] = {}  # since when each goes on, and how many were settled then
        # what waits for its chats' own times only: counted again when anything of it has moved, or after a while
        self._waiting: dict[int, tuple[datetime, int, Standing]] = {}

    def keep_only(self, campaigns: Container[int]) -> None:
        """Forget what was counted of all other campaigns."""
        self._audiences = {number: many for number, many in self._audiences.items() if number in campaigns}
        self._measured = {number: one for number, one in self._measured.items() if number in campaigns}
        self._waiting = {number: one for number, one in self._waiting.items() if number in campaigns}

    async def of(self, number: int) -> tuple[Sendable, Standing] | None:
        """Return what a campaign sends and how it stands; None when there is none."""
        now = self._ctx.clock()
        async with self._ctx.db.reading() as conn:
            found = await campaigns.campaign(conn, number)
            about = None if found is None else await _sent_by(conn, found)
            if found is None or about is None:
                return None
            fixed_at, known = self._audiences.get(number, (None, None))
            known = known if fixed_at == found.fixed_at else None
            checked_at, settled, standing = self._waiting.get(number, (now, -1, None))
            is_as_before = found.state is CampaignState.RUNNING and settled == found.settled
            if standing is None or not is_as_before or now - checked_at >= RECOUNT_AFTER:
                standing = await delivery_reports.standing(conn, found, now, rate_of(self._ctx), audience=known)
                self._waiting.pop(number, None)
                if standing.phase is Phase.WAITING:
                    self._waiting[number] = now, found.settled, standing
        if not found.is_complete:
            self._audiences[number] = found.fixed_at, standing.audience
        return about, self._with_measure(number, standing, now)

    def _with_measure(self, number: int, standing: Standing, now: datetime) -> Standing:
        """Add since when it goes on without a break: what it stood still, or newsbot did, says nothing of its pace."""
        if standing.phase is not Phase.SENDING or standing.is_paused:
            self._measured.pop(number, None)
            return standing
        since, settled = self._measured.setdefault(number, (now, standing.settled))
        return replace(standing, measured_from=since, measured_settled=settled)


async def _sent_by(conn: Connection, campaign: Campaign) -> Sendable | None:
    """Return what a campaign sends, or changes; None when it is not there any more, or nothing known."""
    if campaign.subject.type == SubjectType.ANNOUNCEMENT:
        return await announced.announcement(conn, campaign.subject.number)
    if campaign.subject.type == SubjectType.CHANGE_NOTE:
        return await change_notes.note(conn, campaign.subject.number)
    try:
        return None if campaign.article is None else await articles.even_taken_down(conn, campaign.article)
    except UnknownArticle:
        return None
