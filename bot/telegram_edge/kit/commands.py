"""
What commands there are, for whom and where, as `/help` and Telegram's menus show them. What they do is in `registry`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from bot.domain.role import Permission, Role
from bot.domain.role import may as role_may
from bot.render.locale import Words

MENU = ("latest", "topics", "search", "saved", "settings", "stop", "help")
"""The readers' menu, in its order; a command shows up there when it is also marked `in_menu`."""


def msgid(text: str) -> str:
    """Return `text`, marked for translation where no `Words` is at hand (`pybabel extract -k msgid`)."""
    return text


def spoken(language: Words, marked: str) -> str:
    """Return a `msgid` translated into a language."""
    return language(marked)


class Access(StrEnum):
    """Who may use a command or button. For all others it behaves as if it did not exist."""

    READERS = "readers"  # everybody
    CONTRIBUTORS = "contributors"  # whoever may make drafts: editors and owners too
    EDITORS = "editors"  # editors and owners
    OWNERS = "owners"


_NEEDED = {
    Access.READERS: None,
    Access.CONTRIBUTORS: Permission.WRITE,
    Access.EDITORS: Permission.PUBLISH,
    Access.OWNERS: Permission.MANAGE,
}


def may(role: Role | None, access: Access) -> bool:
    """Return whether somebody with `role` has `access`; None is a reader's."""
    needed = _NEEDED[access]
    return needed is None or role_may(role, needed)


class Where(StrEnum):
    """In which chats something works. Editors' things work in private chats only, whatever is said here."""

    PRIVATE = "private"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """`/name`. `summary` and `usage` are a `msgid`; usage is `/name ARGUMENTS`, the name alone when empty.

    `summary` is one line for `/help` and the menu, without a full stop. `for_one`: what it answers concerns the one who
    asks alone, so in groups nobody else need see it.
    """

    name: str
    summary: str
    _: KW_ONLY
    usage: str = ""
    access: Access = Access.READERS
    where: Where = Where.EVERYWHERE
    in_menu: bool = False
    for_one: bool = False


class Commands:
    """Every command that there is, by name and in the order of the table."""

    def __init__(self, commands: Iterable[CommandInfo], verbs_of_chats: frozenset[str] = frozenset()) -> None:
        """`verbs_of_chats`: buttons about a chat's own settings, which also work for a channel from elsewhere."""
        self._commands = {command.name: command for command in commands}
        self.verbs_of_chats = verbs_of_chats

    def named(self, name: str) -> CommandInfo | None:
        """Return the command called `name`, in any case."""
        return self._commands.get(name.lower())

    def of(self, *levels: Access) -> tuple[CommandInfo, ...]:
        """Return the commands for these levels, in the order of the table."""
        return tuple(command for command in self._commands.values() if command.access in levels)

    def menu(self, *levels: Access) -> tuple[CommandInfo, ...]:
        """Return the commands that stand in the menu of these levels, readers' first and in their order."""
        shown = [command for command in self.of(*levels) if command.in_menu]
        return tuple(sorted(shown, key=lambda command: MENU.index(command.name) if command.name in MENU else len(MENU)))
