"""The queue for slots, on an event loop whose clock jumps instead of sleeping."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from math import inf

import pytest

from bot.domain.delivery import Lane
from bot.domain.pacing import CATCH_UP_WINDOW, DECREASE, full_rate
from bot.telegram_edge.botapi.pacer import CHATS, MAX_HELD_REPLIES, PACER_RESOLUTION, Pacer

ANNA, BEN, CARL, GROUP = 1, 2, 5, -100


class _NoSleep(selectors.SelectSelector):
    """Instead of waiting for a timer, puts the clock forward to it."""

    skipped = 0.0

    def select(self, timeout=None):
        events = super().select(0)
        if not events and timeout:
            self.skipped += timeout
        return events


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.clock = _NoSleep()
        super().__init__(self.clock)

    def time(self):
        return self.clock.skipped


def played(story: Callable[[], Awaitable[None]]) -> None:
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        runner.run(story())


def now() -> float:
    return asyncio.get_running_loop().time()


class Line:
    """People waiting for slots; `left` says who got one, and when, `held` for how long changes are to wait."""

    def __init__(self, pacer: Pacer):
        self.pacer, self.left, self.tasks, self.held = pacer, [], [], []

    def ask(
        self, chat: int, lane: Lane = Lane.NEWS, is_group: bool = False, paid: bool = False, is_change: bool = False
    ) -> asyncio.Task:
        async def wait():
            held = await self.pacer.slot(chat, lane, is_group, paid, now() + 1 if is_change else inf, is_change)
            if held:
                self.held.append(held)
            else:
                self.left.append((chat, now()))

        self.tasks.append(asyncio.ensure_future(wait()))
        return self.tasks[-1]

    async def all(self) -> list[int]:
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return [chat for chat, _ in self.left]


def test_a_thousand_chats_are_served_at_the_pace():
    async def story():
        line = Line(Pacer(30))
        for chat in range(1000):
            line.ask(chat)
        assert await line.all() == list(range(1000))
        assert 999 / now() == pytest.approx(29, rel=0.01)

    played(story)


def test_a_thousand_a_second_is_kept_without_waking_up_for_each():
    async def story():
        line = Line(Pacer(1000))
        for chat in range(3000):
            line.ask(chat)
        await line.all()
        assert 2999 / now() == pytest.approx(full_rate(1000), rel=0.005)
        assert len({at for _, at in line.left}) <= now() / PACER_RESOLUTION + 1
        assert PACER_RESOLUTION <= CATCH_UP_WINDOW / 2  # as much again for a loop that is busy

    played(story)


def test_a_reply_never_waits_behind_news():
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        for chat in range(100, 200):
            line.ask(chat)
        await asyncio.sleep(1)
        asked = now()
        line.ask(ANNA, Lane.REPLY)
        await line.all()
        assert dict(line.left)[ANNA] - asked <= 1 / 29 + PACER_RESOLUTION

    played(story)


@pytest.mark.parametrize("made_within", [0.01, 0.03])
def test_the_next_turn_is_kept_for_an_answer_that_is_being_made(made_within):
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        for chat in range(100, 400):
            line.ask(chat)
        waited = []
        for person in range(1, 50):
            await asyncio.sleep(0.15 + person * 0.001)  # at each point between two messages
            asked = now()
            pacer.expect_reply()
            await asyncio.sleep(made_within)
            await line.ask(person, Lane.REPLY)
            waited.append(dict(line.left)[person] - asked)
        assert max(waited) <= 1 / 29 + PACER_RESOLUTION, "not the time to make it and a turn"
        await line.all()
        assert len(line.left) / now() > 29 * 0.9

    played(story)


def test_answers_that_never_come_cost_the_news_no_more_than_every_other_turn():
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        for chat in range(100, 160):
            line.ask(chat)
        while len(line.left) < 60:
            pacer.expect_reply()
            await asyncio.sleep(0.001)
        assert now() <= 2 * 60 / 29

    played(story)


def test_unpaid_news_waits_until_a_second_after_paid_news_that_leaves_at_a_thousand_a_second():
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        for chat in range(3000):
            line.ask(chat, paid=chat >= 60)
        await line.all()
        times = dict(line.left)
        last_paid = max(times[chat] for chat in range(60, 3000))
        assert 2939 / last_paid == pytest.approx(full_rate(1000), rel=0.005)
        unpaid = sorted(times[chat] for chat in range(60))
        assert unpaid[0] == 0.0  # asked for before anything was paid for
        assert unpaid[1] - last_paid == pytest.approx(1.0, abs=0.002)
        assert 58 / (unpaid[-1] - unpaid[1]) == pytest.approx(29, rel=0.02)
        assert not pacer.is_paying

    played(story)


def test_replies_are_no_paid_news_and_do_not_hold_the_unpaid():
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        line.ask(ANNA, Lane.REPLY, paid=True)
        await line.all()
        assert not pacer.is_paying
        line.ask(BEN, Lane.NEWS)
        await line.all()
        assert now() == 0.0

    played(story)

    played(story)


def test_a_reply_never_waits_behind_paid_messages():
    async def story():
        line = Line(Pacer(30))
        for chat in range(100, 2100):
            line.ask(chat, paid=True)
        await asyncio.sleep(0.5)
        asked = now()
        line.ask(ANNA, Lane.REPLY)
        await line.tasks[-1]
        assert now() == asked
        await line.all()

    played(story)


def test_what_is_paid_for_keeps_to_the_chat_s_own_limits_and_holds():
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        for _ in range(30):
            line.ask(GROUP, is_group=True, paid=True)
        for _ in range(7):
            line.ask(ANNA, paid=True)
        pacer.throttled(BEN, 7.0)
        line.ask(BEN, paid=True)
        await line.all()
        times = {chat: [at for to, at in line.left if to == chat] for chat in (ANNA, BEN, GROUP)}
        assert times[ANNA][-1] == pytest.approx(2.0, abs=0.01)
        assert times[BEN] == [pytest.approx(7.0, abs=0.01)]
        assert sum(at < 60 for at in times[GROUP]) == 20 - 1

    played(story)


def test_lanes_are_served_by_rank_and_each_in_the_order_asked():
    async def story():
        line = Line(Pacer(30))
        line.ask(0)
        for chat, lane in enumerate([Lane.LATER, Lane.NEWS, Lane.URGENT, Lane.NEWS, Lane.DIGEST, Lane.REPLY], 1):
            line.ask(chat, lane)
        assert await line.all() == [0, 6, 3, 2, 4, 5, 1]

    played(story)


def test_a_chat_that_must_wait_lets_the_others_pass():
    async def story():
        line = Line(Pacer(30))
        for _ in range(7):
            line.ask(ANNA)
        line.ask(BEN)
        await line.all()
        assert [chat for chat, _ in line.left] == [*[ANNA] * 5, BEN, ANNA, ANNA]
        assert line.left[-1][1] == pytest.approx(2.0, abs=0.01)

    played(story)


def test_a_group_gets_twenty_a_minute():
    async def story():
        line = Line(Pacer(30))
        for _ in range(30):
            line.ask(GROUP, is_group=True)
        await line.all()
        times = [at for _, at in line.left]
        assert sum(at < 60 for at in times) == 20 - 1
        assert all(sum(start <= at < start + 60 for at in times) <= 20 for start in times)

    played(story)


def test_with_a_free_slot_nobody_is_suspended():
    async def story():
        pacer = Pacer(30)
        with pytest.raises(StopIteration):
            pacer.slot(ANNA, Lane.NEWS, False).send(None)
        unpaced = Pacer(None)
        for _ in range(1000):
            with pytest.raises(StopIteration):
                unpaced.slot(ANNA, Lane.NEWS, False).send(None)

    played(story)


@pytest.mark.parametrize("rate", [30, None])
def test_a_throttled_chat_waits_as_told_and_alone(rate):
    async def story():
        pacer = Pacer(rate)
        pacer.throttled(ANNA, 7.0)
        assert pacer.held_until(ANNA) is not None
        assert pacer.held_until(ANNA) == pytest.approx(7.0)
        assert pacer.held_until(BEN) is None
        line = Line(pacer)
        line.ask(ANNA, Lane.REPLY)
        line.ask(BEN)
        assert await line.all() == [BEN, ANNA]
        assert now() == pytest.approx(7.0, abs=0.01)
        assert pacer.held_until(BEN) is None

    played(story)


async def at_work(rate: float | None, **sizes: int) -> Pacer:
    """Return the pacer of a bot that knows all that has left for longer than any limit reaches back."""
    pacer = Pacer(rate, **sizes)
    await asyncio.sleep(100)
    return pacer


async def refused(pacer: Pacer, seconds: float, *chats: int, paid: bool = False) -> None:
    """Send one message to each chat, and let each be told to wait."""
    line = Line(pacer)
    for chat in chats:
        line.ask(chat, Lane.REPLY, chat < 0, paid)
    await line.all()
    for chat in chats:
        pacer.throttled(chat, seconds, paid)


@pytest.mark.parametrize("rate", [30, None])
@pytest.mark.parametrize("others", [(BEN, CARL), (BEN, GROUP)])
def test_chats_within_their_limits_that_are_throttled_together_hold_all_news(rate, others):
    async def story():
        pacer = await at_work(rate)
        await refused(pacer, 3.0, ANNA, *others)
        told = now()
        line = Line(pacer)
        line.ask(3)
        await line.all()
        assert now() == pytest.approx(told + 3.0, abs=0.01)
        assert rate is None or pacer.rate < 29

    played(story)


@pytest.mark.parametrize("rate", [30, None])
def test_a_reply_in_a_chat_that_is_free_leaves_while_all_news_is_held(rate):
    async def story():
        pacer = await at_work(rate)
        await refused(pacer, 3600.0, ANNA, BEN, CARL)
        told = now()
        line = Line(pacer)
        line.ask(3)
        line.ask(4, Lane.REPLY)
        await line.tasks[-1]
        assert now() - told <= 0.1
        assert [chat for chat, _ in line.left] == [4]
        line.tasks[0].cancel()

    played(story)


@pytest.mark.parametrize("rate", [30, None])
def test_any_number_of_throttled_groups_and_channels_hold_nobody_else(rate):
    async def story():
        pacer = await at_work(rate)
        await refused(pacer, 3600.0, *range(-300, 0))
        line, told = Line(pacer), now()
        line.ask(3)
        line.ask(4, Lane.REPLY)
        line.ask(-301, is_group=True)
        await line.all()
        assert now() - told <= 0.2
        assert rate is None or pacer.rate == 29

    played(story)


@pytest.mark.parametrize("known_for", [0.0, 30.0])
def test_groups_that_are_throttled_right_after_a_start_say_nothing_of_a_person(known_for):
    """An earlier process may have sent a group its twenty a minute, and this one does not know."""

    async def story():
        pacer = Pacer(30)
        await asyncio.sleep(known_for)
        await refused(pacer, 60.0, GROUP, -200, ANNA, BEN)
        line, told = Line(pacer), now()
        line.ask(3)
        await line.all()
        assert now() - told <= 0.2
        assert pacer.rate == 29

    played(story)


def test_edits_that_are_throttled_in_any_number_of_chats_say_nothing_of_the_others():
    async def story():
        pacer = await at_work(30)
        for chat in range(100, 200):
            await pacer.slot(chat, Lane.REPLY, False)
            pacer.throttled(chat, 240.0, is_edit=True)
        line, told = Line(pacer), now()
        line.ask(3)
        await line.all()
        assert now() - told <= 0.1
        assert pacer.rate == 29
        assert pacer.held_until(100) is not None

    played(story)


def test_what_campaigns_change_rests_while_several_chats_are_told_to_wait_for_edits_and_news_does_not():
    """How many messages may be changed a second is nowhere written; to go on would make Telegram ask for longer."""

    async def story():
        pacer = await at_work(30)
        line = Line(pacer)
        for chat in range(100, 160):
            line.ask(chat, Lane.LATER, is_change=True)
        await asyncio.sleep(0.5)
        for chat, _ in line.left[:3]:
            pacer.throttled(chat, 30.0, is_edit=True)
        told, before = now(), len(line.left)
        for chat in range(300, 390):
            line.ask(chat)
        await line.all()
        news = [at for chat, at in line.left if chat >= 300]
        assert max(news) - told == pytest.approx(89 / 29, rel=0.02)
        assert len(line.left) == before + 90 and set(line.held) == {30.0}
        assert await pacer.slot(500, Lane.LATER, False, is_change=True) > 25
        await asyncio.sleep(30)
        assert await pacer.slot(500, Lane.LATER, False, is_change=True) == 0
        assert pacer.rate == 29

    played(story)


def test_two_chats_that_are_told_to_wait_for_edits_do_not_stop_what_campaigns_change():
    async def story():
        pacer = await at_work(30)
        for chat in (100, 101):
            await pacer.slot(chat, Lane.LATER, False, is_change=True)
            pacer.throttled(chat, 240.0, is_edit=True)
        assert await pacer.slot(102, Lane.LATER, False, is_change=True) == 0
        assert await pacer.slot(100, Lane.LATER, False, give_up_at=now() + 1, is_change=True) > 200

    played(story)


def test_who_was_sent_much_edits_included_says_nothing_of_the_others():
    """As editors whose progress messages are changed every two seconds."""

    async def story():
        pacer = await at_work(30)
        for _ in range(25):
            for editor in (ANNA, BEN, CARL):
                await pacer.slot(editor, Lane.REPLY, False)
            await asyncio.sleep(2)
        for editor in (ANNA, BEN, CARL):
            pacer.throttled(editor, 240.0)
        line, told = Line(pacer), now()
        line.ask(3)
        await line.all()
        assert now() == told
        assert pacer.rate == 29

    played(story)


def test_chats_that_are_told_to_wait_again_when_their_wait_is_over_say_nothing_of_the_others():
    async def story():
        pacer = await at_work(30)
        await refused(pacer, 300.0, ANNA)
        await asyncio.sleep(30)
        await refused(pacer, 270.0, BEN, CARL)
        for _ in range(10):
            await asyncio.sleep(300)
            await refused(pacer, 300.0, ANNA, BEN, CARL)
        line, told = Line(pacer), now()
        line.ask(3)
        await line.all()
        assert now() - told <= 0.1

    played(story)


def test_whoever_was_forgotten_is_not_taken_for_one_that_kept_its_limits():
    async def story():
        pacer = await at_work(1000, recent_chats=16)
        for chat in (ANNA, BEN, CARL):
            for _ in range(5):
                await pacer.slot(chat, Lane.NEWS, False)
        for chat in range(1000, 1100):
            await pacer.slot(chat, Lane.NEWS, False)
        await refused(pacer, 60.0, ANNA, BEN, CARL)
        line, told = Line(pacer), now()
        line.ask(3)
        await line.all()
        assert now() - told <= 0.1

    played(story)


def test_a_hold_that_was_forgotten_is_not_taken_for_rest():
    async def story():
        pacer = await at_work(1000, chats=2)
        pacer.throttled(ANNA, 500.0)
        for group in (-1, -2, -3):
            pacer.throttled(group, 3600.0)
        assert pacer.held_until(ANNA) is None
        await asyncio.sleep(400)
        await refused(pacer, 60.0, ANNA, BEN, CARL)
        line, told = Line(pacer), now()
        line.ask(3)
        await line.all()
        assert now() - told <= 0.1

    played(story)


@pytest.mark.parametrize("rate", [30, 1000])
def test_a_limit_of_the_whole_bot_slows_all_and_is_recovered_from(rate):
    """Telegram takes ten a second for a minute and tells all else to wait three seconds, whoever it is for."""

    async def story():
        pacer = await at_work(rate)
        began, taken, complaints = now(), list[float](), list[float]()
        for chat in range(100, 100 + 90 * rate):
            chat = -chat if chat % 5 == 0 else chat
            if await pacer.slot(chat, Lane.NEWS, chat < 0, False, now() + 1):
                continue
            if now() - began < 60 and sum(at > now() - 1 for at in taken[-10:]) == 10:
                complaints.append(now())
                pacer.throttled(chat, 3.0)
            else:
                taken.append(now())
            if now() - began > 200:
                break
        assert pacer.rate == pytest.approx(full_rate(rate))
        assert len(complaints) < 60 * 3, "without giving way there would be nineteen, or nearly a thousand, a second"
        assert len(taken) > 60

    played(story)


def test_chats_throttled_together_hold_paid_messages_too():
    async def story():
        pacer = await at_work(30)
        await refused(pacer, 3.0, ANNA, BEN, CARL)
        told = now()
        line = Line(pacer)
        line.ask(GROUP, paid=True)
        await line.all()
        assert now() == pytest.approx(told + 3.0, abs=0.01)

    played(story)


def test_nobody_waits_for_a_chat_that_is_held_for_longer_than_that_and_hears_so_at_once():
    async def story():
        pacer = Pacer(30)
        pacer.throttled(GROUP, 3600.0)
        assert await pacer.slot(GROUP, Lane.NEWS, True, False, now() + 1) == 3600.0
        assert await pacer.slot(GROUP, Lane.REPLY, True, False, now() + 3599) == 3600.0
        assert now() == 0.0
        assert await pacer.slot(GROUP, Lane.REPLY, True, False, now() + 3601) == 0.0
        assert now() == pytest.approx(3600, abs=0.01)

    played(story)


def test_who_waits_when_the_chat_is_told_to_wait_gives_up_at_once():
    async def story():
        pacer = Pacer(2)
        await pacer.slot(ANNA, Lane.NEWS, False)  # the next leaves a second later
        waiting = asyncio.ensure_future(pacer.slot(GROUP, Lane.NEWS, True, False, now() + 1))
        await asyncio.sleep(0.1)
        pacer.throttled(GROUP, 3600.0)
        assert await waiting == 3600.0
        assert now() == pytest.approx(0.1)
        assert pacer.waiting == 0

    played(story)


def test_only_so_many_replies_wait_for_chats_that_are_held():
    async def story():
        pacer = Pacer(30)
        for group in range(-300, 0):
            pacer.throttled(group, 60.0)
        waiting = [asyncio.ensure_future(pacer.slot(group, Lane.REPLY, True)) for group in range(-300, 0)]
        await asyncio.sleep(0)
        assert pacer.waiting == MAX_HELD_REPLIES
        assert await pacer.slot(ANNA, Lane.REPLY, False) == 0.0
        assert now() == 0.0
        assert (await asyncio.gather(*waiting)).count(0.0) == MAX_HELD_REPLIES

    played(story)


def test_only_the_pace_that_was_too_fast_gives_way():
    async def story():
        pacer = await at_work(30)
        line = Line(pacer)
        await refused(pacer, 3.0, ANNA, BEN, CARL, paid=True)
        assert pacer.rate == pytest.approx(29)
        line.ask(GROUP)
        await line.all()
        assert now() == pytest.approx(103.0, abs=0.01)
        for chat in range(1000, 1200):
            line.ask(chat, paid=True)
        await line.all()
        assert 199 / (now() - 103) == pytest.approx(full_rate(1000) * DECREASE, rel=0.03)

    played(story)


def test_who_gives_up_waiting_costs_the_others_nothing():
    async def story():
        pacer = Pacer(30)
        line = Line(pacer)
        first, second, third = line.ask(ANNA), line.ask(BEN), line.ask(GROUP)
        await first
        second.cancel()
        await third
        assert now() <= 1 / 29 + PACER_RESOLUTION
        assert pacer.waiting == 0

    played(story)


def test_the_memory_of_chats_is_bounded():
    async def story():
        pacer = Pacer(1_000_000)
        for chat in range(CHATS + 50):
            await pacer.slot(chat, Lane.NEWS, False)
        for chat in range(CHATS + 50):
            pacer.throttled(chat, 1.0 if chat < 20 else 60.0)
        assert len(pacer._accounts) == len(pacer._holds) == CHATS
        assert pacer.held_until(CHATS + 49) is not None

    played(story)


def test_many_who_wait_share_one_timer(monkeypatch):
    """A thousand messages a second would set a thousand timers, and each costs more than the slot it waits for."""

    async def story():
        loop = asyncio.get_running_loop()
        set_timers: list[float] = []
        call_at = loop.call_at

        def noted(when, *rest, **options):
            set_timers.append(when)
            return call_at(when, *rest, **options)

        line = Line(Pacer(1000, known_from=-100))
        monkeypatch.setattr(loop, "call_at", noted)
        for chat in range(1, 201):
            line.ask(chat)
            await asyncio.sleep(0)
        await asyncio.gather(*line.tasks)
        ticks = (line.left[-1][1] - line.left[0][1]) / PACER_RESOLUTION
        assert len(line.left) == 200
        assert len(set_timers) <= ticks + 2

    played(story)


def test_a_timer_for_a_chat_that_is_held_for_long_makes_nobody_else_wait():
    async def story():
        pacer = Pacer(30, known_from=-100)
        line = Line(pacer)
        pacer.throttled(ANNA, 60)
        line.ask(ANNA)
        await asyncio.sleep(5)
        began = now()
        line.ask(BEN)
        await line.tasks[-1]
        assert now() - began <= PACER_RESOLUTION
        line.tasks[0].cancel()

    played(story)


def test_a_pacer_that_others_share_the_rate_with_keeps_to_its_part() -> None:
    async def story() -> None:
        pacer = Pacer(30)
        pacer.keep_within(6)
        began = now()
        for chat in range(1, 12):
            await pacer.slot(chat, Lane.REPLY, False)
        assert now() - began == pytest.approx(10 / full_rate(6), rel=0.1)
        pacer.keep_within(30)
        assert pacer.rate == full_rate(30)

    played(story)
