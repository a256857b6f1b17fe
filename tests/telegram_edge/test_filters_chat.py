"""What reaches a chat, by buttons and typed: announcements, breaking news at any hour, the least quality."""

import pytest
from newsroom_samples import plain
from story import ANNA, EDITH

from bot.domain.press import press


async def _filters(house, chat=ANNA):
    known = await house.chat(chat)
    return known.announcements, known.breaking, known.quality


async def test_what_reaches_a_chat_is_typed_shown_and_taken_back(house):
    await house.says(ANNA, "/settings announcements off")
    await house.says(ANNA, "/settings Breaking ON")
    await house.says(ANNA, "/settings quality -5")
    assert house.screen(ANNA).splitlines()[-3:] == [
        "Announcements: off",
        "Breaking news: at once",
        "Quality: -5 or more",
    ]
    assert await _filters(house) == (False, True, -5)
    await house.says(ANNA, "/settings announcements on")
    await house.says(ANNA, "/settings breaking off")
    await house.says(ANNA, "/settings quality off")
    assert await _filters(house) == (True, False, None)
    assert "Breaking" not in house.screen(ANNA) and "Quality" not in house.screen(ANNA)


async def test_what_reaches_a_chat_is_chosen_by_buttons_on_one_message(house):
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Choose what comes")
    messages = len(house.screens(ANNA))
    assert house.buttons(ANNA) == [
        ["No announcements"],
        ["Breaking news at once"],
        ["✓ Any quality", "40", "60", "80", "100"],
        ["Back"],
    ]
    assert await house.presses(ANNA, "No announcements") == "Announcements of this bot do not come here"
    toast = await house.presses(ANNA, "Breaking news at once")
    assert toast == "Breaking news comes at once, also in quiet hours and between lists"
    assert await house.presses(ANNA, "60") == "Quality: 60 or more"
    assert house.buttons(ANNA)[2] == ["Any quality", "40", "✓ 60", "80", "100"]
    assert await _filters(house) == (False, True, 60)
    await house.presses(ANNA, "Take announcements")
    await house.presses(ANNA, "Let breaking news wait")
    assert await house.presses(ANNA, "Any quality") == "Quality: any"
    assert await _filters(house) == (True, False, None)
    await house.presses(ANNA, "Back")
    assert house.screen(ANNA).startswith("Settings of this chat")
    assert len(house.screens(ANNA)) == messages


@pytest.mark.parametrize(
    "typed",
    [
        "quality",
        "quality good",
        "quality 1.5",
        "quality 1_0",
        "quality 99999999999",
        "quality 60 70",
        "quality @all",
        "quality " + "x" * 4000,
        "announcements",
        "announcements perhaps",
        "breaking",
        "breaking 1",
    ],
)
async def test_what_is_no_answer_gets_the_choices_and_changes_nothing(house, typed):
    await house.says(ANNA, "/settings quality 60")
    await house.says(ANNA, "/settings breaking on")
    await house.says(ANNA, f"/settings {typed}")
    assert house.buttons(ANNA)[0] == ["No announcements"] and len(house.screen(ANNA)) < 500
    assert ("is no quality" in plain(house.screen(ANNA))) is (len(typed.split()) > 1 and typed.startswith("quality"))
    assert await _filters(house) == (True, True, 60)


async def test_a_forged_quality_changes_nothing(house):
    await house.says(ANNA, "/settings quality 60")
    await house.presses(ANNA, "Choose what comes")
    message, _ = house.button(ANNA, "Back")
    await house.presses_data(ANNA, press("set_quality", 2**62), message)
    assert await _filters(house) == (True, False, 60)
    assert house.buttons(ANNA)[2][2] == "✓ 60"


async def test_only_administrators_choose_what_reaches_a_group(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for typed in ("announcements off", "breaking on", "quality 60"):
        await house.says(ANNA, f"/settings {typed}", house.group)
        assert house.screen(house.group) == "Only administrators of this chat can change this."
    assert await _filters(house, house.group) == (True, False, None)
    await house.says(EDITH, "/settings announcements off", house.group)
    assert await _filters(house, house.group) == (False, False, None)
