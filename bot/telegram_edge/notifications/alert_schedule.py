"""When alerts are sent: a table of them all, incidents as they open and end, and what is tried again and when."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from bot.domain.role import Role
from bot.errors import StoreError
from bot.services.delivery.dispatcher import Alarm
from bot.services.newsroom import incidents
from bot.store.desk.incidents import IncidentKind
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.alerts import (
    ask_about_copies,
    ask_about_edits,
    ask_editors,
    ask_of_restored,
    tell_editors,
    tell_of_acts,
    tell_of_forms,
    tell_of_newcomers,
    tell_of_sources,
    tell_of_threads,
    tell_owners,
)
from bot.telegram_edge.notifications.approval_news import tell_of_approvals
from bot.telegram_edge.notifications.named_tasks import NamedTasks
from bot.telegram_edge.notifications.second_editor_news import tell_of_second_editor
from bot.telegram_edge.notifications.topic_threads import tend

LOOK_AROUND_EVERY = timedelta(minutes=1)
RESOLVED_AFTER = timedelta(minutes=3)  # without an alarm: the dispatcher repeats it every minute while it lasts
RETRY_UNREACHED_AFTER = timedelta(minutes=10)
_ALARMS = {Alarm.HALTED: IncidentKind.TOKEN, Alarm.DISK: IncidentKind.DISK}

Tell = Callable[[BotContext, Collection[int], datetime], Awaitable[bool]]
"""Says what there is to say to these people; returns False when nobody could be reached."""

TO_EDITORS: dict[str, Tell] = {
    "held": ask_editors,
    "restored": ask_of_restored,
    "forms": tell_of_forms,
    "copies": ask_about_copies,
    "edits": ask_about_edits,
    "sources": tell_of_sources,
    "acts": tell_of_acts,
    "files": tell_editors,
    "approvals": lambda ctx, people, _: tell_of_approvals(ctx, people),
    "second editor": lambda ctx, people, _: tell_of_second_editor(ctx, people),
}
TO_OWNERS: dict[str, Tell] = {"newcomers": tell_of_newcomers}

log = logging.getLogger(__name__)


class AlertSchedule:
    """All alerts of a running bot; `turn` starts those that are due."""

    def __init__(self, ctx: BotContext, tasks: NamedTasks) -> None:
        self._ctx = ctx
        self._tasks = tasks
        self._retry_at: dict[str, datetime] = {}  # while nobody can be reached
        self._alarmed_at: dict[IncidentKind, datetime] = {}
        self._looked_at: datetime | None = None
        self._awake_since: datetime | None = None

    def turn(self, people: dict[int, Role], now: datetime) -> None:
        """Start all alerts to these editors and owners, and to groups, that are not being sent or put off."""
        owners = [person for person, role in people.items() if role is Role.OWNER]
        for name, tell in TO_EDITORS.items():
            self._tasks.start((name,), partial(self._tell, name, tell, people, now))
        for name, tell in TO_OWNERS.items():
            self._tasks.start((name,), partial(self._tell, name, tell, owners, now))
        self._tasks.start(("incidents",), lambda: self._tell_of_incidents(owners, now))
        self._tasks.start(("threads",), lambda: self._tell_of_threads(now))
        self._tasks.start(("topic threads",), lambda: self._tend_threads(now))

    def retry_all(self) -> None:
        """Try everything again at the next turn: somebody who could not be reached is there again."""
        self._retry_at.clear()

    async def alarm(self, alarm: Alarm, campaign: int | None, detail: str | None) -> None:
        """Open an incident for what stops the dispatcher. A held campaign opens none: editors are asked about it."""
        kind = _ALARMS.get(alarm)
        if kind is None or (kind is IncidentKind.DISK and "full" not in (detail or "")):
            return
        now = self._ctx.clock()
        if kind is IncidentKind.TOKEN and "terminated by other" in (detail or "").lower():
            kind = IncidentKind.SECOND
        self._alarmed_at[kind] = now
        try:
            await incidents.note(self._ctx.db, kind, True, now)
        except StoreError as error:
            log.error("an incident could not be written down: %s", error)

    async def _tell(self, name: str, tell: Tell, people: Collection[int], now: datetime) -> None:
        if now >= self._retry_at.get(name, now) and not await tell(self._ctx, people, now):
            self._retry_at[name] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_incidents(self, owners: Collection[int], now: datetime) -> None:
        if self._looked_at is None or now - self._looked_at >= 2 * LOOK_AROUND_EVERY:
            self._awake_since = now  # started, or the machine was asleep
        if self._looked_at is None or now - self._looked_at >= LOOK_AROUND_EVERY:
            self._looked_at = now
            await self._look_around(now)
        await self._tell("incidents", tell_owners, owners, now)

    async def _look_around(self, now: datetime) -> None:
        """Open the incidents that can be seen from here, and close those that are no longer reported."""
        await incidents.look_around(self._ctx.db, now, now - (self._awake_since or now))
        for kind in (IncidentKind.TOKEN, IncidentKind.SECOND):
            if now - self._alarmed_at.setdefault(kind, now) >= RESOLVED_AFTER:
                await incidents.note(self._ctx.db, kind, False, now)
        if (takes_stars := self._ctx.paid_budget.is_good) is not None:
            await incidents.note(self._ctx.db, IncidentKind.STARS, not takes_stars, now)

    async def _tell_of_threads(self, now: datetime) -> None:
        if now >= self._retry_at.get("threads", now):
            # after any failure: no group is told the same every second
            self._retry_at["threads"] = now + RETRY_UNREACHED_AFTER
            if await tell_of_threads(self._ctx, now):
                self._retry_at.pop("threads", None)

    async def _tend_threads(self, now: datetime) -> None:
        """Make, name and mend threads of private chats; when Telegram says wait, everybody's wait a minute."""
        if now >= self._retry_at.get("topic threads", now):
            self._retry_at["topic threads"] = now + LOOK_AROUND_EVERY  # also after a failure
            if await tend(self._ctx, now):
                self._retry_at.pop("topic threads", None)
