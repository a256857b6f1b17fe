"""Each chat sees its articles in the order in which they were published, and none of them waits long for another."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.delivery import MAX_ATTEMPTS
from bot.sandbox.world.faults import CutAfter, Fault, Page, Slow, Throttle

TROUBLES = [Page(), CutAfter(), Throttle(1)]


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _until(room: PressRoom, chat: int, messages: int) -> list[str]:
    """Let seconds pass until a chat has so many messages; return their first lines, each once."""
    for _ in range(150):
        if len(room.house.messages(chat)) >= messages:
            break
        room.house.clock.advance(timedelta(seconds=1))
        await room.run()
    return list(dict.fromkeys(room.got(chat)))


@pytest.mark.parametrize("fault", TROUBLES)
async def test_what_is_published_while_an_article_waits_for_a_second_try_comes_after_it(
    room: PressRoom, fault: Fault
) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    room.world.faults.add(fault, chat=anna, times=1)
    await room.publish(await room.draft("a-first", "Energy"))
    await room.run()
    already = len(room.house.messages(anna))
    await room.publish(await room.draft("b-second", "Energy"))
    await room.run()
    assert len(room.house.messages(anna)) == already
    assert await _until(room, anna, already + 2) == ["A first", "B second"]


@pytest.mark.parametrize("fault", TROUBLES)
async def test_what_was_taken_in_hand_together_keeps_its_order_when_the_first_needs_a_second_try(
    room: PressRoom, fault: Fault
) -> None:
    anna, ben = await room.people(2)
    await room.follow([anna, ben], "Energy")
    room.world.faults.add(fault, chat=anna, times=1)
    for slug in ("a-first", "b-second", "c-third"):
        await room.publish(await room.draft(slug, "Energy"))
    await room.run()
    assert room.got(ben) == ["A first", "B second", "C third"]
    lost = isinstance(fault, CutAfter)  # it came, and comes again
    assert await _until(room, anna, 3 + lost) == ["A first", "B second", "C third"]


async def test_two_messages_to_one_chat_are_never_on_the_wire_together(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    room.world.faults.add(Slow(0.2), chat=anna, times=1)
    for slug in ("a-first", "b-second"):
        await room.publish(await room.draft(slug, "Energy"))
    await room.run()
    assert room.got(anna) == ["A first", "B second"]


async def test_later_news_waits_a_minute_for_a_second_try_and_no_longer(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await room.follow([anna], "Energy")
    first = await room.draft("a-first", "Energy")
    campaign = await room.publish(first)
    await room.spread()
    async with room.db.transaction() as conn:  # its next pause is one of minutes
        await conn.execute("UPDATE deliveries SET attempts = ?", (MAX_ATTEMPTS - 2,))
    room.world.faults.add(Page(), chat=anna, times=1)
    await room.run()
    await room.publish(await room.draft("b-second", "Energy"))
    room.house.clock.advance(timedelta(seconds=59))
    await room.run()
    assert room.got(anna) == []
    room.house.clock.advance(timedelta(seconds=2))
    await room.run()
    assert room.got(anna) == ["B second"]
    room.house.clock.advance(timedelta(minutes=30))
    await room.run()
    assert (room.got(anna), (await room.campaign(campaign)).sent) == (["B second", "A first"], 1)


async def test_an_article_that_fails_again_and_again_holds_later_news_a_minute_in_all(room: PressRoom) -> None:
    anna, *others = await room.people(30)
    await room.follow([anna], "Energy")
    room.world.faults.add(Page(), chat=anna, method="sendMessage")
    await room.publish(await room.draft("a-first", "Energy", pictures=()))
    await room.run()
    await room.publish(await room.draft("b-second", "Energy"))
    waited = 0
    for waited in range(200):
        await room.run()
        if room.got(anna):
            break
        # Somebody else gets something meanwhile: it is no outage.
        if waited < len(others):
            await room.follow([others[waited]], f"Topic {waited}")
            await room.publish(await room.draft(f"other-{waited}", f"Topic {waited}", pictures=()))
        room.house.clock.advance(timedelta(seconds=2))
    assert room.got(anna) == ["B second"]
    assert 2 * waited <= 64
