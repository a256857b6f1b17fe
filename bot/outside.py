"""
What others see of the running bot over HTTP: its health, its numbers, and the door that Telegram knocks at.

One server an address: `NEWSBOT_HTTP` for `/healthz`, `/readyz` and `/metrics`, `NEWSBOT_LISTEN` for the webhook,
which may be the same.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import telegram
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from telegram.error import TelegramError
from telegram.ext import Application

from bot.domain.delivery import Lane, Outcome
from bot.store import meta, outbox
from bot.telegram_edge.house import House
from bot.telegram_edge.polling import ALLOWED_UPDATES

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=10)
UPDATE_BYTES = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Below Telegram's own patience with a reply, and around it: a blink, a moment, a wait.
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

Address = tuple[str, int]


class Numbers:
    """The numbers that cannot be read from the database: what this process has seen since it started."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._outcomes = Counter(
            "newsbot_deliveries", "Attempts to deliver, by what became of them", ["outcome"], registry=self.registry
        )
        self._replies = Histogram(
            "newsbot_reply_seconds", "From a person's update to its answer", registry=self.registry, buckets=SECONDS
        )
        self.waiting = Gauge(
            "newsbot_deliveries_waiting", "Deliveries not yet settled, by lane", ["lane"], registry=self.registry
        )
        self.oldest = Gauge(
            "newsbot_oldest_waiting_seconds", "How long the oldest due delivery has waited", registry=self.registry
        )
        self.rate = Gauge("newsbot_rate", "Messages a second the pace allows now", registry=self.registry)

    def count(self, outcome: Outcome) -> None:
        """Count one attempt."""
        self._outcomes.labels(type(outcome).__name__.lower()).inc()

    def time(self, seconds: float) -> None:
        """Count one answer to a person."""
        self._replies.observe(seconds)


@contextlib.asynccontextmanager
async def seen_from_outside(
    house: House, application: Application[Any, Any, Any, Any, Any, Any], numbers: Numbers
) -> AsyncIterator[None]:
    """Serve what the settings ask for until the block ends."""
    settings = house.settings
    servers: dict[Address, web.Application] = {}

    def server(address: Address) -> web.Application:
        return servers.setdefault(address, web.Application(client_max_size=UPDATE_BYTES))

    if settings.http is not None:
        app = server(settings.http)
        app.router.add_get("/healthz", _healthz)
        app.router.add_get("/readyz", _guarded(house, _readyz))
        app.router.add_get("/metrics", _metrics(house, numbers))
    secret = ""
    if settings.webhook_url is not None:
        secret = settings.webhook_secret or secrets.token_urlsafe(32)
        path = urlsplit(settings.webhook_url).path or "/"
        server(settings.listen).router.add_post(path, _webhook(application, secret))
    async with contextlib.AsyncExitStack() as stack:
        for (host, port), app in servers.items():
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, host, port).start()
        if settings.webhook_url is not None:
            # https://core.telegram.org/bots/api#setwebhook
            await application.bot.set_webhook(
                settings.webhook_url, secret_token=secret, allowed_updates=ALLOWED_UPDATES
            )
        yield


async def _healthz(_: web.Request) -> web.Response:
    """The loop turns: it has just answered."""
    return web.Response(text="ok\n")


def _guarded(
    house: House, check: Callable[[House], Awaitable[str | None]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        try:
            fault = await check(house)
        except Exception as error:
            log.warning("not ready: %s", type(error).__name__)
            fault = f"{type(error).__name__}"
        return web.Response(text=f"{fault or 'ok'}\n", status=200 if fault is None else 503)

    return answer


async def _readyz(house: House) -> str | None:
    """Return why the bot cannot do its work now; None when it can."""
    now = house.clock()
    async with house.db.transaction() as conn:
        await meta.put(conn, "ready_at", str(int(now.timestamp())))
    async with house.db.reading() as conn:
        due = None if await meta.is_paused(conn) else await outbox.next_due(conn)
    if due is not None and now - due > LONGEST_WAIT:
        return f"the oldest delivery waits for {(now - due).total_seconds():.0f} s"
    try:
        await house.bot.get_me()
    except TelegramError as error:
        return f"Telegram does not answer or refuses the token ({type(error).__name__})"
    return None


def _metrics(house: House, numbers: Numbers) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        async with house.db.reading() as conn:
            waiting = await outbox.waiting_by_lane(conn)
            due = await outbox.next_due(conn)
        for lane in Lane:
            if lane is not Lane.REPLY:
                numbers.waiting.labels(lane.name.lower()).set(waiting.get(lane, 0))
        numbers.oldest.set(0 if due is None else max(0.0, (house.clock() - due).total_seconds()))
        numbers.rate.set(house.pacer.rate)
        return web.Response(body=generate_latest(numbers.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return answer


def _webhook(
    application: Application[Any, Any, Any, Any, Any, Any], secret: str
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Let updates in that bear the secret. Repeated ones are dropped further in, as with polling."""

    async def answer(request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return web.Response(status=403)
        try:
            update = telegram.Update.de_json(json.loads(await request.read()), application.bot)
        except (ValueError, TypeError, KeyError, AttributeError):
            return web.Response(status=400)
        await application.update_queue.put(update)
        return web.Response()

    return answer
