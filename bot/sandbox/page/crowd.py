"""
Many readers at once, for the chat page: a publish to a handful is over before anybody has seen its undo delay.

They come in batches, and a batch ends when the bot has answered it, so that whoever types at the page meanwhile
waits behind ten others and not behind hundreds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.sandbox.page.actions import MAX_TEXT_LENGTH, Refused
from bot.sandbox.world.people import Json
from bot.sandbox.world.world import World

BATCH = 10  # readers
MAX_READERS = 1000  # more would make the page's list of chats slow, and show nothing new
ANSWERED_WITHIN = 10.0  # seconds; a bot that is held back or gone must not hold the page for ever

_SUBSCRIBE = "/subscribe "
_SEPARATORS = frozenset(",;\n")


async def add_readers(world: World, topics: Iterable[str]) -> Json:
    """Add a batch of readers who follow all `topics`, as people do it, and return when the bot has answered each.

    After ANSWERED_WITHIN it waits no longer. `added` counts the batch, `follow` the topics that each asked for, and
    `unanswered` those who wait still.
    Raises: Refused when there are MAX_READERS.
    """
    before = sum(person.in_crowd for person in world.people.values())
    if before + BATCH > MAX_READERS:
        raise Refused(f"{before:,} more readers are as many as this page can show.", 409)
    names = _fitting(topics)
    text = _SUBSCRIBE + ", ".join(names) if names else "/start"
    async with world.subscribe() as events:
        added = [world.add_person(f"Reader {before + number}").id for number in range(1, BATCH + 1)]
        for person in added:
            world.people[person].in_crowd = True
        world.tell("people", 0, {"added": BATCH})
        for person in added:
            world.say(person, person, text)
        unanswered = set(added)
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                while unanswered:
                    event = await anext(events)
                    if event.kind == "message" and event.payload.get("from", {}).get("id") == world.bot["id"]:
                        unanswered.discard(event.chat_id)
        except TimeoutError:
            pass
    return {"added": BATCH, "follow": len(names), "unanswered": len(unanswered)}


def _fitting(topics: Iterable[str]) -> list[str]:
    """Return as many of the names as one list of names can hold."""
    names: list[str] = []
    room = MAX_TEXT_LENGTH - len(_SUBSCRIBE)
    for name in topics:
        room -= len(name.encode("utf-16-le")) // 2 + len(", ")
        if room < 0:
            break
        if not _SEPARATORS & set(name):
            names.append(name)
    return names
