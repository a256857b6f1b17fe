"""
A thread for each followed topic in a private chat, for those who ask for it.

A bot may make threads in the chats of people when its owner has switched that on (`has_topics_enabled` in `getMe`).
Telegram has lost such threads for a while ("message thread not found"), and has put messages silently into the chat
itself: the answer then names no thread, or another one. The general thread is number 1, which requests must not name.
Source: https://core.telegram.org/bots/api#createforumtopic
        https://github.com/tdlib/telegram-bot-api/issues/847, https://github.com/tdlib/telegram-bot-api/issues/854
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom_samples import AI, ENERGY, ROBOTICS, VISION, define, plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.chat import ChatState
from bot.domain.topic_threads import LOST_FOR, retry_after
from bot.sandbox.world.faults import Refuse, Throttle
from bot.store.content import topics
from bot.telegram_edge.botapi.prepared import tail
from bot.telegram_edge.notifications.topic_threads import tend


class Threads:
    """Anna's chat, with a bot that may make threads in it."""

    def __init__(self, house: StoryHouse, room: PressRoom) -> None:
        self.house, self.room, self.world = house, room, house.world

    async def opens(self, *, wants: bool = True) -> None:
        self.world.bot["has_topics_enabled"] = True
        await self.house.ctx.bot.get_me()
        await self.house.starts(ANNA)
        await self.house.says(ANNA, "/subscribe Energy, Robotics")
        if wants:
            await self.house.says(ANNA, "/settings threads on")
            await self.tends()

    async def tends(self) -> bool:
        return await tend(self.house.ctx, self.house.clock())

    async def publishes(self, slug: str, *names: str, title: str = "") -> None:
        title = title or slug.capitalize()
        await self.room.publish(await self.room.draft(slug, *names, title=title, pictures=()))
        await self.room.run()

    @property
    def names(self) -> dict[int, str]:
        """The threads in Anna's chat, by number."""
        return {number: thread.name for number, thread in self.world.chats[ANNA].threads.items()}

    def thread(self, name: str) -> int:
        [number] = [number for number, called in self.names.items() if called == name]
        return number

    def where(self, title: str) -> list[str | None]:
        """Return for each message with that title the name of its thread; None: it stands in the chat itself."""
        found = [one for one in self.house.messages(ANNA) if plain(one.get("text", "")).startswith(title)]
        return [self.names.get(one["message_thread_id"]) if "message_thread_id" in one else None for one in found]


@pytest.fixture
async def threads(house: StoryHouse, tmp_path: Path) -> AsyncIterator[Threads]:
    await define(house, AI, VISION, ENERGY, ROBOTICS)
    async with press_room(house, tmp_path) as room:
        yield Threads(house, room)


async def test_who_asks_for_it_gets_each_topic_in_a_thread_of_its_name_and_nobody_else_does(threads: Threads) -> None:
    house = threads.house
    await threads.opens(wants=False)
    await house.starts(BEN, "t_energy")
    await threads.tends()
    await threads.publishes("one", "Energy")
    assert threads.names == {} and threads.where("One") == [None]
    await house.says(ANNA, "/settings")
    assert await house.presses(ANNA, "A thread for each topic") == "Each topic gets a thread"
    assert "Threads: one for each topic" in house.screen(ANNA)
    await threads.tends()
    assert sorted(threads.names.values()) == ["Energy", "Robotics"]
    await threads.publishes("two", "Energy")
    await threads.publishes("three", "Robotics")
    assert (threads.where("Two"), threads.where("Three")) == (["Energy"], ["Robotics"])
    assert not [one for one in house.messages(BEN) if "message_thread_id" in one]
    await threads.tends()
    assert len(threads.names) == 2  # nothing is made twice


async def test_what_is_followed_later_gets_a_thread_too_and_until_then_comes_in_the_chat(threads: Threads) -> None:
    await threads.opens()
    await threads.house.says(ANNA, "/subscribe AI")
    await threads.publishes("one", "AI")
    assert threads.where("One") == [None]
    await threads.tends()
    await threads.publishes("two", "AI")
    assert threads.where("Two") == ["AI"]
    await threads.house.says(ANNA, "/subscribe AI")
    assert plain(threads.house.screen(ANNA)).startswith("Followed already: AI.")
    await threads.publishes("three", "AI")
    assert threads.where("Three") == ["AI"]


