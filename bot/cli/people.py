"""`newsbot editors`: lists everybody with a role and open invitation links, gives and takes roles, withdraws links."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.cli.shell import columns, iso, me, moment, now, opened, refuse, say, say_json
from bot.domain.role import Objection, Role
from bot.services.newsroom import roles
from bot.services.newsroom.roles import RoleChange
from bot.settings import Settings, read_settings
from bot.store.desk.editors import EditorEntry, Invitation

_NAME = 60  # characters

Names = Mapping[int, str]


def editors(*, as_json: bool) -> int:
    """List owners and editors, and the links that are still good."""
    settings = read_settings()
    people, links, names = asyncio.run(_roster(settings))
    if as_json:
        say_json(
            {
                "people": [_person_as_json(one, settings) for one in people],
                "links": [_link_as_json(one) for one in links],
            }
        )
        return 0
    say_people(people, names, settings)
    if links:
        say("Links that are still good; `newsbot editors withdraw NUMBER` takes one back:")
        say(columns([_link(one, names, settings) for one in links]))
    return 0


def say_people(people: list[EditorEntry], names: Names, settings: Settings) -> None:
    """Print who may publish, one a line."""
    if people:
        say(columns([_person(one, names, settings) for one in people]))
    else:
        say("Nobody may publish in chat. `newsbot run` on a terminal prints a link that makes an owner.")


def add(person: int, role: Role) -> int:
    """Give somebody a role, or another one; 1 when they have it, or it cannot be changed here."""
    done, who = asyncio.run(_change(person, role, read_settings()))
    if isinstance(done, Objection):
        return _refused(done, person, who, f"is {_a(role)} already")
    was = "" if done.was is None else f", and was {_a(done.was)}"
    say(f"{who} is {_a(role)} now{was}.")
    return 0


def remove(person: int) -> int:
    """Take somebody's role away; 1 when they have none, or it cannot be changed here."""
    done, who = asyncio.run(_change(person, None, read_settings()))
    if isinstance(done, Objection):
        return _refused(done, person, f"nobody with the id {person}", "has a role; `newsbot editors` lists who has")
    say(f"{who} is no {done.was} any more. Links they made are withdrawn.")
    return 0


def _refused(why: Objection, person: int, who: str, unchanged: str) -> int:
    """Say why a role stays as it is."""
    match why:
        case Objection.CONFIGURED:
            refuse(
                f"newsbot: {person} is an owner by NEWSBOT_ADMINS; take the number out of that variable and start "
                "newsbot again"
            )
        case Objection.LAST_OWNER:
            refuse(
                f"newsbot: {person} is the only owner; make another one first: `newsbot editors add ID --role owner`, "
                "or the link of `newsbot setup`"
            )
        case _:
            refuse(f"newsbot: {who} {unchanged}")
    return 1


def _a(role: Role) -> str:
    """an editor, a contributor"""
    return f"a {role}" if role is Role.CONTRIBUTOR else f"an {role}"


def withdraw(number: int) -> int:
    """Take a link back; 1 when it is not good any more."""
    settings = read_settings()
    if not asyncio.run(_withdraw(number, settings)):
        refuse(f"newsbot: link {number} was used, withdrawn or is too old; `newsbot editors` lists those that are good")
        return 1
    say(f"Link {number} is withdrawn.")
    return 0


def named(person: int, names: Names) -> str:
    """Return an id with the name of its person, if that is known."""
    name = " ".join(names.get(person, "").split())[:_NAME]
    return f"{name} ({person})" if name else str(person)


async def _roster(settings: Settings) -> tuple[list[EditorEntry], list[Invitation], dict[int, str]]:
    async with opened(settings) as db:
        return await roles.roster(db, settings.admins, now())


async def _change(person: int, role: Role | None, settings: Settings) -> tuple[RoleChange | Objection, str]:
    async with opened(settings) as db:
        done = await roles.change_role(db, person, role, by=me(), admins=settings.admins, now=now())
        _, _, names = await roles.roster(db, settings.admins, now())
        return done, named(person, names)


async def _withdraw(number: int, settings: Settings) -> bool:
    async with opened(settings) as db:
        return await roles.withdraw(db, number, by=me(), admins=settings.admins, now=now())


def _person(one: EditorEntry, names: Names, settings: Settings) -> tuple[str, ...]:
    if one.since is None:
        how = "NEWSBOT_ADMINS"
    elif one.added_by is None:
        how = f"by the shell, {moment(one.since, settings)}"
    else:
        how = f"invited by {named(one.added_by, names)}, {moment(one.since, settings)}"
    return one.role, named(one.person, names), how


def _link(one: Invitation, names: Names, settings: Settings) -> tuple[str, ...]:
    maker = "the shell" if one.made_by is None else named(one.made_by, names)
    return f"{one.number}", f"makes {_a(one.role)}", f"by {maker}", f"until {moment(one.expires_at, settings)}"


def _person_as_json(one: EditorEntry, settings: Settings) -> dict[str, object]:
    return {
        "person": one.person,
        "name": one.name,
        "role": one.role,
        "by": "NEWSBOT_ADMINS" if one.person in settings.admins else "link",
        "since": iso(one.since),
        "invited_by": one.added_by,
    }


def _link_as_json(one: Invitation) -> dict[str, object]:
    return {"number": one.number, "role": one.role, "made_by": one.made_by, "expires_at": iso(one.expires_at)}
