"""
Who asks, and how much: keys, how often they are used, and bodies that end.

A wrong key is refused before anything else of the request is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.content.formats.front_matter import LARGEST
from bot.domain.api_key import ApiKey
from bot.domain.token_bucket import TokenBucket
from bot.errors import StoreError
from bot.http_api.problems import BEARER, Problem, not_yet
from bot.services.api import keys
from bot.services.api.requests import MAX_REQUEST_KEY, Asked, Rules
from bot.services.content.imports import Policy
from bot.store.engine.database import Database

BODY_WITHIN = 10.0  # seconds
KEYS_KNOWN_FOR = 1.0  # seconds until a key that the shell made or removed counts
# Of a key: an archive of thousands is told in minutes, and nobody else waits for it.
REQUESTS_AT_ONCE, REQUESTS_PER_SECOND = 3_000, 50.0
# From an address: a program with a wrong key tries again for ever. No number of tries finds one of 256 bits.
WRONG_AT_ONCE, WRONG_PER_SECOND = 60, 0.5
MAX_ADDRESSES = 1_024


@dataclass(slots=True)
class Api:
    """What the API works with. `policy` is how files become news, for those who speak for a site and not an editor.

    `wake` tells the dispatcher that something was promised or stopped. `bot_id` and `title` are the bot's.
    """

    db: Database
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    rules: Rules
    policy: Policy
    rate: float
    bot_id: int
    title: str
    _keys: list[ApiKey] = field(default_factory=list)
    _keys_until: float = 0.0
    _used: dict[str, TokenBucket] = field(default_factory=dict)
    _wrong: OrderedDict[str, TokenBucket] = field(default_factory=OrderedDict)

    async def key_of(self, request: web.Request) -> ApiKey:
        """Return the key that a request brings. Raises: Problem."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            raise Problem(401, "send a key as “Authorization: Bearer KEY”", headers={"WWW-Authenticate": BEARER})
        key = keys.matching(await self.keys(), given.strip())
        if key is None:
            self.count_wrong(request)
            wrong = f'{BEARER}, error="invalid_token"'
            raise Problem(401, "this key is not known, or was removed", headers={"WWW-Authenticate": wrong})
        self.count_use(key)
        await self.note_use(key)
        return key

    async def note_use(self, key: ApiKey) -> None:
        """Remember that a key is used; whoever only reads is answered also while nothing can be written."""
        with contextlib.suppress(StoreError):
            await keys.note_use(self.db, key, self.clock())

    async def keys(self) -> list[ApiKey]:
        """Return every key, as it was known within the last second."""
        if monotonic() >= self._keys_until:
            self._keys = await keys.listed(self.db)
            self._keys_until = monotonic() + KEYS_KNOWN_FOR
            self._used = {one.name: self._used[one.name] for one in self._keys if one.name in self._used}
        return self._keys

    def count_use(self, key: ApiKey) -> None:
        """Raises: Problem, when a key is used too often."""
        now = monotonic()
        bucket = self._used.setdefault(key.name, TokenBucket.full(REQUESTS_AT_ONCE, REQUESTS_PER_SECOND, now))
        if wait := bucket.take(now):
            raise not_yet(f"this key may ask {REQUESTS_PER_SECOND:.0f} times a second", wait)

    def count_wrong(self, request: web.Request) -> None:
        """Raises: Problem, when too many wrong keys came from an address."""
        now, address = monotonic(), request.remote or ""
        bucket = self._wrong.setdefault(address, TokenBucket.full(WRONG_AT_ONCE, WRONG_PER_SECOND, now))
        self._wrong.move_to_end(address)
        if len(self._wrong) > MAX_ADDRESSES:
            self._wrong.popitem(last=False)
        if wait := bucket.take(now):
            raise not_yet("too many wrong keys came from this address", wait)


API = web.AppKey("api", Api)


async def body_of(request: web.Request) -> bytes:
    """Return the body of a request, at most a mebibyte. Raises: Problem."""
    too_large = Problem(413, "the body is larger than 1 MiB")
    if (request.content_length or 0) > LARGEST:
        raise too_large
    pieces, size = [], 0
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for piece in request.content.iter_any():
                size += len(piece)
                if size > LARGEST:
                    raise too_large
                pieces.append(piece)
    except TimeoutError as error:
        raise Problem(408, f"the body did not come within {BODY_WITHIN:.0f} s") from error
    except (web.PayloadAccessError, HttpProcessingError, ValueError) as error:
        raise Problem(400, "the body cannot be read as its headers say") from error
    return b"".join(pieces)


def asked(request: web.Request, key: ApiKey, body: bytes) -> Asked:
    """Return who asks for what, with the Idempotency-Key if there is one. Raises: Problem."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return Asked(key)
    if not (given.isascii() and given.isprintable() and 0 < len(given) <= MAX_REQUEST_KEY):
        raise Problem(400, f"an Idempotency-Key is 1 to {MAX_REQUEST_KEY} printable ASCII characters")
    digest = hashlib.sha256(f"{request.method}\n{request.path}\n".encode() + body).hexdigest()
    return Asked(key, given, digest)
