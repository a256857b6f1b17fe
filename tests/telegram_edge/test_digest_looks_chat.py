"""How lists of news look: chosen by a word or a button, shown by an example, and kept."""

import json
from pathlib import Path

import pytest
from press_room import press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.chat import DigestForm
from bot.sandbox.bot_api import rich_messages
from bot.sandbox.world.faults import Refuse


async def _form(house: StoryHouse, chat: int = ANNA) -> DigestForm:
    found = await house.chat(chat)
    assert found is not None
    return found.digest


def _rich(house: StoryHouse, chat: int = ANNA) -> list[str]:
    return [rich_messages.plain(one) for one in house.messages(chat) if "rich_message" in one]


async def _publish(house: StoryHouse, folder: Path, *slugs: str) -> None:
    async with press_room(house, folder) as room:
        for slug in slugs:
            await room.publish(await room.draft(slug, "Energy"))


async def test_rich_is_chosen_by_a_word_with_an_example_of_todays_news_and_taken_back(house, tmp_path):
    await house.starts(ANNA)
    await _publish(house, tmp_path, "a-first", "b-second")
    assert await _form(house) is DigestForm.CLASSIC
    await house.says(ANNA, "/settings digest rich")
    assert await _form(house) is DigestForm.RICH
    [example] = _rich(house)
    assert example.splitlines()[0] == "An example of a list: 2 stories"
    assert "A first" in example and "B second" in example
    assert house.screen(ANNA).startswith("Lists of news look rich here.")
    assert "ask for an update" in house.screen(ANNA)
    assert house.buttons(ANNA) == [["Classic", "✓ Rich"], ["Show an example"], ["Back"]]
    await house.says(ANNA, "/settings")
    assert "Lists: rich" in house.screen(ANNA)
    await house.says(ANNA, "/settings DIGEST Classic")
    assert await _form(house) is DigestForm.CLASSIC
    assert len(_rich(house)) == 1 and house.screen(ANNA).startswith("Lists of news look classic here.")


async def test_rich_is_chosen_by_buttons_on_one_message_and_the_example_comes_below_it(house, tmp_path):
    await house.starts(ANNA)
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change lists")
    page = house.messages(ANNA)[-1]["message_id"]
    await house.presses(ANNA, "Show an example")
    assert _rich(house)[0].splitlines()[0] == "An example of a list: 1 story"  # made up: nothing is published
    assert house.messages(ANNA)[-1]["reply_to_message"]["message_id"] == page
    assert await _form(house) is DigestForm.CLASSIC  # to look is not to choose
    assert await house.presses(ANNA, "Rich") == "Lists: rich"
    assert await _form(house) is DigestForm.RICH
    assert await house.presses(ANNA, "Classic") == "Lists: classic"
    assert await _form(house) is DigestForm.CLASSIC
    await house.presses(ANNA, "Back")
    assert next(one for one in house.messages(ANNA) if one["message_id"] == page)["text"].startswith("Settings of")


@pytest.mark.parametrize("wish", ["", "fancy", "rich classic", "“rich", "🌪" * 40, "x" * 3000])
async def test_what_is_no_look_shows_the_two_and_changes_nothing(house, wish):
    await house.starts(ANNA)
    await house.says(ANNA, "/settings digest rich")
    await house.says(ANNA, f"/settings digest {wish}".strip())
    assert await _form(house) is DigestForm.RICH
    assert "Lists of news look rich here." in house.screen(ANNA)
    assert ("There is no look" in house.screen(ANNA)) == bool(wish)
    assert ["Classic", "✓ Rich"] in house.buttons(ANNA)


@pytest.mark.parametrize("data", ["1:set_digest", "1:set_digest:7", "1:set_digest:-1"])
async def test_a_forged_button_changes_nothing(house, data):
    await house.starts(ANNA)
    await house.says(ANNA, "/settings digest rich")
    message, known = house.button(ANNA, "Classic")
    assert known == "1:set_digest:0"
    await house.presses_data(ANNA, data, message)
    assert await _form(house) is DigestForm.RICH and "✓ Rich" in house.buttons(ANNA)[0]


async def test_a_word_in_ones_own_language_is_understood(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/settings language de")
    await house.says(ANNA, "/settings digest reich")
    assert await _form(house) is DigestForm.RICH
    assert house.screen(ANNA).startswith("Nachrichtenlisten sehen hier reich aus.")


async def test_where_blocks_are_not_taken_the_example_comes_as_text(house, tmp_path):
    await house.starts(ANNA)
    await _publish(house, tmp_path, "a-first")
    house.world.faults.add(Refuse(404, "Not Found: method not found"), method="sendRichMessage")
    await house.says(ANNA, "/settings digest rich")
    assert await _form(house) is DigestForm.RICH
    assert house.screens(ANNA)[-2].startswith("An example of a list: 1 story")


async def test_in_a_group_only_administrators_choose_and_the_choice_moves_with_it(house):
    group = house.group
    house.world.add_bot(EDITH, group)
    await house.settle()
    await house.says(ANNA, "/settings digest rich", group)
    assert await _form(house, group) is DigestForm.CLASSIC
    await house.says(EDITH, "/settings digest rich", group)
    assert await _form(house, group) is DigestForm.RICH
    await house.presses(BEN, "Classic", group)
    assert await _form(house, group) is DigestForm.RICH
    moved = house.world.migrate(group)
    await house.settle()
    assert await _form(house, moved) is DigestForm.RICH


async def test_an_export_names_the_look_and_brings_it_back(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/settings digest rich")
    await house.says(ANNA, "/export")
    sent = house.messages(ANNA)[-1]["document"]
    data = house.world.files.get(sent["file_id"]).data
    assert json.loads(data)["chat"][0]["digest"] == "rich"
    await house.says(ANNA, "/settings digest classic")
    await house.uploads(ANNA, sent["file_name"], data)
    await house.presses(ANNA, "Restore")
    assert await _form(house) is DigestForm.RICH
