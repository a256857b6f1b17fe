"""A digest in a chat: its buttons open every story and the times below it, and it stays to be read."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.chat import ChatKind
from bot.domain.delivery_time import Mode, Timing
from bot.services.readers import preferences
from bot.store.readers import chats


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def gets_a_digest(room: PressRoom, chat: int, *slugs: str) -> int:
    """Let a chat get these stories in the digest of eight in the morning; return its message."""
    await room.follow([chat], "Energy")
    async with room.db.reading() as conn:
        known = await chats.chat(conn, chat)
    assert known is not None
    await preferences.set_delivery(room.db, known, Timing(Mode.DAILY, minute=480), room.house.clock())
    for slug in slugs:
        await room.publish(await room.draft(slug, "Energy"))
    await room.run()
    room.house.clock.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    await room.run()
    return int(room.house.messages(chat)[-1]["message_id"])


async def test_every_story_of_a_digest_opens_as_a_reply_to_it_and_the_digest_stays(room: PressRoom) -> None:
    await room.house.starts(ANNA)
    digest = await gets_a_digest(room, ANNA, "a-first", "b-second")
    text = room.house.screen(ANNA)
    for label, title in (("Open 1", "A first"), ("Open 2", "B second")):
        assert await room.house.presses(ANNA, label) is None
        card = room.house.messages(ANNA)[-1]
        assert title in card["caption"] and "photo" in card
        assert card["reply_to_message"]["message_id"] == digest  # a tap on it leads back
    assert next(one["text"] for one in room.house.messages(ANNA) if one["message_id"] == digest) == text


async def test_a_story_without_pictures_opens_as_a_reply_too(room: PressRoom) -> None:
    await room.house.starts(ANNA)
    await room.house.says(ANNA, "/settings pictures none")
    digest = await gets_a_digest(room, ANNA, "a-first")
    await room.house.presses(ANNA, "Open 1")
    card = room.house.messages(ANNA)[-1]
    assert "A first" in card["text"] and card["reply_to_message"]["message_id"] == digest


async def test_the_time_is_changed_below_a_digest_and_not_in_its_place(room: PressRoom) -> None:
    await room.house.starts(ANNA)
    digest = await gets_a_digest(room, ANNA, "a-first")
    text = room.house.screen(ANNA)
    await room.house.presses(ANNA, "Change time")
    asked = room.house.messages(ANNA)[-1]
    assert asked["text"].startswith("News comes daily at 08:00, UTC.")
    assert asked["reply_to_message"]["message_id"] == digest
    await room.house.presses(ANNA, "Hourly")
    assert room.house.screens(ANNA)[-2:] == [text, room.house.screen(ANNA)]
    known = await room.house.chat(ANNA)
    assert known is not None and known.timing.mode is Mode.HOURLY


async def test_only_administrators_change_the_time_under_a_groups_digest(room: PressRoom) -> None:
    group = room.house.group
    room.world.add_bot(EDITH, group)
    await room.house.settle()
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, group, ChatKind.GROUP, "en", room.house.clock())
    await gets_a_digest(room, group, "a-first")
    many = len(room.house.screens(group))
    toast = await room.house.presses(ANNA, "Change time", group)
    assert toast is not None and len(room.house.screens(group)) == many
    await room.house.presses(EDITH, "Change time", group)
    assert room.house.screen(group).startswith("News comes daily")
    assert room.house.screens(BEN) == []
