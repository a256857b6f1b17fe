"""`/editors` for owners: everybody with a role, open invitation links, and who accepted one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.role import Objection, Role
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join

_SHOWN = 16  # of each role: with long names and the links, one message takes no more
_ROWS = 25
_LINKS = 8
_NAME = 32  # UTF-16 code units

ROLES = (Role.CONTRIBUTOR, Role.EDITOR, Role.OWNER)
"""By their places, which buttons hold: another role would come behind them."""

Link = tuple[int, str, int | None, str]
"""A link's number, what it makes, who made it (None: the shell), and its last moment as a time of day."""


class EditorsVerb(StrEnum):
    """What the buttons do."""

    INVITE = "editor_invite"  # a role, by its place in ROLES; none: an editor
    BY_ID = "editor_by_id"
    ROLE = "editor_role"  # a person
    SET = "editor_set"  # a person, a role by its place in ROLES
    BACK = "editor_back"
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
    people: Mapping[Role, Sequence[int]],
    links: Sequence[Link] = (),
    names: Mapping[int, str] = MappingProxyType({}),
    *,
    asked_by: int | None = None,
    configured: Collection[int] = (),
    is_changed: bool = False,
) -> Message:
    """Return everybody with a role, and every link that would give one.

    `asked_by` is called “you”; `configured` owners are the operator's, and have no buttons. `is_changed`: a press has
    just taken a row away. A second tap must not take away what moves up into its place, so the buttons that would are
    one press further, in a message of their own.
    """
    lines: list[Text | str] = [bold(words("Who may publish"))]
    for role in (Role.OWNER, Role.EDITOR, Role.CONTRIBUTOR):
        lines.extend(_person(words, person, role, names, asked_by) for person in people.get(role, ())[:_SHOWN])
    if (more := sum(max(0, len(some) - _SHOWN) for some in people.values())) > 0:
        lines.append(words.count("and {n} more", "and {n} more", more))
    if links:
        lines.append(bold(words("Links that are still good")))
    lines.extend(_link(words, link, names) for link in links[:_LINKS])
    changeable = [
        (person, role)
        for role in (Role.EDITOR, Role.CONTRIBUTOR, Role.OWNER)
        for person in people.get(role, ())[:_SHOWN]
        if person not in configured
    ]
    rows: list[tuple[Button, ...]] = [
        (_change_button(words, person, names),)
        if role is Role.OWNER
        else (_remove_button(words, person, names), Button(words("Change role"), data=press(EditorsVerb.ROLE, person)))
        for person, role in changeable[:_ROWS]
    ]
    rows.extend(
        (Button(words("Withdraw link {number}", number=number), data=press(EditorsVerb.WITHDRAW, number)),)
        for number, *_ in links[:_LINKS]
    )
    if is_changed and rows:
        rows = [(Button(words("Change more"), data=press(EditorsVerb.MORE)),)]
    rows.append(
        (
            Button(words("Invite an editor"), data=press(EditorsVerb.INVITE)),
            Button(words("Invite a contributor"), data=press(EditorsVerb.INVITE, ROLES.index(Role.CONTRIBUTOR))),
            Button(words("By id"), data=press(EditorsVerb.BY_ID)),
        )
    )
    return Message(clip(join(lines, "\n"), TEXT), keyboard=tuple(rows))


def card(words: Words, person: int, role: Role, names: Mapping[int, str], asked_by: int | None) -> Message:
    """Return one person's role, with what can be made of it."""
    make = {
        Role.CONTRIBUTOR: words("Make contributor"),
        Role.EDITOR: words("Make editor"),
        Role.OWNER: words("Make owner"),
    }
    others = tuple(
        Button(make[other], data=press(EditorsVerb.SET, person, ROLES.index(other))) for other in ROLES if other != role
    )
    return Message(
        join([_person(words, person, role, names, asked_by), _may(words, role)], "\n"),
        keyboard=(
            (Button(words("Back"), data=press(EditorsVerb.BACK)),),
            others,
            (_remove_button(words, person, names),),
        ),
    )


def invitation(words: Words, role: Role, link: str, lasts: timedelta) -> Message:
    """Return a one-time link to pass on."""
    said = {"time": words.span(lasts), "link": link}
    if role is Role.CONTRIBUTOR:
        return Message(
            words.text("Pass this link on: who opens it first, within {time}, becomes a contributor. {link}", **said)
        )
    return Message(
        words.text("Pass this link on: who opens it first, within {time}, becomes an editor. {link}", **said)
    )


def changed(words: Words, person: int, role: Role, names: Mapping[int, str]) -> str:
    who = short_name(person, names)
    match role:
        case Role.OWNER:
            return words("{person} is an owner now", person=who)
        case Role.EDITOR:
            return words("{person} is an editor now", person=who)
        case Role.CONTRIBUTOR:
            return words("{person} is a contributor now", person=who)


