"""Which tasks run in the background, what each is given, and which of them only the process that sends runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot import background
from bot.content.articles.surroundings import ReadingRules
from bot.content.parsing.parsing_process import ParsingProcess
from bot.running_store import RunningStore
from bot.services.delivery.dispatcher import Alarm, Dispatcher
from bot.services.sources.feed_web import FeedWeb
from bot.services.sources.scheduler import Scheduler
from bot.startup import policy_of
from bot.telegram_edge.botapi.shared_pace import SharedPace
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.notifier import Notifier
from bot.telegram_edge.updates.any_application import AnyApplication
from bot.telegram_edge.updates.polling import poll
from bot.telegram_edge.updates.shared_journal import SharedJournal, renew_updates, take_over_updates
from bot.telegram_edge.updates.update_journal import UpdateJournal
from bot.telegram_edge.updates.update_queue import UpdateQueue

FIRST_LOOK = 3.0  # seconds: whoever writes at once finds the folder's topics, and no large folder keeps people waiting


@dataclass(slots=True)
class WakeUps:
    """Who is woken when something was promised, stopped, released or imported: events, and the dispatcher.

    `others` is set when this process did it itself, and the other ones are to hear of it.
    """

    events: list[asyncio.Event]
    dispatcher: Dispatcher | None = None
    others: asyncio.Event = field(default_factory=asyncio.Event)
    shared_pace: SharedPace | None = None

    def event(self) -> asyncio.Event:
        self.events.append(event := asyncio.Event())
        return event

    def notify(self) -> None:
        for event in self.events:
            event.set()
        if self.dispatcher is not None:
            self.dispatcher.wake()

    def heard(self, what: str) -> None:
        """Take in what another process has told: about chats that both send to, or that there is something to do."""
        if self.shared_pace is None or not self.shared_pace.heard(what):
            self.notify()

    def promised(self) -> None:
        self.notify()
        self.others.set()


class FirstLook:
    """The first look through the content folder, for which what people say and what feeds bring waits a little."""

    def __init__(self) -> None:
        self.looked = asyncio.Event()
        self._until = asyncio.get_running_loop().time() + FIRST_LOOK

    async def wait(self) -> None:
        """Return once it is done, or has taken too long since the start."""
        if not self.looked.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._until):
                    await self.looked.wait()


@dataclass(frozen=True, slots=True)
class BackgroundParts:
    """What the background tasks work with."""

    ctx: BotContext
    application: AnyApplication
    update_queue: UpdateQueue
    journal: UpdateJournal
    store: RunningStore
    content: Path
    notifier: Notifier
    dispatcher: Dispatcher
    wake_ups: WakeUps
    shared_pace: SharedPace
    first_look: FirstLook


def background_tasks(
    parts: BackgroundParts, imported: asyncio.Event, lost: asyncio.Event | None
) -> dict[str, Callable[[], Awaitable[None]]]:
    ctx, notifier, store = parts.ctx, parts.notifier, parts.store
    reserve = store.reserve
    settings, db, clock, wake = ctx.settings, ctx.db, ctx.clock, ctx.wake
    policy = policy_of(settings)
    promised, embargo, due_notices = parts.wake_ups.event(), parts.wake_ups.event(), parts.wake_ups.event()
    due_sources, due_reports = parts.wake_ups.event(), parts.wake_ups.event()
    scheduler = Scheduler(
        db,
        # One fetcher, so that a host is asked one thing at a time by all; a process of its own, so that no page that a
        # person waits for is read behind feeds.
        lambda: FeedWeb(ctx.fetcher, ParsingProcess()),
        policy,
        clock=clock,
        wake=wake,
        changed=due_sources,
        may_write=lambda: reserve is None or reserve.is_held,
        webhook_url=settings.webhook_url,
    )

    async def reading_sources() -> None:
        await parts.first_look.wait()  # items are about the topics that the folder defines
        await scheduler.run()

    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "menus": ctx.menus.register,
        "folder": lambda: background.watch_folder(
            db,
            parts.content,
            policy,
            rules=ReadingRules(settings.timezone, settings.fetch_allow, settings.site),
            clock=clock,
            wake=wake,
            looked=parts.first_look.looked,
            imported=imported,
        ),
        "fan-out": lambda: background.fan_out(
            db, reserve, zone=settings.timezone, clock=clock, changed=promised, ready=parts.dispatcher.wake
        ),
        "embargoes": lambda: background.end_embargoes(db, policy, clock=clock, changed=embargo, wake=wake),
        "weekly reports": lambda: background.promise_reports(
            db, owners=settings.admins, zone=settings.timezone, clock=clock, changed=due_reports, wake=wake
        ),
        "sources": reading_sources,
        "notifications": lambda: notifier.run(due_notices),
        "housekeeping": lambda: background.housekeeping(db, reserve, settings.keep, settings.forget_after, clock=clock),
    }
    if (path := db.path) is not None and (backups := settings.backup) is not None:
        loops["backup"] = lambda: background.keep_backups(db, path, backups, clock=clock)
    if settings.webhook_url is None:

        async def refused(reason: str) -> None:
            # Two processes with copies of one database would each send all of it.
            parts.dispatcher.refused(reason)
            await notifier.alarm(Alarm.HALTED, None, reason)

        async def polling() -> None:
            await parts.first_look.wait()
            await poll(parts.application, parts.update_queue, alarm=refused)

        loops["polling"] = polling
    journal = parts.journal
    if isinstance(journal, SharedJournal):
        loops["updates of others"] = lambda: take_over_updates(journal, parts.update_queue, parts.application)
    loops = {name: store.by_one(name, loop) for name, loop in loops.items()}
    if isinstance(journal, SharedJournal):
        loops["own updates"] = lambda: renew_updates(journal)
        loops["clock"] = store.follow_clock
        loops["wake-ups"] = lambda: store.wake_others(parts.wake_ups.others)
        loops["pace"] = lambda: store.share_pace(parts.shared_pace.share)
        loops["pace of chats"] = parts.shared_pace.run
    # What every process sees to for itself.
    loops["database"] = lambda: background.watch_database(db, store.remember, parts.wake_ups.notify)
    if reserve is not None:
        alarm = partial(notifier.alarm, Alarm.DISK, None)
        loops["disk"] = lambda: background.watch_disk(reserve, alarm, wake)
    if path is not None and lost is not None:
        loops["database file"] = lambda: background.watch_file(path, lost)
    return loops
