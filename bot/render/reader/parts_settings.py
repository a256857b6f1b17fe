"""The settings page on which the parts of a push are chosen."""

from __future__ import annotations

from bot.domain.chat import Chat
from bot.domain.message import Button, Message
from bot.domain.parts import ALL_PARTS, Part, Parts, arranged
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.reader.settings_menu import (
    IN_A_ROW,
    NAME_LENGTH,
    back_row,
    rows,
    ticked,
)
from bot.render.text import clip, foreign, join

PARTS = "set_parts"


PART_NUMBERS = (Part.EXCERPT, Part.SOURCE, Part.DATE, Part.RELATED, Part.HASHTAGS)
"""As buttons hold them. Append only."""
USUAL_PARTS = -1
"""Stands in a button for the parts that the operator chose."""


def parts_page(words: Words, chat: Chat, operators: Parts, example: Text, unknown: str = "") -> Message:
    """Return the parts of a push to choose from, above an example of what is chosen.

    `operators` are those of chats that chose none, `unknown` is what somebody wrote that is none of them.
    """
    chosen = arranged(chat.parts, operators)
    buttons = [
        Button(
            ticked(part_name(words, part), part in chosen),
            data=press(PARTS, PART_NUMBERS.index(part), int(part not in chosen)),
        )
        for part in arranged(ALL_PARTS, operators)
    ]
    question = words("What should stand in a push beside its title? As an example:")
    if unknown:
        wish = foreign(clip(unknown, NAME_LENGTH))
        question = join([words("There is no part “{wish}”.", wish=wish), question], " ").string
    everything = Button(words("All of them"), data=press(PARTS))
    usual = Button(ticked(words("As everywhere here"), chat.parts is None), data=press(PARTS, USUAL_PARTS, 1))
    return Message(
        join([question, example], "\n\n"),
        keyboard=(*rows(buttons, IN_A_ROW), (everything, usual), back_row(words)),
    )


def part_set(words: Words, part: Part, is_shown: bool) -> str:
    """Return the toast of a part that was chosen or left out."""
    name = part_name(words, part)
    return words("{part}: shown", part=name) if is_shown else words("{part}: left out", part=name)


def parts_set(words: Words, parts: Parts) -> str:
    """Return what stands in a push, as a line and as the toast of parts that were chosen together."""
    return words("In a push: {parts}", parts=words.list([words("title"), *(_within(words, part) for part in parts)]))


def part_named(words: Words, name: str) -> str:
    """Return a part's name as it is stored, when that is how it is called in the language, else the name itself."""
    called = {part_name(words, part).casefold(): part.value for part in ALL_PARTS}
    return called.get(name.casefold(), name)


def part_name(words: Words, part: Part) -> str:
    match part:
        case Part.EXCERPT:
            return words("Excerpt")
        case Part.SOURCE:
            return words("Source")
        case Part.DATE:
            return words("Date")
        case Part.RELATED:
            return words("Related")
        case Part.HASHTAGS:
            return words("Hashtags")


def _within(words: Words, part: Part) -> str:
    """Return a part as it is called within a sentence."""
    match part:
        case Part.EXCERPT:
            return words("excerpt")
        case Part.SOURCE:
            return words("source")
        case Part.DATE:
            return words("date")
        case Part.RELATED:
            return words("related stories")
        case Part.HASHTAGS:
            return words("hashtags")
