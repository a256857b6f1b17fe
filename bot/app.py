"""
Wiring: builds every part of the bot, passes each to those that need it, and closes them in reverse order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import telegram
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application

from bot import background
from bot.content.articles.surroundings import ReadingRules
from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web.fetching import Fetcher
from bot.domain.delivery import backoff
from bot.domain.publishing import PushWindow
from bot.domain.role import Role
from bot.errors import SettingsError
from bot.event_loop import first_of, stop_on_signals, tune_garbage_collector
from bot.render.locale import languages
from bot.running_store import RunningStore, open_store
from bot.services.content.imports import Policy
from bot.services.delivery import clocks
from bot.services.delivery.dispatcher import Alarm, Dispatcher
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.newsroom import arriving_news, campaign_control, roles, weekly_reports
from bot.services.sources.feed_web import FeedWeb
from bot.services.sources.scheduler import Scheduler
from bot.settings import TELEGRAM, Settings
from bot.store.content import sources
from bot.store.desk import editors
from bot.store.engine import metadata
from bot.store.readers import pending_updates
from bot.telegram_edge.botapi.dispatch_port import send_port
from bot.telegram_edge.botapi.gateway import Gateway
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.botapi.proxies import proxy_fault
from bot.telegram_edge.botapi.transport import AiohttpTransport
from bot.telegram_edge.conversations.editor import links
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.progress_messages import ProgressMessages
from bot.telegram_edge.updates.application import build_application, connect_router
from bot.telegram_edge.updates.polling import poll
from bot.telegram_edge.updates.shared_journal import SharedJournal, renew_updates, take_over_updates
from bot.telegram_edge.updates.update_journal import UpdateJournal
from bot.telegram_edge.updates.update_queue import UpdateQueue

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
SHUTDOWN_TIMEOUT = 7.0  # seconds for what is on its way; all of the end takes less than ten
GC_TUNED_AFTER = 1.0  # seconds: freezing walks over all that was loaded, some 50 ms, and the first poll goes first
FIRST_LOOK = 3.0  # seconds: whoever writes at once finds the folder's topics, and no large folder keeps people waiting
REPLY_DRAIN_TIMEOUT = 1.5  # seconds for what people are being answered


def utc_now() -> datetime:
    """Return the current time. The only place that reads the machine's clock."""
    return datetime.now(UTC)


async def run(settings: Settings, *, clock: Clock | None = None, greet: Callable[[str], None] | None = None) -> int:
    """Be the bot until SIGTERM, SIGINT or SIGHUP; return 0 once what was in flight is handed back.

    `clock`, if given, counts instead of the machine's or the database server's.
    `greet` is given the owner link when the bot has no owner yet; leave it out where others read along.
    Raises: SettingsError, StoreError.
    """
    stop, lost = stop_on_signals(), asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        starting = asyncio.create_task(stack.enter_async_context(running(settings, clock=clock, lost=lost)))
        await first_of(starting, asyncio.create_task(stop.wait()))
        if not starting.done():  # Telegram cannot be reached, and the process is to end
            starting.cancel()
            await asyncio.wait([starting])
            return 0
        ctx = await starting
        where = settings.database.absolute() if isinstance(settings.database, Path) else settings.database
        log.info("at work as @%s on %s", ctx.bot_username, where)
        if greet is not None and not await _has_owner(ctx):
            code = await roles.owner_code(ctx.db, ctx.clock())
            greet(f"https://t.me/{ctx.bot_username}?start=o_{code}")
        await first_of(asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait()))
        log.info("ending")
    return 0


