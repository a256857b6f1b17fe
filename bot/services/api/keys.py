"""
Keys of programs: made and removed at the shell, looked up for each request.

Each act is logged in its own transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.api_key import MAX_KEYS, ApiKey, KeyRole
from bot.domain.audit import By
from bot.store.desk import api_keys, audit_log
from bot.store.engine.database import Database

PREFIX = "newsbot_"
"""What every key and secret begins with, so that those who look for leaked ones find it; `bot.logs` hides it."""
_BYTES = 32  # 256 bits: a plain hash of them cannot be turned back
_USE_NOTED_EVERY = timedelta(minutes=1)


class Refused(Enum):
    """Why no key was made."""

    KNOWN = auto()
    TOO_MANY = auto()


async def add(
    db: Database, name: str, role: KeyRole, *, is_ghost: bool = False, by: By = None, now: datetime
) -> str | Refused:
    """Return a new key, or the secret of a Ghost site, that nobody is shown again; else why there is none."""
    key = f"{PREFIX}{secrets.token_urlsafe(_BYTES)}"
    made = ApiKey(name, role, hash_of(key), now, secret=key if is_ghost else None)
    async with db.transaction() as conn:
        if len(await api_keys.api_keys(conn)) >= MAX_KEYS:
            return Refused.TOO_MANY
        if not await api_keys.add(conn, made):
            return Refused.KNOWN
        await audit_log.record(conn, "key", at=now, person=by, detail=name, after=_called(made))
    return key


async def remove(db: Database, name: str, *, by: By = None, now: datetime) -> bool:
    """Remove a key for good; return whether there was one of this name."""
    async with db.transaction() as conn:
        removed = await api_keys.remove(conn, name, now)
        if removed is None:
            return False
        await audit_log.record(conn, "key", at=now, person=by, detail=name, before=_called(removed))
        return True


def _called(key: ApiKey) -> str:
    """Return what the log says a key is for."""
    return f"ghost, {key.role}" if key.is_ghost else str(key.role)


async def listed(db: Database) -> list[ApiKey]:
    """Return every key, in the order of their names."""
    async with db.reading() as conn:
        return await api_keys.api_keys(conn)


async def note_use(db: Database, key: ApiKey, now: datetime) -> None:
    """Remember that a key is used, at most once a minute."""
    if key.used_at is None or now - key.used_at >= _USE_NOTED_EVERY:
        async with db.transaction() as conn:
            await api_keys.was_used(conn, key.name, now)


def hash_of(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def matching(keys: Iterable[ApiKey], given: str) -> ApiKey | None:
    """Return the one of these keys that was sent; None when none was. A Ghost site's secret is never sent.

    It takes as long whichever it is: all are compared, each in constant time.
    """
    hashed = hash_of(given)
    found = None
    for key in keys:
        if hmac.compare_digest(key.hash, hashed) and not key.is_ghost:
            found = key
    return found
