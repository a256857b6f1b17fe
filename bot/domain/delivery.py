"""
Deliveries: one message promised to one chat, and what becomes of it.

An attempt ends in an Outcome, a value; `settle` returns the delivery's state after it. A message that was never sent
is retried freely; one that may have arrived is retried after a longer pause, and counted separately.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from bot.domain.delivery_time import Waits

MAX_ATTEMPTS = 12  # about an hour; an outage costs none (`services.delivery.dispatcher`)
UNSURE_PAUSE = timedelta(seconds=60)
MAX_PAUSE = timedelta(minutes=30)
UNSURE_OUTAGE_FROM = 6
"""What may have arrived in an outage is tried again after 1 min, 2 min, 4 min, … 30 min."""
MAX_UNSURE_FREE = 24  # tries in outages that cost no attempt, half a day of them: each may have been one more copy


class Lane(IntEnum):
    """The order of urgency, lowest first. Replies to people are lane 0 and never become rows of the outbox."""

    REPLY = 0
    URGENT = 1  # stops, withdrawals, breaking news
    NEWS = 2
    DIGEST = 3
    LATER = 4  # corrections, announcements


NEWS = "news"
"""The kind of campaign that brings an article to whoever follows its topics."""
CORRECTION = "correction"
"""Makes every copy of an article say what it says now."""
NOTICE = "notice"
"""Makes every copy of a retracted article say that it is."""
WITHDRAWAL = "withdrawal"
"""Deletes every copy of a retracted article that is young enough for it."""
ANNOUNCEMENT = "announcement"
"""Brings what the bot's people write to everybody, or to the readers of a topic."""
REPORT = "report"
"""Tells editors who want it about the week before."""
CORRECTION_NOTE = "correction note"
"""Tells whoever got an article that it was corrected."""
SAVERS_NOTE = "correction note to savers"
"""Tells whoever keeps an article that it was corrected."""
RETRACTION_NOTE = "retraction note"
"""Tells whoever keeps an article that it was taken back."""


class SubjectType(IntEnum):
    """What a campaign can be about. Stored: append only."""

    ARTICLE = 1
    ANNOUNCEMENT = 2
    REPORT = 3
    CHANGE_NOTE = 4


class Subject(NamedTuple):
    """What a campaign is about: the number of an article, or of whatever its type names.

    The type is a plain number, because a kind of campaign brings its own (`services.delivery.kinds`).
    """

    type: int
    number: int


class Operation(IntEnum):
    """What a delivery does with the chat's message. Stored: append only."""

    SEND = 1
    EDIT = 2
    DELETE = 3


