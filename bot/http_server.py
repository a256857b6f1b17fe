"""
The HTTP server of the running bot: health, metrics, what programs ask, and the webhook to which Telegram posts updates.

One server an address: `NEWSBOT_HTTP` for `/healthz`, `/readyz`, `/metrics`, feeds and the HTTP API, `NEWSBOT_LISTEN`
for the webhook, which may be the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from telegram.error import InvalidToken, TelegramError

from bot.connection_limits import Connections
from bot.domain.delivery import Lane, Outcome, backoff
from bot.domain.publishing import PushWindow
from bot.errors import SettingsError, StoreError
from bot.http_api.hub_callbacks import mount_hub_callbacks
from bot.services.newsroom.incidents import stuck_for
from bot.store.delivery import outbox
from bot.store.engine import metadata
from bot.store.engine.database import Database
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.botapi.prepared import parsed
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.updates.any_application import AnyApplication
from bot.telegram_edge.updates.polling import ALLOWED_UPDATES
from bot.telegram_edge.updates.update_queue import Admission, UpdateQueue

log = logging.getLogger(__name__)

TELEGRAM_PROBE_INTERVAL = 30.0  # seconds between two getMe
TELEGRAM_WITHIN = 5.0  # seconds
READER_WITHIN = timedelta(seconds=5)  # reading takes a moment, even when thousands wait for it
WORK_WITHIN = 1.0  # seconds, after which an update that takes longer is written down and answered
REPLY_DRAIN_TIMEOUT = 2.0  # seconds for those being answered when the process is asked to end
BODY_WITHIN = 10.0  # seconds for the body of an update, most of which are a few kilobytes
UPDATE_BYTES = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Upper bounds of the histogram, seconds: most replies take milliseconds; a person gives up after about ten seconds.
DURATION_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True)
class Times:
    """How long others wait, and how often we look. In seconds but for the pause."""

    database: float = 5.0
    """For the database to take a row, or to give one."""
    writes_every: float = 5.0
    """Between two looks at whether the database can be written."""
    longest_pause: timedelta = timedelta(seconds=30)
    """Between two tries to set the webhook."""


Address = tuple[str, int]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Metrics:
    """The metrics that cannot be read from the database: what this process has seen since it started."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._outcomes = Counter(
            "newsbot_deliveries", "Attempts to deliver, by what became of them", ["outcome"], registry=self.registry
        )
        self._replies = Histogram(
            "newsbot_reply_seconds",
            "From a person's update to its answer",
            registry=self.registry,
            buckets=DURATION_BUCKETS,
        )
        self.waiting = Gauge(
            "newsbot_deliveries_waiting", "Deliveries not yet settled, by lane", ["lane"], registry=self.registry
        )
        self.oldest = Gauge(
            "newsbot_oldest_waiting_seconds", "How long the oldest due delivery has waited", registry=self.registry
        )
        self.leader = Gauge(
            "newsbot_leader", "1 on the process that sends, of several on one database; else 0", registry=self.registry
        )
        self.leader.set(1)
        self.rate = Gauge("newsbot_rate", "Messages a second the pace allows now", registry=self.registry)

    def count(self, outcome: Outcome) -> None:
        """Count one attempt."""
        self._outcomes.labels(type(outcome).__name__.lower()).inc()

    def time(self, seconds: float) -> None:
        """Count one answer to a person."""
        self._replies.observe(seconds)


