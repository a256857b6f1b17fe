"""
WebSub: a feed's hub tells us at once when the feed has changed, at an address that only it knows.

What a hub sends is believed only so far: that it is time to ask the feed itself, which polling would do anyway later.
Some hubs send a part of the feed, in which everything else would look withdrawn.
Source: https://www.w3.org/TR/websub/
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.content.web.fetching import Fetcher, FetchError
from bot.domain.source import ASKED, Source
from bot.services.sources.feed_web import FeedAnswer
from bot.store.content import source_hubs, sources
from bot.store.content.source_hubs import HubState
from bot.store.engine.database import Connection, Database

PATH = "websub"
LEASE = timedelta(days=10)
RENEW_BEFORE = timedelta(days=1)
ASK_AGAIN = timedelta(hours=6)
"""After so long a subscription is asked for again that was not confirmed."""
LONGEST_LEASE = timedelta(days=90)
_LEFT_AT_ONCE = 20  # subscriptions that are ended before sources are looked at again
SPACED = timedelta(seconds=10)
"""Between two askings of a feed, however often its hub tells us to."""
# https://www.w3.org/TR/websub/#recognized-algorithm-names
_ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}

log = logging.getLogger(__name__)


def callback(webhook_url: str, token: str) -> str:
    """Return our address for a hub."""
    return f"{webhook_url.rstrip('/')}/{PATH}/{token}"


async def remember(conn: Connection, source: Source, answer: FeedAnswer) -> None:
    """Keep which hub a feed names, whether it is followed or not. One that is known keeps its subscription."""
    known = await source_hubs.hub_state(conn, source.number)
    wanted = None
    if answer.hub is not None:
        topic = answer.topic or source.url
        wanted = HubState(answer.hub, topic, secrets.token_urlsafe(24), secrets.token_urlsafe(32))
        if known is not None and (known.hub, known.topic) == (wanted.hub, wanted.topic):
            return
    if wanted != known:
        await source_hubs.set_hub(conn, source.number, wanted)


async def follow(db: Database, fetcher: Fetcher, webhook_url: str, number: int, now: datetime) -> None:
    """Subscribe at the hub that a source's feed names, or renew the subscription, when it is time. A hub that refuses
    is asked again later; the feed is polled meanwhile."""
    async with db.reading() as conn:
        known = await source_hubs.hub_state(conn, number)
    if known is None or not is_due(known, now):
        return
    async with db.transaction() as conn:  # before it is asked: it verifies at once
        await source_hubs.set_hub(conn, number, replace(known, asked_at=now))
    lease = {"hub.lease_seconds": str(int(LEASE.total_seconds())), "hub.secret": known.secret}
    await _ask(fetcher, webhook_url, number, known, "subscribe", lease)


async def leave(db: Database, fetcher: Fetcher, webhook_url: str) -> None:
    """End the subscriptions of sources that are asked no more: paused, removed, or gone for good.

    Each hub is asked once; one that does not hear it goes on until the lease ends, and nothing comes of what it says.
    """
    async with db.reading() as conn:
        if not await source_hubs.unwanted_hubs(conn, 1):
            return
    async with db.transaction() as conn:  # before they are asked: they verify at once
        unwanted = await source_hubs.unwanted_hubs(conn, _LEFT_AT_ONCE)
        for number, hub in unwanted:
            await source_hubs.set_hub(conn, number, replace(hub, asked_at=None, until=None))
    for number, hub in unwanted:
        await _ask(fetcher, webhook_url, number, hub, "unsubscribe", {})


async def _ask(
    fetcher: Fetcher, webhook_url: str, number: int, hub: HubState, mode: str, more: Mapping[str, str]
) -> None:
    """Ask a hub for something, which it then verifies at our address. A hub that refuses is only logged.

    Source: https://www.w3.org/TR/websub/#subscriber-sends-subscription-request
    """
    form = {"hub.callback": callback(webhook_url, hub.token), "hub.mode": mode, "hub.topic": hub.topic, **more}
    try:
        status = await fetcher.post(hub.hub, form)
    except FetchError as error:
        log.info("the hub of source %d could not be asked: %s", number, error)
        return
    if status != 202:
        log.info("the hub of source %d answered %d", number, status)


def is_due(hub: HubState, now: datetime) -> bool:
    """Return whether a subscription is to be asked for: there is none, or its end is near, and it was not lately."""
    if hub.asked_at is not None and now - hub.asked_at < ASK_AGAIN:
        return False
    return hub.until is None or hub.until - now < RENEW_BEFORE


async def verified(db: Database, token: str, query: Mapping[str, str], now: datetime) -> str | None:
    """Return the challenge to answer a hub with; None when we asked for nothing of the kind.

    Source: https://www.w3.org/TR/websub/#hub-verifies-intent
    """
    mode, topic, challenge = query.get("hub.mode"), query.get("hub.topic"), query.get("hub.challenge")
    async with db.transaction() as conn:
        found = await source_hubs.by_hub_token(conn, token)
        if mode == "unsubscribe" and found is None:
            return challenge  # nobody wants what comes there
        if found is None or topic != found[1].topic:
            return None
        source, hub = found
        is_wanted = source.state in ASKED
        if mode == "unsubscribe":
            return None if is_wanted else challenge
        if mode == "denied":
            await source_hubs.set_hub(conn, source.number, replace(hub, until=None))
            return None
        if mode != "subscribe" or not challenge or not is_wanted:
            return None
        await source_hubs.set_hub(conn, source.number, replace(hub, until=now + _lease(query.get("hub.lease_seconds"))))
        return challenge


async def told(db: Database, token: str, body: bytes, signature: str | None, now: datetime) -> bool:
    """Let a source be asked whose hub says, with its signature, that the feed has changed; return whether it did.

    Source: https://www.w3.org/TR/websub/#signature-validation
    """
    async with db.transaction() as conn:
        found = await source_hubs.by_hub_token(conn, token)
        if found is None or found[0].state not in ASKED or not is_signed(body, signature, found[1].secret):
            return False
        source, _ = found
        earliest = now if source.read_at is None else max(now, source.read_at + SPACED)
        await sources.ask_at(conn, [source.number], earliest)
        return True


def is_signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Return whether a signature (`sha256=HEX`) is that of a body."""
    method, _, said = (signature or "").partition("=")
    algorithm = _ALGORITHMS.get(method.strip().lower())
    if algorithm is None:
        return False
    expected = hmac.new(secret.encode(), body, algorithm).hexdigest()
    return hmac.compare_digest(expected.encode(), said.strip().lower().encode(errors="surrogateescape"))


def _lease(seconds: str | None) -> timedelta:
    if seconds is None or not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return LEASE
    return min(LONGEST_LEASE, timedelta(seconds=int(seconds)))
