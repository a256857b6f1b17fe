"""
The language of a chat: its person's client's, until somebody chooses.

Clients name their language with what people send, or leave it out, and whoever switches their phone is not told to us
in any other way. Source: https://core.telegram.org/bots/api#user (`language_code`: optional)
"""

import json
from datetime import timedelta

import pytest
from story import ANNA, BEN, EDITH, language_rows

from bot.domain.press import press


async def language(house, chat):
    """Return what the bot speaks in a chat, and whether somebody chose that."""
    known = await house.chat(chat)
    return known.language, known.language_chosen


async def choose(house, person, label, chat=None):
    await house.says(person, "/settings", chat)
    for there in ("Change language", "Sprache ändern"):
        if [True for row in house.buttons(chat or person) if there in row]:
            await house.presses(person, there, chat)
    return await house.presses(person, label, chat)


async def test_a_private_chat_turns_to_the_language_its_phone_has_now(house):
    house.world.set_language(ANNA, "en")
    await house.starts(ANNA)
    house.world.set_language(ANNA, "de")
    await house.says(ANNA, "/settings")
    assert house.screen(ANNA).startswith("Einstellungen dieses Chats")
    house.world.set_language(ANNA, "en-GB")
    assert await house.presses(ANNA, "Ohne Ton senden") == "News comes silently"
    assert await language(house, ANNA) == ("en", False)


async def test_a_chosen_language_stays_whatever_the_phone_has_until_it_is_as_the_phone_again(house):
    house.world.set_language(ANNA, "en")
    assert await choose(house, ANNA, "Deutsch") == "Sprache: Deutsch"
    assert await language(house, ANNA) == ("de", True)
    await house.says(ANNA, "/help")
    assert await language(house, ANNA) == ("de", True)
    assert await choose(house, ANNA, "Wie mein Telefon") == "Language: English, as on your phone"
    assert house.screen(ANNA).startswith("Settings of this chat")
    assert await language(house, ANNA) == ("en", False)
    house.world.set_language(ANNA, "de")
    await house.says(ANNA, "/help")
    assert await language(house, ANNA) == ("de", False)


async def test_the_page_ticks_what_holds_the_phone_or_one_language(house):
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change language")
    assert house.buttons(ANNA) == [["✓ As my phone"], *language_rows(), ["Back"]]
    await house.presses(ANNA, "English")
    await house.presses(ANNA, "Change language")
    assert house.buttons(ANNA) == [["As my phone"], *language_rows("English"), ["Back"]]


async def test_the_page_calls_the_bot_by_its_name(house):
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change language")
    assert house.screen(ANNA) == "In which language should Northgate News speak? Articles stay in their own."


@pytest.mark.parametrize("code", [None, ""])
async def test_a_client_that_names_no_language_changes_nothing(house, code):
    house.world.set_language(ANNA, "de")
    await house.starts(ANNA)
    house.world.set_language(ANNA, code)
    await house.says(ANNA, "/help")
    assert await language(house, ANNA) == ("de", False)


@pytest.mark.parametrize("code", ["tlh", "xx", "nobody-has-this", "'; DROP TABLE chats", "de" * 500, "\u202ede", "-"])
async def test_a_code_that_nobody_has_is_the_operators_language(house, code):
    house.world.set_language(ANNA, "de")
    await house.starts(ANNA)
    house.world.set_language(ANNA, code)
    await house.says(ANNA, "/help")
    assert await language(house, ANNA) == ("en", False)


async def test_nothing_is_written_while_the_phone_keeps_its_language(house):
    house.world.set_language(ANNA, "de-AT")
    await house.starts(ANNA)
    async with house.db.transaction() as conn:
        await conn.execute("CREATE TEMP TABLE written (n)")
        await conn.execute(
            "CREATE TEMP TRIGGER counted AFTER UPDATE ON main.chats BEGIN INSERT INTO written VALUES (1); END"
        )
    await house.says(ANNA, "/help")
    house.world.set_language(ANNA, "en")
    await house.says(ANNA, "/help")
    await house.says(ANNA, "/help")
    async with house.db.transaction() as conn:
        writes = await conn.execute_fetchall("SELECT n FROM written")
    assert len(list(writes)) == 1


async def test_a_group_keeps_its_language_whoever_writes_until_an_administrator_chooses(house):
    house.world.set_language(EDITH, "en")
    house.world.set_language(ANNA, "de")
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(ANNA, "/privacy", house.group)
    assert await language(house, house.group) == ("en", False)
    await choose(house, EDITH, "Deutsch", house.group)
    assert await language(house, house.group) == ("de", True)
    await house.says(EDITH, "/privacy", house.group)
    assert await language(house, house.group) == ("de", True)


async def test_a_group_has_no_phone_to_follow_not_even_by_a_forged_button(house):
    house.world.set_language(EDITH, "de")
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await choose(house, EDITH, "English", house.group)
    await house.presses(EDITH, "Change language", house.group)
    assert house.buttons(house.group) == [*language_rows("English"), ["Back"]]
    message_id = house.messages(house.group)[-1]["message_id"]
    await house.presses_data(EDITH, press("set_language"), message_id, house.group)
    assert await language(house, house.group) == ("en", True)


async def test_a_press_in_a_group_says_nothing_about_the_persons_own_chat(house):
    house.world.set_language(EDITH, "en")
    await house.starts(EDITH)
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/settings", house.group)
    house.world.set_language(EDITH, "de")
    await house.presses(EDITH, "Change pictures", house.group)
    assert (await language(house, house.group), await language(house, EDITH)) == (("en", False), ("en", False))


async def test_an_editors_menu_turns_with_their_phone(house):
    house.world.set_language(EDITH, "en")
    await house.starts(EDITH)
    await house.ctx.menus.register_editors()
    person, chat = house.world.people[EDITH], house.world.chats[EDITH]
    shown = {entry["command"]: entry["description"] for entry in house.world.commands_for(person, chat)}
    assert shown["latest"] == "the newest stories"
    house.world.set_language(EDITH, "de")
    await house.says(EDITH, "/help")
    shown = {entry["command"]: entry["description"] for entry in house.world.commands_for(person, chat)}
    assert shown["latest"] == "die neuesten Meldungen"


async def test_what_was_chosen_is_exported_and_forgotten(house):
    house.world.set_language(BEN, "en")
    await choose(house, BEN, "Deutsch")
    await house.says(BEN, "/export")
    sent = house.messages(BEN)[-1]
    file = await (await house.ctx.bot.get_file(sent["document"]["file_id"])).download_as_bytearray()
    [row] = json.loads(bytes(file))["chat"]
    assert (row["language"], row["language_chosen"]) == ("de", 1)
    await house.says(BEN, "/forget")
    await house.presses(BEN, "Alles löschen")
    house.clock.advance(timedelta(minutes=1))
    await house.starts(BEN)
    assert await language(house, BEN) == ("en", False)


async def test_a_supergroup_keeps_what_its_group_chose(house):
    house.world.set_language(EDITH, "en")
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await choose(house, EDITH, "Deutsch", house.group)
    new = house.world.migrate(house.group)
    await house.settle()
    assert await language(house, new) == ("de", True)
