"""What a weekly report sends: the numbers of a week, below their chart if that can be drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.chat import Pictures
from bot.domain.delivery import Outcome, PictureRefused, Rejected
from bot.domain.message import Message, Photo
from bot.domain.statistics import Statistics, period_until
from bot.render.editor.chart import chart
from bot.render.editor.weekly_report import weekly_report
from bot.render.look import Look
from bot.services.charts.drawing import ChartDrawer
from bot.services.delivery.composing import Attempt, Body, Composition, Tools
from bot.services.newsroom import statistics
from bot.store.delivery import weekly_reports
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.weekly_reports import Recipients, WeeklyReport, recipients_of
from bot.store.engine.database import Connection, Database


async def reported(conn: Connection, campaign: Campaign) -> Recipients:
    """Return who gets a campaign's report."""
    return recipients_of(await _of(conn, campaign))


async def report_of(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Composition[Any]:
    """Return what a campaign's report sends."""
    return Report(await _of(conn, campaign), campaign, tools.prepare)


async def _of(conn: Connection, campaign: Campaign) -> WeeklyReport:
    found = await weekly_reports.report(conn, campaign.subject.number)
    if found is None:
        raise LookupError(f"there is no weekly report {campaign.subject.number}")
    return found


class Report(Composition[Body]):
    """A week in numbers for a few editors, each in their language and the shade that they chose.

    Its picture is drawn when the first message of a look is sent, where nobody else's waits for it.
    """

    def __init__(self, report: WeeklyReport, campaign: Campaign, prepare: Callable[[Message], Body]) -> None:
        super().__init__(f"weekly report {report.number}", recipients_of(report), ((campaign.subject, None),))
        self._zone = ZoneInfo(report.zone)
        self._period = period_until(report.monday - timedelta(days=1), 7, self._zone)
        self._prepare = prepare
        self._drawer = ChartDrawer()
        self._asking = asyncio.Lock()
        self._found: Statistics | None = None

    async def send(self, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Send it to one chat, without its picture when that cannot be drawn or is refused."""
        found = await self._statistics(attempt.db)
        message = weekly_report(attempt.look.words, found, self._zone)
        picture = await self._picture(attempt.look, found, attempt.db, attempt.chat)
        not_now = await attempt.turn()
        if not_now is not None:
            return not_now, False
        if picture is not None:
            outcome = await attempt.leave(self._prepare(Message(message.text, Photo(data=picture), message.keyboard)))
            if not isinstance(outcome, PictureRefused | Rejected):
                return outcome, True
            not_now = await attempt.turn()
            if not_now is not None:
                return not_now, False
        return await attempt.leave(self._prepare(message)), False

    async def _statistics(self, db: Database) -> Statistics:
        async with self._asking:
            if self._found is None:
                self._found = await statistics.statistics(db, self._period)
            return self._found

    async def _picture(self, look: Look, found: Statistics, db: Database, person: int) -> bytes | None:
        if look.pictures is Pictures.NONE:
            return None
        is_dark = (await statistics.wish(db, person)).is_dark
        drawn = chart(look.words, found, self._zone, is_dark=is_dark)
        return None if drawn is None else await self._drawer.draw(drawn)