def not_changed(
    words: Words, why: Objection, person: int, role: Role | None, names: Mapping[int, str], asked_by: int | None
) -> str:
    """Return why somebody's role stays as it is; `role` is what they were to become."""
    who = called(person, names)
    match why:
        case Objection.CONFIGURED if person == asked_by:
            return words("You are an owner by NEWSBOT_ADMINS; only the operator can change that.")
        case Objection.CONFIGURED:
            return words("{person} is an owner by NEWSBOT_ADMINS; only the operator can change that.", person=who)
        case Objection.LAST_OWNER if person == asked_by:
            return words("You are the only owner. Make somebody else an owner first.")
        case Objection.LAST_OWNER:
            return words("{person} is the only owner. Make somebody else an owner first.", person=who)
        case _ if role is None:
            return words("{person} has no role here.", person=who)
        case _:
            return words("{person} is that already.", person=who)


def stepped_down(words: Words) -> Message:
    """Return what an owner reads who has taken their own role away, or made it less."""
    return Message(Text(words("You are no owner any more.")))


def usage(words: Words) -> Message:
    """Return the answer to `/editors` with words that mean nothing."""
    return Message(
        Text(
            words(
                "Write /editors add ID ROLE (contributor, editor or owner), /editors remove ID, /editors invite ROLE "
                "(contributor or editor) or /editors withdraw NUMBER. An ID is a person’s numeric Telegram id; "
                "/privacy tells everybody their own."
            )
        )
    )


def _person(words: Words, person: int, role: Role, names: Mapping[int, str], asked_by: int | None) -> str:
    who = words("you") if person == asked_by else called(person, names)
    match role:
        case Role.OWNER:
            return words("owner {person}", person=who)
        case Role.EDITOR:
            return words("editor {person}", person=who)
        case Role.CONTRIBUTOR:
            return words("contributor {person}", person=who)


def _may(words: Words, role: Role) -> str:
    match role:
        case Role.OWNER:
            return words("May do all that editors may, invite people, change their roles and let them go.")
        case Role.EDITOR:
            return words("May publish, and do all else that is done to articles and sources.")
        case Role.CONTRIBUTOR:
            return words("May make drafts and change their own. An editor publishes them.")


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
    owner = None if invited_by is None else called(invited_by, names)
    if owner is None:
        said = words("{person} took an invitation and is an editor now.", person=who)
    elif role == Role.CONTRIBUTOR:
        said = words("{person} took the invitation of {owner} and is a contributor now.", person=who, owner=owner)
    else:
        said = words("{person} took the invitation of {owner} and is an editor now.", person=who, owner=owner)
    return Message(Text(said), keyboard=((_remove_button(words, person, names),),))


def removed(words: Words, person: int, was: Role | None, names: Mapping[int, str]) -> str:
    who = short_name(person, names)
    match was:
        case Role.OWNER:
            return words("{person} is no owner any more", person=who)
        case Role.CONTRIBUTOR:
            return words("{person} is no contributor any more", person=who)
        case _:
            return words("{person} is no editor any more", person=who)


def done(
    words: Words,
    person: int,
    was: Role | None,
    role: Role | None,
    names: Mapping[int, str],
    asked_by: int | None,
) -> str:
    """Return what became of somebody's role, as a sentence without its full stop: it also stands in a toast."""
    if person == asked_by:
        return words("You are no owner any more")
    return removed(words, person, was, names) if role is None else changed(words, person, role, names)


def no_link(words: Words, number: int) -> str:
    return words("Link {number} was used, withdrawn or is too old.", number=number)


def withdrawn(words: Words, number: int) -> str:
    return words("Link {number} is withdrawn", number=number)


def _link(words: Words, link: Link, names: Mapping[int, str]) -> str:
    number, role, by, until = link
    said = {"number": number, "maker": words("the shell") if by is None else called(by, names), "time": until}
    if role == "owner":
        return words("link {number}: for an owner, by {maker}, until {time}", **said)
    if role == Role.CONTRIBUTOR:
        return words("link {number}: for a contributor, by {maker}, until {time}", **said)
    return words("link {number}: for an editor, by {maker}, until {time}", **said)


def _remove_button(words: Words, person: int, names: Mapping[int, str]) -> Button:
    return Button(words("Let {person} go", person=short_name(person, names)), data=press(EditorsVerb.REMOVE, person))


def _change_button(words: Words, person: int, names: Mapping[int, str]) -> Button:
    label = words("Change the role of {person}", person=short_name(person, names))
    return Button(label, data=press(EditorsVerb.ROLE, person))
