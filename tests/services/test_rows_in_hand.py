"""What happens to a delivery between its claim and its end: chats move, leave, change their minds; the store fails."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from held_readers import all_readers_held
from press_room import PressRoom, eventually, limit_everybody, press_room
from story import StoryHouse
from what_became import WHAT_BECAME

from bot.domain.chat import ChatKind, ChatState
from bot.domain.circuit import OUTAGE_FROM
from bot.errors import StoreError
from bot.sandbox.world.faults import Held, Page, Refuse, Throttle
from bot.services.delivery import attempt, chat_holds, dispatcher
from bot.services.readers import membership
from bot.store.delivery import campaigns, fanout, leases, outbox, paid_messages
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.followers import followers_of
from bot.store.readers import chats
from bot.telegram_edge.botapi.pacer import Pacer

MOVED = "Bad Request: group chat was upgraded to a supergroup chat"


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _rows(room: PressRoom) -> list[dict[str, int]]:
    async with room.db.reading() as conn:
        found = await conn.execute_fetchall("SELECT id, chat, owner, attempts, unsure FROM deliveries ORDER BY id")
        return [dict(row) for row in found]


async def _ledger(room: PressRoom) -> list[tuple[int, int, int]]:
    async with room.db.reading() as conn:
        found = await conn.execute_fetchall(f"SELECT article, chat, status FROM {WHAT_BECAME} ORDER BY article, chat")
        return [tuple(row) for row in found]


async def test_a_chat_that_moves_while_its_message_is_on_the_wire_got_it_once(room: PressRoom) -> None:
    [old] = await room.people(1)
    new = -1009999
    await room.follow([old], "Energy")
    has_moved = asyncio.Event()
    room.world.faults.add(Held(has_moved), chat=old, times=1)
    article = await room.draft("grid-storage", "Energy")
    campaign = await room.publish(article)
    await room.spread()
    room.dispatcher.wake()
    await eventually(lambda: room.world.faults.happened)
    await membership.move(room.db, old, new, room.house.clock())
    has_moved.set()
    await room.dispatcher.idle()
    assert (await _rows(room), await _ledger(room)) == ([], [(article.number, new, 1)])
    assert (await room.campaign(campaign)).state is CampaignState.DONE


async def test_two_messages_to_a_group_are_both_settled_when_one_answer_says_that_it_moved(room: PressRoom) -> None:
    [old] = await room.people(1)
    await room.follow([old], "Energy")
    published = [await room.publish(await room.draft(slug, "Energy")) for slug in ("a-first", "b-second")]
    await room.spread()
    new = room.world.add_person("The same, elsewhere", id=31_000, has_started=True).id
    room.world.faults.add(Refuse(400, MOVED, {"migrate_to_chat_id": new}), chat=old)
    room.dispatcher.wake()
    await room.dispatcher.idle()
    assert await _rows(room) == []
    assert [(await room.campaign(one)).state for one in published] == [CampaignState.DONE] * 2
    assert len(room.world.ledger.sent_to(new)) == 2


async def test_a_chat_never_gets_twice_what_it_had_under_its_new_number_already(room: PressRoom) -> None:
    old, new = await room.people(2)
    await room.follow([old, new], "Energy")
    room.world.faults.add(Refuse(500, "Internal"), chat=old, times=1)
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    await membership.move(room.db, old, new, room.house.clock())
    room.house.clock.advance(timedelta(hours=1))
    await room.run()
    done = await room.campaign(campaign)
    assert len(room.world.ledger.sent_to(new)) == 1
    assert (done.state, done.sent, done.unwanted) == (CampaignState.DONE, 1, 1)


async def test_a_group_that_moves_behind_the_place_that_is_being_looked_at_is_not_passed_over(room: PressRoom) -> None:
    people = await room.people(30)
    await room.follow(people, "Energy")
    number, now = await room.publish(await room.draft("grid-storage", "Energy")), room.house.clock()
    async with room.db.transaction() as conn:
        await fanout.begin(conn, number, 10_000)
        begun = await campaigns.campaign(conn, number)
        assert begun is not None
        await fanout.fan_out(conn, begun, await followers_of(conn, begun.article, begun.fixed_at), now, piece=10)
    new = room.world.add_person("The same, elsewhere", id=15_000, has_started=True).id
    await membership.move(room.db, people[20], new, now)
    await room.run()
    done = await room.campaign(number)
    assert [len(room.world.ledger.sent_to(chat)) for chat in people] == [chat != people[20] for chat in people]
    assert (len(room.world.ledger.sent_to(new)), done.total, done.sent) == (1, 30, 30)


async def test_no_row_is_taken_for_one_that_was_forgotten(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna], "Energy")
    await room.follow([ben], "Robotics")
    await room.publish(await room.draft("about-energy", "Energy"))
    await room.spread()
    now = room.house.clock()
    async with room.db.transaction() as conn:
        term = await leases.take(conn, "another", now)
        [annas] = await outbox.claim(conn, now, 1, owner=term)
    await membership.forget(room.db, anna, room.house.clock())
    await room.publish(await room.draft("about-robots", "Robotics"))
    await room.spread()
    async with room.db.transaction() as conn:
        [bens] = await outbox.claim(conn, now, 1, owner=term)
        await outbox.postpone(conn, [annas], owner=term)
        await outbox.release(conn, [annas], owner=term)
    assert bens.chat == ben and bens.id != annas.id
    assert [(row["id"], row["owner"], row["attempts"]) for row in await _rows(room)] == [(bens.id, term, 1)]


async def test_a_broadcast_ends_also_when_whom_it_waited_for_asks_to_be_forgotten(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    room.world.faults.add(Refuse(500, "Internal"), chat=ben)
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    assert (await room.campaign(campaign)).state is CampaignState.RUNNING
    await membership.forget(room.db, ben, room.house.clock())
    await room.run()
    assert (await room.campaign(campaign)).state is CampaignState.DONE


@pytest.mark.parametrize("waited", [timedelta(0), timedelta(hours=25)])
async def test_a_database_that_cannot_be_read_for_a_moment_costs_a_moment(
    room: PressRoom, caplog: pytest.LogCaptureFixture, waited: timedelta
) -> None:
    people = await room.people(3)
    await room.follow(people, "Energy")
    published = [await room.publish(await room.draft(slug, "Energy")) for slug in ("a-first", "b-second")]
    await room.spread()
    room.house.clock.advance(waited)
    async with room.db.transaction() as conn:
        await conn.execute("ALTER TABLE exceptions RENAME TO out_of_reach")
    with caplog.at_level(logging.ERROR, "bot.services.delivery.triage"):
        room.dispatcher.wake()
        await eventually(lambda: "cannot be read now" in caplog.text)

        async def is_handed_back() -> bool:
            return not any(row["owner"] for row in await _rows(room))

        await eventually(is_handed_back)
    async with room.db.transaction() as conn:
        await conn.execute("ALTER TABLE out_of_reach RENAME TO exceptions")
    room.house.clock.advance(timedelta(minutes=2))
    await room.run()
    assert all(room.house.screens(person) for person in people)
    assert await _rows(room) == []
    assert [(await room.campaign(one)).state for one in published] == [CampaignState.DONE] * 2


async def test_who_pauses_while_everybody_must_wait_gets_nothing_afterwards(
    room: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "RECHECK_AFTER", 0.0)
    people = await room.people(4)
    await room.follow(people, "Energy")
    pacer = room.house.ctx.pacer
    await limit_everybody(pacer, 0.3)
    await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    await room.spread()
    room.dispatcher.wake()
    await eventually(lambda: pacer.waiting == 4)
    async with room.db.transaction() as conn:
        await chats.set_state(conn, people[2], ChatState.PAUSED, room.house.clock())
    await room.dispatcher.idle()
    assert [len(room.world.ledger.sent_to(person)) for person in people] == [1, 1, 0, 1]


async def test_who_pauses_while_one_message_follows_the_other_gets_no_more_of_them(
    house: StoryHouse, tmp_path: Path
) -> None:
    house.equip(pacer=Pacer(30))
    async with press_room(house, tmp_path, rate=30) as room:
        [anna] = await room.people(1)
        await room.follow([anna], "Energy")
        for number in range(10):
            await room.publish(await room.draft(f"story-{number}", "Energy", pictures=()))
        await room.spread()
        room.dispatcher.wake()
        await eventually(lambda: len(room.world.ledger.sent_to(anna)) == 6)  # five at once, then one a second
        await membership.pause(room.db, anna, house.clock())
        await room.dispatcher.idle()
        assert len(room.world.ledger.sent_to(anna)) == 6


async def test_nothing_is_kept_in_hand_for_a_chat_that_is_told_to_wait(house: StoryHouse, tmp_path: Path) -> None:
    house.equip(pacer=Pacer(30))
    async with press_room(house, tmp_path, rate=30) as room:
        [anna] = await room.people(1)
        await room.follow([anna], "Energy")
        room.world.faults.add(Throttle(600), chat=anna)
        for slug in ("a-first", "b-second"):
            await room.publish(await room.draft(slug, "Energy"))
        async with asyncio.timeout(10):
            await room.run()
        assert [row["owner"] for row in await _rows(room)] == [0, 0]
        assert len(room.world.faults.happened) == 1


async def test_messages_that_waited_for_the_database_do_not_leave_all_at_once(
    house: StoryHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "RECHECK_AFTER", 0.1)
    now, left = asyncio.get_running_loop().time, list[float]()
    house.equip(pacer=Pacer(30))
    async with press_room(house, tmp_path, rate=30, in_flight=40, count=lambda outcome: left.append(now())) as room:
        await room.follow(await room.people(60), "Energy")
        await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
        await room.spread()
        room.dispatcher.wake()
        await eventually(lambda: len(left) == 10)
        async with all_readers_held(room.db):
            await eventually(lambda: house.ctx.pacer.waiting == 0)
        await room.dispatcher.idle()
    assert len(left) == 60
    assert max(sum(begin <= at < begin + 1 for at in left) for begin in left) <= 35


async def test_who_waited_for_the_database_does_not_use_up_two_turns_of_its_group(
    house: StoryHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "RECHECK_AFTER", -1.0)
    monkeypatch.setattr(attempt, "RECHECK_WITHIN", -1.0)  # each is asked about, and takes another turn
    house.equip(pacer=Pacer(1000))
    async with press_room(house, tmp_path, rate=1000) as room:
        async with room.db.transaction() as conn:
            await chats.get_or_create(conn, house.group, ChatKind.GROUP, "en", house.clock())
        room.world.add_bot((await room.people(1))[0], house.group)
        await room.follow([house.group], "Energy")
        for number in range(3):  # as many as a group may be sent at once
            await room.publish(await room.draft(f"story-{number}", "Energy", pictures=()))
        await room.spread()
        async with asyncio.timeout(8):  # six turns take nine
            room.dispatcher.wake()
            await room.dispatcher.idle()
        assert len(room.world.ledger.sent_to(house.group)) == 3


@pytest.mark.parametrize("allowance", [0, 1000])
async def test_ending_hands_back_at_once_whatever_only_waits_for_its_turn(
    house: StoryHouse, tmp_path: Path, allowance: int
) -> None:
    room = PressRoom(house, tmp_path, rate=2, paid_per_day=allowance)
    running = asyncio.create_task(room.dispatcher.run())
    await room.follow(await room.people(1000), "Energy")
    pacer = house.ctx.pacer
    await limit_everybody(pacer, 60, paid=allowance > 0)
    await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    await room.spread()
    room.dispatcher.wake()
    await eventually(lambda: pacer.waiting == 8)
    room.dispatcher.stop()
    async with asyncio.timeout(dispatcher.SHUTDOWN_GRACE - 0.5):
        await running
    assert not any(row["owner"] or row["unsure"] or row["attempts"] for row in await _rows(room))
    assert not room.world.ledger.of("sendMessage")
    async with room.db.reading() as conn:
        assert await paid_messages.reserved(conn, house.clock().date()) == 0


async def test_what_is_answered_while_ending_is_written_down(house: StoryHouse, tmp_path: Path) -> None:
    is_ending = asyncio.Event()
    async with press_room(house, tmp_path) as room:
        people = await room.people(3)
        await room.follow(people, "Energy")
        for person in people:
            room.world.faults.add(Held(is_ending), chat=person, times=1)
        article = await room.draft("grid-storage", "Energy", pictures=())
        await room.publish(article)
        await room.spread()
        room.dispatcher.wake()
        await eventually(lambda: len(room.world.faults.happened) == 3)
        room.dispatcher.stop()
        is_ending.set()
    assert await _ledger(room) == [(article.number, person, 1) for person in people]
    assert await _rows(room) == []


async def test_who_has_an_article_already_is_promised_nothing(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    article = await room.draft("grid-storage", "Energy")
    async with room.db.transaction() as conn:  # as after a restore, from the database that was replaced
        await conn.execute(
            "INSERT INTO receipts (subject_type, subject, chat) VALUES (1, ?, ?)", (article.number, anna)
        )
    await room.publish(article)
    await room.run()
    assert [len(room.world.ledger.sent_to(chat)) for chat in (anna, ben)] == [0, 1]


async def test_those_who_failed_together_are_not_tried_again_together(room: PressRoom) -> None:
    people = await room.people(OUTAGE_FROM - 1)
    await room.follow(people, "Energy")
    await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    await room.spread()
    async with room.db.transaction() as conn:  # the next pause is one of minutes
        await conn.execute("UPDATE deliveries SET attempts = 9")
    room.world.faults.add(Page())
    room.dispatcher.wake()
    await room.dispatcher.idle()
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT DISTINCT not_before FROM deliveries")
    assert len(list(rows)) > 1


async def test_the_chats_that_are_held_behind_a_second_try_are_bounded(
    room: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_holds, "HELD_CHATS", 2)
    await room.follow(await room.people(OUTAGE_FROM - 1), "Energy")
    await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    room.world.faults.add(Page())
    await room.run()
    assert len(room.dispatcher._holds._behind) == 2


async def test_what_was_answered_is_not_sent_again_when_it_could_not_be_written_at_the_end(
    house: StoryHouse, tmp_path: Path
) -> None:
    room = PressRoom(house, tmp_path)
    running = asyncio.create_task(room.dispatcher.run())
    people = await room.people(3)
    await room.follow(people, "Energy")
    is_ending = asyncio.Event()
    for person in people:
        room.world.faults.add(Held(is_ending), chat=person, times=1)
    campaign = await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    await room.spread()
    room.dispatcher.wake()
    await eventually(lambda: len(room.world.faults.happened) == 3)
    async with room.db.transaction() as conn:
        await conn.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(room.db.path, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")  # whoever is writing needs the loop to end
    running.cancel()
    is_ending.set()
    with pytest.raises((StoreError, asyncio.CancelledError)):
        await running
    other.execute("ROLLBACK")
    other.close()
    again = asyncio.create_task(room.dispatcher.run())  # as its keeper does
    await room.run()
    room.dispatcher.stop()
    await again
    assert [len(room.world.ledger.sent_to(person)) for person in people] == [1, 1, 1]
    assert (await room.campaign(campaign)).unsure == 0


async def test_a_database_that_cannot_be_read_is_not_asked_again_at_once(
    room: PressRoom, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "ERROR_PAUSE", 60.0)
    await room.follow(await room.people(1700), "Energy")  # more than are taken in hand three times
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.spread()
    async with room.db.transaction() as conn:
        await conn.execute("ALTER TABLE exceptions RENAME TO out_of_reach")
    with caplog.at_level(logging.ERROR, "bot.services.delivery.triage"):
        room.dispatcher.wake()
        await eventually(lambda: "cannot be read now" in caplog.text)
        for _ in range(50):  # time for many more turns
            await _rows(room)
    assert caplog.text.count("cannot be read now") == 1


@pytest.mark.parametrize("many", [1, OUTAGE_FROM + 3])
async def test_what_may_have_arrived_waits_in_the_outbox_and_is_doubted_once_though_the_process_dies_then(
    room: PressRoom, many: int
) -> None:
    people = await room.people(8)
    await room.follow(people, "Energy")
    for chat in people[:many]:
        room.world.faults.add(Page(504), chat=chat, times=1)
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    rows = await _rows(room)
    assert rows and not any(row["owner"] for row in rows)
    doubts = [row["unsure"] for row in rows]
    assert set(doubts) <= {0, 1} and 1 in doubts
    async with room.db.transaction() as conn:  # as the next process does when this one was killed
        assert await leases.take_back_all(conn) == 0
    assert [row["unsure"] for row in await _rows(room)] == doubts
