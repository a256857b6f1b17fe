"""The settings of a chat, edited in place."""

from datetime import timedelta

import pytest
from newsroom_samples import plain
from story import ANNA, EDITH

from bot.domain.chat import Pictures
from bot.domain.press import press
from bot.render.reader.settings_menu import name_number
from bot.sandbox.world.faults import Refuse
from bot.services.readers.preferences import zones
from bot.telegram_edge.conversations.table import REGISTRY


async def test_settings_are_one_message_whatever_is_changed(house):
    await house.says(ANNA, "/settings")
    assert house.screen(ANNA).splitlines() == [
        "Settings of this chat",
        "Pictures: large",
        "Sound: on",
        "News: at once",
        "In a push: title, excerpt, source, date, related stories and hashtags",
        "Lists: classic",
        "Language: English",
        "Time zone: UTC, as everywhere here",
    ]
    await house.presses(ANNA, "Change pictures")
    assert house.buttons(ANNA) == [["✓ Large", "Small", "None"], ["Back"]]
    assert await house.presses(ANNA, "Small") == "Pictures: small"
    assert await house.presses(ANNA, "Send silently") == "News comes silently"
    assert house.screen(ANNA).splitlines()[1:3] == ["Pictures: small", "Sound: off"]
    chat = await house.chat(ANNA)
    assert (chat.pictures, chat.silent) == (Pictures.SMALL, True)
    await house.presses(ANNA, "Done")
    assert house.screens(ANNA) == ["Settings are kept. /settings changes them."]


async def test_another_language_is_spoken_at_once(house):
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change language")
    assert await house.presses(ANNA, "Deutsch") is not None
    assert (await house.chat(ANNA)).language == "de"


async def test_a_zone_is_chosen_by_region_and_page_and_given_back(house):
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change time zone")
    await house.presses(ANNA, "Europe")
    assert house.screen(ANNA) == "Europe, page 1 of 4. Pick a city that has your time."
    assert await house.presses(ANNA, "Berlin") == "Time zone: Europe/Berlin"
    assert "Time zone: Europe/Berlin" in house.screen(ANNA)
    await house.presses(ANNA, "Change time zone")
    assert any("✓ Europe" in row for row in house.buttons(ANNA))
    assert await house.presses(ANNA, "Use the zone of this bot") == "Time zone: UTC"
    assert (await house.chat(ANNA)).zone is None


async def test_a_zone_is_set_by_the_name_of_its_city(house):
    await house.says(ANNA, "/settings new york")
    assert (await house.chat(ANNA)).zone == "America/New_York"
    await house.says(ANNA, "/settings Nowhereville")
    assert plain(house.screen(ANNA)).startswith("No time zone “Nowhereville”.")
    await house.presses(ANNA, "Change time zone")
    assert house.screen(ANNA).startswith("Where are you?")
    assert (await house.chat(ANNA)).zone == "America/New_York"


@pytest.mark.parametrize(
    ("city", "zone"),
    [
        ("Zürich", "Europe/Zurich"),
        ("zurich", "Europe/Zurich"),
        ("WIEN", "Europe/Vienna"),
        ("Vienna", "Europe/Vienna"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Reykjavik", "Atlantic/Reykjavik"),
        ("europe/berlin", "Europe/Berlin"),
        ("utc", "UTC"),
    ],
)
async def test_a_city_is_known_with_and_without_accents_and_in_the_readers_language(house, city, zone):
    house.world.set_language(ANNA, "de")
    await house.says(ANNA, f"/settings {city}")
    assert (await house.chat(ANNA)).zone == zone


async def test_zones_are_read_and_refused_in_the_readers_language(house):
    house.world.set_language(ANNA, "de")
    await house.says(ANNA, "/settings Atlantis, @nobody")
    assert plain(house.screen(ANNA)).startswith("Keine Zeitzone „Atlantis, @nobody“.")
    await house.presses(ANNA, "Zeitzone ändern")
    assert ["Indischer Ozean", "Pazifik"] in house.buttons(ANNA)
    await house.presses(ANNA, "Europa")
    assert house.screen(ANNA) == "Europa, Seite 1 von 4. Wähle eine Stadt mit deiner Uhrzeit."
    assert house.buttons(ANNA)[0] == ["Amsterdam", "Andorra", "Astrachan"]
    await house.presses(ANNA, "Nächste")
    await house.presses(ANNA, "Nächste")
    await house.presses(ANNA, "Nächste")
    assert await house.presses(ANNA, "Zürich") == "Zeitzone: Europe/Zurich"


async def test_numbers_that_no_button_ever_had_change_nothing(house):
    await house.says(ANNA, "/settings")
    before = await house.chat(ANNA)
    message_id = house.messages(ANNA)[-1]["message_id"]
    for data in (press("set_pictures", 99), press("set_language", 5), press("set_zone", 1), press("zones", 7, -3)):
        await house.presses_data(ANNA, data, message_id)
    await house.presses_data(ANNA, press("zones", name_number("Asia"), 9**9), message_id)
    assert house.screen(ANNA).startswith("Asia, page 6 of 6.")
    assert await house.chat(ANNA) == before


async def test_only_administrators_change_a_groups_settings(house):
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/settings", house.group)
    assert (
        await house.presses(ANNA, "Send silently", house.group) == "Only administrators of this chat can change this."
    )
    assert await house.presses(EDITH, "Send silently", house.group) == "News comes silently"
    assert (await house.chat(house.group)).silent


@pytest.mark.parametrize(
    "verb", [rule.verb for one in REGISTRY.conversations for rule in one.presses if rule.admins_only]
)
async def test_who_may_not_press_is_told_in_a_toast_and_nothing_is_written(house, verb):
    """`show_alert` makes a box that has to be closed: https://core.telegram.org/bots/api#answercallbackquery"""
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/settings", house.group)
    screens, message_id = house.screens(house.group), house.messages(house.group)[-1]["message_id"]
    query = house.world.press(ANNA, house.group, message_id, press(verb, 1, 1))
    await house.settle()
    answer = house.world.answer_to(query)
    assert answer["text"] == "Only administrators of this chat can change this."
    assert not answer.get("show_alert")
    assert house.screens(house.group) == screens


async def test_a_press_that_cannot_be_verified_says_so(house):
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/settings", house.group)
    house.clock.advance(timedelta(minutes=2))
    house.world.faults.add(Refuse(500, "Internal Server Error"), method="getChatAdministrators")
    toast = await house.presses(EDITH, "Send silently", house.group)
    assert toast.startswith("Telegram does not say at the moment who administers this chat")
    assert not (await house.chat(house.group)).silent


def test_every_zone_and_region_has_a_number_of_its_own():
    names = {*zones(), *(zone.partition("/")[0] for zone in zones())}
    assert len({name_number(name) for name in names}) == len(names)
