"""The background task that keeps editors, owners and groups informed: progress messages, alerts, editors' menus."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.domain.chat import ChatState
from bot.domain.role import Permission, Role, may
from bot.store.desk import editors
from bot.store.readers import chats
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.alert_schedule import RETRY_UNREACHED_AFTER, AlertSchedule
from bot.telegram_edge.notifications.named_tasks import NamedTasks
from bot.telegram_edge.notifications.progress_messages import ProgressMessages

TURN_INTERVAL = timedelta(seconds=1)


class Notifier:
    """One for a running bot. `run` it in the background; `turn` is one look at everything."""

    def __init__(self, ctx: BotContext) -> None:
        self._ctx = ctx
        self._tasks = NamedTasks()
        self._progress_messages = ProgressMessages(ctx, self._tasks)
        self._alerts = AlertSchedule(ctx, self._tasks)
        self.alarm = self._alerts.alarm
        self.settled = self._tasks.settled
        self._reachable: set[int] = set()  # people who have let the bot in, as of the last turn
        self._menus: tuple[dict[int, Role], dict[int, tuple[Role, str]]] | None = None  # for whom, as last told
        self._retry_menus_at: datetime | None = None

    async def run(self, changed: asyncio.Event) -> None:
        """Work until cancelled. `changed` is set when something was promised, stopped, released or imported."""
        try:
            while True:
                changed.clear()
                await self.turn()
                try:
                    async with asyncio.timeout(TURN_INTERVAL.total_seconds()):
                        await changed.wait()
                except TimeoutError:
                    pass
        finally:
            self._tasks.cancel()

    async def turn(self) -> None:
        """Start whatever is due now."""
        now = self._ctx.clock()
        async with self._ctx.db.reading() as conn:
            everybody = await editors.editors(conn, self._ctx.settings.admins)
            known = await chats.chats(conn, everybody)
        people = {person: role for person, role in everybody.items() if may(role, Permission.PUBLISH)}
        self._welcome({person for person, chat in known.items() if chat.state is not ChatState.UNREACHABLE})
        await self._progress_messages.turn(people, now)
        self._alerts.turn(people, now)
        # Roles may change at the shell too; an owner named in the configuration may write long after the start; and
        # menus follow the chat's language.
        shown = {person: (role, known[person].language) for person, role in everybody.items() if person in known}
        is_due = self._retry_menus_at is None or now >= self._retry_menus_at
        if (everybody, shown) != self._menus and is_due and not self._tasks.is_at("menus"):
            self._menus = everybody, shown
            self._tasks.start(("menus",), self._register_menus)

    def _welcome(self, reachable: set[int]) -> None:
        """Send missed alerts at once to people who have started or unblocked the bot since the last turn."""
        if newcomers := reachable - self._reachable:
            self._alerts.retry_all()
            self._retry_menus_at = None
            self._progress_messages.ask_again(newcomers)
        self._reachable = reachable

    async def _register_menus(self) -> None:
        if not await self._ctx.menus.register_editors():
            self._menus = None
            self._retry_menus_at = self._ctx.clock() + RETRY_UNREACHED_AFTER
