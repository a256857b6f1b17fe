"""Announcements: written by an editor, shown first, sent once, and only to chats that take them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_stories import plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.chat import ChatState
from bot.domain.delivery import ANNOUNCEMENT
from bot.domain.delivery_time import Quiet, Timing
from bot.domain.role import Role
from bot.sandbox.world.faults import Refuse
from bot.services.delivery import copies
from bot.store.delivery import announced, campaigns
from bot.store.desk import audit_log, editors
from bot.store.readers import chat_settings, chats, timings
from bot.telegram_edge.notifications.notifier import Notifier

PNG = (Path(copies.__file__).parent / "retracted.png").read_bytes()
MOVE = "/announce We move on Friday"


class Desk:
    """A running bot with Edith, who owns it, and what is sent when a test says so."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.house = room.house
        self.progress = Notifier(self.house.ctx)

    async def turn(self) -> None:
        """Let everything be sent and shown that is due."""
        await self.room.run()
        await self.show()

    async def show(self) -> None:
        await self.progress.turn()
        await self.progress.settled()

    async def says(self, text: str, person: int = EDITH, **how: Any) -> None:
        await self.house.says(person, text, **how)

    async def presses(self, label: str, person: int = EDITH) -> str | None:
        toast = await self.house.presses(person, label)
        await self.show()
        return toast

    async def sent(self) -> list[campaigns.Campaign]:
        """Return the campaigns of announcements, oldest first."""
        async with self.house.db.reading() as conn:
            found = [await campaigns.campaign(conn, number) for number in range(1, 20)]
        return [one for one in found if one is not None and one.kind == ANNOUNCEMENT]

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))


@pytest.fixture
async def desk(house: StoryHouse, tmp_path: Path) -> AsyncIterator[Desk]:
    await house.starts(EDITH)
    async with press_room(house, tmp_path) as room:
        yield Desk(room)


def _span(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


async def test_it_is_shown_as_readers_get_it_and_leaves_when_an_editor_says_so(desk: Desk) -> None:
    people = await desk.room.people(3)
    at = len("/announce ")
    bold, link = _span("bold", at + 3, 4), _span("text_link", at + 11, 6, url="https://news.example/move")
    await desk.says(MOVE, formatting=[bold, link])
    shown, asked = desk.house.messages(EDITH)[-2:]
    assert (shown["text"], shown["entities"]) == (
        "We move on Friday",
        [_span("bold", 3, 4), _span("text_link", 11, 6, url="https://news.example/move")],
    )
    assert plain(asked["text"]) == "It goes to 3 chats that take announcements."
    assert desk.house.buttons(EDITH) == [["To a topic’s readers", "Leave it"], ["Send to 3"]]
    await desk.turn()
    assert not any(desk.room.got(person) for person in people)
    await desk.presses("Send to 3")
    await desk.turn()
    await desk.turn()
    for person in people:
        [got] = desk.house.messages(person)
        assert (got["text"], got["entities"]) == (shown["text"], shown["entities"])
        assert "reply_markup" not in got
    assert desk.screen.startswith(
        "The announcement “We move on Friday” is out. 3 sent, 0 had blocked the bot, 0 failed"
    )
    assert len([text for text in desk.house.screens(EDITH) if text == "We move on Friday"]) == 1
    async with desk.house.db.reading() as conn:
        [entry] = [one for one in await audit_log.latest(conn) if one.act == "announce"]
    assert (entry.person, entry.detail, entry.after) == (EDITH, None, "We move on Friday")


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("/announce 🎉🎉 party", ("bold", 15, 5), ("🎉🎉 party", "bold", 5, 5)),
        ("/announce@{bot} 𝐀𝐁 new", ("italic", None, 3), ("𝐀𝐁 new", "italic", 5, 3)),
        ("/announce \n  خبر عاجل", ("underline", 13, 3), ("خبر عاجل", "underline", 0, 3)),
        ("/announce  x\n\nlong", ("blockquote", 0, 18), ("x\n\nlong", "blockquote", 0, 7)),
    ],
)
async def test_formatting_stays_where_it_was_behind_the_command(
    desk: Desk, text: str, span: tuple[str, int | None, int], expected: tuple[str, str, int, int]
) -> None:
    text = text.format(bot=desk.house.ctx.bot_username)
    kind, offset, length = span
    at = offset if offset is not None else len(text.encode("utf-16-le")) // 2 - length
    await desk.room.people(1)
    await desk.says(text, formatting=[_span(kind, at, length)])
    shown = desk.house.messages(EDITH)[-2]
    assert (shown["text"], shown["entities"]) == (expected[0], [_span(*expected[1:])])


