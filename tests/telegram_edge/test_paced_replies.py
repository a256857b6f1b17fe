"""What people are told keeps to Telegram's limits like all else, and goes before all news."""

from __future__ import annotations

import asyncio

import pytest
from story import ANNA, EDITH, StoryHouse

from bot.domain.delivery import Lane
from bot.sandbox.world.faults import Throttle
from bot.telegram_edge.botapi.pacer import Pacer

AT_ONCE = 3
"""Messages that a group may be sent without a pause; the next waits for seconds."""


@pytest.fixture
async def house(house: StoryHouse) -> StoryHouse:
    await house.starts(ANNA)
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/settings", house.group)
    return house


def paced(house: StoryHouse, rate: float) -> Pacer:
    """Give the bot a pacer that has seen nothing yet, and return it."""
    pacer = Pacer(rate)
    house.equip(pacer=pacer)
    return pacer


async def test_replies_count_as_messages_of_their_chat(house: StoryHouse) -> None:
    pacer = paced(house, 1000)
    for told in range(1, AT_ONCE + 1):
        await house.says(EDITH, "/settings", house.group)
        assert (pacer.held_until(house.group) is not None) == (told == AT_ONCE)


async def test_edits_count_as_messages_of_their_chat_and_toasts_do_not(house: StoryHouse) -> None:
    pacer = paced(house, 1000)
    for _ in range(AT_ONCE):
        await house.presses(ANNA, "Send silently", house.group)  # is told in a toast that she may not
    assert pacer.held_until(house.group) is None
    for label in ("Send silently", "Send with sound", "Send silently"):
        assert pacer.held_until(house.group) is None
        await house.presses(EDITH, label, house.group)
    assert pacer.held_until(house.group) is not None


async def test_a_reply_goes_before_all_news_that_waits(house: StoryHouse) -> None:
    pacer = paced(house, 5)
    news = [asyncio.ensure_future(pacer.slot(chat, Lane.NEWS, False)) for chat in range(1, 10)]
    await house.says(ANNA, "/help")
    assert "/topics" in house.screen(ANNA)
    assert pacer.waiting > len(news) / 2
    for waiting in news:
        waiting.cancel()


async def test_a_reply_that_is_refused_for_its_pace_waits_as_told(house: StoryHouse) -> None:
    loop = asyncio.get_running_loop()
    house.world.faults.add(Throttle(1), chat=ANNA, times=1)
    began = loop.time()
    await house.says(ANNA, "/help")
    assert "/topics" in house.screen(ANNA)
    assert loop.time() - began >= 1
