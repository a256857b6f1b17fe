"""
Messages that one member of a group sees, and nobody else: kept beside the history that all see.

Source: https://core.telegram.org/bots/api#ephemeralmessageparameters
        https://core.telegram.org/bots/features#ephemeral-messages
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bot.sandbox.world.people import Json

ANSWER_WITHIN = 15.0
"""Seconds for which a press or an ephemeral command lets a bot that is no administrator answer so."""
FIRST_EPHEMERAL = 29_000_001


@dataclass(frozen=True, slots=True)
class Place:
    """A group and the one of its members who sees a message."""

    chat: int
    person: int


class Ephemeral:
    """What each member alone sees in each group, by number, and when the commands came that nobody else saw."""

    def __init__(self) -> None:
        self._shown: dict[Place, dict[int, Json]] = {}
        self._commands: dict[tuple[Place, int], float] = {}
        self._numbers = itertools.count(FIRST_EPHEMERAL)

    def next_id(self) -> int:
        return next(self._numbers)

    def add(self, place: Place, message: Json) -> None:
        """Show a message, or what became of one that is shown."""
        self._shown.setdefault(place, {})[message["ephemeral_message_id"]] = message

    def get(self, place: Place, number: int) -> Json | None:
        return self._shown.get(place, {}).get(number)

    def remove(self, place: Place, number: int) -> None:
        del self._shown[place][number]

    def of(self, place: Place) -> list[Json]:
        """Return what a member alone sees, oldest first."""
        return list(self._shown.get(place, {}).values())

    def heard(self, place: Place, number: int, at: float) -> None:
        """Take note of a command that nobody else saw."""
        self._commands[place, number] = at

    def may_answer(self, place: Place, number: int, now: float) -> bool:
        """Return whether such a command may still be answered."""
        return now - self._commands.get((place, number), -ANSWER_WITHIN - now) <= ANSWER_WITHIN
