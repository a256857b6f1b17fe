"""A hundred more readers, asked for as the chat page does, with a bot of the test's own on the other side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import aiohttp
import pytest
from test_page_http import ANNA, EDITH, TOKEN, House

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.page.crowd import BATCH, MAX_READERS
from bot.sandbox.page.page import add_page
from bot.sandbox.world.world import World

SECTIONS = ["AI", "Energy"]


def asking(answer: Collection[Any]) -> Callable[[], Awaitable[Collection[Any]]]:
    async def answered() -> Collection[Any]:
        return answer

    return answered


@asynccontextmanager
async def page(topics: Collection[str] = SECTIONS) -> AsyncIterator[House]:
    """A page whose bot offers `topics` and has Edith for an editor."""
    world = World(token=TOKEN)
    world.standard_cast()
    mount = partial(add_page, topics=asking(topics), editors=asking({EDITH}))
    async with SandboxServer(world, mount=mount) as server, aiohttp.ClientSession() as client:
        yield House(world, server, client)


@asynccontextmanager
async def answering(house: House) -> AsyncIterator[list[str]]:
    """A bot that answers whoever writes; the list holds what it was told."""
    heard: list[str] = []
    house.world.limits = False  # this bot keeps no pace

    async def answer() -> None:
        offset = 0
        while True:
            for update in await house.api("getUpdates", offset=offset, timeout=5, allowed_updates=["message"]):
                offset = update["update_id"] + 1
                heard.append(update["message"]["text"])
                await house.api("sendMessage", chat_id=update["message"]["chat"]["id"], text="Done.")

    bot = asyncio.create_task(answer())
    try:
        yield heard
    finally:
        bot.cancel()
        with suppress(asyncio.CancelledError):
            await bot


def crowd(house: House) -> list[int]:
    return [person.id for person in house.world.people.values() if person.in_crowd]


async def test_a_batch_of_readers_follows_every_section_and_is_answered() -> None:
    async with page() as house, answering(house) as heard:
        answer = await (await house.post("readers", {})).json()
        assert answer == {"added": BATCH, "follow": 2, "unanswered": 0}
        assert heard == ["/subscribe AI, Energy"] * BATCH
        assert len(crowd(house)) == BATCH and all(house.world.people[one].has_started for one in crowd(house))
        await house.post("readers", {})
        names = [house.world.people[one].first_name for one in crowd(house)]
        assert names == [f"Reader {number}" for number in range(1, 2 * BATCH + 1)]


async def test_a_batch_is_not_over_before_the_bot_has_answered_it() -> None:
    """So somebody who writes meanwhile waits behind one batch, whatever number of readers was asked for."""
    async with page() as house:
        adding = asyncio.create_task(house.post("readers", {}))
        await house.world.updates.arrival()
        await house.post("say", {"person": ANNA, "chat": ANNA, "text": "/latest"})
        assert not adding.done()
        assert [update["message"]["text"] for update in house.world.updates.first(99)].index("/latest") == BATCH
        async with answering(house):
            assert (await adding).status == 200


async def test_without_a_topic_to_follow_readers_only_start_the_bot() -> None:
    async with page(topics=()) as house, answering(house) as heard:
        assert (await (await house.post("readers", {})).json())["follow"] == 0
        assert heard == ["/start"] * BATCH


LONG = "\N{GRINNING FACE}" * 900  # 1,800 UTF-16 code units


@pytest.mark.parametrize(
    ("topics", "text"),
    [
        (["Oil, Gas", "Energy", "A;B", "C\nD"], "/subscribe Energy"),
        (["Oil, Gas"], "/start"),
        ([LONG, LONG, LONG], f"/subscribe {LONG}, {LONG}"),
    ],
)
async def test_names_that_one_message_cannot_hold_are_left_out(topics: list[str], text: str) -> None:
    async with page(topics) as house, answering(house) as heard:
        assert (await house.post("readers", {})).status == 200
        assert heard[0] == text


async def test_there_is_an_end_to_readers_and_it_is_told() -> None:
    async with page() as house, answering(house):
        for _ in range(MAX_READERS - BATCH):
            house.world.add_person().in_crowd = True
        assert (await house.post("readers", {})).status == 200
        answer = await house.post("readers", {})
        assert answer.status == 409 and "1,000" in (await answer.json())["error"]
        assert len(crowd(house)) == MAX_READERS


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Accept": "*/*"}]
)
async def test_another_site_adds_nobody(headers: dict[str, str]) -> None:
    async with page() as house:
        assert (await house.post("readers", {}, **headers)).status == 403
        assert crowd(house) == [] and len(house.world.updates) == 0


async def test_the_state_names_the_editors_and_the_crowd_and_leaves_buttons_out() -> None:
    async with page() as house, answering(house):
        await house.post("readers", {})
        keyboard = {"inline_keyboard": [[{"text": "Save", "callback_data": "1:s"}]]}
        await house.api("sendMessage", chat_id=crowd(house)[0], text="A story", reply_markup=keyboard)
        state = await (await house.get("/page/state")).json()
        assert [person["id"] for person in state["people"] if person["editor"]] == [EDITH]
        assert [person["id"] for person in state["people"] if person["crowd"]] == crowd(house)
        last = next(chat["last"] for chat in state["chats"] if chat["id"] == crowd(house)[0])
        assert last["text"] == "A story" and "reply_markup" not in last
        assert "reply_markup" in house.world.messages(crowd(house)[0])[-1], "the message itself keeps its buttons"
