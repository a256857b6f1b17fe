"""
The queue of updates: each is worked on once, in order within a chat, fairly between people, in a bounded number.

Which update may begin is decided in `domain.fair_queue`. Here updates are accepted, wait for their turn, and are stored
when later ones could not be fetched otherwise (`update_journal`).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeGuard

import telegram
from telegram.ext import BaseUpdateProcessor

from bot.domain.fair_queue import CONCURRENT_UPDATES, QUEUE_LIMIT, Enqueued, FairQueue, QueueTicket
from bot.errors import StoreError
from bot.store.engine.database import is_awaited
from bot.telegram_edge.kit.replies import arrived_at
from bot.telegram_edge.updates.any_application import AnyApplication
from bot.telegram_edge.updates.update_journal import UpdateJournal

log = logging.getLogger(__name__)

REMEMBERED_UPDATE_IDS = 10_000
"""Update ids; Telegram repeats an update within seconds, after a lost answer."""


class Admission(Enum):
    """What became of an update: it is to be worked on, is known already, is left out, or has to come again later."""

    NEW = auto()
    KNOWN = auto()
    LEFT_OUT = auto()
    NO_ROOM = auto()


@dataclass(slots=True, eq=False)
class _Entry:
    """An update that was taken. `turn` is whether it may begin: False when it had to go while it waited."""

    update: telegram.Update
    ticket: QueueTicket
    arrived: float
    turn: asyncio.Future[bool]
    done: asyncio.Event = field(default_factory=asyncio.Event)
    is_claimed: bool = False
    is_kept: bool = False

    @property
    def has_begun(self) -> bool:
        return self.turn.done()


class UpdateQueue(BaseUpdateProcessor):
    """Takes updates and lets each begin when its turn has come.

    `backlog_until` is the last update id that waited at Telegram when this process started; it may be of any age.
    `concerns` says whether there is anything to do for an update: a group's talk takes up no room. `turned_away` is
    given a press that is dropped, as Telegram sends it. `asked` is called when somebody asks for something.
    """

    def __init__(
        self,
        journal: UpdateJournal | None = None,
        time: Callable[[float], None] = lambda seconds: None,
        *,
        at_once: int = CONCURRENT_UPDATES,
        waiting: int = QUEUE_LIMIT,
        remembered: int = REMEMBERED_UPDATE_IDS,
    ) -> None:
        """Without a journal nothing is written down. `time` is told the seconds from arrival to the end of the work.

        Updates: `at_once` are worked on, `waiting` wait in all, the ids of `remembered` are known again.
        """
        super().__init__(waiting + at_once)  # FairQueue decides; this limit is never reached
        self._journal = journal
        self._time = time
        self._turns = FairQueue(at_once, waiting)
        self._entries: dict[int, _Entry] = {}
        self._workers: set[asyncio.Task[Any]] = set()
        self._seen: dict[int, None] = {}
        self._remembered = remembered
        self._progress = asyncio.Event()
        self.backlog_until = 0
        self.concerns: Callable[[telegram.Update], bool] = lambda update: True
        self.turned_away: Callable[[Mapping[str, Any]], None] = lambda query: None
        self.asked: Callable[[], None] = lambda: None

    def read(self, raw: Mapping[str, Any], bot: telegram.Bot) -> telegram.Update:
        """Return an update as python-telegram-bot knows it; one that it cannot read says nothing.

        Telegram's objects change, and what comes again until it is taken must not keep all others from being read.
        Raises: ValueError when it is no update.
        """
        number = raw.get("update_id") if isinstance(raw, Mapping) else None
        if not _is_number(number) or number < 0:
            raise ValueError("an update has a number")
        try:
            return telegram.Update.de_json(dict(raw), bot)
        except Exception as error:  # whatever making one of its objects raises
            if not self._knows(number):
                log.warning("update %d cannot be read (%s) and is passed over", number, type(error).__name__)
            return telegram.Update(number)

    def is_too_much(self, raw: Mapping[str, Any]) -> bool:
        """Return whether an update is dropped unread, because its person has too much waiting. Reading takes longest.

        What is too odd to tell is left to `read`.
        """
        try:
            ticket = ticket_of(raw)
        except Exception:
            return False
        if self._knows(ticket.id) or not self._turns.is_too_much(ticket):
            return False
        self._remember(ticket.id)
        self._drop(raw)
        return True

    async def admit(self, update: telegram.Update) -> Admission:
        """As `take`; of several processes that are one bot, the first that has an update works on it.

        Raises: StoreError, when nobody can be asked who has it.
        """
        journal = self._journal
        if self._knows(update.update_id):
            return self.take(update)
        try:
            ticket, is_for_us = ticket_for(update), self.concerns(update)
        except Exception:  # `take` says so
            return self.take(update)
        if not is_for_us:
            return self.take(update)
        if update.message is not None or update.callback_query is not None:
            self.asked()
        if journal is None or not journal.is_shared:
            return self.take(update)
        was_awaited = is_awaited.set(True)
        try:
            is_ours = await journal.claim(ticket, _to_keep(update))
        finally:
            is_awaited.reset(was_awaited)
        if not is_ours:
            self._remember(ticket.id)
            return Admission.KNOWN
        taken = self.take(update)
        if taken is Admission.NEW:
            self._entries[ticket.id].is_kept = True
        elif taken is Admission.NO_ROOM:
            await journal.give_back(ticket.id)
        elif taken is Admission.LEFT_OUT:
            journal.forget(ticket.id)
        return taken

    def take(self, update: telegram.Update) -> Admission:
        """Let an update wait for its turn; a new one is then put into the application's queue."""
        number = update.update_id
        if self._knows(number):
            return Admission.KNOWN
        try:
            ticket, is_for_us = ticket_for(update), self.concerns(update)
        except Exception as error:  # python-telegram-bot lets a number stand where a text should be
            log.warning("update %d says what cannot be (%s) and is passed over", number, type(error).__name__)
            ticket, is_for_us = QueueTicket(number, 0, 0), False
        if not is_for_us:
            self._remember(number)
            return Admission.LEFT_OUT
        joined, gone = self._turns.join(ticket)
        if joined is Enqueued.FULL:
            return Admission.NO_ROOM
        self._remember(number)
        if joined is Enqueued.DROPPED:
            self._drop(update.to_dict())
            return Admission.LEFT_OUT
        if gone is not None:
            crowded_out = self._entries[gone.id]
            self._drop(crowded_out.update.to_dict())
            crowded_out.turn.set_result(False)
        loop = asyncio.get_running_loop()
        self._entries[number] = _Entry(update, ticket, loop.time(), loop.create_future())
        self._serve()
        return Admission.NEW

    def unfinished(self) -> dict[int, asyncio.Event]:
        """Return what was taken and is not worked through, in the order in which it came."""
        return {number: entry.done for number, entry in self._entries.items()}

    def at_risk(self) -> int | None:
        """Return the oldest update that would be lost with this process if Telegram forgot it now."""
        return next((number for number, entry in self._entries.items() if not entry.is_kept), None)

    async def write_down(self, *numbers: int) -> bool:
        """Return whether none of these updates (of all, if none is named) would be lost with this process now."""
        named = numbers or tuple(self._entries)
        entries = [self._entries[number] for number in named if number in self._entries]
        at_risk = [entry for entry in entries if not entry.is_kept]
        if not at_risk:
            return True
        if self._journal is None:
            return False
        try:
            await self._journal.keep({entry.ticket.id: _to_keep(entry.update) for entry in at_risk})
        except StoreError as error:
            log.warning("what people say could not be written down: %s", error)
            return False
        for entry in at_risk:
            entry.is_kept = True
            if entry.done.is_set():
                self._journal.forget(entry.ticket.id)
        return True

    async def safe(self, number: int, within: float) -> bool:
        """Return whether Telegram may forget an update: because it is done, soon, or because it is written down.

        `within`: seconds for the work of one that has begun; one that has to wait is written down at once.
        """
        entry = self._entries.get(number)
        if entry is None or entry.is_kept:
            return True
        if entry.has_begun:
            try:
                async with asyncio.timeout(within):
                    await entry.done.wait()
            except TimeoutError:
                pass
        return entry.done.is_set() or await self.write_down(number)

    async def progress(self, within: float) -> None:
        """Wait until something is worked through, `within` seconds at most."""
        self._progress.clear()
        try:
            async with asyncio.timeout(within):
                await self._progress.wait()
        except TimeoutError:
            pass

    async def resume(self, application: AnyApplication) -> None:
        """Take up what the last process wrote down and did not get done. Raises: StoreError."""
        if self._journal is None:
            return
        self.take_up(application, await self._journal.left_over())

    def take_up(self, application: AnyApplication, written_down: Iterable[tuple[int, str]]) -> None:
        """Let what was written down, by its id and as JSON, be worked on."""
        assert self._journal is not None
        for number, body in written_down:
            try:
                update = self.read(json.loads(body), application.bot)
                taken = self.take(update) if update.update_id == number else Admission.LEFT_OUT
            except ValueError:
                taken = Admission.LEFT_OUT
            if taken is Admission.NEW:
                self.backlog_until = max(self.backlog_until, number)
                self._entries[number].is_kept = True
                application.update_queue.put_nowait(update)
            elif taken is not Admission.NO_ROOM:
                self._journal.forget(number)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        self._workers.add(worker)
        try:
            if (entry := self._claim(update)) is not None:
                await self._work(entry, coroutine)
        finally:
            self._workers.discard(worker)
            coroutine.close()  # type: ignore[attr-defined]  # the application passes a coroutine

    async def abandon(self) -> None:
        """Cancel the work on all updates and wait for its end. They are not done, and come at the next start.

        python-telegram-bot's Application.stop() waits for them; cancelled, it leaves them running.
        """
        workers = tuple(self._workers)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, entry: _Entry, coroutine: Awaitable[Any]) -> None:
        """Wait for the turn of an update and work on it. When cancelled it is not done: it comes at the next start."""
        if not await asyncio.shield(entry.turn):
            self._finish(entry)
            return
        is_awaited.set(True)
        if entry.is_kept and self._journal is not None:
            await self._journal.come_behind(entry.ticket)
        arrived_at.set(entry.arrived)
        try:
            await coroutine
        except Exception:
            self._finish(entry)
            raise
        finally:
            self._time(asyncio.get_running_loop().time() - entry.arrived)
            self._turns.leave(entry.ticket)
            self._serve()
        self._finish(entry)

    def _claim(self, update: object) -> _Entry | None:
        """Return what is to be worked on; None for what nobody took and for what has a worker already."""
        if not isinstance(update, telegram.Update):
            return None
        if update.update_id not in self._entries:
            self.take(update)
        entry = self._entries.get(update.update_id)
        if entry is None or entry.is_claimed:
            return None
        entry.is_claimed = True
        return entry

    def _drop(self, raw: Mapping[str, Any]) -> None:
        """Drop an update of a person with too many waiting; if it is a press, they are told so."""
        log.warning("somebody says more than can be answered; what is too much is dropped")
        query = raw.get("callback_query")
        if query:
            self.turned_away(query)

    def _finish(self, entry: _Entry) -> None:
        del self._entries[entry.ticket.id]
        if entry.is_kept and self._journal is not None:
            self._journal.forget(entry.ticket.id)
        entry.done.set()
        self._progress.set()

    def _serve(self) -> None:
        """Start every update that the fair queue lets begin."""
        while (ticket := self._turns.next()) is not None:
            self._entries[ticket.id].turn.set_result(True)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to end: the application has waited for every update."""

    def _knows(self, number: int) -> bool:
        return number in self._entries or number in self._seen

    def _remember(self, number: int) -> None:
        self._seen[number] = None
        if len(self._seen) > self._remembered:
            del self._seen[next(iter(self._seen))]


def ticket_of(raw: Mapping[str, Any]) -> QueueTicket:
    """Return who asks, and in which chat, of an update as Telegram sends it; without a chat, the person's own line.

    Anonymous administrators and channels speak as chats. Source: https://core.telegram.org/bots/api#message
    Raises: ValueError, or whatever else reading what cannot be raises.
    """
    message = raw.get("message") or raw.get("channel_post") or {}
    moved, pressed = raw.get("my_chat_member"), raw.get("callback_query") or {}
    said = message or moved or pressed or raw.get("inline_query") or raw.get("chosen_inline_result")
    said = said or raw.get("message_reaction") or {}
    speaker = said.get("sender_chat") or said.get("from") or said.get("user") or said.get("chat") or {"id": 0}
    chat = said.get("chat") or pressed.get("message", {}).get("chat") or speaker
    is_move = "migrate_to_chat_id" in message or "migrate_from_chat_id" in message
    return _ticket(raw["update_id"], speaker["id"], chat["id"], moved is not None or is_move)


def ticket_for(update: telegram.Update) -> QueueTicket:
    """Return the same of an update that has been read; to make it anew what Telegram sent would take 20 times as long.

    Raises: ValueError, or whatever else reading what cannot be raises.
    """
    message = update.message or update.channel_post
    moved, pressed = update.my_chat_member, update.callback_query
    said: Any = message or moved or pressed
    if said is None:
        return _ticket(update.update_id, 0, 0, False)
    where: Any = getattr(said, "chat", None)
    speaker: Any = getattr(said, "sender_chat", None) or said.from_user or where
    if where is None and pressed is not None and pressed.message is not None:
        where = pressed.message.chat
    is_move = message is not None and (
        message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None
    )
    return _ticket(update.update_id, speaker.id, (where or speaker).id, moved is not None or is_move)


def _ticket(number: object, person: object, place: object, is_vital: bool) -> QueueTicket:
    if not (_is_number(number) and _is_number(person) and _is_number(place)):
        raise ValueError("updates, people and chats have numbers")
    return QueueTicket(number, person, place, is_vital)


def _is_number(value: object) -> TypeGuard[int]:
    """Return whether something is a number that the database can hold."""
    return type(value) is int and -(2**63) <= value < 2**63


def _to_keep(update: telegram.Update) -> str:
    """Return what is written down of an update: all but where somebody is. Whoever shared that is asked again."""
    said = update.effective_message
    if said is None or said.location is None:
        return update.to_json()
    document = update.to_dict()
    for message in document.values():
        if isinstance(message, dict) and "location" in message:
            message["location"] = {"latitude": 0, "longitude": 0, "live_period": 1}
            message.pop("venue", None)
    return json.dumps(document)