async def test_a_story_goes_to_the_thread_of_the_nearest_topic_once_and_for_a_phrase_alone_to_the_chat(
    threads: Threads,
) -> None:
    await threads.opens()
    await threads.house.says(ANNA, '/subscribe Computer Vision, AI, "grid storage"')
    await threads.tends()
    await threads.publishes("seen", "Computer Vision", "AI")
    await threads.publishes("heard", "AI")
    await threads.publishes("grid", "Energy", title="Grid storage in use")
    await threads.publishes("alone", "Chemistry", title="Alone with grid storage")
    assert (threads.where("Seen"), threads.where("Heard")) == (["Computer Vision"], ["AI"])
    assert threads.where("Grid storage") == ["Energy"]
    assert threads.where("Alone") == [None]


async def test_a_topic_that_is_let_go_keeps_its_thread_for_when_it_is_followed_again(threads: Threads) -> None:
    await threads.opens()
    before = threads.thread("Energy")
    await threads.publishes("one", "Energy")
    await threads.house.says(ANNA, "/unsubscribe Energy")
    await threads.publishes("two", "Energy")
    await threads.tends()
    assert threads.where("Two") == [] and threads.thread("Energy") == before
    await threads.house.says(ANNA, "/subscribe Energy")
    await threads.publishes("three", "Energy")
    assert threads.where("Three") == ["Energy"] and threads.thread("Energy") == before


async def test_switched_off_all_comes_in_the_chat_and_switched_on_again_in_the_same_threads(threads: Threads) -> None:
    await threads.opens()
    before = threads.names
    await threads.house.says(ANNA, "/settings")
    assert await threads.house.presses(ANNA, "No threads") == "News comes in the chat itself"
    await threads.publishes("one", "Energy")
    assert threads.where("One") == [None]
    await threads.house.says(ANNA, "/settings threads on")
    await threads.tends()
    await threads.publishes("two", "Energy")
    assert threads.where("Two") == ["Energy"] and threads.names == before


async def test_a_topic_that_is_called_otherwise_renames_its_thread_once(threads: Threads) -> None:
    await threads.opens()
    number = threads.thread("Energy")
    async with threads.house.db.transaction() as conn:
        await topics.define(conn, type(ENERGY)(ENERGY.id, "Power"))
    for _ in range(2):
        await threads.tends()
    assert threads.names[number] == "Power"
    assert len([call for call in threads.world.ledger if call.method == "editForumTopic"]) == 1
    await threads.publishes("one", "Power")
    assert threads.where("One") == ["Power"]


async def test_a_lost_thread_falls_back_keeps_its_route_and_is_made_anew_when_it_stays_away(threads: Threads) -> None:
    await threads.opens()
    number = threads.thread("Energy")
    threads.world.delete_thread(ANNA, number)
    await threads.publishes("one", "Energy")
    assert threads.where("One") == [None]
    await threads.tends()
    assert "Energy" not in threads.names.values()  # it may come back
    threads.world.open_thread(ANNA, "Energy", number)
    await threads.publishes("two", "Energy")
    assert threads.where("Two") == ["Energy"]
    threads.house.clock.advance(LOST_FOR)
    await threads.tends()
    assert threads.thread("Energy") == number  # the opposite: it is there again
    threads.world.delete_thread(ANNA, number)
    await threads.publishes("three", "Energy")
    threads.house.clock.advance(LOST_FOR)
    await threads.tends()
    assert threads.thread("Energy") != number
    await threads.publishes("four", "Energy")
    assert threads.where("Four") == ["Energy"]
    threads.world.delete_thread(ANNA, threads.thread("Energy"))
    await threads.publishes("five", "Energy")
    threads.house.clock.advance(LOST_FOR - timedelta(minutes=1))
    await threads.tends()
    assert "Energy" not in threads.names.values()  # whoever deletes it again does not get it back at once


async def test_a_message_that_telegram_put_elsewhere_counts_as_sent_and_its_thread_as_lost(threads: Threads) -> None:
    await threads.opens()
    threads.world.ignores_threads = True
    await threads.publishes("one", "Energy")
    assert threads.where("One") == [None]
    async with threads.house.db.reading() as conn:
        lost = list(await conn.execute_fetchall("SELECT chat, thread FROM closed_threads"))
    assert [tuple(row) for row in lost] == [(ANNA, threads.thread("Energy"))]
    threads.world.ignores_threads = False
    await threads.publishes("two", "Energy")
    assert threads.where("Two") == ["Energy"]
    async with threads.house.db.reading() as conn:
        assert list(await conn.execute_fetchall("SELECT 1 FROM closed_threads")) == []


