"""News on demand, as people ask for it in chats."""

from datetime import timedelta

import pytest
from newsroom_samples import PICTURE, SECTIONS, WINDOWS, WINDOWS_11, define, plain, put
from story import ANNA, BEN, EDITH

from bot.domain.press import press


def said(house, chat):
    return plain(house.screen(chat))


def titles(house, chat):
    return [line.split(". ", 1)[1].split(" (")[0] for line in said(house, chat).splitlines() if ". " in line]


async def test_a_slip_of_the_finger_does_not_cost_a_group_its_question(house):
    await define(house, *SECTIONS)
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(ANNA, "/latest Robotcs", house.group)
    assert said(house, house.group) == "No topic “Robotcs”. Did you mean:"
    await house.says(ANNA, "/latest Robotics", house.group)
    assert said(house, house.group).startswith("Nothing published in Robotics yet.")
    await house.says(ANNA, "/latest Robotics", house.group)
    assert said(house, house.group).startswith("A group can ask once a minute.")


@pytest.mark.parametrize(("said", "answer"), [("Stop", " The command is /stop."), ("drafts", ""), ("stopping", "")])
async def test_who_writes_a_commands_name_is_told_the_command(house, said, answer):
    await house.says(ANNA, said)
    assert plain(house.screen(ANNA)) == f"No topic and no story for “{said}”.{answer}"


@pytest.mark.parametrize("said", ["\u200b", "\u2068\u2069", "---", "#"])
async def test_what_says_nothing_is_not_searched_for(house, said):
    await house.says(ANNA, said)
    assert house.screen(ANNA) == "There is nothing for that here. /help lists what there is."


async def test_latest_is_of_what_is_followed_with_its_parts_and_else_of_all(house):
    await define(house, *SECTIONS)
    await put(house, "Eyes", worn=["Computer Vision"])
    await put(house, "Power", worn=["Energy"], age=timedelta(minutes=5))
    await house.says(ANNA, "/latest")
    assert said(house, ANNA).startswith("Latest in all topics\n")
    assert titles(house, ANNA) == ["Power", "Eyes"]
    await house.says(ANNA, "/subscribe AI")
    await house.says(ANNA, "/latest")
    assert said(house, ANNA) == "Latest in what you follow\n\n1. Eyes (Northgate, 1 h ago)"
    await house.says(ANNA, "/unsubscribe Vision")
    await house.says(ANNA, "/latest")
    assert said(house, ANNA).startswith("Nothing published in what is followed here yet.")


async def test_the_longest_name_counts_and_the_rest_is_how_many(house):
    await define(house, WINDOWS)
    await put(house, *(f"Pane {n}" for n in range(12)), worn=["Windows"])
    await house.says(ANNA, "/latest windows 3")
    assert titles(house, ANNA) == ["Pane 0", "Pane 1", "Pane 2"]
    await house.says(ANNA, "/latest Windows 11")
    assert len(titles(house, ANNA)) == 10
    await define(house, WINDOWS_11)
    await put(house, "Eleven", worn=["Windows 11"])
    await house.says(ANNA, "/latest Windows 11")
    assert titles(house, ANNA) == ["Eleven"]


async def test_pages_turn_in_place_and_what_is_published_meanwhile_moves_nothing(house):
    await put(house, *(f"Story {n:02}" for n in range(14)))
    await house.says(ANNA, "/latest")
    assert house.buttons(ANNA)[-1] == ["Older"]
    await put(house, "Fresh", age=timedelta(0))
    await house.presses(ANNA, "Older")
    assert titles(house, ANNA) == [f"Story {n:02}" for n in range(6, 12)]
    assert house.buttons(ANNA)[-1] == ["Newer", "Older"]
    await house.presses(ANNA, "Newer")
    assert titles(house, ANNA) == [f"Story {n:02}" for n in range(6)]
    await house.presses(ANNA, "Newer")
    assert titles(house, ANNA)[0] == "Fresh"
    assert len(house.screens(ANNA)) == 1


async def test_an_old_list_becomes_the_current_one(house):
    numbers = await define(house, *SECTIONS)
    await put(house, "Only", worn=["Energy"])
    await house.says(ANNA, "/latest")
    message = house.messages(ANNA)[-1]["message_id"]
    behind_the_end = press("latest", numbers["Energy"], 6, 0, 0, 0)
    current = "That list was out of date. Here is the current one."
    assert await house.presses_data(ANNA, behind_the_end, message) == current
    assert titles(house, ANNA) == ["Only"]
    assert await house.presses_data(ANNA, press("latest", 999), message) == current
    assert await house.presses_data(ANNA, press("top", 999), message) == current
    assert await house.presses_data(ANNA, press("latest", 0, -1, 9, 2**63 - 1, -(2**63)), message) in (None, current)


async def test_one_is_shown_in_full_with_its_picture(house):
    await put(house, "Eyes", excerpt="They see.", pictures=(PICTURE,))
    await house.says(ANNA, "/latest 1")
    assert said(house, ANNA).startswith("Eyes\n\nThey see.")
    assert house.messages(ANNA)[-1]["photo"]
    assert house.buttons(ANNA) == [["Read"], ["Save", "Share", "More"]]