class Status(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    UNREACHABLE = "unreachable"  # 403, chat not found: the chat is switched off
    FAILED = "failed"  # tried and given up; can be retried by an editor
    RESTRICTED = "restricted"  # the chat forbids writing for a while; it is kept for it
    UNWANTED = "unwanted"  # no longer followed, muted or paused when its turn came


class Delivery(NamedTuple):
    """One row of the outbox, to be tried at `not_before`. `unsure` counts attempts that may have arrived, `waits` says
    whether it waits, or waited, for its chat's own time.

    A tuple, because one is made for every message at its claim and another at its end.
    """

    id: int
    campaign: int
    chat: int
    thread: int
    not_before: datetime
    attempts: int = 0
    unsure: int = 0
    operation: Operation = Operation.SEND
    waits: Waits = Waits.NOT
    status: Status = Status.WAITING
    message_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _WithReason:
    """An outcome of which a reason says all. Its methods are made once: each class's own take half a millisecond."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it. `file_id` is the picture's, for the next chat; None when a file id was sent.

    `strayed`: it stands in the chat itself and not in the thread that was named.
    """

    message_id: int
    file_id: str | None = None
    strayed: bool = False


@dataclass(frozen=True, slots=True)
class Throttled:
    """429: come back after `wait`. Costs no attempt."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not tried: its time has not come. Costs no attempt, and delays no other delivery to its chat.

    `why` it waits for its chat's own time; None: for something else.
    """

    until: datetime
    why: Waits | None = None


class Failed(_WithReason):
    """It never reached Telegram, or Telegram itself said that it did not take it: safe to send again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unsure:
    """The connection ended before the answer, or a gateway gave up waiting for it: it may have arrived.

    `in_outage` when nothing else came through either: then it costs no attempt, or an outage would use them all up.
    """

    reason: str
    in_outage: bool = False


class Rejected(_WithReason):
    """Telegram refused this message and always will."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PictureRefused:
    """Telegram could not use the picture. The next way to send it, the next picture or text will do.

    `here_only` when this one chat forbids photos: no reason to give up the picture for the others.
    """

    reason: str
    here_only: bool = False


class ThreadGone(_WithReason):
    """The forum topic is closed or deleted; the chat itself is fine."""

    __slots__ = ()


class Unreachable(_WithReason):
    """Blocked, kicked, deactivated or unknown: the chat is switched off."""

    __slots__ = ()


class Restricted(_WithReason):
    """The chat forbids writing, for a while (`domain.restriction`): it keeps its place and is tried again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group became a supergroup: same people, other number."""

    chat: int


class Halted(_WithReason):
    """401, 404 or 409: nothing can be sent by anyone until the operator acts."""

    __slots__ = ()


Outcome = (
    Sent
    | Throttled
    | Postponed
    | Failed
    | Unsure
    | Rejected
    | PictureRefused
    | ThreadGone
    | Unreachable
    | Restricted
    | Migrated
    | Halted
)


_SENT = Status.SENT  # to find a member in its class takes as long as the rest


def settle(delivery: Delivery, outcome: Outcome, now: datetime, jitter: float = 0.5) -> Delivery:
    """Return the delivery as it stands after one attempt, which `delivery.attempts` already counts.

    `jitter` in [0, 1) spreads retries so that they do not come back as one wave.
    A migration, a closed thread and a halt cost no attempt: the same delivery goes out again. Whoever sends has
    tried every way to show the picture before a refused one comes here.
    """
    match outcome:
        case Sent(message_id, strayed=True):
            return delivery._replace(thread=0, status=Status.SENT, message_id=message_id)
        case Sent(message_id):
            # Nearly every message ends so, and `_replace` takes three times as long.
            return Delivery._make((*delivery[:9], _SENT, message_id, None))
        case Throttled(wait):
            return delivery._replace(not_before=now + wait, attempts=delivery.attempts - 1)
        case Postponed(until, why):
            waits = delivery.waits if why is None else why
            return delivery._replace(not_before=until, attempts=delivery.attempts - 1, waits=waits)
        case Halted():
            return delivery._replace(not_before=now, attempts=delivery.attempts - 1)
        case Migrated(chat) if chat != delivery.chat:
            return delivery._replace(chat=chat, not_before=now, attempts=delivery.attempts - 1)
        case ThreadGone() if delivery.thread != 0:
            return delivery._replace(thread=0, not_before=now, attempts=delivery.attempts - 1)
        case Unsure(in_outage=True) if delivery.unsure < MAX_UNSURE_FREE:
            unsure = delivery.unsure + 1
            pause = max(UNSURE_PAUSE, backoff(UNSURE_OUTAGE_FROM + unsure, jitter))
            return delivery._replace(not_before=now + pause, unsure=unsure, attempts=delivery.attempts - 1)
        case Unsure(reason):
            unsure = delivery.unsure + 1
            if delivery.attempts >= MAX_ATTEMPTS:
                return delivery._replace(status=Status.FAILED, unsure=unsure, reason=reason)
            pause = max(UNSURE_PAUSE, backoff(delivery.attempts, jitter))
            return delivery._replace(not_before=now + pause, unsure=unsure)
        case Failed(reason):
            if delivery.attempts >= MAX_ATTEMPTS:
                return delivery._replace(status=Status.FAILED, reason=reason)
            return delivery._replace(not_before=now + backoff(delivery.attempts, jitter))
        case Rejected(reason) | PictureRefused(reason) | ThreadGone(reason):
            return delivery._replace(status=Status.FAILED, reason=reason)
        case Migrated():
            return delivery._replace(status=Status.FAILED, reason="it moved to where it was")
        case Unreachable(reason):
            return delivery._replace(status=Status.UNREACHABLE, reason=reason)
        case Restricted(reason):
            return delivery._replace(status=Status.RESTRICTED, reason=reason)


def backoff(attempts: int, jitter: float = 0.5) -> timedelta:
    """Return the pause after `attempts` tries: 1 s doubling to half an hour, each between 50 % and 100 % of that."""
    full = min(MAX_PAUSE, timedelta(seconds=2 ** min(attempts, 20)) / 2)
    return full * (0.5 + jitter / 2)
