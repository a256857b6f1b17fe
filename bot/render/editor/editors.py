"""`/editors` for owners: owners and editors, open invitation links, and who accepted one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join

_SHOWN = 25  # of owners, and of editors: with long names and the links, one message takes no more
_LINKS = 8
_NAME = 32  # UTF-16 code units

Link = tuple[int, str, int | None, str]
"""A link's number, `owner` or `editor`, who made it (None: the shell), and its last moment as a time of day."""


class EditorsVerb(StrEnum):
    """What the buttons do."""

    INVITE = "editor_invite"
    REMOVE = "editor_let_go"  # a person
    WITHDRAW = "editor_withdraw"  # a link's number
    MORE = "editor_more"


def called(person: int, names: Mapping[int, str]) -> str:
    """Return a name with the id behind it, which nobody can choose; the id alone while no name is known."""
    name = short_name(person, names)
    return name if name == str(person) else f"{name} ({person})"


def short_name(person: int, names: Mapping[int, str]) -> str:
    """Return a name for a button; the id while none is known."""
    return foreign(clip(" ".join(names.get(person, "").split()), _NAME)) or str(person)


def roster(
    words: Words,
    owners: Sequence[int],
    editors: Sequence[int],
    links: Sequence[Link] = (),
    names: Mapping[int, str] = MappingProxyType({}),
    *,
    asked_by: int | None = None,
    is_changed: bool = False,
) -> Message:
    """Return everybody who may publish, and every link that would make somebody one of them.

    `asked_by` is called “you”. `is_changed`: a press has just taken a row away. A second tap must not take away what
    moves up into its place, so the buttons that would are one press further, in a message of their own.
    """
    lines: list[Text | str] = [bold(words("Who may publish"))]
    lines.extend(
        words("owner {person}", person=words("you") if person == asked_by else called(person, names))
        for person in owners[:_SHOWN]
    )
    lines.extend(words("editor {person}", person=called(person, names)) for person in editors[:_SHOWN])
    if (more := max(0, len(owners) - _SHOWN) + max(0, len(editors) - _SHOWN)) > 0:
        lines.append(words.count("and {n} more", "and {n} more", more))
    if links:
        lines.append(bold(words("Links that are still good")))
    lines.extend(_link(words, link, names) for link in links[:_LINKS])
    rows = [(_remove_button(words, person, names),) for person in editors[:_SHOWN]]
    rows.extend(
        (Button(words("Withdraw link {number}", number=number), data=press(EditorsVerb.WITHDRAW, number)),)
        for number, *_ in links[:_LINKS]
    )
    if is_changed and rows:
        rows = [(Button(words("Change more"), data=press(EditorsVerb.MORE)),)]
    rows.append((Button(words("Invite an editor"), data=press(EditorsVerb.INVITE)),))
    return Message(clip(join(lines, "\n"), TEXT), keyboard=tuple(rows))


def invitation(words: Words, link: str, lasts: timedelta) -> Message:
    """Return a one-time link to pass on."""
    return Message(
        words.text(
            "Pass this link on: who opens it first, within {time}, becomes an editor. {link}",
            time=words.span(lasts),
            link=link,
        )
    )


def newcomer(words: Words, person: int, role: str, invited_by: int | None, names: Mapping[int, str]) -> Message:
    """Return what owners are told when somebody took an invitation, with what to do if it was the wrong one."""
    who = called(person, names)
    if role == "owner":
        said = words("{person} opened the owner link and is an owner now.", person=who)
        return Message(
            Text(
                words(
                    "{said} If that is not who it was for: newsbot editors remove {id} in the shell.",
                    said=said,
                    id=person,
                )
            )
        )
    if invited_by is None:
        said = words("{person} took an invitation and is an editor now.", person=who)
    else:
        said = words(
            "{person} took the invitation of {owner} and is an editor now.", person=who, owner=called(invited_by, names)
        )
    return Message(Text(said), keyboard=((_remove_button(words, person, names),),))


def removed(words: Words, person: int, names: Mapping[int, str]) -> str:
    return words("{person} is no editor any more", person=short_name(person, names))


def withdrawn(words: Words, number: int) -> str:
    return words("Link {number} is withdrawn", number=number)


def _link(words: Words, link: Link, names: Mapping[int, str]) -> str:
    number, role, by, until = link
    said = {"number": number, "maker": words("the shell") if by is None else called(by, names), "time": until}
    if role == "owner":
        return words("link {number}: for an owner, by {maker}, until {time}", **said)
    return words("link {number}: for an editor, by {maker}, until {time}", **said)


def _remove_button(words: Words, person: int, names: Mapping[int, str]) -> Button:
    return Button(words("Let {person} go", person=short_name(person, names)), data=press(EditorsVerb.REMOVE, person))
