"""
What Telegram shows of the bot, in each language: the menu, the page of an empty chat, the line of its profile.

Codes are "two-letter ISO 639-1" there, whatever a language is called here, and an empty one is for all other people:
https://core.telegram.org/bots/api#setmycommands, https://core.telegram.org/bots/api#setmydescription
"""

from story import ANNA

from bot.render.locale import languages, passing_words
from bot.store.engine import metadata
from bot.telegram_edge.kit.menus import menu_code

SHORT = "News on the topics you pick, as it is published."


async def test_every_language_has_its_menu_and_its_descriptions_under_telegram_s_code(house):
    await house.ctx.menus.register()
    profile = house.world.profile
    for tag in languages():
        words, code = passing_words(tag), menu_code(tag)
        assert profile.short_descriptions[code] == words(SHORT)
        assert "/privacy" in profile.descriptions[code]
        menu = await house.ctx.bot.get_my_commands(language_code=code)
        assert {entry.command: entry.description for entry in menu}["latest"] == words("the newest stories")
    assert set(profile.descriptions) == {"", *map(menu_code, languages())}
    assert profile.short_descriptions[""] == SHORT


async def test_telegram_is_told_once_and_again_when_the_texts_have_changed(house):
    await house.ctx.menus.register()
    before = len(house.world.ledger)
    await house.ctx.menus.register()
    assert len(house.world.ledger) == before
    async with house.db.transaction() as conn:
        await metadata.put(conn, "menus", "the checksum of an older version")
    await house.ctx.menus.register()
    assert len(house.world.ledger) > before


async def test_a_person_whose_language_nobody_speaks_here_gets_what_the_operator_chose(house):
    house.world.set_language(ANNA, "tlh")
    await house.starts(ANNA)
    assert house.screen(ANNA).startswith("This is Northgate News.")
