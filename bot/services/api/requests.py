"""
Requests of programs: each is done in one transaction, once however often it comes, by a key that is good then.

What is asked for and cannot be done ends as a `Refusal`, and nothing of it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.content.articles.surroundings import ReadingRules
from bot.domain.api_key import ApiKey, KeyRole
from bot.errors import Complaint
from bot.store.desk import api_answers, api_keys
from bot.store.desk.api_answers import KeptAnswer
from bot.store.engine.database import Connection, Database

MAX_REQUEST_KEY = 255  # characters of an Idempotency-Key


class Refusal(Exception):
    """Something that a program asked for and that is not done; the text says why."""


class KeyIsGone(Refusal):
    """The key was removed since the request came."""


class NotForThisKey(Refusal):
    """The key's role does not allow it."""


class NoSuchArticle(Refusal):
    """No article has that number, or the key may not know it."""


class GoneForGood(Refusal):
    """The article was taken down: nothing of it is left, and nothing brings it back."""

    def __init__(self, number: int) -> None:
        super().__init__(f"#{number} was taken down; nothing of it is left, and nothing brings it back")


class Conflict(Refusal):
    """The article is not in a state for it, or the Idempotency-Key was used for another request."""


class WrongFields(Refusal):
    """Fields that are wrong, all of them."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.reason}" for one in complaints))
        self.complaints = tuple(complaints)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator chose: how fields are read, the time between a publish and its first message, and whether an
    editor has to approve what a program publishes; `admins` are the owners of the configuration."""

    reading: ReadingRules
    undo: timedelta
    four_eyes: bool = False
    admins: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a program: by whom, and the Idempotency-Key with the digest of what is asked; None without one."""

    key: ApiKey
    request: str | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program is told. `is_replay` when it was told before, and nothing was done now."""

    status: int
    body: str
    is_replay: bool = False

    @classmethod
    def of(cls, status: int, value: object) -> Answer:
        return cls(status, json.dumps(value, ensure_ascii=False))


@dataclass(slots=True)
class Acting:
    """One request being done: the connection of its transaction, the key as it is now, the time and the rules."""

    conn: Connection
    key: ApiKey
    now: datetime
    rules: Rules
    warnings: list[Complaint] = field(default_factory=list)

    @property
    def is_editor(self) -> bool:
        return self.key.role is KeyRole.EDITOR

    @property
    def publishes(self) -> bool:
        """Whether what the key makes public is public at once."""
        return self.is_editor and not self.rules.four_eyes

    def must_be_editor(self, act: str) -> None:
        """Raises: NotForThisKey."""
        if not self.is_editor:
            raise NotForThisKey(f"a contributor's key cannot {act}; it makes drafts, which an editor publishes")


async def done_once(
    db: Database, asked: Asked, act: Callable[[Acting], Awaitable[Answer]], *, now: datetime, rules: Rules
) -> Answer:
    """Do what is asked in one transaction with the answer that is kept for it.

    Two of the same at the same time: one does it, the other is told the same. Raises: Refusal.
    """
    async with db.transaction() as conn:
        key = await api_keys.named(conn, asked.key.name)
        if key is None or key.hash != asked.key.hash:
            raise KeyIsGone("this key was removed")
        if (before := await _kept(conn, asked, now)) is not None:
            return before
        answer = await act(Acting(conn, key, now, rules))
        if asked.request is not None:
            await api_answers.keep(
                conn, key.name, asked.request, KeptAnswer(asked.digest, answer.status, answer.body), now
            )
        return answer


async def answer_given(db: Database, asked: Asked, now: datetime) -> Answer | None:
    """Return what this very request was answered before; None when it is still to be done.

    To be asked before the body is judged: what was right then may be wrong by now, such as a time to come.
    """
    if asked.request is None:
        return None
    async with db.reading() as conn:
        return await _kept(conn, asked, now)


async def _kept(conn: Connection, asked: Asked, now: datetime) -> Answer | None:
    """Raises: Conflict, when another request was answered under its Idempotency-Key."""
    if asked.request is None:
        return None
    kept = await api_answers.answer(conn, asked.key.name, asked.request, now)
    if kept is not None and kept.digest != asked.digest:
        raise Conflict("this Idempotency-Key was used for another request; every request takes its own")
    return None if kept is None else Answer(kept.status, kept.body, is_replay=True)


def remarks(complaints: Sequence[Complaint]) -> list[dict[str, Any]]:
    """Return complaints about fields as programs read them. Source: RFC 9457, section 3 (`pointer`); RFC 6901."""
    return [{"field": one.field, "pointer": _pointer(one.field), "detail": one.reason} for one in complaints]


def _pointer(name: str) -> str:
    """Return the JSON Pointer of a field that authors read as `images[1].url`."""
    return "#/" + name.replace("[", ".").replace("]", "").replace("~", "~0").replace("/", "~1").replace(".", "/")