async def test_a_picture_goes_with_its_caption_and_other_pictures_are_no_commands(desk: Desk) -> None:
    [reader] = await desk.room.people(1)
    desk.house.world.photograph(EDITH, EDITH, PNG, "/announce Look here", formatting=[_span("bold", 10, 4)])
    await desk.house.settle()
    shown = desk.house.messages(EDITH)[-2]
    assert (shown["caption"], shown["caption_entities"], bool(shown["photo"])) == (
        "Look here",
        [_span("bold", 0, 4)],
        True,
    )
    await desk.presses("Send to 1")
    await desk.turn()
    [got] = desk.house.messages(reader)
    assert (got["caption"], got["photo"]) == ("Look here", shown["photo"])
    desk.house.world.photograph(EDITH, EDITH, PNG, "/announce")  # a picture needs no words
    await desk.house.settle()
    assert desk.house.buttons(EDITH)[-1] == ["Send to 1"]
    desk.house.world.photograph(EDITH, EDITH, PNG, "/publish 1")
    await desk.house.settle()
    assert desk.screen == "No topic and no story for “/publish 1”."


async def test_what_cannot_be_sent_gets_one_answer_and_changes_nothing(desk: Desk) -> None:
    await desk.room.people(1)
    many = [_span("bold", 10 + 2 * at, 1) for at in range(200)]
    for text, formatting, answer in (
        ("/announce", (), "Write what everybody is to read behind the command: /announce We move"),
        (
            "/announce " + "🎉" * 2049,
            (),
            "An announcement may have 4,096 characters; this has 4,098. Nothing was sent.",
        ),
        ("/announce " + "b " * 200, many, "Telegram keeps 100 pieces of formatting in a message; this has 200."),
        ("/announce " + "b " * 101, many[:101], "Telegram keeps 100 pieces of formatting in a message; this has 101."),
    ):
        before = len(desk.house.screens(EDITH))
        await desk.says(text, formatting=formatting)
        assert desk.screen.startswith(answer)
        assert len(desk.house.screens(EDITH)) == before + 1
    desk.house.world.photograph(EDITH, EDITH, PNG, "/announce " + "x" * 1025)
    await desk.house.settle()
    assert desk.screen == "The text under a picture may have 1,024 characters; this has 1,025. Nothing was sent."
    desk.house.world.photograph(EDITH, EDITH, PNG, "/announce Look here", album="12")
    await desk.house.settle()
    assert desk.screen == ("An announcement has one picture, and this is an album. Nothing was sent; send one picture.")
    await desk.says("/announce " + "b " * 100, formatting=many[:100])
    assert desk.house.buttons(EDITH)[-1] == ["Send to 1"]
    async with desk.house.db.reading() as conn:
        assert await announced.announcement(conn, 2) is None


async def test_what_telegram_refuses_is_said_and_not_sent(desk: Desk) -> None:
    await desk.room.people(1)
    desk.house.world.faults.add(Refuse(400, "Bad Request: ENTITIES_TOO_LONG"), chat=EDITH, times=1)
    await desk.says(MOVE)
    assert desk.screen == ("Telegram does not take it as it is, so nothing was sent. It says: “ENTITIES_TOO_LONG”.")
    assert desk.house.buttons(EDITH) == []


