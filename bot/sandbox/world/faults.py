"""
Fault injection: what a network and a busy Telegram do to calls, scripted and repeatable.

A fault is picked before a call is looked at, so that a cut or a refusal leaves no trace in the world, while
`CutAfter` and `Stall(accepted=True)` leave a message behind that the bot never hears of.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an error as Telegram words it, such as `Refuse(403, "Forbidden: bot was blocked by the user")`."""

    status: int
    description: str
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Answer with a page instead of JSON, as a gateway in between does; or, with status 200, with any bytes.

    `accepted` when the call went through and only its answer was lost: the gateway had given up waiting for it.
    """

    status: int = 502
    body: str | bytes = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Throttle:
    """Answer 429. `retry_after` in seconds is left out of `parameters` when not `tells`."""

    retry_after: int
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Stall:
    """Say nothing for so many seconds, then close the connection; `accepted` decides whether the call happened."""

    seconds: float
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class CutBefore:
    """Close the connection without having accepted the call."""


@dataclass(frozen=True, slots=True)
class CutAfter:
    """Accept the call, then close the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Take so many seconds longer, and answer properly."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Held:
    """Leave the call unanswered until an event is set, then answer properly, or refuse it."""

    until: asyncio.Event
    then: Refuse | None = None


Fault = Refuse | Page | Throttle | Stall | CutBefore | CutAfter | Slow | Held


@dataclass(slots=True)
class _Order:
    fault: Fault
    method: str | None
    chat: int | None
    times: int | None
    probability: float
    paid: bool


@dataclass(slots=True)
class Faults:
    """Faults in the order in which they were added; the first that fits a call is used. `happened` lists those used."""

    seed: int = 0
    judge: Callable[[str, dict[str, Any]], Fault | None] | None = None
    """Asked about each call by its parameters, for what lies in a message and not in a chat."""
    happened: list[tuple[str, int | None, Fault]] = field(default_factory=list)
    _orders: list[_Order] = field(default_factory=list)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def __bool__(self) -> bool:
        return bool(self._orders) or self.judge is not None

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat: int | None = None,
        times: int | None = None,
        probability: float = 1.0,
        paid: bool = False,
    ) -> None:
        """Add a fault for calls of a method, about a chat, or all; so many times, or with a probability for good.

        `paid`: only for messages that are to be paid for, as when the Stars have run out.
        """
        self._orders.append(_Order(fault, method, chat, times, probability, paid))

    def pick(
        self, method: str, chat: int | None, is_paid: bool = False, given: dict[str, Any] | None = None
    ) -> Fault | None:
        """Return the fault for this call, and count it. `given` are its parameters, as they came."""
        if self.judge is not None and (fault := self.judge(method, given or {})) is not None:
            self.happened.append((method, chat, fault))
            return fault
        for order in self._orders:
            if order.method not in (None, method) or order.chat not in (None, chat):
                continue
            if order.paid and not is_paid:
                continue
            if order.probability < 1 and self._dice.random() >= order.probability:
                continue
            if order.times is not None:
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
            self.happened.append((method, chat, order.fault))
            return order.fault
        return None

    def clear(self) -> None:
        """Cancel what has not happened yet."""
        self._orders.clear()
