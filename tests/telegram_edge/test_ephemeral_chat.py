"""
What only one member of a group needs, that member alone sees: settings, help, refusals. Never news.

An administrating bot may send such a message to any member; any other within 15 seconds of a press or of a command that
its menu marks as ephemeral. It has the number 0, and a number of its own by which its own methods change it.
Source: https://core.telegram.org/bots/api#ephemeralmessageparameters
        https://core.telegram.org/bots/features#ephemeral-messages
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import ENERGY, ROBOTICS, define, plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.sandbox.world.faults import Refuse


@pytest.fixture
async def group(house: StoryHouse) -> AsyncIterator[int]:
    """A supergroup that the bot administers, with Edith who owns it, and Anna and Ben."""
    await define(house, ENERGY, ROBOTICS)
    members: Any = {EDITH: "creator", ANNA: "member", BEN: "member"}
    group = house.world.add_chat("supergroup", "Readers", members=members, bot_status="administrator").id
    yield group


def alone(house: StoryHouse, person: int, group: int) -> list[str]:
    return [plain(one.get("text", "")) for one in house.world.seen_alone(person, group)]


async def presses_alone(house: StoryHouse, person: int, group: int, label: str) -> str | None:
    """Press a button that the person alone sees; return the toast."""
    for message in reversed(house.world.seen_alone(person, group)):
        for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
            for button in row:
                if button["text"] == label:
                    number = message["ephemeral_message_id"]
                    query = house.world.press_alone(person, group, number, button["callback_data"])
                    await house.settle()
                    answer = house.world.answer_to(query)
                    assert answer is not None
                    return answer.get("text") or None
    raise AssertionError(f"{person} sees no button {label!r}")


async def test_an_administrator_sets_a_group_up_and_no_other_member_sees_any_of_it(
    house: StoryHouse, group: int
) -> None:
    await house.says(EDITH, "/settings", group)
    [settings] = alone(house, EDITH, group)
    assert settings.startswith("Settings of this chat")
    await presses_alone(house, EDITH, group, "Change times")
    assert await presses_alone(house, EDITH, group, "Hourly") == "News comes hourly, as one list"
    await presses_alone(house, EDITH, group, "Back")
    [settings] = alone(house, EDITH, group)  # it was changed in its place
    assert "News: hourly" in settings
    await house.says(EDITH, "/topics", group)
    assert await presses_alone(house, EDITH, group, "Energy") == "Following Energy"
    await presses_alone(house, EDITH, group, "Done")
    assert alone(house, EDITH, group)[-1].startswith("This group follows Energy.")
    assert house.messages(group) == []
    assert alone(house, ANNA, group) == alone(house, BEN, group) == []


async def test_a_refusal_is_for_the_one_who_is_refused(house: StoryHouse, group: int) -> None:
    for command in ("/stop", "/settings", "/subscribe Energy"):
        await house.says(ANNA, command, group)
    assert alone(house, ANNA, group) == ["Only administrators of this chat can change this."] * 3
    await house.says(BEN, "/latest", group)  # once a minute for all of them
    await house.says(ANNA, "/latest", group)
    assert "once a minute" in alone(house, ANNA, group)[-1]
    assert len(house.messages(group)) == 1 and alone(house, BEN, group) == alone(house, EDITH, group) == []


async def test_what_a_group_gets_and_asks_for_all_see(house: StoryHouse, group: int, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        await house.says(EDITH, "/subscribe Energy", group)
        assert plain(house.screen(group)).startswith("Following Energy now.")
        await publish(room)
        await house.says(ANNA, "/latest", group)
        assert [plain(text)[:3] for text in house.screens(group)[1:]] == ["One", "Lat"]
        assert all(alone(house, person, group) == [] for person in (ANNA, BEN, EDITH))
    assert not [one for one in sends(house) if "ephemeral_message_parameters" in one.params]


async def publish(room: PressRoom) -> None:
    await room.publish(await room.draft("one", "Energy", pictures=()))
    await room.run()


def sends(house: StoryHouse) -> list[Any]:
    return [call for call in house.world.ledger if call.method.startswith("send")]


async def test_where_the_bot_is_a_mere_member_a_typed_command_is_answered_for_all_without_a_try(
    house: StoryHouse, group: int
) -> None:
    house.world.chats[group].bot_status = "member"
    await house.says(EDITH, "/settings", group)
    assert plain(house.screen(group)).startswith("Settings of this chat")
    assert alone(house, EDITH, group) == []
    assert not [one for one in sends(house) if one.status != 200]
    toast = await house.presses(EDITH, "Send silently", group)
    assert toast == "News comes silently" and "Sound: off" in house.screen(group)


async def test_a_command_that_nobody_else_sees_is_answered_so_by_a_mere_member_too(
    house: StoryHouse, group: int
) -> None:
    house.world.chats[group].bot_status = "member"
    house.world.say_alone(EDITH, group, "/settings")
    house.world.say_alone(ANNA, group, "/topics")
    await house.settle()
    assert [text.partition("\n")[0] for text in alone(house, EDITH, group)] == ["Settings of this chat"]
    assert alone(house, ANNA, group) == ["Only administrators of this chat can change this."]
    assert house.messages(group) == []


async def test_after_fifteen_seconds_only_an_administrating_bot_may_and_else_all_see_the_answer(
    house: StoryHouse, group: int
) -> None:
    for status, seen in (("administrator", 1), ("member", 0)):
        house.world.chats[group].bot_status = status  # type: ignore[assignment]
        house.clock.advance(timedelta(minutes=2))
        house.world.say_alone(EDITH, group, "/help")
        house.clock.advance(timedelta(seconds=16))
        before = len(house.messages(group))
        await house.settle()
        assert len(house.messages(group)) - before == 1 - seen


async def test_a_server_that_refuses_or_does_not_know_it_is_answered_plainly(house: StoryHouse, group: int) -> None:
    refused = Refuse(400, "Bad Request: MESSAGE_NOT_COMMAND")
    house.world.faults.add(refused, method="sendMessage", times=1)
    await house.says(EDITH, "/settings", group)
    assert plain(house.screen(group)).startswith("Settings of this chat")
    await house.says(EDITH, "/settings", group)
    assert len(alone(house, EDITH, group)) == 1
    house.world.faults.add(Refuse(404, "Not Found"), method="editEphemeralMessageText")
    await presses_alone(house, EDITH, group, "Change quiet hours")  # said anew, and again for this one alone
    assert "quiet hours" in alone(house, EDITH, group)[-1].casefold() and len(house.messages(group)) == 1


async def test_a_message_that_is_gone_for_its_one_reader_is_said_anew_to_them_alone(
    house: StoryHouse, group: int
) -> None:
    await house.says(EDITH, "/settings", group)
    [message] = house.world.seen_alone(EDITH, group)
    row = message["reply_markup"]["inline_keyboard"][1]
    query = house.world.press_alone(EDITH, group, message["ephemeral_message_id"], row[1]["callback_data"])
    await house.ctx.bot.do_api_request(
        "deleteEphemeralMessage",
        {"chat_id": group, "receiver_user_id": EDITH, "ephemeral_message_id": message["ephemeral_message_id"]},
    )
    await house.settle()
    assert house.world.answer_to(query) is not None
    assert len(alone(house, EDITH, group)) == 1 and "Sound: off" in alone(house, EDITH, group)[0]
    assert house.messages(group) == []


async def test_a_file_about_a_group_goes_to_the_administrator_who_asked(house: StoryHouse, group: int) -> None:
    await house.says(EDITH, "/subscribe Energy", group)
    await house.says(EDITH, "/export", group)
    assert ["document" in one for one in house.world.seen_alone(EDITH, group)] == [True]
    assert not [one for one in house.messages(group) if "document" in one]


async def test_an_anonymous_administrator_is_nobody_who_could_be_answered_alone(house: StoryHouse, group: int) -> None:
    await house.says(EDITH, "/settings", group, anonymous=True)
    assert plain(house.screen(group)).startswith("Settings of this chat")
    assert alone(house, EDITH, group) == []


async def test_the_menu_of_groups_marks_what_is_for_one_and_nothing_else(house: StoryHouse) -> None:
    await house.ctx.menus.register()
    menus = house.world.profile.commands
    of_groups = menus[("all_group_chats", None, None), ""]
    marked = {one["command"] for one in of_groups if one.get("is_ephemeral")}
    assert marked == {"topics", "settings", "help"}
    assert not [one for one in menus[("default", None, None), ""] if one.get("is_ephemeral")]
