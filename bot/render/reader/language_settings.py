"""The settings page on which a language is chosen, and languages by their names."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from bot.domain.chat import Chat, ChatKind
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.render.locale import Words, is_draft, name_of
from bot.render.locale.matching import best_match
from bot.render.reader.settings_menu import (
    IN_A_ROW,
    NAME_LENGTH,
    back_row,
    name_number,
    rows,
    ticked,
)
from bot.render.text import clip, foreign, join, tame

LANGUAGE = "set_language"

AUTO = "auto"
"""What stands for the client's language where somebody types."""


def language_page(words: Words, chat: Chat, languages: Sequence[str], name: str, unknown: str = "") -> Message:
    """Return the languages there are; where one person reads, also their client's.

    `name` is the bot's, `unknown` what somebody wrote that is none of them.
    """
    is_private = chat.kind is ChatKind.PRIVATE
    follows = is_private and not chat.language_chosen
    buttons = [
        Button(ticked(name_of(tag), tag == chat.language and not follows), data=press(LANGUAGE, name_number(tag)))
        for tag in languages
    ]
    phone = (Button(ticked(words("As my phone"), follows), data=press(LANGUAGE)),)
    question = words.text("In which language should {name} speak? Articles stay in their own.", name=tame(name))
    if unknown:
        wish = foreign(clip(unknown, NAME_LENGTH))
        question = join([words("There is no “{wish}” among the languages here.", wish=wish), question], " ")
    if is_draft(words.language):
        question = join([question, words("No native speaker has read this translation yet.")], "\n\n")
    return Message(
        question,
        keyboard=(*((phone,) if is_private else ()), *rows(buttons, IN_A_ROW), back_row(words)),
    )


def language_set(words: Words, tag: str, chosen: bool) -> str:
    language = name_of(tag)
    if chosen:
        return words("Language: {language}", language=language)
    return words("Language: {language}, as on your phone", language=language)


def language_called(words: Words, wish: str, languages: Sequence[str]) -> str | None:
    """Return the language that a tag (`de-AT`) or a name means: in itself, in English or in that of `words`.

    Deutsch, German and allemand; the name without its region or script, as português is, is enough.
    """
    wanted = _plain_name(wish)
    for tag in languages:
        if wanted in {_plain_name(name) for name in (name_of(tag), *words.names_of(tag))}:
            return tag
    if (meant := best_match(wish, languages)) is not None:
        return meant
    return next((tag for tag in languages if wanted and wanted == _plain_name(name_of(tag).partition("(")[0])), None)


def _plain_name(name: str) -> str:
    """Return a name as it is compared: without case, accents and blanks around it."""
    letters = unicodedata.normalize("NFKD", name.strip()).casefold()
    return "".join(char for char in letters if not unicodedata.combining(char))
