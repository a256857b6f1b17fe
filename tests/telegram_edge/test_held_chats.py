"""
A chat that Telegram tells to wait, through the real application: it waits alone, and nobody else for it.

Slow mode lasts up to an hour, and a bot is answered 429 in it like anybody (tdlib/telegram-bot-api#75, tdlib/td#715);
an edit counts like a message (tdlib/td#3034), an answer to a press does not (tdlib/telegram-bot-api#648).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest
from desk_stories import desk_of
from newsroom_samples import SECTIONS, define, plain, put
from press_room import PressRoom, eventually, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.chat import ChatKind
from bot.domain.delivery import Lane, Status
from bot.domain.fair_queue import CONCURRENT_UPDATES
from bot.sandbox.world.faults import Page, Throttle
from bot.services.newsroom.incidents import stuck_for
from bot.store.delivery import outbox
from bot.store.readers import chats
from bot.telegram_edge.botapi.outcomes import DEFAULT_RETRY_AFTER
from bot.telegram_edge.botapi.pacer import MAX_HELD_REPLIES, Pacer

HOUR = 3600.0
PAUSE = "Telegram asks for a pause in this chat. Nothing new can be shown here for 1 h."
SOON = 8.0
"""Seconds on a busy machine, for what takes a hundredth of one, and ten and more where anybody waits for a hold."""


@pytest.fixture
async def house(house: StoryHouse) -> AsyncIterator[StoryHouse]:
    """The house, paced as Telegram wants it; what waits for a chat at the end is not waited for."""
    paced(house, 30)
    yield house
    hang_up()


def paced(house: StoryHouse, rate: float) -> Pacer:
    """Give the bot the pacer of one that has been at work for long."""
    pacer = Pacer(rate, known_from=-inf)
    house.equip(pacer=pacer)
    return pacer


def hang_up() -> None:
    """End what is being answered, as the end of the process does."""
    for task in asyncio.all_tasks():
        if "process_concurrent_update" in task.get_name():
            task.cancel()


async def groups(house: StoryHouse, many: int) -> list[int]:
    """Return so many groups which the bot is in and knows."""
    ids = [house.world.add_chat("supergroup", f"Group {n}", bot_status="member").id for n in range(many)]
    async with house.db.transaction() as conn:
        for id in ids:
            await chats.get_or_create(conn, id, ChatKind.GROUP, "en", house.clock())
    return ids


async def answered(house: StoryHouse, person: int, text: str, word: str) -> float:
    """Let a person say something; return the seconds until an answer that holds `word` is there."""
    loop = asyncio.get_running_loop()
    before, began = len(house.screens(person)), loop.time()
    house.world.say(person, person, text)
    await house.fetch()
    await eventually(lambda: any(word in one for one in house.screens(person)[before:]))
    return loop.time() - began


@asynccontextmanager
async def lasting(at_most: float) -> AsyncIterator[None]:
    began = asyncio.get_running_loop().time()
    yield
    assert asyncio.get_running_loop().time() - began <= at_most


class Jump:
    """Time that passes at once, for the loop and for the bot's clock, while nothing is on the wire."""

    def __init__(self, house: StoryHouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self._house = house
        self._passed = 0.0
        loop = asyncio.get_running_loop()
        before = loop.time
        monkeypatch.setattr(loop, "time", lambda: before() + self._passed)

    async def __call__(self, seconds: float) -> None:
        self._house.clock.advance(timedelta(seconds=seconds))
        self._passed += seconds - 1
        await asyncio.sleep(0.02)  # both sides close the connections that nobody has used for so long
        self._passed += 1


# Others


@pytest.mark.parametrize("retry_after", [60, 3600])
async def test_two_groups_in_slow_mode_hold_nobody_else(house: StoryHouse, tmp_path: Path, retry_after: int) -> None:
    slow = await groups(house, 2)
    for group in slow:
        house.world.faults.add(Throttle(retry_after), chat=group, method="sendMessage")
    async with press_room(house, tmp_path, rate=30) as room:
        people = await room.people(40)
        await room.follow([*people, *slow], "Energy")
        for group in slow:
            house.world.say(BEN, group, "/latest")
        await house.fetch()
        await eventually(lambda: len(house.world.faults.happened) == 2)
        assert await answered(house, ANNA, "/help", "/topics") <= SOON
        article = await room.draft("grid-storage", "Energy", pictures=())
        await room.publish(article)
        async with lasting(len(people) / 29 + SOON):
            await room.run()
        assert await room.statuses(article) == {Status.SENT: 40}
    assert house.ctx.pacer.rate == 29


async def test_many_groups_and_a_channel_that_are_told_to_wait_by_news_slow_nobody(
    house: StoryHouse, tmp_path: Path
) -> None:
    slow = await groups(house, 10)
    channel = house.world.add_chat("channel", "Wire", bot_status="administrator").id
    for chat in (*slow, channel):
        house.world.faults.add(Throttle(3600), chat=chat)
    async with press_room(house, tmp_path, rate=30) as room:
        async with room.db.transaction() as conn:
            await chats.get_or_create(conn, channel, ChatKind.CHANNEL, "en", house.clock())
        people = await room.people(20)
        await room.follow([*people, *slow, channel], "Energy")
        article = await room.draft("grid-storage", "Energy", pictures=())
        campaign = await room.publish(article)
        async with lasting(31 / 29 + SOON):
            await room.run()
        assert await room.statuses(article) == {Status.SENT: 20}
        assert house.ctx.pacer.rate == 29
        left = [(row["owner"], row["attempts"], row["not_before"]) for row in await rows(room)]
        assert left == [(0, 0, house.clock().timestamp() + 3600)] * 11
        assert (await room.campaign(campaign)).total == 31


async def rows(room: PressRoom) -> list[Any]:
    async with room.db.reading() as conn:
        return list(await conn.execute_fetchall("SELECT * FROM deliveries ORDER BY id"))


async def test_a_group_that_answers_429_for_a_day_costs_one_call_an_hour_and_nothing_else(
    house: StoryHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jump = Jump(house, monkeypatch)
    [slow] = await groups(house, 1)
    house.world.faults.add(Throttle(3600), chat=slow)
    async with press_room(house, tmp_path, rate=30, in_flight=2) as room:
        people = await room.people(5)
        await room.follow([*people, slow], "Energy")
        campaign = await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
        await room.run()
        for hour in range(1, 24):
            await jump(1800)
            await room.run()
            assert len(house.world.faults.happened) == hour
            assert await stuck_for(room.db, house.clock()) is None
            async with room.db.reading() as conn:
                since = await outbox.waits_since(conn)
            assert since is not None and since > house.clock(), "nothing is late that Telegram told to wait"
            await jump(1801)
            await room.run()
        assert [(row["chat"], row["attempts"]) for row in await rows(room)] == [(slow, 0)]
        await room.publish(await room.draft("wind-farms", "Energy", pictures=()))
        async with lasting(SOON):
            await room.run()
        assert all(len(room.got(person)) == 2 for person in people)
        house.world.faults.clear()
        await jump(3601)
        await room.run()
        assert (await room.campaign(campaign)).sent == 6
        assert room.got(slow) == ["1 story you have not had yet", "Wind farms"]


async def test_a_chat_that_is_told_to_wait_while_its_news_is_in_hand_keeps_no_sender(
    house: StoryHouse, tmp_path: Path
) -> None:
    pacer = paced(house, 2)
    [slow] = await groups(house, 1)
    async with press_room(house, tmp_path, rate=2, in_flight=1) as room:
        people = await room.people(3)
        await room.follow([slow], "Energy")
        await room.follow(people, "Robotics")
        await pacer.slot(1, Lane.NEWS, False)  # the next message leaves a second later
        campaign = await room.publish(await room.draft("a-first", "Energy", pictures=()))
        await room.spread()
        room.dispatcher.wake()
        await eventually(lambda: pacer.waiting == 1)
        pacer.throttled(slow, HOUR)
        await room.publish(await room.draft("b-second", "Robotics", pictures=()))
        async with asyncio.timeout(10):
            await room.run()
        assert [room.got(person) for person in people] == [["B second"]] * 3
        [row] = await rows(room)
        assert (row["chat"], row["owner"], row["attempts"]) == (slow, 0, 0)
        assert row["not_before"] >= house.clock().timestamp() + HOUR - SOON
        assert (await room.campaign(campaign)).settled == 0


# Who waits for a chat that is held


@pytest.mark.parametrize("retry_after", [121, 3600, 86_400])
async def test_in_a_chat_that_is_held_for_long_nobody_waits_and_telegram_is_asked_once(
    house: StoryHouse, retry_after: int
) -> None:
    house.world.faults.add(Throttle(retry_after), chat=ANNA)
    async with asyncio.timeout(10):
        for _ in range(20):
            await house.says(ANNA, "/help")
    assert len(house.world.faults.happened) == 1
    assert house.ctx.pacer.waiting == 0


async def test_a_hold_of_a_minute_is_waited_for_and_one_that_comes_after_it_is_not(
    house: StoryHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    jump = Jump(house, monkeypatch)
    house.world.faults.add(Throttle(100), chat=ANNA, times=2)
    for _ in range(5):
        house.world.say(ANNA, ANNA, "/help")
    await house.fetch()
    await eventually(lambda: house.ctx.pacer.waiting == 1)
    await jump(100.5)
    async with asyncio.timeout(30):
        await house.settle()  # the first was refused again, and two minutes are over for all that stood behind it too
    assert (len(house.world.faults.happened), house.screens(ANNA)) == (2, [])
    await jump(100.5)
    await house.says(ANNA, "/help")
    assert "/topics" in house.screen(ANNA)


async def test_three_hundred_who_wait_for_chats_that_are_held_leave_room_for_one_whose_is_not(
    house: StoryHouse,
) -> None:
    paced(house, 1000)
    slow = await groups(house, CONCURRENT_UPDATES + 44)
    for place, group in enumerate(slow):
        stranger = house.world.add_person(f"Stranger {place}", has_started=True).id
        house.world.faults.add(Throttle(60), chat=group)
        house.world.say(stranger, group, "/latest")
    for _ in range(4):
        await house.fetch()
    await eventually(lambda: len(house.world.faults.happened) == len(slow))
    assert await answered(house, ANNA, "/help", "/topics") <= SOON
    assert house.ctx.pacer.waiting <= MAX_HELD_REPLIES


async def test_three_hundred_commands_in_one_chat_that_is_held_leave_room_for_others(house: StoryHouse) -> None:
    house.world.faults.add(Throttle(60), chat=BEN)
    for _ in range(300):
        house.world.say(BEN, BEN, "/help")
    for _ in range(4):
        await house.fetch()
    await eventually(lambda: house.ctx.pacer.waiting == 1)
    assert await answered(house, ANNA, "/help", "/topics") <= SOON


# Presses and edits


@pytest.mark.parametrize("retry_after", [11, 3600])
async def test_a_button_in_a_chat_that_is_held_still_gets_its_toast(house: StoryHouse, retry_after: int) -> None:
    await define(house, *SECTIONS)
    await house.starts(ANNA)
    house.world.faults.add(Throttle(retry_after), method="editMessageText")
    async with lasting(SOON):
        assert await house.presses(ANNA, "Robotics") == "Following Robotics"
        assert await house.presses(ANNA, "Energy") == "Following Energy"
    assert len(house.world.faults.happened) == 1
    house.world.faults.clear()
    paced(house, 30)  # the wait is over
    assert await house.presses(ANNA, "AI and its 2") == "Following AI"
    assert house.buttons(ANNA)[0] == ["✓ AI and its 2", "Choose parts"]
    assert house.buttons(ANNA)[1] == ["✓ Energy", "✓ Robotics"]


async def test_a_button_that_only_turns_pages_says_why_nothing_moved(house: StoryHouse) -> None:
    await put(house, *(f"Story {n:02}" for n in range(14)))
    await house.says(ANNA, "/latest")
    house.world.faults.add(Throttle(3600), method="editMessageText")
    async with lasting(SOON):
        for _ in range(2):
            toast = await house.presses(ANNA, "Older")
            assert toast is not None
            assert plain(toast) == PAUSE
    assert len(house.world.faults.happened) == 1


async def test_a_button_that_answers_with_a_message_says_why_none_came(house: StoryHouse) -> None:
    await put(house, "Grid storage")
    await house.says(ANNA, "/latest")
    house.world.faults.add(Throttle(3600), method="sendMessage")
    house.world.faults.add(Throttle(3600), method="sendPhoto")
    async with lasting(SOON):
        toast = await house.presses(ANNA, "Open 1")
    assert toast is not None and plain(toast) == PAUSE


async def test_an_editor_publishes_in_a_chat_that_is_held_and_sees_how_it_goes_when_the_wait_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_of(tmp_path) as desk:
        house, room, jump = desk.house, desk.room, Jump(desk.house, monkeypatch)
        people = await room.people(3)
        await room.follow(people, "Energy")
        article = await room.draft("grid-storage", "Energy")
        await desk.says(f"/preview {article.number}")
        before = desk.screens
        house.ctx.pacer.throttled(EDITH, 30.0)
        async with lasting(SOON):
            toast = await house.presses(EDITH, "Publish to 3")
            await room.run()
        assert toast is not None and "Nothing new can be shown here for 30 seconds." in toast
        assert await room.statuses(article) == {Status.SENT: 3}
        assert desk.screens == before
        await jump(31)
        await desk.turn()
        assert "is out" in desk.screen


async def test_a_429_that_does_not_say_how_long_is_waited_for_by_a_reply_too(house: StoryHouse) -> None:
    """As a gateway in between answers; five seconds are taken for it."""
    house.world.faults.add(Page(429, "<h1>slow down</h1>"), chat=ANNA, times=1)
    house.world.say(ANNA, ANNA, "/help")
    await house.fetch()
    await eventually(lambda: house.ctx.pacer.waiting == 1)
    assert house.ctx.pacer.hold(ANNA) == pytest.approx(DEFAULT_RETRY_AFTER.total_seconds(), abs=1)
    assert await answered(house, BEN, "/help", "/topics") <= SOON


async def test_a_short_wait_is_waited_for_and_the_press_is_drawn(house: StoryHouse) -> None:
    await define(house, *SECTIONS)
    await house.starts(ANNA)
    house.world.faults.add(Throttle(1), method="editMessageText", times=1)
    assert await house.presses(ANNA, "Robotics") == "Following Robotics"
    assert "✓ Robotics" in house.buttons(ANNA)[1]


async def test_edits_that_telegram_refuses_in_several_chats_slow_no_news(house: StoryHouse, tmp_path: Path) -> None:
    """As when the progress messages of two editors have been changed too often."""
    await define(house, *SECTIONS)
    for person in (ANNA, BEN, EDITH):
        await house.starts(person)
        await house.presses(person, "Robotics")
    house.world.faults.add(Throttle(240), method="editMessageText")
    async with press_room(house, tmp_path, rate=30) as room:
        people = await room.people(30)
        await room.follow(people, "Energy")
        for person in (ANNA, BEN, EDITH):
            await house.presses(person, "Energy")
        assert len(house.world.faults.happened) == 3
        article = await room.draft("grid-storage", "Energy", pictures=())
        await room.publish(article)
        async with lasting(30 / 29 + SOON):
            await room.run()
        statuses = await room.statuses(article)
        assert statuses == {Status.SENT: 30}
        assert house.ctx.pacer.rate == 29


# The whole bot


async def test_a_limit_of_the_whole_bot_holds_the_news_but_no_reply_and_everything_arrives(
    house: StoryHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jump = Jump(house, monkeypatch)
    in_flight = 8
    async with press_room(house, tmp_path, rate=30, in_flight=in_flight) as room:
        readers = [*await room.people(60), *await groups(house, 6)]
        await room.follow(readers, "Energy")
        for chat in readers:
            house.world.faults.add(Throttle(30), chat=chat)
        article = await room.draft("grid-storage", "Energy", pictures=())
        await room.publish(article)
        await room.spread()
        room.dispatcher.wake()
        refused = house.world.faults.happened
        await eventually(lambda: house.ctx.pacer.rate < 29)
        assert await answered(house, ANNA, "/help", "/topics") <= SOON
        await asyncio.sleep(1)  # time for thirty more
        assert len(refused) <= in_flight + 3
        assert house.ctx.pacer.rate >= 29 * 0.7 - 0.001
        house.world.faults.clear()
        await jump(31)
        await until_settled(room, lambda: jump(31))
        assert await room.statuses(article) == {Status.SENT: len(readers)}
        await jump(120)
        assert house.ctx.pacer.rate == 29


async def until_settled(room: PressRoom, wait: Callable[[], Awaitable[None]]) -> None:
    """Run until the outbox is empty, letting time pass whenever all that is left waits."""
    for _ in range(5):
        await room.run()
        if not await rows(room):
            return
        await wait()