async def test_who_does_not_take_announcements_has_paused_or_has_a_role_gets_none(desk: Desk) -> None:
    takes, off, paused, writer, gone_off = await desk.room.people(5)
    async with desk.house.db.transaction() as conn:
        await chat_settings.set_announcements(conn, off, False)
        await chats.set_state(conn, paused, ChatState.PAUSED, desk.house.clock())
        await editors.add(conn, writer, Role.CONTRIBUTOR, EDITH, desk.house.clock())
    await desk.says(MOVE)
    await desk.presses("Send to 2")
    await desk.room.spread()
    async with desk.house.db.transaction() as conn:  # between the promise and its turn
        await chat_settings.set_announcements(conn, gone_off, False)
    await desk.turn()
    assert [person for person in (takes, off, paused, writer, gone_off) if desk.room.got(person)] == [takes]
    assert "1 sent" in desk.screen and "1 no longer wanted it." in desk.screen


async def test_it_can_go_to_a_topics_readers(desk: Desk) -> None:
    people = await desk.room.people(3)
    await desk.room.follow(people[:1], "Energy")
    await desk.room.draft("grid", "Energy")
    async with desk.house.db.transaction() as conn:
        await conn.execute("UPDATE topics SET listed = 1")
    await desk.says(MOVE)
    await desk.presses("To a topic’s readers")
    assert desk.house.buttons(EDITH) == [["Energy"], ["Everybody"]]
    await desk.presses("Energy")
    assert desk.screen == "It goes to 1 chat that follows Energy and takes announcements."
    assert desk.house.buttons(EDITH)[-1] == ["Send to 1"]
    await desk.presses("Send to 1")
    await desk.turn()
    assert [person for person in people if desk.room.got(person)] == people[:1]
    async with desk.house.db.reading() as conn:
        [entry] = [one for one in await audit_log.latest(conn) if one.act == "announce"]
    assert entry.detail == "Energy"


async def test_for_nobody_there_is_no_button_that_sends(desk: Desk) -> None:
    await desk.says(MOVE)
    assert desk.screen == "It goes to 0 chats that take announcements."
    assert desk.house.buttons(EDITH) == [["To a topic’s readers", "Leave it"]]
    await desk.presses("Leave it")
    assert desk.screen == "The announcement “We move on Friday” was left. Nothing was sent."
    assert await desk.sent() == []


async def test_pressed_twice_or_by_two_editors_it_is_sent_once(desk: Desk) -> None:
    [reader] = await desk.room.people(1)
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await desk.house.starts(BEN)
    await desk.says(MOVE)
    message, data = desk.house.button(EDITH, "Send to 1")
    await asyncio.gather(
        desk.house.presses_data(EDITH, data, message),
        desk.house.presses_data(EDITH, data, message),
        desk.house.presses_data(BEN, data, desk.house.messages(BEN)[-1]["message_id"]),
    )
    await desk.turn()
    await desk.turn()
    assert len(desk.house.messages(reader)) == 1 and len(await desk.sent()) == 1
    await desk.house.presses_data(EDITH, data.replace("announce:", "announce_not:"), message)
    await desk.turn()
    assert "is out. 1 sent" in desk.screen


async def test_it_can_be_stopped_while_there_is_time_and_goes_on_when_asked(desk: Desk) -> None:
    people = await desk.room.people(120)
    await desk.says(MOVE)
    await desk.presses("Send to 120")
    assert (
        desk.screen == "The announcement “We move on Friday” goes to 120 chats in 10 seconds, taking about 4 seconds."
    )
    assert desk.house.buttons(EDITH) == [["Stop", "Send now"]]
    assert await desk.presses("Stop") == "Stopped. Nothing more leaves."
    desk.house.clock.advance(timedelta(seconds=11))
    await desk.turn()
    assert not any(desk.room.got(person) for person in people)
    assert desk.screen == "Stopped. 0 chats have it, 120 will not get it."
    await desk.presses("Send the rest")
    await desk.turn()
    await desk.turn()
    assert all(len(desk.room.got(person)) == 1 for person in people)
    assert "is out. 120 sent" in desk.screen


async def test_send_now_skips_the_wait(desk: Desk) -> None:
    people = await desk.room.people(100)
    await desk.says(MOVE)
    await desk.presses("Send to 100")
    await desk.turn()
    assert not any(desk.room.got(person) for person in people)
    await desk.presses("Send now")
    await desk.turn()
    assert all(desk.room.got(person) for person in people)


