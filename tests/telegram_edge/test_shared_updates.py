"""
Two processes that are one bot: an update that both are handed is worked on once, and a chat's updates in their order.

Telegram sends again what was not answered in a minute: https://core.telegram.org/bots/api#setwebhook. What stands in
front of several processes hands it to any of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import telegram
from postgres_cluster import Cluster

from bot.domain.fair_queue import QueueTicket
from bot.errors import StoreBusy
from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.migrations import migrate
from bot.telegram_edge.updates.shared_journal import GONE_AFTER, SharedJournal
from bot.telegram_edge.updates.update_queue import Admission, UpdateQueue

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


class Place:
    """Two processes, as far as they take updates, and the clock that both go by."""

    def __init__(self, here: PostgresDatabase, there: PostgresDatabase) -> None:
        self.now = NOW
        self.journals = [SharedJournal(db, lambda: self.now) for db in (here, there)]
        self.here, self.there = map(UpdateQueue, self.journals)
        self.worked_on: list[int] = []
        self.begun = asyncio.Event()

    def work(self, queue: UpdateQueue, update: telegram.Update, until: asyncio.Event) -> asyncio.Task[None]:
        async def handle() -> None:
            self.worked_on.append(update.update_id)
            self.begun.set()
            await until.wait()

        return asyncio.create_task(queue.do_process_update(update, handle()))


@pytest.fixture
async def place(postgres_cluster: Cluster) -> AsyncIterator[Place]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    here, there = [await PostgresDatabase.connect(postgres_cluster.url(name)) for _ in range(2)]
    place = Place(here, there)
    yield place
    for journal, db in zip(place.journals, (here, there), strict=True):
        await journal.close()
        await db.close()
    postgres_cluster.drop(name)


def said(number: int, chat: int = 7) -> telegram.Update:
    person = {"id": chat, "first_name": "Anna", "is_bot": False}
    message = {"message_id": number, "date": 0, "chat": {"id": chat, "type": "private"}, "from": person, "text": "/top"}
    update = telegram.Update.de_json({"update_id": number, "message": message}, None)
    assert update is not None
    return update


async def test_of_two_that_are_handed_an_update_at_once_one_works_on_it(place: Place) -> None:
    taken = await asyncio.gather(place.here.admit(said(5)), place.there.admit(said(5)))
    assert sorted(taken, key=lambda one: one.value) == [Admission.NEW, Admission.KNOWN]
    done = asyncio.Event()
    done.set()
    await place.work(place.here if taken[0] is Admission.NEW else place.there, said(5), done)
    for journal in place.journals:
        await journal.close()
    place.here._seen.clear()  # as after a restart
    place.there._seen.clear()
    assert await place.here.admit(said(5)) is Admission.KNOWN, "it is done"
    assert await place.there.admit(said(5)) is Admission.KNOWN


async def test_an_update_begins_behind_an_earlier_one_of_its_chat_that_the_other_has(place: Place) -> None:
    first, last = asyncio.Event(), asyncio.Event()
    last.set()
    await place.here.admit(said(5))
    await place.there.admit(said(6))
    await place.there.admit(said(7, chat=8))
    earlier = place.work(place.here, said(5), first)
    await place.begun.wait()
    later, elsewhere = place.work(place.there, said(6), last), place.work(place.there, said(7, chat=8), last)
    await elsewhere
    assert sorted(place.worked_on) == [5, 7]
    first.set()
    await asyncio.gather(earlier, later)
    assert place.worked_on[-1] == 6


async def test_what_a_process_that_is_gone_had_taken_is_taken_over_once(place: Place) -> None:
    await place.here.admit(said(5))
    place.now += GONE_AFTER
    assert await place.journals[1].take_over() == [], "it has just been heard of"
    await place.journals[0].renew()
    place.now += GONE_AFTER + timedelta(seconds=1)
    [(number, body)] = await place.journals[1].take_over()
    assert number == 5 and "/top" in body
    assert await place.journals[1].take_over() == []


async def test_an_update_for_which_there_is_no_room_is_the_other_ones(place: Place) -> None:
    place.here = UpdateQueue(place.journals[0], at_once=1, waiting=1)
    answers = [await place.here.admit(said(number, chat=number)) for number in range(1, 9)]
    full = answers.index(Admission.NO_ROOM) + 1
    assert await place.there.admit(said(full, chat=full)) is Admission.NEW


async def test_an_update_is_not_lost_when_the_answer_to_its_claim_was(place: Place) -> None:
    journal = place.journals[0]
    with cut_off_once(journal), pytest.raises(StoreBusy):
        await place.here.admit(said(5))
    assert await place.there.admit(said(5)) is Admission.KNOWN, "the database has it"
    assert await place.here.admit(said(5)) is Admission.NEW, "it comes again, and nobody was at work on it"
    assert await place.here.admit(said(5)) is Admission.KNOWN


async def test_an_update_that_comes_twice_at_once_is_worked_on_once_and_stays_the_process_s_own(place: Place) -> None:
    taken = await asyncio.gather(place.here.admit(said(5)), place.here.admit(said(5)))
    assert sorted(taken, key=lambda one: one.value) == [Admission.NEW, Admission.KNOWN]
    await asyncio.sleep(0)
    await place.journals[0].close()  # whatever it took for done is written
    place.now += GONE_AFTER + timedelta(seconds=1)
    assert [number for number, _ in await place.journals[1].take_over()] == [5], "it is not done"


@contextmanager
def cut_off_once(journal: SharedJournal) -> Iterator[None]:
    """Let the connection break when the server has done what was asked, and before it can say so."""
    whole = journal.claim

    async def claim(ticket: QueueTicket, body: str) -> bool:
        await whole(ticket, body)
        raise StoreBusy("the connection is lost")

    journal.claim = claim  # type: ignore[method-assign]
    try:
        yield
    finally:
        journal.claim = whole  # type: ignore[method-assign]