async def test_an_empty_topic_says_when_there_will_be_something(house):
    await define(house, *SECTIONS)
    await house.says(ANNA, "/latest robotics")
    assert said(house, ANNA) == "Nothing published in Robotics yet. Follow it to get the first story."
    await house.presses(ANNA, "Follow Robotics")
    await house.says(ANNA, "/latest robotics")
    assert said(house, ANNA) == "Nothing published in Robotics yet. You will get the first story when it appears."
    assert house.buttons(ANNA) == [["All topics", "Follow more"]]
    await house.says(ANNA, "/latest robotcs 3")
    assert said(house, ANNA) == "No topic “robotcs”. Did you mean:"
    await house.presses(ANNA, "Robotics")
    assert said(house, ANNA).startswith("Nothing published in Robotics yet.")


@pytest.mark.parametrize("state", ["draft", "scheduled", "held", "retracted"])
async def test_what_is_not_out_is_in_no_list_and_behind_no_button(house, state):
    [number] = await put(house, "Secret", state=state)
    await put(house, "Known")
    for text in ("/latest", "/top", "/search secret", "secret", "/latest 1"):
        await house.says(ANNA, text)
    await house.starts(ANNA, f"a_{number}")
    message = house.messages(ANNA)[-1]["message_id"]
    for verb in ("open", "card_more", "card_less", "card_back", "card_save", "card_related", "card_never"):
        toast = await house.presses_data(ANNA, press(verb, number), message)
        assert toast is None or "Secret" not in toast
    assert not any("Secret" in screen for screen in house.screens(ANNA))
    await house.says(ANNA, "/saved")
    assert house.screen(ANNA).startswith("Nothing saved yet.")


async def test_a_title_full_of_traps_stays_words_and_ten_of_them_one_message(house):
    trap = "/stop @someone example.com \u202egnp.exe " + "🏳️‍🌈👩‍👩‍👧" * 40
    await put(house, *[trap] * 10)
    await house.says(ANNA, "/latest 10")
    message = house.messages(ANNA)[-1]
    assert {entity["type"] for entity in message["entities"]} <= {"bold", "text_link", "date_time"}
    assert len(titles(house, ANNA)) == 10


async def test_the_hot_are_on_top_until_they_cool(house):
    await put(house, "Cold but new", heat=1, age=timedelta(hours=1))
    await put(house, "Hot", heat=80, age=timedelta(hours=30))
    await put(house, "Not measured", heat=-1, age=timedelta(hours=1))
    await house.says(ANNA, "/top")
    assert titles(house, ANNA) == ["Hot", "Cold but new", "Not measured"]
    house.clock.advance(timedelta(days=9))
    await put(house, "Cold but newer", heat=1, age=timedelta(hours=1))
    await house.says(ANNA, "/top")
    assert titles(house, ANNA)[0] == "Cold but newer"


async def test_top_turns_its_pages_in_place(house):
    await put(house, *(f"Story {n}" for n in range(8)))
    await house.says(ANNA, "/top")
    await house.presses(ANNA, "Next")
    assert titles(house, ANNA) == ["Story 6", "Story 7"]
    await house.presses(ANNA, "Previous")
    assert titles(house, ANNA)[0] == "Story 0"


async def test_a_group_is_answered_once_a_minute_with_links_that_open_in_private(house):
    house.world.add_bot(EDITH, house.group)
    await put(house, "Story")
    await house.settle()
    await house.says(ANNA, "/latest", house.group)
    [row] = house.messages(house.group)[-1]["reply_markup"]["inline_keyboard"]
    assert row[0]["url"].endswith("?start=a_1")
    house.clock.advance(timedelta(seconds=15))
    await house.says(EDITH, "/latest", house.group)
    assert house.screen(house.group).startswith("A group can ask once a minute. Ask again in 45 seconds")
    count = len(house.screens(house.group))
    await house.says(ANNA, "/top", house.group)
    assert len(house.screens(house.group)) == count
    house.clock.advance(timedelta(seconds=45))
    await house.says(ANNA, "/top", house.group)
    assert said(house, house.group).startswith("Top in all topics")


async def test_text_is_taken_as_a_topic_first_and_then_as_a_search(house):
    await define(house, *SECTIONS)
    await put(house, *(f"Robot number {n}" for n in range(8)), worn=["Robotics"])
    await house.says(BEN, "vision")
    assert said(house, BEN) == "Computer Vision\nHow machines “see”"
    assert house.buttons(BEN) == [["Follow Computer Vision", "Latest"]]
    await house.says(BEN, "robot numb")
    assert said(house, BEN).startswith("Found for “robot numb”\n")
    await house.presses(BEN, "Older")
    assert titles(house, BEN) == ["Robot number 6", "Robot number 7"]
    await house.says(BEN, "enrgy")
    assert said(house, BEN) == "No topic and no story for “enrgy”. Did you mean:"
    message = house.messages(BEN)[-1]["message_id"]
    assert await house.presses_data(BEN, press("search", 999, 6, 0, 1, 1), message) == (
        "This button is too old to use. Send /search for a new list."
    )
