"""
Wiring: builds every part of the bot, passes each to those that need it, and closes them in reverse order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from bot import background
from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web.fetching import Fetcher
from bot.errors import SettingsError
from bot.event_loop import first_of, stop_on_signals, tune_garbage_collector
from bot.running_store import RunningStore, open_store
from bot.services.delivery import clocks
from bot.services.delivery.claiming import SendingLimits
from bot.services.delivery.dispatcher import Dispatcher
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.delivery.senders import SendingTools
from bot.services.newsroom import roles
from bot.settings import Settings
from bot.startup import has_owner, hold_if_older, introduce, make_folder, refuse_what_cannot_work
from bot.store.engine import metadata
from bot.task_table import BackgroundParts, FirstLook, WakeUps, background_tasks
from bot.telegram_edge.botapi.dispatch_port import send_port
from bot.telegram_edge.botapi.gateway import Gateway
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.botapi.shared_pace import SharedPace
from bot.telegram_edge.botapi.transport import HttpTransport
from bot.telegram_edge.conversations.editor import links
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.notifier import Notifier
from bot.telegram_edge.updates.application import build_application, connect_router, end_application
from bot.telegram_edge.updates.shared_journal import SharedJournal
from bot.telegram_edge.updates.update_journal import UpdateJournal
from bot.telegram_edge.updates.update_queue import UpdateQueue

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
SHUTDOWN_TIMEOUT = 7.0  # seconds for what is on its way; all of the end takes less than ten
GC_TUNED_AFTER = 1.0  # seconds: freezing walks over all that was loaded, some 50 ms, and the first poll goes first
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
        if greet is not None and not await has_owner(ctx):
            code = await roles.owner_code(ctx.db, ctx.clock())
            greet(f"https://t.me/{ctx.bot_username}?start=o_{code}")
        await first_of(asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait()))
        log.info("ending")
    return 0


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
    refuse_what_cannot_work(settings)
    make_folder("NEWSBOT_CONTENT", content)
    if isinstance(settings.database, Path):
        make_folder("NEWSBOT_DATABASE", settings.database.parent)
    wake_ups = WakeUps([])
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store(settings, stack, lost, clock or utc_now, wake_ups.heard, follows_server=clock is None)
        db, reserve, clock = store.db, store.reserve, store.clock
        bot_id = int(settings.token.split(":")[0])
        async with db.reading() as conn:
            await metadata.refuse_other_bots(conn, bot_id)
        await hold_if_older(store, settings, clock())
        transport = HttpTransport()
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
        await introduce(application.bot)
        async with db.transaction() as conn:
            await metadata.claim_for(conn, bot_id)  # only now: a mistyped token may name a bot that does not exist
        await clocks.follow_rules(db, settings.timezone, clock())
        pacer = Pacer(settings.rate)
        shared_pace = wake_ups.shared_pace = SharedPace(pacer, settings.rate, db.tell_others)
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
            wake=wake_ups.promised,
            fetcher=fetcher,
            parsing=parsing,
        )
        stack.push_async_callback(ctx.side_work.close)
        connect_router(application, ctx, REGISTRY, update_queue)
        notifier = Notifier(ctx)
        dispatcher = wake_ups.dispatcher = Dispatcher(
            db,
            SendingTools(
                send_port(Gateway(application.bot, transport, store.leads), pacer),
                ctx.look,
                ctx.picture_source,
                metrics.count if is_seen else _discard,
            ),
            SendingLimits(settings.rate, settings.stale, ctx.paid_budget, reserve=reserve),
            clock=clock,
            alarm=notifier.alarm,
            leads=store.leads,
        )
        first_look = FirstLook()
        await application.initialize()
        await application.start()
        stack.push_async_callback(end_application, application, update_queue, REPLY_DRAIN_TIMEOUT)
        await update_queue.resume(application)
        await links.resume(ctx)
        if is_seen:
            await stack.enter_async_context(
                serving_http(ctx, application, update_queue, metrics, may_begin=first_look.wait)
            )
        parts = BackgroundParts(
            ctx=ctx,
            application=application,
            update_queue=update_queue,
            journal=journal,
            store=store,
            content=content,
            notifier=notifier,
            dispatcher=dispatcher,
            wake_ups=wake_ups,
            shared_pace=shared_pace,
            first_look=first_look,
        )
        tasks = [
            asyncio.create_task(background.restart_on_error(name, loop), name=name)
            for name, loop in background_tasks(parts, imported or asyncio.Event(), lost).items()
        ]
        sending = asyncio.create_task(store.send(dispatcher.run, lambda: dispatcher.is_stopping), name="dispatcher")
        stack.push_async_callback(_end, store, dispatcher, sending, tasks)
        tuning = asyncio.get_running_loop().call_later(GC_TUNED_AFTER, tune_garbage_collector)
        stack.callback(tuning.cancel)
        yield ctx


def _discard(_: object) -> None:
    """Ignore a measurement: no HTTP server runs that would report it."""


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
