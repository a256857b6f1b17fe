"""
The table of everything a chat can say to newsbot. Handlers, `/help`, the command menus and the README follow it.

Each conversation describes itself once, in its own file; `conversations` lists them, and a `Registry` finds what an
update asks for. Nothing is looked up by guessing: a name or verb that two conversations claim stops the start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from bot.domain.message import Message
    from bot.render.locale import Words
    from bot.telegram_edge.house import House
    from bot.telegram_edge.request import PressRequest, Request

_Rule = TypeVar("_Rule")
RequestHandler = Callable[["House", "Request"], Awaitable[None]]
TextHandler = Callable[["House", "Request"], Awaitable[bool]]
PressHandler = Callable[["House", "PressRequest"], Awaitable[None]]
Opening = Callable[["House", "Request"], Awaitable["Message"]]


def msgid(text: str) -> str:
    """Return `text`, marked for translation where no `Words` is at hand (`pybabel extract -k msgid`)."""
    return text


def spoken(language: Words, marked: str) -> str:
    """Return a `msgid` in a language."""
    return language(marked)


class Audience(StrEnum):
    """For whom something exists at all. To others it behaves as if it did not."""

    READERS = "readers"  # everybody
    EDITORS = "editors"  # editors and owners
    OWNERS = "owners"


class Where(StrEnum):
    """In which chats something works. Editors' things work in private chats only, whatever is said here."""

    PRIVATE = "private"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Command:
    """`/name`. `summary` and `usage` are a `msgid`; usage is `/name ARGUMENTS`, the name alone when empty.

    `summary` is one line for `/help` and the menu, without a full stop. `admins_only`: in groups, only
    administrators may, and the handler is called only for them.
    """

    name: str
    summary: str
    handler: RequestHandler
    usage: str = ""
    audience: Audience = Audience.READERS
    where: Where = Where.EVERYWHERE
    in_menu: bool = False
    admins_only: bool = False


@dataclass(frozen=True, slots=True)
class PressRule:
    """What happens when a button whose data begins with `verb` is pressed (see `bot.domain.press`).

    The data is whatever the person's client sent: numbers may be missing, foreign or absurd.
    """

    verb: str
    handler: PressHandler
    audience: Audience = Audience.READERS
    admins_only: bool = False


@dataclass(frozen=True, slots=True)
class StartRule:
    """A deep link: `/start PREFIX…`. The handler finds the rest of the payload in `request.args`."""

    prefix: str
    handler: RequestHandler


@dataclass(frozen=True, slots=True)
class TextRule:
    """Plain text in a private chat. Rules are asked in order, editors' first, until one says True: taken."""

    handler: TextHandler
    audience: Audience = Audience.READERS


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A file sent in a private chat; `request.document` describes it."""

    handler: RequestHandler
    audience: Audience = Audience.EDITORS


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that one file of this room answers to.

    `opening` makes what stands under the greeting, in the same message: the topic picker. One conversation has it.
    """

    name: str
    commands: tuple[Command, ...] = ()
    presses: tuple[PressRule, ...] = ()
    starts: tuple[StartRule, ...] = ()
    texts: tuple[TextRule, ...] = ()
    documents: tuple[DocumentRule, ...] = ()
    opening: Opening | None = None


MENU = ("latest", "topics", "search", "saved", "settings", "stop", "help")
"""The readers' menu, in its order; a command shows up there when it is also marked `in_menu`."""


class Registry:
    """Every conversation, by what leads to it. Raises: ValueError when two claim the same name, verb or prefix."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self.conversations = tuple(conversations)
        self._commands = _unique((command.name, command) for each in self.conversations for command in each.commands)
        self._presses = _unique((rule.verb, rule) for each in self.conversations for rule in each.presses)
        self._starts = _unique((rule.prefix, rule) for each in self.conversations for rule in each.starts)
        texts = [rule for each in self.conversations for rule in each.texts]
        self.texts = tuple(sorted(texts, key=lambda rule: rule.audience is Audience.READERS))
        self.documents = tuple(rule for each in self.conversations for rule in each.documents)
        self.opening = next((each.opening for each in self.conversations if each.opening is not None), None)

    def command(self, name: str) -> Command | None:
        """Return the command called `name`, in any case."""
        return self._commands.get(name.lower())

    def press(self, verb: str) -> PressRule | None:
        return self._presses.get(verb)

    def start(self, payload: str) -> tuple[StartRule, str] | None:
        """Return the rule for a deep link's payload and what follows its prefix; the longest prefix wins."""
        for prefix in sorted(self._starts, key=len, reverse=True):
            if payload.startswith(prefix):
                return self._starts[prefix], payload.removeprefix(prefix)
        return None

    def commands(self, *audiences: Audience) -> tuple[Command, ...]:
        """Return the commands for these audiences, in the order of the table."""
        return tuple(command for command in self._commands.values() if command.audience in audiences)

    def menu(self, *audiences: Audience) -> tuple[Command, ...]:
        """Return the commands that stand in the menu of these audiences, readers' first and in their order."""
        shown = [command for command in self.commands(*audiences) if command.in_menu]
        return tuple(sorted(shown, key=lambda command: MENU.index(command.name) if command.name in MENU else len(MENU)))


def _unique(named: Iterator[tuple[str, _Rule]]) -> dict[str, _Rule]:
    found: dict[str, _Rule] = {}
    for name, rule in named:
        if name in found:
            raise ValueError(f"two conversations claim {name!r}")
        found[name] = rule
    return found
