"""
A fair queue of updates: which one is worked on next when more arrive than can be worked on at once.

Updates of one chat are worked on one at a time, in order of arrival. Between people the queue is round-robin: whoever
has no update at work comes first, and nobody has more than a few at work, however many chats they write in. So a person
who sends thousands of commands from thirty groups uses up their own places only, and a person with a single question
is answered next. For senders that are chats (channels, anonymous administrators) the person behind is not known; all of
them share one part of the places.

Nothing here waits or reads a clock: `join` and `leave` report what happened, `next` returns what may begin.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum, auto

CONCURRENT_UPDATES = 256
"""Updates at work. A quarter is kept for people who have none at work; senders that are chats share another quarter."""
CONCURRENT_PER_PERSON = 8
"""More would only wait for Telegram's limits: eight groups together take some two messages a second."""
MAX_WAITING_PER_PERSON = 200
"""Updates of one person, and of one chat, that may wait. Two fetches of getUpdates bring no more, so nothing is dropped
that waited at Telegram. Answers behind more than these, at one message a second, would come too late to be of use."""
QUEUE_LIMIT = 4096
"""Updates that wait, all together."""


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """One update in the queue. `person` is who sent it: a negative number for a chat as the sender, 0 for nobody.

    `is_vital`: the bot was added, blocked or moved; such updates are never dropped in favour of messages.
    """

    id: int
    person: int
    chat: int
    is_vital: bool = False

    @property
    def is_chats(self) -> bool:
        return self.person < 0


class Enqueued(Enum):
    """The result of `join`: it waits, its person or chat has too many waiting, or the whole queue is full."""

    WAITS = auto()
    DROPPED = auto()
    FULL = auto()


@dataclass(slots=True)
class _Line:
    """The updates of one chat that wait, in order; the first can begin when none of the chat is at work."""

    waiting: dict[int, QueueTicket] = field(default_factory=dict)
    vital: int = 0
    is_busy: bool = False

    def count(self, ticket: QueueTicket) -> int:
        return self.vital if ticket.is_vital else len(self.waiting) - self.vital


@dataclass(slots=True)
class _Person:
    """One person's waiting updates in order, those that could begin now, and how many are at work."""

    waiting: dict[int, QueueTicket] = field(default_factory=dict)
    ready: dict[int, QueueTicket] = field(default_factory=dict)
    vital: int = 0
    at_work: int = 0

    def count(self, ticket: QueueTicket) -> int:
        return self.vital if ticket.is_vital else len(self.waiting) - self.vital

    @property
    def ordinary(self) -> int:
        return len(self.waiting) - self.vital