class Complaints(Collector):
    """The number of 429s, whatever was sent: news, replies, editors' copies, edits."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily("newsbot_throttled", "429s for messages and edits", value=self._pacer.complaints)


class Readiness:
    """Whether the bot can do its work now. Asked often, it asks Telegram and the disk seldom."""

    def __init__(self, ctx: BotContext, times: Times) -> None:
        self._ctx = ctx
        self._times = times
        self._asking = asyncio.Lock()
        self._known: dict[Callable[[], Awaitable[str | None]], tuple[float, str | None]] = {}

    async def fault(self) -> str | None:
        """Return why the bot cannot do its work; None when it can."""
        async with self._asking:
            return (
                _unreadable(self._ctx.db)
                or await self._lately(self._store, self._times.writes_every)
                or await self._outbox()
                or await self._lately(self._telegram, TELEGRAM_PROBE_INTERVAL)
            )

    async def _lately(self, question: Callable[[], Awaitable[str | None]], seconds: float) -> str | None:
        now = asyncio.get_running_loop().time()
        until, answer = self._known.get(question, (now, None))
        if until <= now:
            answer = await question()
            again = seconds if answer is None else min(seconds, self._times.writes_every)
            self._known[question] = now + again, answer
        return answer

    async def _store(self) -> str | None:
        try:
            async with asyncio.timeout(self._times.database), self._ctx.db.transaction() as conn:
                await metadata.put(conn, "ready_at", str(int(self._ctx.clock().timestamp())))
        except StoreError as error:
            return f"the database cannot be written: {error.__cause__ or error}"  # the path is not shown over HTTP
        except TimeoutError:
            return f"the database cannot be written: the writer is not free within {self._times.database:.0f} s"
        return None

    async def _outbox(self) -> str | None:
        try:
            async with asyncio.timeout(self._times.database):
                waited = await stuck_for(self._ctx.db, self._ctx.clock())
        except TimeoutError:
            return (
                _unreadable(self._ctx.db)
                or f"the database cannot be read: no answer within {self._times.database:.0f} s"
            )
        return None if waited is None else f"the oldest delivery waits for {waited.total_seconds():.0f} s"

    async def _telegram(self) -> str | None:
        try:
            async with asyncio.timeout(TELEGRAM_WITHIN):
                await self._ctx.bot.get_me()
        except InvalidToken:
            return "Telegram refuses the token"
        except (TelegramError, TimeoutError) as error:
            return f"Telegram does not answer ({type(error).__name__})"
        return None


async def _at_once() -> None:
    """Wait for nothing."""


@contextlib.asynccontextmanager
async def serving_http(
    ctx: BotContext,
    application: AnyApplication,
    update_queue: UpdateQueue,
    metrics: Metrics,
    times: Times = Times(),
    *,
    may_begin: Callable[[], Awaitable[None]] = _at_once,
) -> AsyncIterator[None]:
    """Serve what the settings ask for until the block ends. What comes to the webhook waits for `may_begin`.

    A webhook stays set afterwards: Telegram keeps what comes until the next start. Raises: SettingsError.
    """
    settings = ctx.settings
    servers: dict[Address, tuple[str, web.Application]] = {}

    def server(variable: str, address: Address) -> web.Application:
        return servers.setdefault(address, (variable, web.Application(client_max_size=UPDATE_BYTES)))[1]

    if settings.http is not None:
        metrics.registry.register(Complaints(ctx.pacer))
        app = server("NEWSBOT_HTTP", settings.http)
        app.router.add_get("/healthz", _healthz(ctx.db))
        app.router.add_get("/readyz", _readyz(Readiness(ctx, times)))
        app.router.add_get("/metrics", _metrics(ctx, metrics))
        _mount_api(app, ctx)
    secret = settings.webhook_secret or _made_up_secret(settings.token or "")
    if settings.webhook_url is not None:
        path = urlsplit(settings.webhook_url).path or "/"
        webhook = _webhook(application, update_queue, secret, await _waiting(application), may_begin)
        listening = server("NEWSBOT_LISTEN", settings.listen)
        listening.router.add_post(path, webhook)
        mount_hub_callbacks(listening, path, ctx.db, ctx.clock, ctx.wake)
    async with contextlib.AsyncExitStack() as stack:
        for (host, port), (variable, app) in servers.items():
            try:
                await stack.enter_async_context(Connections().serving(app, host, port, REPLY_DRAIN_TIMEOUT))
            except OSError as error:
                reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
                raise SettingsError(f"{variable}: cannot listen on {host}:{port}: {reason}") from error
        if settings.webhook_url is not None:
            setting = _set_webhook(application, settings.webhook_url, secret, times.longest_pause)
            asking = asyncio.create_task(setting, name="webhook")
            stack.callback(asking.cancel)
        yield


def _made_up_secret(token: str) -> str:
    """Return a secret that whoever knows the token can make again: all processes of one bot have the same."""
    return hmac.new(token.encode(), b"newsbot webhook secret", "sha256").hexdigest()


def _mount_api(app: web.Application, ctx: BotContext) -> None:
    """Let programs ask too. Only who serves them loads what they need."""
    from bot.content.articles.surroundings import ReadingRules
    from bot.http_api.access import Api
    from bot.http_api.routes import mount
    from bot.services.api.requests import Rules
    from bot.services.content.imports import Policy

    settings = ctx.settings
    api = Api(
        db=ctx.db,
        clock=ctx.clock,
        wake=ctx.wake,
        rules=Rules(
            ReadingRules(settings.timezone, settings.fetch_allow), settings.undo, settings.four_eyes, settings.admins
        ),
        policy=Policy(PushWindow(settings.push_window), burst=settings.burst, undo=settings.undo),
        rate=settings.rate - 1,
        bot_id=ctx.bot.id,
        title=ctx.bot.first_name,
    )
    mount(app, api)


async def _waiting(application: AnyApplication) -> int:
    """Return how many updates have waited for us, as far as that can be learnt.

    Source: https://core.telegram.org/bots/api#webhookinfo
    """
    try:
        return int((await application.bot.get_webhook_info()).pending_update_count)
    except TelegramError as error:
        log.warning("nobody knows how many updates have waited (%s)", error.message)
        return 0


async def _set_webhook(application: AnyApplication, url: str, secret: str, longest_pause: timedelta) -> None:
    """Set the webhook, trying until Telegram accepts it. Source: https://core.telegram.org/bots/api#setwebhook"""
    failures = 0
    while True:
        try:
            await application.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
            return
        except TelegramError as error:
            failures += 1
            if failures == 1:
                log.warning("the webhook could not be set (%s); trying again until it can", error.message)
            await asyncio.sleep(min(backoff(failures), longest_pause).total_seconds())


