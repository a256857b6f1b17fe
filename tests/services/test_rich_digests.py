"""
Rich digests: who chose them gets blocks, and the same stories as text wherever blocks are not taken.

Known from the field: a good picture's address can be refused (https://github.com/tdlib/telegram-bot-api/issues/782), a
self-hosted server may be older than rich messages, and a group may forbid pictures.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from press_room import PressRoom, press_room
from story import EDITH, StoryHouse

from bot.domain.article import Picture
from bot.domain.chat import ChatKind, DigestForm
from bot.domain.delivery import Status
from bot.domain.delivery_time import Mode, Timing
from bot.sandbox.bot_api import rich_messages
from bot.sandbox.world.faults import CutAfter, Refuse
from bot.services.newsroom import newsroom
from bot.services.readers import preferences
from bot.store.delivery.campaigns import CampaignState
from bot.store.readers import chats

OLD_SERVER = Refuse(404, "Not Found: method not found")
NO_BLOCKS = Refuse(400, "Bad Request: RICH_MESSAGE_INVALID")


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _wish(room: PressRoom, people: list[int], form: DigestForm = DigestForm.RICH) -> None:
    await room.follow(people, "Energy")
    for person in people:
        async with room.db.reading() as conn:
            chat = await chats.chat(conn, person)
        assert chat is not None
        await preferences.set_delivery(room.db, chat, Timing(Mode.DAILY, minute=480), room.house.clock())
        await preferences.set_digest(room.db, chat, form)


async def _news(room: PressRoom, *slugs: str) -> list[int]:
    campaigns = [await room.publish(await room.draft(slug, "Energy")) for slug in slugs]
    await room.run()
    return campaigns


async def _at(room: PressRoom, text: str) -> None:
    room.house.clock.now = datetime.fromisoformat(text).replace(tzinfo=UTC)
    await room.run()


def _asked(room: PressRoom, chat: int) -> list[str]:
    return [call.method for call in room.world.ledger.calls_to(chat)]


def _pictures(message: dict[str, Any]) -> int:
    return str(message["rich_message"]).count("'type': 'photo'")


async def test_who_chose_it_gets_blocks_and_others_the_same_stories_as_text(room: PressRoom) -> None:
    anna, ben = await room.people(2)
    await _wish(room, [anna])
    await _wish(room, [ben], DigestForm.CLASSIC)
    campaigns = await _news(room, "a-first", "b-second")
    await _at(room, "2026-03-03 08:00:00")
    [rich], [classic] = room.house.messages(anna), room.house.messages(ben)
    said = rich_messages.plain(rich)
    assert said.splitlines()[0] == "Your 08:00 news: 2 stories" == classic["text"].splitlines()[0]
    assert "A first" in said and "B second" in said and said.splitlines()[-1] == "Next: tomorrow, 08:00 UTC."
    assert [[one["text"] for one in row] for row in rich_messages.buttons(rich)] == [["Open 1"], ["Open 2"]]
    assert _pictures(rich) == 2 and "text" not in rich and "rich_message" not in classic
    assert room.house.buttons(anna) == [["Change time"]]
    for number in campaigns:
        done = await room.campaign(number)
        assert (done.state, done.sent) == (CampaignState.DONE, 2)


async def test_what_stands_in_blocks_opens_and_counts_as_delivered(room: PressRoom) -> None:
    await room.house.starts(EDITH)
    await _wish(room, [EDITH])
    article = await room.draft("a-first", "Energy")
    await room.publish(article)
    await _at(room, "2026-03-03 08:00:00")
    digest = room.house.messages(EDITH)[-1]
    [[button]] = rich_messages.buttons(digest)
    await room.house.presses_data(EDITH, button["callback_data"], digest["message_id"])
    card = room.house.messages(EDITH)[-1]
    assert "A first" in card["caption"] and card["reply_to_message"]["message_id"] == digest["message_id"]
    assert await room.statuses(article) == {Status.SENT: 1}
    assert await room.house.presses(EDITH, "Change time") is None
    assert room.house.screen(EDITH).startswith("News comes daily at 08:00")


async def test_an_old_server_gets_text_and_is_not_asked_for_blocks_again_within_the_hour(room: PressRoom) -> None:
    people = await room.people(6)
    await _wish(room, people)
    await _news(room, "a-first")
    room.world.faults.add(OLD_SERVER, method="sendRichMessage")
    await _at(room, "2026-03-03 08:00:00")
    for person in people:
        assert room.got(person) == ["Your 08:00 news: 1 story"] and len(room.house.messages(person)) == 1
    asked = sum(_asked(room, person).count("sendRichMessage") for person in people)
    assert 1 <= asked <= 8  # those that were on their way with the first
    assert not room.alarms
    await _at(room, "2026-03-03 08:30:00")
    await _news(room, "b-second")
    room.world.faults.clear()
    await _at(room, "2026-03-04 08:00:00")  # by now it may be a newer one
    assert all("rich_message" in room.house.messages(person)[-1] for person in people)


async def test_after_a_few_refusals_nobody_is_sent_blocks_that_are_refused(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path, in_flight=1) as room:
        people = await room.people(10)
        await _wish(room, people)
        await _news(room, "a-first")
        room.world.faults.add(NO_BLOCKS, method="sendRichMessage")
        await _at(room, "2026-03-03 08:00:00")
        for person in people:
            assert room.got(person) == ["Your 08:00 news: 1 story"] and len(room.house.messages(person)) == 1
        # Three chats try both kinds of blocks; whoever was handed out with them may have begun with the first.
        assert sum(_asked(room, person).count("sendRichMessage") for person in people) == 6


async def test_one_chat_that_takes_no_blocks_changes_nothing_for_the_others(room: PressRoom) -> None:
    anna, *others = await room.people(4)
    await _wish(room, [anna, *others])
    await _news(room, "a-first")
    room.world.faults.add(NO_BLOCKS, method="sendRichMessage", chat=anna)
    await _at(room, "2026-03-03 08:00:00")
    assert "text" in room.house.messages(anna)[0]
    assert all("rich_message" in room.house.messages(person)[0] for person in others)


async def test_a_picture_that_is_refused_is_left_out_for_all_and_the_blocks_stay(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path, in_flight=1) as room:
        people = await room.people(5)
        await _wish(room, people)
        await _news(room, "a-first")
        room.world.web["https://pictures.example/cell.jpg"] = "wrong type of the web page content"
        await _at(room, "2026-03-03 08:00:00")
        for person in people:
            [message] = room.house.messages(person)
            assert _pictures(message) == 0 and "A first" in rich_messages.plain(message)
        assert sum(_asked(room, person).count("sendRichMessage") for person in people) == 6  # one try for all


async def test_a_group_that_forbids_pictures_gets_the_blocks_without_them(room: PressRoom) -> None:
    group = room.world.add_chat("supergroup", "Quiet", bot_status="member", forbids_photos=True).id
    [anna] = await room.people(1)
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, group, ChatKind.GROUP, "en", room.house.clock())
    await _wish(room, [group, anna])
    await _news(room, "a-first")
    await _at(room, "2026-03-03 08:00:00")
    assert (_pictures(room.house.messages(group)[0]), _pictures(room.house.messages(anna)[0])) == (0, 1)
    [[button]] = rich_messages.buttons(room.house.messages(group)[0])
    assert button["url"].startswith("https://t.me/")


async def test_a_rich_digest_goes_into_its_thread_and_without_it_when_that_is_closed(room: PressRoom) -> None:
    world = room.world
    forum = world.add_chat("supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, bot_status="member").id
    thread = world.open_thread(forum, "Energy", 5)
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, forum, ChatKind.GROUP, "en", room.house.clock())
    await room.follow([forum], "Robotics", thread)
    await _wish(room, [forum])
    await room.publish(await room.draft("a-first", "Robotics"))
    await _at(room, "2026-03-03 08:00:00")
    assert room.house.messages(forum)[-1]["message_thread_id"] == thread
    await _at(room, "2026-03-03 08:30:00")
    await room.publish(await room.draft("b-second", "Robotics"))
    world.close_thread(forum, thread)
    await _at(room, "2026-03-04 08:00:00")
    last = room.house.messages(forum)[-1]
    assert "rich_message" in last and "message_thread_id" not in last


async def test_a_rich_digest_leaves_out_what_was_taken_back_and_comes_once_after_a_cut(room: PressRoom) -> None:
    [anna] = await room.people(1)
    await _wish(room, [anna])
    first = await room.draft("a-first", "Energy")
    await room.publish(first)
    [second] = await _news(room, "b-second")
    await newsroom.retract(room.db, first.number, by=1, now=room.house.clock())
    room.world.faults.add(CutAfter(), chat=anna, times=1)
    await _at(room, "2026-03-03 08:00:00")
    await _at(room, "2026-03-03 08:02:00")
    said = [rich_messages.plain(one) for one in room.house.messages(anna)]
    assert all("B second" in one and "A first" not in one for one in said) and len(said) == 2
    done = await room.campaign(second)
    assert (done.state, done.sent, done.unsure) == (CampaignState.DONE, 1, 1)


async def test_pictures_that_only_we_have_are_left_out_of_blocks(room: PressRoom) -> None:
    """Their bytes would travel again for every chat: only what Telegram has or can fetch goes into blocks."""
    [anna] = await room.people(1)
    await _wish(room, [anna])
    await room.publish(await room.draft("a-first", "Energy", pictures=(Picture("cell.png", is_local=True),)))
    await room.run()
    await _at(room, "2026-03-03 08:00:00")
    assert _pictures(room.house.messages(anna)[0]) == 0