async def test_one_goes_out_at_a_time_and_three_a_day(desk: Desk) -> None:
    await desk.room.people(120)
    await desk.says(MOVE)
    await desk.presses("Send to 120")
    await desk.says("/announce Another")
    assert "Another announcement is on its way: only one goes out at a time." in desk.screen
    assert desk.house.buttons(EDITH)[-1] == ["Look again"]
    await desk.presses("Send now")
    await desk.turn()
    await desk.presses("Look again")
    await desk.presses("Send to 120")
    await desk.presses("Send now")
    await desk.turn()
    await desk.says("/announce The third")
    _, data = desk.house.button(EDITH, "Send to 120")
    message, _ = desk.house.button(EDITH, "Send to 120")
    await desk.presses("Send to 120")
    await desk.presses("Send now")
    await desk.turn()
    await desk.says("/announce The fourth")
    assert "3 were sent within a day, and readers should not get more. The next can go on" in desk.screen
    assert desk.house.buttons(EDITH)[-1] == ["Look again"]
    forged = data[: data.index(":", 2)] + ":4:0"
    await desk.house.presses_data(EDITH, forged, message)
    assert len(await desk.sent()) == 3
    desk.house.clock.advance(timedelta(days=1))
    await desk.presses("Look again")
    assert desk.house.buttons(EDITH)[-1] == ["Send to 120"]


async def test_a_press_that_waited_is_asked_again_with_todays_reach(desk: Desk) -> None:
    people = await desk.room.people(2)
    await desk.says(MOVE)
    message, data = desk.house.button(EDITH, "Send to 2")
    async with desk.house.db.transaction() as conn:
        await chat_settings.set_announcements(conn, people[0], False)
    desk.house.update_queue.backlog_until = 10**9
    await desk.house.presses_data(EDITH, data, message)
    assert desk.screen == (
        "You asked for this while newsbot was not running. It goes to 1 chat that takes announcements."
    )
    assert desk.house.buttons(EDITH)[-1] == ["Send to 1"] and await desk.sent() == []


async def test_quiet_hours_are_kept(desk: Desk) -> None:
    asleep, awake = await desk.room.people(2)  # it is noon in UTC
    async with desk.house.db.transaction() as conn:
        await timings.choose(conn, asleep, Timing(quiet=Quiet(11 * 60, 14 * 60)))
    await desk.says(MOVE)
    await desk.presses("Send to 2")
    await desk.turn()
    await desk.turn()
    assert [bool(desk.room.got(person)) for person in (asleep, awake)] == [False, True]
    assert "1 chat gets it at its own time" in desk.screen
    desk.house.clock.advance(timedelta(hours=2, seconds=1))
    await desk.turn()
    assert desk.room.got(asleep) == ["We move on Friday"]


async def test_for_readers_and_contributors_there_is_no_such_command_or_button(desk: Desk) -> None:
    await desk.room.people(1)
    await desk.house.starts(ANNA)
    await desk.says(MOVE)
    _, data = desk.house.button(EDITH, "Send to 2")
    await desk.says("/nonsense", ANNA)
    unknown = desk.house.screen(ANNA)
    await desk.says(MOVE, ANNA)
    assert desk.house.screen(ANNA) == unknown
    await desk.house.presses_data(ANNA, data, desk.house.messages(ANNA)[-1]["message_id"])
    desk.house.world.photograph(ANNA, ANNA, PNG, MOVE)
    await desk.house.settle()
    assert desk.house.screen(ANNA) == unknown
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.CONTRIBUTOR, EDITH, desk.house.clock())
    await desk.says(MOVE, ANNA)
    assert desk.house.screen(ANNA) == unknown
    assert await desk.sent() == []


async def test_a_held_one_is_asked_about_and_can_be_stopped_for_good(desk: Desk) -> None:
    people = await desk.room.people(220)
    for person in people[:150]:
        desk.house.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=person)
    await desk.says(MOVE)
    await desk.presses("Send to 220")
    await desk.presses("Send now")
    for _ in range(3):
        await desk.turn()
    assert "The announcement “We move on Friday” is paused: more than a fifth" in desk.screen
    await desk.presses("Stop")
    assert desk.screen.startswith("Stopped.")