class FairQueue:
    """The updates that wait and those at work. Bounded for each person and chat, so that no one can fill it."""

    def __init__(self, at_once: int = CONCURRENT_UPDATES, waiting: int = QUEUE_LIMIT) -> None:
        self._at_once = at_once
        self._share = at_once // 4
        self._most_waiting = waiting
        self._lines: dict[int, _Line] = {}
        self._people: dict[int, _Person] = {}
        # Senders with an update ready: people with none at work, senders that are chats, people with some at work.
        self._idle: OrderedDict[int, None] = OrderedDict()
        self._chats: OrderedDict[int, None] = OrderedDict()
        self._busy: OrderedDict[int, None] = OrderedDict()
        self._waiting = self._waiting_chats = 0
        self._at_work = self._at_work_chats = 0

    @property
    def waiting(self) -> int:
        return self._waiting

    def is_too_much(self, ticket: QueueTicket) -> bool:
        """Return whether a ticket is one too many of its person or in its chat."""
        person, line = self._people.get(ticket.person), self._lines.get(ticket.chat)
        if person is not None and person.count(ticket) >= MAX_WAITING_PER_PERSON:
            return True
        if line is not None and line.count(ticket) >= MAX_WAITING_PER_PERSON:
            return True
        return ticket.is_chats and self._waiting_chats >= self._most_waiting // 4

    def join(self, ticket: QueueTicket) -> tuple[Enqueued, QueueTicket | None]:
        """Add a ticket; return the result, and the ticket that was dropped for it when the queue was full."""
        if self.is_too_much(ticket):
            return Enqueued.DROPPED, None
        gone = None
        if self._waiting >= self._most_waiting:
            gone = self._newest_of_the_loudest(self._people.get(ticket.person, _Person()))
            if gone is None:
                return Enqueued.FULL, None
            self._withdraw(gone)
        self._add(ticket)
        return Enqueued.WAITS, gone

    def next(self) -> QueueTicket | None:
        """Return the ticket that may begin now, which then counts as at work; None when none can."""
        if self._at_work >= self._at_once:
            return None
        has_room = self._at_work < self._at_once - self._share
        if self._idle:
            return self._begin(next(iter(self._idle)))
        if self._chats and has_room and self._at_work_chats < self._share:
            return self._begin(next(iter(self._chats)))
        if self._busy and has_room:
            return self._begin(next(iter(self._busy)))
        return None

    def leave(self, ticket: QueueTicket) -> None:
        """Note that the work on a ticket from `next` is done."""
        person, line = self._people[ticket.person], self._lines[ticket.chat]
        person.at_work -= 1
        self._at_work -= 1
        self._at_work_chats -= ticket.is_chats
        line.is_busy = False
        self._look_at(ticket.chat)
        self._enrol(ticket.person)

    def _add(self, ticket: QueueTicket) -> None:
        line = self._lines.setdefault(ticket.chat, _Line())
        person = self._people.setdefault(ticket.person, _Person())
        line.waiting[ticket.id] = person.waiting[ticket.id] = ticket
        line.vital += ticket.is_vital
        person.vital += ticket.is_vital
        self._waiting += 1
        self._waiting_chats += ticket.is_chats
        self._look_at(ticket.chat)

    def _withdraw(self, ticket: QueueTicket) -> None:
        """Take a ticket out of where it waits."""
        line, person = self._lines[ticket.chat], self._people[ticket.person]
        del line.waiting[ticket.id], person.waiting[ticket.id]
        person.ready.pop(ticket.id, None)
        line.vital -= ticket.is_vital
        person.vital -= ticket.is_vital
        self._waiting -= 1
        self._waiting_chats -= ticket.is_chats
        self._look_at(ticket.chat)
        self._enrol(ticket.person)

    def _begin(self, number: int) -> QueueTicket:
        person = self._people[number]
        ticket = next(iter(person.ready.values()))
        self._lines[ticket.chat].is_busy = True
        person.at_work += 1
        self._at_work += 1
        self._at_work_chats += ticket.is_chats
        for turns in (self._idle, self._chats, self._busy):
            turns.pop(number, None)  # to the end of the round
        self._withdraw(ticket)
        return ticket

    def _look_at(self, chat: int) -> None:
        """Mark the first update of a chat's line as ready when none of the chat is at work."""
        line = self._lines[chat]
        if line.is_busy:
            return
        if not line.waiting:
            del self._lines[chat]
            return
        first = next(iter(line.waiting.values()))
        self._people[first.person].ready[first.id] = first
        self._enrol(first.person)

    def _enrol(self, number: int) -> None:
        """Put a person into the round they belong to, or into none when none of their updates could begin."""
        person = self._people.get(number)
        if person is None:
            return
        if not person.waiting and not person.at_work:
            del self._people[number]
        most = 1 if number < 0 else CONCURRENT_PER_PERSON
        can = bool(person.ready) and person.at_work < most
        place = self._chats if number < 0 else self._busy if person.at_work else self._idle
        for turns in (self._idle, self._chats, self._busy):
            if turns is not place or not can:
                turns.pop(number, None)
        if can:
            place.setdefault(number)

    def _newest_of_the_loudest(self, instead_of: _Person) -> QueueTicket | None:
        """Return the ticket to drop for `instead_of`: the newest of whoever has most waiting; None: they have fewer."""
        loudest = max(self._people.values(), key=lambda person: person.ordinary)
        if loudest.ordinary <= instead_of.ordinary + 1:
            return None
        return next(ticket for ticket in reversed(loudest.waiting.values()) if not ticket.is_vital)