@dataclass(slots=True)
class _WakeUps:
    """Who is woken when something was promised, stopped, released or imported: events, and the dispatcher."""

    events: list[asyncio.Event]
    dispatcher: Dispatcher | None = None

    def event(self) -> asyncio.Event:
        self.events.append(event := asyncio.Event())
        return event

    def notify(self) -> None:
        for event in self.events:
            event.set()
        if self.dispatcher is not None:
            self.dispatcher.wake()


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    *,
    clock: Clock | None = None,
    imported: asyncio.Event | None = None,
    lost: asyncio.Event | None = None,
) -> AsyncIterator[BotContext]:
    """Run the bot inside the block: it fetches updates, imports, sends and reports until the block ends.

    Without a `clock` it is the machine's, or the server's where the database is on one.
    `imported` is set once the content folder has been looked through for the first time, `lost` when the database is
    no longer where it was.
    Raises: SettingsError when there is no token, StoreError when the database cannot be used or is in use.
    """
    if settings.token is None:
        raise SettingsError("NEWSBOT_TOKEN: is not set; `newsbot setup` asks for it and tries it")
    content = settings.content or Path("content")
    _refuse_what_cannot_work(settings)
    _make_folder("NEWSBOT_CONTENT", content)
    if isinstance(settings.database, Path):
        _make_folder("NEWSBOT_DATABASE", settings.database.parent)
    wake_ups = _WakeUps([])
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store(settings, stack, lost, clock or utc_now, wake_ups.notify, follows_server=clock is None)
        db, reserve, clock = store.db, store.reserve, store.clock
        bot_id = int(settings.token.split(":")[0])
        async with db.reading() as conn:
            await metadata.refuse_other_bots(conn, bot_id)
        await _hold_if_older(store, settings, clock())
        transport = AiohttpTransport()
        is_seen = settings.http is not None or settings.webhook_url is not None
        if is_seen:
            from bot.http_server import Metrics, serving_http

            metrics = Metrics()
            metrics.leader.set_function(lambda: float(store.leads()))
        journal = SharedJournal(db, clock) if store.leadership is not None else UpdateJournal(db, clock)
        stack.push_async_callback(journal.close)
        update_queue = UpdateQueue(journal, time=metrics.time if is_seen else _discard)
        application = build_application(settings.token, settings.api_url, transport, update_queue)
        stack.push_async_callback(application.bot.shutdown)
        await _introduce(application.bot)
        async with db.transaction() as conn:
            await metadata.claim_for(conn, bot_id)  # only now: a mistyped token may name a bot that does not exist
        await clocks.follow_rules(db, settings.timezone, clock())
        pacer = Pacer(settings.rate)
        gateway = Gateway(application.bot, transport)
        fetcher = Fetcher(allow=settings.fetch_allow, contact=settings.contact)
        stack.push_async_callback(fetcher.close)
        parsing = ParsingProcess()
        stack.push_async_callback(parsing.close)
        ctx = BotContext(
            db=db,
            bot=application.bot,
            gateway=gateway,
            pacer=pacer,
            paid_budget=PaidBudget(settings.paid_per_day, settings.rate),
            commands=REGISTRY.commands,
            settings=settings,
            clock=clock,
            wake=wake_ups.notify,
            fetcher=fetcher,
            parsing=parsing,
        )
        stack.push_async_callback(ctx.side_work.close)
        connect_router(application, ctx, REGISTRY, update_queue)
        progress_messages = ProgressMessages(ctx)
        dispatcher = wake_ups.dispatcher = Dispatcher(
            db,
            send_port(Gateway(application.bot, transport, store.leads), pacer),
            look_of=ctx.look,
            pictures=ctx.picture_source,
            clock=clock,
            rate=settings.rate,
            stale=settings.stale,
            alarm=progress_messages.alarm,
            count=metrics.count if is_seen else _discard,
            reserve=reserve,
            paid_budget=ctx.paid_budget,
            leads=store.leads,
        )
        first_look = _FirstLook()
        await application.initialize()
        await application.start()
        stack.push_async_callback(_end_application, application)
        await update_queue.resume(application)
        await links.resume(ctx)
        if is_seen:
            await stack.enter_async_context(
                serving_http(ctx, application, update_queue, metrics, may_begin=first_look.wait)
            )
        parts = _BackgroundParts(
            ctx, application, update_queue, journal, store, content, progress_messages, dispatcher, wake_ups, first_look
        )
        tasks = [
            asyncio.create_task(background.restart_on_error(name, loop), name=name)
            for name, loop in _background_tasks(parts, imported or asyncio.Event(), lost).items()
        ]
        sending = asyncio.create_task(store.send(dispatcher.run, lambda: dispatcher.is_stopping), name="dispatcher")
        stack.push_async_callback(_end, store, dispatcher, sending, tasks)
        tuning = asyncio.get_running_loop().call_later(GC_TUNED_AFTER, tune_garbage_collector)
        stack.callback(tuning.cancel)
        yield ctx


class _FirstLook:
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
class _BackgroundParts:
    """What the background tasks work with."""

    ctx: BotContext
    application: Application[Any, Any, Any, Any, Any, Any]
    update_queue: UpdateQueue
    journal: UpdateJournal
    store: RunningStore
    content: Path
    progress_messages: ProgressMessages
    dispatcher: Dispatcher
    wake_ups: _WakeUps
    first_look: _FirstLook