def _healthz(db: Database) -> Handler:
    """Answer whether the event loop runs and the database can be read, so that people can be answered."""

    async def answer(_: web.Request) -> web.Response:
        fault = _unreadable(db)
        return web.Response(text=f"{fault or 'ok'}\n", status=200 if fault is None else 503)

    return answer


def _unreadable(db: Database) -> str | None:
    """Return why nobody can read the database; None while somebody can. Asks nothing of it, so never waits."""
    waited = db.no_reader_for()
    if waited < READER_WITHIN:
        return None
    return f"the database cannot be read: no connection has come free for {waited.total_seconds():.0f} s"


def _readyz(readiness: Readiness) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        fault = await readiness.fault()
        return web.Response(text=f"{fault or 'ok'}\n", status=200 if fault is None else 503)

    return answer


def _metrics(ctx: BotContext, metrics: Metrics) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        if (fault := _unreadable(ctx.db)) is not None:
            return web.Response(text=f"{fault}\n", status=503)
        async with ctx.db.reading() as conn:
            waiting = await outbox.waiting_by_lane(conn)
            since = await outbox.waits_since(conn)
        for lane in Lane:
            if lane is not Lane.REPLY:
                metrics.waiting.labels(lane.name.lower()).set(waiting.get(lane, 0))
        metrics.oldest.set(0 if since is None else max(0.0, (ctx.clock() - since).total_seconds()))
        metrics.rate.set(ctx.pacer.rate)
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return answer


def _webhook(
    application: AnyApplication,
    update_queue: UpdateQueue,
    secret: str,
    waiting: int,
    may_begin: Callable[[], Awaitable[None]],
) -> Handler:
    """Accept updates that carry the secret, each once, and answer when they are safe: done, or written down.

    Telegram sends again what was not answered, so a process that is killed loses nothing; what can never be read is
    answered, or it would come for ever. `waiting` of the updates are from before we listened.
    Source: https://core.telegram.org/bots/api#setwebhook
    """
    of_backlog = iter(range(waiting))

    async def answer(request: web.Request) -> web.Response:
        said = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")  # whatever bytes were sent
        if not hmac.compare_digest(said, secret.encode()):
            log.warning("a request to the webhook came without its secret")
            return web.Response(status=403)
        try:
            async with asyncio.timeout(BODY_WITHIN):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        await may_begin()
        try:
            raw = parsed(body)
            if update_queue.is_too_much(raw):
                return web.Response()
            update = update_queue.read(raw, application.bot)
        except ValueError:
            log.warning("what came to the webhook is no update and is passed over")
            return web.Response()
        try:
            taken = await update_queue.admit(update)
        except StoreError as error:
            log.warning("what came to the webhook could not be taken: %s", error)
            taken = Admission.NO_ROOM
        if taken is Admission.NEW:
            if next(of_backlog, None) is not None:
                # New ones may come in between. What is then still to come of the backlog bears a smaller number.
                update_queue.backlog_until = max(update_queue.backlog_until, update.update_id)
            application.update_queue.put_nowait(update)
        if taken is Admission.NO_ROOM or not await update_queue.safe(update.update_id, WORK_WITHIN):
            return web.Response(status=503, headers={"Retry-After": "1"})
        return web.Response()

    return answer
