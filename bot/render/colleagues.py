"""Who may publish, as owners see it, and the one-time link for a new editor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import bold, join

_SHOWN = 40


class ColleaguesVerb(StrEnum):
    """What the buttons do."""

    INVITE = "editor_invite"
    LET_GO = "editor_let_go"  # a person


def roster(words: Words, owners: Sequence[int], editors: Sequence[int]) -> Message:
    """Return everybody who may publish by their numeric ids: newsbot keeps no names."""
    lines: list[Text | str] = [bold(words("Who may publish"))]
    lines.extend(words("owner {person}", person=person) for person in owners[:_SHOWN])
    lines.extend(words("editor {person}", person=person) for person in editors[:_SHOWN])
    rows = [
        (Button(words("Let {person} go", person=person), data=press(ColleaguesVerb.LET_GO, person)),)
        for person in editors[:_SHOWN]
    ]
    rows.append((Button(words("Invite an editor"), data=press(ColleaguesVerb.INVITE)),))
    return Message(join(lines, "\n"), keyboard=tuple(rows))


def invitation(words: Words, link: str, lasts: timedelta) -> Message:
    """Return a one-time link to pass on."""
    return Message(
        words.text(
            "Pass this link on: who opens it first, within {time}, becomes an editor. {link}",
            time=words.span(lasts),
            link=link,
        )
    )


def let_go(words: Words, person: int) -> str:
    return words("{person} is no editor any more", person=person)