async def test_nobody_is_told_of_administrators_in_a_chat_of_their_own(threads: Threads) -> None:
    await threads.opens()
    threads.world.delete_thread(ANNA, threads.thread("Energy"))
    await threads.publishes("one", "Energy")
    before = len(threads.house.messages(ANNA))
    await threads.tends()
    assert len(threads.house.messages(ANNA)) == before


async def test_what_cannot_be_made_is_tried_again_later_and_longer_and_news_comes_meanwhile(threads: Threads) -> None:
    await threads.opens(wants=False)
    await threads.house.says(ANNA, "/settings threads on")
    threads.world.faults.add(Refuse(400, "Bad Request: the chat is not a forum"), method="createForumTopic")
    for _ in range(3):
        await threads.tends()
    calls = [call for call in threads.world.ledger if call.method == "createForumTopic"]
    assert len(calls) == 1
    await threads.publishes("one", "Energy")
    assert threads.where("One") == [None]
    threads.house.clock.advance(retry_after(1))
    await threads.tends()
    threads.house.clock.advance(retry_after(1))
    await threads.tends()
    assert len([call for call in threads.world.ledger if call.method == "createForumTopic"]) == 2
    threads.world.faults.clear()
    threads.house.clock.advance(retry_after(2))
    await threads.tends()
    assert sorted(threads.names.values()) == ["Energy", "Robotics"]


async def test_a_429_holds_all_of_it_and_a_block_switches_the_chat_off(threads: Threads) -> None:
    await threads.opens(wants=False)
    await threads.house.says(ANNA, "/settings threads on")
    threads.world.faults.add(Throttle(5), method="createForumTopic", times=1)
    assert not await threads.tends()
    threads.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), method="createForumTopic", times=1)
    threads.house.equip(pacer=type(threads.house.ctx.pacer)(None, known_from=float("-inf")))
    assert await threads.tends()
    known = await threads.house.chat(ANNA)
    assert known is not None and known.state is ChatState.UNREACHABLE


async def test_threads_are_offered_in_private_chats_of_a_bot_that_has_them_and_nowhere_else(threads: Threads) -> None:
    house = threads.house
    await house.starts(ANNA)
    await house.says(ANNA, "/settings threads on")
    assert plain(house.screen(ANNA)).startswith("This bot has no threads here.")
    await house.says(ANNA, "/settings")
    assert "A thread for each topic" not in str(house.buttons(ANNA))
    await threads.opens(wants=False)
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/settings threads on", house.group)
    assert plain(house.screen(house.group)).startswith("This bot has no threads here.")
    await house.says(EDITH, "/settings", house.group)
    assert "A thread for each topic" not in str(house.buttons(house.group))


async def test_forgetting_a_chat_forgets_its_threads(threads: Threads) -> None:
    await threads.opens()
    await threads.house.says(ANNA, "/forget")
    await threads.house.presses(ANNA, "Delete all")
    await threads.house.starts(ANNA, "t_energy")
    await threads.tends()
    await threads.publishes("one", "Energy")
    assert threads.where("One") == [None]


async def test_a_command_in_a_thread_is_answered_there_and_in_the_general_one_without_its_number(
    threads: Threads,
) -> None:
    await threads.opens()
    energy = threads.thread("Energy")
    await threads.house.says(ANNA, "/subscribe AI", thread=energy)
    assert threads.house.messages(ANNA)[-1]["message_thread_id"] == energy
    await threads.house.says(ANNA, "/help", thread=1)
    assert "message_thread_id" not in threads.house.messages(ANNA)[-1]
    await threads.tends()
    await threads.publishes("one", "AI")
    assert threads.where("One") == ["AI"]  # not where it was said


def test_the_general_thread_is_left_out_of_requests() -> None:
    assert "message_thread_id" not in tail(7, thread=1) and "message_thread_id" not in tail(7)
    assert tail(7, thread=2)["message_thread_id"] == 2


@pytest.mark.parametrize(("tries", "minutes"), [(1, 10), (2, 20), (3, 40), (8, 1280), (9, 1440), (400, 1440)])
def test_pauses_grow_to_a_day(tries: int, minutes: int) -> None:
    assert retry_after(tries) == timedelta(minutes=minutes)
