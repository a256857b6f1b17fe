"""
Groups in slow mode, and a bot that is told to slow down, as everybody else in town sees it.

In slow mode Telegram answers a bot 429 with a `retry_after` of up to an hour, and does not say that only this chat is
meant: https://github.com/tdlib/telegram-bot-api/issues/75, https://github.com/tdlib/td/issues/715
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from street import Street, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Throttle

AT_ONCE = 7.0
"""Seconds on a busy machine, for what takes a tenth of one."""


async def _town(here: Street, many: int) -> list[int]:
    """Start the bot with Anna and Ben, who follow Energy, and so many groups that do too; return the groups."""
    await here.move_in()
    groups = []
    for number in range(many):
        group = here.world.add_chat("supergroup", f"Group {number}", members={here.cast.edith: "creator"}).id
        here.world.add_bot(here.cast.edith, group)
        here.world.say(here.cast.edith, group, "/subscribe Energy")
        await here.sees(group, "Following Energy")
        groups.append(group)
    return groups


async def _seconds(work: Any) -> float:
    began = time.monotonic()
    await work
    return time.monotonic() - began


async def _until(question: Callable[[], bool]) -> None:
    """Wait for a yes to what the sandbox tells nobody of: a fault makes nothing happen."""
    async with asyncio.timeout(20):
        while not question():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _numbers(client: aiohttp.ClientSession, place: str) -> dict[str, float]:
    async with client.get(f"http://{place}/metrics") as answer:
        found = re.findall(r"^(newsbot_\S+) (\S+)$", await answer.text(), re.MULTILINE)
    return {name: float(value) for name, value in found}


def _refused(here: Street, *chats: int) -> int:
    return sum(chat in chats for _, chat, _ in here.world.faults.happened)


@pytest.mark.parametrize("retry_after", [60, 3600])
async def test_strangers_in_two_slow_mode_groups_make_nobody_else_wait(tmp_path: Path, retry_after: int) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    async with street(tmp_path, UNDO="0", RATE="30", HTTP=place) as here, aiohttp.ClientSession() as client:
        anna, ben = here.cast.anna, here.cast.ben
        slow = await _town(here, 2)
        for group in slow:
            here.world.faults.add(Throttle(retry_after), chat=group)
            here.world.say(ben, group, "/latest")
        await _until(lambda: _refused(here, *slow) == 2)
        assert await _seconds(here.asks(anna, "/help")) < AT_ONCE
        here.article("fresh.json")
        await here.sees(anna, "Fresh")
        assert await _seconds(here.sees(ben, "Fresh")) < AT_ONCE
        assert await _seconds(here.asks(anna, "/help")) < AT_ONCE
        waiting = 'newsbot_deliveries_waiting{lane="news"}'
        while (numbers := await _numbers(client, place))[waiting] > 2:  # what people see is written down a moment later
            assert numbers["newsbot_oldest_waiting_seconds"] < 5
        assert numbers[waiting] == 2
        assert numbers["newsbot_rate"] == 29
        assert numbers["newsbot_oldest_waiting_seconds"] == 0, "nothing is late that Telegram told to wait"
        assert _refused(here, *slow) == 2, "a group that was told to wait is not tried before that"


async def test_groups_that_have_had_their_twenty_before_a_restart_slow_nobody_after_it(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0", RATE="30") as here:
        anna, ben = here.cast.anna, here.cast.ben
        groups = await _town(here, 4)
        assert await here.close() == 0
        for group in groups:
            here.world.faults.add(Throttle(45), chat=group)
        await here.open()
        here.article("fresh.json")
        await _until(lambda: _refused(here, *groups) == len(groups))
        await here.sees(anna, "Fresh")
        await here.sees(ben, "Fresh")
        assert await _seconds(here.asks(anna, "/help")) < AT_ONCE
        here.article("next.json")
        await here.sees(anna, "Next")
        await here.sees(ben, "Next")
        assert _refused(here, *groups) == len(groups)


async def test_a_bot_that_is_told_to_slow_down_answers_people_and_loses_nothing(tmp_path: Path) -> None:
    """The opposite: people and groups who were within their limits are told to wait, all at once."""
    async with street(tmp_path, UNDO="0", RATE="30") as here:
        anna = here.cast.anna
        groups = await _town(here, 2)
        readers = [here.world.add_person(f"Reader {n}", has_started=True).id for n in range(60)]
        for reader in readers:
            here.world.start(reader, "t_energy")
        for reader in readers:
            await here.sees(reader, "Following Energy")
        for chat in (*readers, *groups):
            here.world.faults.add(Throttle(8), chat=chat)
        here.article("fresh.json")
        await _until(lambda: _refused(here, *readers, *groups) >= 3)
        assert await _seconds(here.asks(anna, "/help")) < AT_ONCE
        await asyncio.sleep(1.5)  # time for more than forty
        assert _refused(here, *readers, *groups) <= 12
        here.world.faults.clear()
        for chat in (*readers, *groups, anna):
            await here.sees(chat, "Fresh")
        assert all(len(here.screens(chat, "Fresh")) == 1 for chat in (*readers, *groups, anna))
        assert "pause" not in plain(here.of_bot(anna)[-1])
