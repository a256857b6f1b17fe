"""What stands on the buttons of /settings, typed: the same is done, and what is not understood gets the buttons."""

import pytest
from newsroom_samples import plain
from story import ANNA, EDITH, language_rows

from bot.domain.chat import Pictures
from bot.domain.parts import ALL_PARTS, Part
from bot.render.locale import words_for


async def test_a_language_is_typed_by_its_tag_or_name_and_given_back_to_the_phone(house):
    house.world.set_language(ANNA, "en")
    for typed in ("de", "DE-at", "Deutsch", "german"):
        await house.says(ANNA, f"/settings language {typed}")
        assert house.screen(ANNA).startswith("Einstellungen dieses Chats")
        chat = await house.chat(ANNA)
        assert (chat.language, chat.language_chosen) == ("de", True)
    await house.says(ANNA, "/settings language auto")
    assert house.screen(ANNA).startswith("Settings of this chat")
    chat = await house.chat(ANNA)
    assert (chat.language, chat.language_chosen) == ("en", False)


@pytest.mark.parametrize("typed", ["tlh", "Klingon", "@all", "\u202ede", "x" * 4000, "de; en", "auto de"])
async def test_a_language_that_nobody_speaks_here_is_answered_with_those_there_are(house, typed):
    await house.says(ANNA, f"/settings language {typed}")
    assert plain(house.screen(ANNA)).startswith("There is no “")
    assert len(house.screen(ANNA)) < 300
    assert house.buttons(ANNA) == [["✓ As my phone"], *language_rows(), ["Back"]]
    assert not (await house.chat(ANNA)).language_chosen


async def test_a_group_cannot_be_told_to_follow_a_phone(house):
    house.world.set_language(EDITH, "de")
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/settings language en", house.group)
    await house.says(EDITH, "/settings language auto", house.group)
    assert house.buttons(house.group) == [*language_rows("English"), ["Back"]]
    assert (await house.chat(house.group)).language == "en"


async def test_pictures_and_sound_are_typed(house):
    await house.says(ANNA, "/settings pictures small")
    await house.says(ANNA, "/settings  Silent\tON")
    assert house.screen(ANNA).splitlines()[1:3] == ["Pictures: small", "Sound: off"]
    chat = await house.chat(ANNA)
    assert (chat.pictures, chat.silent) == (Pictures.SMALL, True)
    await house.says(ANNA, "/settings silent off")
    assert not (await house.chat(ANNA)).silent


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("zone", "Where are you?"),
        ("language", "In which language should Northgate News speak?"),
        ("pictures", "How should pictures come"),
        ("pictures enormous", "“enormous” is not among the choices.\nHow should pictures come"),
        ("silent", "Settings of this chat"),
        ("silent perhaps", "“perhaps” is not among the choices.\nSettings of this chat"),
        ("silent 1", "“1” is not among the choices.\nSettings of this chat"),
        ("announcements", "Announcements of this bot come here."),
        ("announcements later", "“later” is not among the choices.\nAnnouncements of this bot come here."),
        ("breaking <b>", "“<b>” is not among the choices.\nAnnouncements of this bot come here."),
    ],
)
async def test_without_a_value_or_with_a_wrong_one_the_choices_are_shown_and_nothing_changes(house, typed, shown):
    await house.says(ANNA, "/settings silent on")
    before = await house.chat(ANNA)
    await house.says(ANNA, f"/settings {typed}")
    assert plain(house.screen(ANNA)).startswith(shown)
    assert await house.chat(ANNA) == before


@pytest.mark.parametrize(
    ("on", "off"), [("ON", "aus"), ("ｏｎ", "none"), ("да", "нет"), ("نعم", "لا"), ("オン", "オフ")]
)
async def test_a_switch_is_typed_in_any_language_spoken_here(house, on, off):
    for wish, switched in ((on, True), (off, False)):
        for what in ("silent", "announcements", "breaking"):
            await house.says(ANNA, f"/settings {what} {wish}")
        chat = await house.chat(ANNA)
        assert (chat.silent, chat.announcements, chat.breaking) == (switched,) * 3


async def test_only_administrators_type_a_groups_settings(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for typed in ("zone UTC+3", "language de", "pictures none", "silent on", "Mumbai"):
        before = await house.chat(house.group)
        await house.says(ANNA, f"/settings {typed}", house.group)
        assert house.screen(house.group) == "Only administrators of this chat can change this."
        assert await house.chat(house.group) == before


async def test_the_parts_of_a_push_are_typed_in_any_order_and_stand_in_the_operators(house):
    await house.says(ANNA, "/settings parts Related, title source")
    assert (await house.chat(ANNA)).parts == (Part.SOURCE, Part.RELATED)
    assert house.buttons(ANNA)[:2] == [["Excerpt", "✓ Source"], ["Date", "✓ Related"]]
    await house.says(ANNA, "/settings parts title")
    assert (await house.chat(ANNA)).parts == ()
    await house.says(ANNA, "/settings")
    assert "In a push: title" in house.screen(ANNA).splitlines()
    await house.says(ANNA, "/settings parts all")
    assert (await house.chat(ANNA)).parts == ALL_PARTS
    await house.says(ANNA, "/settings parts auto")
    assert (await house.chat(ANNA)).parts is None
    await house.says(ANNA, "/settings language de")
    await house.says(ANNA, "/settings parts quelle datum")
    assert (await house.chat(ANNA)).parts == (Part.SOURCE, Part.DATE)


@pytest.mark.parametrize("typed", ["", "title excerp", "all source", "@all", "x" * 3000, "\u202e"])
async def test_parts_that_are_none_change_nothing_and_get_the_buttons(house, typed):
    await house.says(ANNA, f"/settings parts {typed}")
    assert "What should stand in a push beside its title? As an example:" in plain(house.screen(ANNA))
    assert len(house.screen(ANNA)) < 500
    assert (await house.chat(ANNA)).parts is None


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("DEUTSCH", "de"),
        ("de_CH", "de"),
        ("  german ", "de"),
        ("Español", "es"),
        ("espanol", "es"),
        ("Spanish", "es"),
        ("es-MX", "es"),
        ("français", "fr"),
        ("português", "pt-BR"),
        ("Portuguese", "pt-BR"),
        ("Brazilian Portuguese", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("русский", "ru"),
        ("العربية", "ar"),
        ("中文", "zh-Hans"),
        ("Chinese", "zh-Hans"),
        ("Simplified Chinese", "zh-Hans"),
        ("zh-cn", "zh-Hans"),
        ("日本語", "ja"),
    ],
)
async def test_a_language_goes_by_its_name_in_itself_and_in_english(house, typed, tag):
    await house.says(ANNA, f"/settings language {typed}")
    assert (await house.chat(ANNA)).language == tag


async def test_a_language_goes_by_its_name_in_the_language_of_the_chat_too(house):
    await house.says(ANNA, "/settings language de")
    await house.says(ANNA, "/settings language Spanisch")
    assert (await house.chat(ANNA)).language == "es"


@pytest.mark.parametrize(("spoken", "says"), [("es", True), ("de", False), ("en", False)])
async def test_a_translation_that_no_native_speaker_has_read_says_so_to_who_reads_it(house, spoken, says):
    await house.says(ANNA, f"/settings language {spoken}")
    await house.says(ANNA, "/settings language tlh")
    draft = words_for(spoken)("No native speaker has read this translation yet.")
    assert (draft in house.screen(ANNA)) is says
