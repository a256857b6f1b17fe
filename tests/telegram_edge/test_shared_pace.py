"""
Several processes that are one bot keep each chat's limits together, on an event loop whose clock jumps.

"your bot is not able to send more than 20 messages per minute to the same group … avoid sending more than one message
per second [to a chat]. We may allow short bursts", https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection

import pytest
from test_pacer import now, played

from bot.domain.delivery import Lane
from bot.domain.limits import GROUP_PER_MINUTE
from bot.domain.pacing import PRIVATE
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.botapi.shared_pace import TOLD_EVERY, SharedPace

ANNA, GROUP, OTHER_GROUP = 1, -100, -200
ON_THE_WAY = 0.004  # seconds from a notification to who hears it


class Bot:
    """Processes that hear each other, unless they are cut off; `left` says which chat got something, and when."""

    def __init__(self, many: int, *, rate: float = 30) -> None:
        self.left: list[tuple[int, float]] = []
        self.are_cut_off = False
        self.told = 0
        self.parts = []
        for _ in range(many):
            pacer = Pacer(rate)
            self.parts.append((pacer, SharedPace(pacer, rate, self._tell)))
        for place, (_, part) in enumerate(self.parts):
            part.share(many, place == 0)
        self._running = [asyncio.ensure_future(part.run()) for _, part in self.parts]

    async def _tell(self, what: Collection[str]) -> None:
        self.told += len(what)
        if not self.are_cut_off:
            for _, part in self.parts:  # and who says it hears it too
                for one in what:
                    asyncio.get_running_loop().call_later(ON_THE_WAY, part.heard, one)

    async def sends(self, process: int, chat: int, lane: Lane = Lane.REPLY) -> None:
        held = await self.parts[process][0].slot(chat, lane, chat < 0)
        assert not held
        self.left.append((chat, now()))

    def end(self) -> None:
        for task in self._running:
            task.cancel()

    def most_within(self, seconds: float, chat: int) -> int:
        times = sorted(at for to, at in self.left if to == chat)
        return max((sum(begin <= at < begin + seconds for at in times) for begin in times), default=0)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_group_gets_no_more_than_twenty_messages_a_minute_of_all_processes(processes: int) -> None:
    async def story():
        bot = Bot(processes)
        everything = [
            bot.sends(number % processes, GROUP, Lane.NEWS if number % processes == 0 else Lane.REPLY)
            for number in range(70)
        ]
        await asyncio.gather(*everything, bot.sends(0, OTHER_GROUP), bot.sends(processes - 1, ANNA))
        assert bot.most_within(60, GROUP) <= GROUP_PER_MINUTE
        assert now() == pytest.approx(67 * (60 / 17 if processes == 1 else 60 / 16), rel=0.03)
        assert [at for chat, at in bot.left if chat in (OTHER_GROUP, ANNA)] == [pytest.approx(0, abs=0.5)] * 2
        bot.end()

    played(story)


def test_processes_that_hear_nothing_would_send_twice_as_much() -> None:
    """What the test above would find, were nothing told."""

    async def story():
        bot = Bot(2)
        bot.are_cut_off = True
        await asyncio.gather(*(bot.sends(number % 2, GROUP) for number in range(70)))
        assert bot.most_within(60, GROUP) > GROUP_PER_MINUTE
        bot.end()

    played(story)


def test_a_person_is_answered_five_times_at_once_by_all_processes_together() -> None:
    async def story():
        bot = Bot(2)
        for number in range(9):  # one after the other: a chat's updates are handled in order
            await bot.sends(number % 2, ANNA)
            await asyncio.sleep(TOLD_EVERY + 2 * ON_THE_WAY)
        assert bot.most_within(1, ANNA) <= PRIVATE.burst + 1
        assert now() > 9 - PRIVATE.burst
        bot.end()

    played(story)


def test_an_answer_waits_for_nothing_but_what_was_heard() -> None:
    async def story():
        bot = Bot(2)
        for process, chat in itertools.product((0, 1), (GROUP, OTHER_GROUP, ANNA)):
            began = now()
            await bot.sends(process, chat)
            assert now() - began < 0.3  # the pace of all
        bot.end()

    played(story)


def test_a_chat_that_telegram_told_one_process_to_leave_alone_is_left_alone_by_all() -> None:
    async def story():
        bot = Bot(3)
        (first, _), (second, _), (third, _) = bot.parts
        first.throttled(GROUP, 30.0)
        await asyncio.sleep(2 * ON_THE_WAY)
        for pacer in (second, third):
            assert pacer.hold(GROUP) == pytest.approx(30, abs=0.1)
            assert pacer.hold(OTHER_GROUP) == 0 and pacer.complaints == 0
            assert await pacer.slot(GROUP, Lane.NEWS, True, give_up_at=now() + 1) > 29
        assert bot.told == 1
        bot.end()

    played(story)


def test_alone_a_process_tells_nobody_and_has_all_of_a_group_s_allowance() -> None:
    async def story():
        bot = Bot(2)
        await bot.sends(0, GROUP)
        await asyncio.sleep(1)
        told = bot.told
        assert told == 1
        _, part = bot.parts[0]
        part.share(1, True)
        for _ in range(20):
            await bot.sends(0, GROUP)
        await asyncio.sleep(1)
        assert bot.told == told
        assert now() == pytest.approx(18 * 60 / 17 + 1, rel=0.1)
        bot.end()

    played(story)


def test_news_to_people_is_told_to_nobody() -> None:
    """A broadcast to a million of them would be a million words; one message to each breaks no limit of theirs."""

    async def story():
        bot = Bot(2)
        for chat in range(1, 40):
            await bot.sends(0, chat, Lane.NEWS)
        await asyncio.sleep(1)
        assert bot.told == 0
        await bot.sends(0, GROUP, Lane.NEWS)
        await asyncio.sleep(1)
        assert bot.told == 1
        bot.end()

    played(story)


def test_what_is_heard_of_something_else_is_not_taken_for_pace() -> None:
    async def story():
        bot = Bot(1)
        _, part = bot.parts[0]
        assert not part.heard("") and not part.heard("promised")
        assert part.heard("chats x") and part.heard("chats x nonsense")
        bot.end()

    played(story)
