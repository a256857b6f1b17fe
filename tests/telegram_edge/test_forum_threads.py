"""
Forums: an article once, in the thread of its nearest topic; what a thread does not take comes in the forum itself.

A closed or deleted thread refuses a bot that is no administrator (TOPIC_CLOSED, "message thread not found"); nothing
tells of it before the message does.
Source: https://core.telegram.org/method/messages.sendMessage#possible-errors
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from newsroom_samples import AI, ENERGY, VISION, define, plain
from press_room import PressRoom, eventually, press_room
from story import EDITH, StoryHouse

from bot.domain.chat import ChatKind
from bot.sandbox.world.faults import Held
from bot.store.readers import chats


class Forum:
    """A forum that follows three topics in a thread each."""

    def __init__(self, room: PressRoom) -> None:
        self.room, self.world = room, room.world
        self.id = self.world.add_chat(
            "supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, bot_status="member"
        ).id
        self.threads = {name: self.world.open_thread(self.id, name) for name in ("AI", "Computer Vision", "Energy")}

    async def opens(self) -> None:
        async with self.room.db.transaction() as conn:
            await chats.get_or_create(conn, self.id, ChatKind.GROUP, "en", self.room.house.clock())
        for name, thread in self.threads.items():
            await self.room.follow([self.id], name, thread)

    async def publishes(self, slug: str, *topics: str) -> None:
        await self.room.publish(await self.room.draft(slug, *topics, pictures=()))

    def where(self, title: str) -> list[str | None]:
        """Return for each message with that title the name of its thread; None: it stands in the forum itself."""
        names = {number: name for name, number in self.threads.items()}
        found = [one for one in self.room.house.messages(self.id) if plain(one.get("text", "")).startswith(title)]
        return [names.get(one.get("message_thread_id", 0)) for one in found]


@pytest.fixture
async def forum(house: StoryHouse, tmp_path: Path) -> AsyncIterator[Forum]:
    await define(house, AI, VISION, ENERGY)
    async with press_room(house, tmp_path) as room:
        forum = Forum(room)
        await forum.opens()
        yield forum


async def test_an_article_of_several_topics_comes_once_in_the_thread_of_the_most_specific(forum: Forum) -> None:
    await forum.publishes("one", "Computer Vision", "Energy")
    await forum.publishes("two", "AI")
    await forum.room.run()
    assert (forum.where("One"), forum.where("Two")) == (["Computer Vision"], ["AI"])


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_what_the_nearest_thread_refuses_comes_in_the_forum_and_not_in_another_thread(
    forum: Forum, is_deleted: bool
) -> None:
    lose = forum.world.delete_thread if is_deleted else forum.world.close_thread
    lose(forum.id, forum.threads["Computer Vision"])
    await forum.publishes("one", "Computer Vision", "AI", "Energy")
    await forum.room.run()
    assert forum.where("One") == [None]
    forum.world.open_thread(forum.id, "Computer Vision", forum.threads["Computer Vision"])
    await forum.publishes("two", "Computer Vision")
    await forum.room.run()
    assert forum.where("Two") == ["Computer Vision"]  # the route was kept


async def test_a_thread_that_closes_while_a_message_is_on_its_way_costs_no_message_and_doubles_none(
    forum: Forum,
) -> None:
    arrived = asyncio.Event()
    forum.world.faults.add(Held(arrived), chat=forum.id, times=1)
    await forum.publishes("one", "Energy")
    await forum.room.spread()
    forum.room.dispatcher.wake()
    await eventually(lambda: not forum.world.faults)  # the call is on its way
    forum.world.close_thread(forum.id, forum.threads["Energy"])
    arrived.set()
    await forum.room.dispatcher.idle()
    assert forum.where("One") == [None]
    async with forum.room.db.reading() as conn:
        lost = [tuple(row) for row in await conn.execute_fetchall("SELECT chat, thread FROM closed_threads")]
    assert lost == [(forum.id, forum.threads["Energy"])]