def _background_tasks(
    parts: _BackgroundParts, imported: asyncio.Event, lost: asyncio.Event | None
) -> dict[str, Callable[[], Awaitable[None]]]:
    ctx, progress_messages, store = parts.ctx, parts.progress_messages, parts.store
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
        "notifications": lambda: progress_messages.run(due_notices),
        "housekeeping": lambda: background.housekeeping(db, reserve, settings.keep, settings.forget_after, clock=clock),
    }
    if (path := db.path) is not None and (backups := settings.backup) is not None:
        loops["backup"] = lambda: background.keep_backups(db, path, backups, clock=clock)
    if settings.webhook_url is None:

        async def refused(reason: str) -> None:
            # Two processes with copies of one database would each send all of it.
            parts.dispatcher.refused(reason)
            await progress_messages.alarm(Alarm.HALTED, None, reason)

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
        loops["pace"] = lambda: store.share_pace(ctx.pacer.keep_within, settings.rate)
    # What every process sees to for itself.
    loops["database"] = lambda: background.watch_database(db, store.remember, wake)
    if reserve is not None:
        alarm = partial(progress_messages.alarm, Alarm.DISK, None)
        loops["disk"] = lambda: background.watch_disk(reserve, alarm, wake)
    if path is not None and lost is not None:
        loops["database file"] = lambda: background.watch_file(path, lost)
    return loops


def _discard(_: object) -> None:
    """Ignore a measurement: no HTTP server runs that would report it."""


def _refuse_what_cannot_work(settings: Settings) -> None:
    """Check the settings against what Telegram and this installation support. Raises: SettingsError."""
    if settings.language not in languages():
        known = ", ".join(languages())
        raise SettingsError(f'NEWSBOT_LANGUAGE: newsbot does not speak "{settings.language}"; write one of {known}')
    if (fault := proxy_fault(settings.api_url)) is not None:
        raise SettingsError(fault)
    # https://core.telegram.org/bots/api#setwebhook (only a server of one's own takes others)
    is_telegrams = settings.api_url == TELEGRAM
    if settings.webhook_url is not None and is_telegrams and not settings.webhook_url.startswith("https:"):
        raise SettingsError(
            f'NEWSBOT_WEBHOOK_URL: "{settings.webhook_url}" is not https, and Telegram posts to no other address'
        )


def _make_folder(variable: str, folder: Path) -> None:
    """Create a folder unless it exists. Raises: SettingsError, which names the variable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{variable}: cannot make the folder {folder.absolute()}: {error.strerror}") from error


def policy_of(settings: Settings) -> Policy:
    """Return what the operator chose about files that become news."""
    return Policy(window=PushWindow(settings.push_window), burst=settings.burst, undo=settings.undo)


async def _has_owner(ctx: BotContext) -> bool:
    async with ctx.db.reading() as conn:
        return Role.OWNER in (await editors.editors(conn, ctx.settings.admins)).values()


async def _hold_if_older(store: RunningStore, settings: Settings, now: datetime) -> None:
    """Hold all that a restored database would send: it may have been sent before."""
    db = store.db
    async with db.transaction() as conn:
        if await metadata.generation(conn) < store.generation:
            await metadata.put(conn, "restored", "1")
        is_restored = await metadata.is_restored(conn)
        await metadata.count_start(conn)
        store.remember(await metadata.generation(conn))
        if is_restored:
            await pending_updates.forget_all(conn)  # they are as old as the copy
            await sources.hold_next(conn)
    if is_restored:
        await weekly_reports.skip_missed(db, zone=settings.timezone, now=now)
        held = await campaign_control.hold_everything(db, now=now)
        policy = policy_of(settings)
        held += len(await arriving_news.end_embargoes(db, now=now, burst=policy.burst, undo=policy.undo, push=True))
        log.warning(
            "this database is an older copy: %d publishes it had on their way, and what its files bring now, are held "
            "until an editor decides",
            held,
        )


async def _introduce(bot: telegram.Bot) -> None:
    """Fetch the bot's user name with getMe, repeated until Telegram can be reached.

    Raises: SettingsError when Telegram refuses the token.
    """
    failures = 0
    while True:
        try:
            await bot.initialize()
            return
        except InvalidToken as error:
            raise SettingsError("NEWSBOT_TOKEN: Telegram refuses it; ask @BotFather for the current one") from error
        except TelegramError as error:
            failures += 1
            if failures == 1:
                log.warning("Telegram cannot be reached (%s); trying again until it can", type(error).__name__)
            await asyncio.sleep(backoff(failures).total_seconds())


async def _end(
    store: RunningStore, dispatcher: Dispatcher, sending: asyncio.Task[None], tasks: list[asyncio.Task[None]]
) -> None:
    """Stop fetching updates, stop sending, and write down what Telegram answered."""
    dispatcher.stop()
    if not store.sends():
        sending.cancel()
    for task in tasks:
        task.cancel()
    await asyncio.wait([*tasks, sending], timeout=SHUTDOWN_TIMEOUT)
    for task in (*tasks, sending):
        if not task.done():
            log.warning("%s did not end in time", task.get_name())
        elif not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s ended badly", task.get_name(), exc_info=error)


async def _end_application(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    try:
        async with asyncio.timeout(REPLY_DRAIN_TIMEOUT):
            await application.stop()
            await application.shutdown()
    except TimeoutError:
        log.warning("some answers to people did not get through in time; what they asked comes again")
