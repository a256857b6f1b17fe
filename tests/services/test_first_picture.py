"""The chat with which a picture is tried first: what happens to it is not waited for by the others."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from press_room import PICTURE, PressRoom, eventually, press_room
from story import StoryHouse, story_house
from web_site import Site, png, serving

from bot.content.web.pictures import PictureSource
from bot.domain.article import Picture
from bot.domain.chat import Chat
from bot.domain.delivery import Lane, Outcome, Sent
from bot.sandbox.world.faults import Fault, Held, Refuse, Slow, Throttle
from bot.services.delivery.composing import Attempt
from bot.services.delivery.edition import edition_of
from bot.store.readers import chats
from bot.telegram_edge.botapi.pacer import Pacer


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _in_order(room: PressRoom) -> list[int]:
    """Return the chats in the order in which their messages are taken up."""
    await room.spread()
    async with room.db.reading() as conn:
        return [int(row["chat"]) for row in await conn.execute_fetchall("SELECT chat FROM deliveries ORDER BY id")]


def _sent_by_link(room: PressRoom) -> int:
    sent = (call for call in room.world.ledger.of("sendPhoto") if call.status == 200)
    return sum(call.params["photo"] == PICTURE.url for call in sent)


async def test_a_chat_that_waits_for_its_turn_holds_nobody(room: PressRoom) -> None:
    """Telegram may tell any chat to wait (429, `retry_after`): https://core.telegram.org/bots/api#responseparameters"""
    inside, pacer = room.house.ctx, Pacer(1000)
    held, *others = await room.people(20)
    pacer.throttled(held, 3600)
    article = await room.draft("grid-storage", "Energy")
    async with room.db.reading() as conn:
        edition = await edition_of(conn, article.number, room.house.clock(), PictureSource(), inside.gateway.prepare)
        known = await chats.chats(conn, [held, *others])

    class Paced(Attempt[Any]):
        def __init__(self, chat: Chat) -> None:
            self.chat, self.look, self.reason, self.is_photo = chat.id, inside.look(chat), 0, False
            self.db, self.now = room.db, room.house.clock()

        async def turn(self, pace_only: bool = False) -> Outcome | None:
            await pacer.slot(None if pace_only else self.chat, Lane.NEWS, False)
            return None

        async def leave(self, body: Any) -> Outcome:
            return await inside.gateway.send(body, self.chat)

    async def send(chat: int) -> Outcome:
        return (await edition.send(Paced(known[chat])))[0]

    waiting = asyncio.create_task(send(held))
    await asyncio.sleep(0)  # it is the first in line
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*map(send, others))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert not waiting.done() and not room.got(held)
    assert _sent_by_link(room) == 1
    waiting.cancel()


async def test_the_first_chat_gets_it_when_its_turn_comes_and_the_picture_is_not_tried_again(
    house: StoryHouse, tmp_path: Path
) -> None:
    pacer = Pacer(1000)
    house.equip(pacer=pacer)
    async with press_room(house, tmp_path) as room:
        await room.follow(await room.people(8), "Energy")
        campaign = await room.publish(await room.draft("grid-storage", "Energy"))
        first, *others = await _in_order(room)
        pacer.throttled(first, 0.9)  # less than a second is waited for on the spot
        await room.run()
        assert (await room.campaign(campaign)).sent == 8
        assert [call.chat_id for call in room.world.ledger.of("sendPhoto")][-1] == first
        assert _sent_by_link(room) == 1
        assert all("photo" in message for chat in others for message in room.house.messages(chat))


async def test_a_call_that_hangs_is_waited_for_two_seconds(room: PressRoom) -> None:
    await room.follow(await room.people(8), "Energy")
    await room.publish(await room.draft("grid-storage", "Energy"))
    first, *others = await _in_order(room)
    have_it = asyncio.Event()
    room.world.faults.add(Held(have_it), chat=first)
    room.dispatcher.wake()
    async with asyncio.timeout(12):  # a call is given up after fifteen
        await room.until(lambda: all(room.got(chat) for chat in others))
    have_it.set()
    assert _sent_by_link(room) == 1  # the one that hangs is no answer yet
    assert all("photo" in message for chat in others for message in room.house.messages(chat))


async def test_while_one_call_hangs_and_another_chat_has_to_wait_a_third_tries_at_once(room: PressRoom) -> None:
    await room.follow(await room.people(8), "Energy")
    await room.publish(await room.draft("grid-storage", "Energy"))
    first, *others = await _in_order(room)
    have_it = asyncio.Event()
    room.world.faults.add(Held(have_it), chat=first)
    throttled: list[int] = []

    def judge(method: str, given: dict[str, Any]) -> Throttle | None:
        if method != "sendPhoto" or throttled or given["chat_id"] == first:
            return None
        throttled.append(given["chat_id"])
        return Throttle(600)

    room.world.faults.judge = judge
    room.dispatcher.wake()
    async with asyncio.timeout(12):
        await room.until(lambda: sum(bool(room.got(chat)) for chat in others) == 6)
    have_it.set()


@pytest.mark.parametrize("fault", [Throttle(600), Refuse(403, "Forbidden: bot was blocked by the user")])
async def test_a_chat_that_says_nothing_about_the_picture_leaves_it_to_the_next(room: PressRoom, fault: Fault) -> None:
    await room.follow(await room.people(8), "Energy")
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    first, *_ = await _in_order(room)
    room.world.faults.add(fault, chat=first)
    await room.run()
    assert (await room.campaign(campaign)).sent == 7
    assert _sent_by_link(room) == 1


async def test_while_a_picture_is_on_the_wire_no_other_chat_tries_it(room: PressRoom) -> None:
    await room.follow(await room.people(8), "Energy")
    campaign = await room.publish(await room.draft("grid-storage", "Energy"))
    first, *_ = await _in_order(room)
    room.world.faults.add(Slow(0.5), chat=first)
    await room.run()
    assert (await room.campaign(campaign)).sent == 8
    assert _sent_by_link(room) == 1


async def test_what_waits_for_the_picture_when_the_bot_ends_was_not_tried(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        await room.follow(await room.people(8), "Energy")
        await room.publish(await room.draft("grid-storage", "Energy"))
        first, *others = await _in_order(room)
        is_ending = asyncio.Event()
        room.world.faults.add(Held(is_ending), chat=first)
        room.dispatcher.wake()
        await eventually(lambda: room.world.faults.happened)
        room.dispatcher.stop()
        is_ending.set()
    assert room.got(first) and not any(map(room.got, others))
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT chat, owner, attempts, unsure FROM deliveries ORDER BY id")
    assert [tuple(row) for row in rows] == [(chat, 0, 0, 0) for chat in others]


async def test_a_picture_on_an_allowed_private_host_goes_out_as_bytes(tmp_path: Path) -> None:
    """Telegram's servers reach no private host, so they are not given its address."""
    async with (
        serving(Site()) as site,
        story_house(tmp_path, fetch_allow="127.0.0.1") as house,
        press_room(house, tmp_path) as room,
    ):
        site.pages["/cell.png"] = lambda request: web.Response(body=png())
        article = await room.draft("grid-storage", "Energy", pictures=(Picture(site.url("/cell.png")),))
        await room.follow(await room.people(1), "Energy")
        await room.publish(article)
        await room.run()
        sent = room.world.ledger.of("sendPhoto")
    assert [call.status for call in sent] == [200] and site.paths == ["/cell.png"]
    assert site.url("") not in repr(sent[0].params)
