"""What a chat has of its own: handed out as a file, put back from it, and deleted."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import define, plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.chat import ChatState
from bot.domain.delivery_time import Mode, Timing
from bot.domain.limits import DOWNLOAD_BYTES
from bot.domain.topic import TopicFile
from bot.services.readers import exports, subscribing

NOT_HERE = "There is nothing for that here. /help lists what there is."
OF_ANOTHER = "This is the export of another chat."
NO_EXPORT = "This file is no export of this bot, so nothing was changed. /export sends one."
DAMAGED = "This export is damaged, so nothing was changed. /export sends a new one."


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    await define(house, TopicFile("robotics", "Robotics"), TopicFile("energy", "Energy"))
    async with press_room(house, tmp_path) as room:
        yield room


async def exported(house: StoryHouse, person: int, chat: int | None = None) -> bytes:
    await house.says(person, "/export", chat)
    sent = house.messages(chat or person)[-1]
    file = await house.ctx.bot.get_file(sent["document"]["file_id"])
    return bytes(await file.download_as_bytearray())


async def followed(house: StoryHouse, chat: int) -> list[str]:
    return [topic.name for topic in (await subscribing.follows(house.db, chat, now=house.clock())).topics]


async def _set_much(house: StoryHouse) -> None:
    for text in (
        "/subscribe Robotics, Energy",
        '/subscribe "quantum dots"',
        "/never casino",
        "/never source Daily Mail",
        "/settings zone Europe/Berlin",
        "/settings daily 08:00",
        "/settings pictures small",
        "/settings parts source",
        "/settings announcements off",
        "/settings breaking on",
        "/settings quality 60",
        "/settings Energy silently",
        "/settings language de",
    ):
        await house.says(ANNA, text)


async def test_a_chat_that_was_forgotten_is_restored_from_its_export(room: PressRoom) -> None:
    house = room.house
    article = await room.draft("grid", "Energy", title="Cells for the grid")
    await room.publish(article)
    await room.run()
    await _set_much(house)
    await house.says(ANNA, "/latest")
    async with house.db.transaction() as conn:
        await conn.execute("INSERT INTO saved (chat, article, at) VALUES (?, ?, 5)", (ANNA, article.number))
    data = await exported(house, ANNA)
    before = await exports.export_of(house.db, ANNA, house.clock())
    await house.says(ANNA, "/forget")
    await house.presses(ANNA, "Alles löschen")
    assert await house.chat(ANNA) is None

    house.clock.advance(timedelta(hours=1))
    await house.uploads(ANNA, f"newsbot-{ANNA} (1).json", data)
    shown = plain(house.screen(ANNA))
    lines = ["2 topics", "2 phrases", "1 source never wanted", "1 saved article", "daily at 08:00, Berlin"]
    assert shown.splitlines()[:6] == ["This is what was set in this chat on 2 Mar 2026:", *lines]
    assert "Not understood" not in shown
    assert house.buttons(ANNA) == [["Restore", "Leave it"]]
    assert await followed(house, ANNA) == []
    await house.presses(ANNA, "Restore")
    assert plain(house.screen(ANNA)).startswith("Wiederhergestellt: 2 Themen, 2 Wortfolgen, 1 nie gewollte Quelle, 1 ")
    after = await exports.export_of(house.db, ANNA, house.clock())
    for part in ("follows", "wishes_for_topics", "phrases", "unwanted_phrases", "unwanted_sources", "saved"):
        assert [_timeless(one) for one in after[part]] == [_timeless(one) for one in before[part]], part  # type: ignore[attr-defined]
    chat = await house.chat(ANNA)
    assert chat is not None
    assert (chat.language, chat.zone, chat.timing) == ("de", "Europe/Berlin", Timing(Mode.DAILY, minute=480))
    assert (chat.announcements, chat.breaking, chat.quality) == (False, True, 60)


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "since"}


async def test_nothing_older_comes_after_a_restore_and_what_is_new_comes(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/subscribe Energy")
    data = await exported(house, ANNA)
    await house.says(ANNA, "/forget")
    await house.presses(ANNA, "Delete all")
    await room.publish(await room.draft("old", "Energy", title="Old news", pictures=()))
    house.clock.advance(timedelta(seconds=1))
    await house.uploads(ANNA, "newsbot.json", data)
    await house.presses(ANNA, "Restore")
    said = len(house.screens(ANNA))
    await room.run()
    assert len(house.screens(ANNA)) == said
    await room.publish(await room.draft("new", "Energy", title="New news", pictures=()))
    await room.run()
    assert plain(house.screen(ANNA)).startswith("New news")


async def test_what_is_followed_now_stays_and_what_is_not_here_any_more_is_named(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/subscribe Energy")
    document = json.loads(await exported(house, ANNA))
    document["follows"].append({"topic": "Alchemy", "thread": 0, "since": None})
    document["saved"].append({"article": 99, "title": "X", "link": "https://gone.example/", "saved_at": _at(house)})
    document["chat"][0]["zone"] = "Middle/Earth"
    await house.says(ANNA, "/unsubscribe Energy")
    await house.says(ANNA, "/subscribe Robotics")
    await house.uploads(ANNA, "newsbot.json", json.dumps(document).encode())
    assert "Not understood in the file, and left out: chat zone." in plain(house.screen(ANNA))
    await house.presses(ANNA, "Restore")
    assert plain(house.screen(ANNA)) == (
        "Restored: 1 topic and the settings.\nTopics that are not here now: Alchemy.\n1 saved article is not here now."
    )
    assert await followed(house, ANNA) == ["Energy", "Robotics"]


async def test_a_topic_of_a_draft_is_no_more_known_for_being_in_an_export(room: PressRoom) -> None:
    house = room.house
    await room.draft("secret", "Merger talks")
    document = json.loads(await exported(house, ANNA))
    document["follows"] = [{"topic": "Merger talks", "thread": 0, "since": None}]
    await house.uploads(ANNA, "newsbot.json", json.dumps(document).encode())
    await house.presses(ANNA, "Restore")
    assert "Topics that are not here now: Merger talks." in plain(house.screen(ANNA))


async def test_an_export_of_another_chat_changes_nothing_and_says_so(house: StoryHouse) -> None:
    data = await exported(house, ANNA)
    for person in (BEN, EDITH):
        await house.starts(person)
        await house.uploads(person, "newsbot.json", data)
        assert house.screen(person).startswith(OF_ANOTHER)


async def test_a_file_that_waits_is_not_restored_by_another_twice_or_a_day_later(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/subscribe Energy")
    data = await exported(house, ANNA)
    await house.says(ANNA, "/unsubscribe Energy")
    await house.uploads(ANNA, "newsbot.json", data)
    message, press = house.button(ANNA, "Restore")
    await house.starts(BEN)
    await house.uploads(BEN, "other.json", await exported(house, BEN))
    too_late = "That was restored already, or the file came too long ago. Send the file again."
    assert await house.presses_data(BEN, press, house.button(BEN, "Restore")[0]) == too_late
    house.clock.advance(timedelta(days=1, seconds=1))
    assert await house.presses_data(ANNA, press, message) == too_late
    assert await followed(house, ANNA) == []
    await house.uploads(ANNA, "newsbot.json", data)
    message, press = house.button(ANNA, "Restore")
    assert await house.presses_data(ANNA, press, message) is None
    assert await followed(house, ANNA) == ["Energy"]
    assert await house.presses_data(ANNA, press, message) == too_late


async def test_leaving_it_changes_nothing(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/subscribe Energy")
    data = await exported(house, ANNA)
    await house.says(ANNA, "/unsubscribe Energy")
    await house.uploads(ANNA, "newsbot.json", data)
    await house.presses(ANNA, "Leave it")
    assert house.screen(ANNA) == "Nothing was changed."
    assert await followed(house, ANNA) == []


async def test_a_chat_that_was_paused_is_paused_again_and_says_how_to_go_on(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/stop")
    data = await exported(house, ANNA)
    await house.starts(ANNA)
    await house.uploads(ANNA, "newsbot.json", data)
    assert "paused" in house.screen(ANNA)
    await house.presses(ANNA, "Restore")
    assert house.screen(ANNA).endswith("The chat is paused, as it was. /start lets news come again.")
    chat = await house.chat(ANNA)
    assert chat is not None and chat.state is ChatState.PAUSED


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1, 2]", b"\xff\xfe", b"[" * 100_000, b'{"title": "x"}', b"9" * 10_000, b'{"newsbot"']
)
@pytest.mark.parametrize("name", ["newsbot-7001.json", "Newsbot-7001 (1).json.txt", "what I follow.JSON"])
async def test_a_file_that_is_no_export_is_said_to_be_none(house: StoryHouse, name: str, data: bytes) -> None:
    await house.starts(ANNA)
    await house.uploads(ANNA, name, data)
    assert house.screen(ANNA) == NO_EXPORT


@pytest.mark.parametrize("person", [ANNA, EDITH])  # what an editor sends may be an article, too
@pytest.mark.parametrize("name", ["newsbot-7001.json", "backup.json"])
async def test_an_export_of_which_a_part_is_missing_is_said_to_be_damaged(
    room: PressRoom, person: int, name: str
) -> None:
    house = room.house
    await house.says(person, "/subscribe Energy")
    data = await exported(house, person)
    for damaged in (data[: len(data) // 2], data[:-1], data.replace(b'"chat"', b'"cat"'), b"\xef\xbb\xbf" + data[:-9]):
        await house.uploads(person, name, damaged)
        assert house.screen(person) == DAMAGED
    assert await followed(house, person) == ["Energy"]


async def test_a_file_of_another_kind_or_too_large_is_not_fetched(house: StoryHouse) -> None:
    await house.starts(ANNA)
    await house.uploads(ANNA, "cat.png", b"png")
    assert house.screen(ANNA) == NOT_HERE
    await house.uploads(ANNA, "newsbot.json", b" " * (DOWNLOAD_BYTES + 1))
    assert house.screen(ANNA).startswith("Telegram lets bots fetch files up to 20 MB.")


async def test_an_editors_export_is_restored_and_makes_no_draft(room: PressRoom) -> None:
    house = room.house
    await house.says(EDITH, "/subscribe Energy")
    data = await exported(house, EDITH)
    await house.says(EDITH, "/unsubscribe Energy")
    await house.uploads(EDITH, "newsbot.json", data)
    await house.presses(EDITH, "Restore")
    assert await followed(house, EDITH) == ["Energy"]


async def test_no_role_comes_back_with_an_export(house: StoryHouse) -> None:
    await house.starts(ANNA)
    document = json.loads(await exported(house, ANNA))
    document["editor"] = [{"role": "owner", "since": None, "added_by": None, "name": "Anna", "ended_at": None}]
    await house.uploads(ANNA, "newsbot.json", json.dumps(document).encode())
    await house.presses(ANNA, "Restore")
    await house.says(ANNA, "/drafts")
    assert house.screen(ANNA) == NOT_HERE


async def test_in_a_group_an_administrator_restores_by_answering_the_bot(room: PressRoom) -> None:
    house, group = room.house, room.house.group
    house.world.add_bot(EDITH, group)
    await house.settle()
    await house.says(EDITH, "/subscribe Energy", group)
    data = await exported(house, EDITH, group)
    asked = house.messages(group)[-1]
    assert asked["caption"].endswith("Send the file back as an answer to this message to restore what is set in it.")
    await house.says(EDITH, "/unsubscribe Energy", group)
    said = len(house.messages(group))
    await house.uploads(EDITH, "newsbot.json", data, group)  # among others: it is not for the bot
    assert len(house.messages(group)) == said
    await house.uploads(ANNA, "newsbot.json", data, group, reply_to=asked["message_id"])
    assert house.screen(group) == "Only administrators of this chat can change this."
    await house.uploads(EDITH, "newsbot.json", data, group, reply_to=asked["message_id"])
    assert await house.presses(ANNA, "Restore", group) == "Only administrators of this chat can change this."
    await house.presses(EDITH, "Restore", group)
    assert await followed(house, group) == ["Energy"]


async def test_a_picture_of_a_cat_that_answers_the_bot_in_a_group_is_left_alone(house: StoryHouse) -> None:
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/topics", house.group)
    said = len(house.messages(house.group))
    await house.uploads(ANNA, "cat.png", b"png", house.group, reply_to=house.messages(house.group)[-1]["message_id"])
    assert len(house.messages(house.group)) == said


def _at(house: StoryHouse) -> str:
    return house.clock().isoformat()
