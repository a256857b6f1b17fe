"""
The table of everything a chat can say to newsbot. Handlers, `/help`, the command menus and the README follow it.

Each conversation describes itself once, in its own file; `conversations` lists them, and a `Registry` finds what an
update asks for. Nothing is looked up by guessing: a name or verb that two conversations claim stops the start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from typing import TypeVar

from bot.domain.message import Message
from bot.telegram_edge.kit.commands import Access, CommandInfo, Commands, Where
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.inline_request import InlineRequest
from bot.telegram_edge.kit.request import PressRequest, ReactionRequest, Request

_Rule = TypeVar("_Rule")
RequestHandler = Callable[[BotContext, Request], Awaitable[None]]
TextHandler = Callable[[BotContext, Request], Awaitable[bool]]
InlineHandler = Callable[[BotContext, InlineRequest], Awaitable[None]]
ReactionHandler = Callable[[BotContext, ReactionRequest], Awaitable[None]]
PressHandler = Callable[[BotContext, PressRequest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command(CommandInfo):
    """A command and what it does. `admins_only`: in groups, only administrators may, and the handler is called only
    for them. `with_photo`: it may stand in a picture's caption, in private chats. `of_chats`: it is about the chat's
    own settings, as those that `admins_only` have are."""

    handler: RequestHandler
    _: KW_ONLY
    admins_only: bool = False
    of_chats: bool = False
    with_photo: bool = False

    @property
    def works_for_channels(self) -> bool:
        """Whether it also works for a channel that is managed from a private chat."""
        return self.access is Access.READERS and self.where is Where.EVERYWHERE and (self.admins_only or self.of_chats)


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """What a late press shows instead of acting: in place of the message with the button, or below it."""

    message: Message
    in_place: bool = True
    toast: str = ""


LateRule = Callable[[BotContext, PressRequest], Awaitable[LateAnswer | None]]


@dataclass(frozen=True, slots=True)
class PressRule:
    """What happens when a button whose data begins with `verb` is pressed (see `bot.domain.press`).

    The data is whatever the person's client sent: numbers may be missing, foreign or absurd.
    `late` is asked about a press that was made while newsbot was not running: None lets it act as any other.
    `of_chats`: it is about the chat's own settings, as those that `admins_only` have are.
    """

    verb: str
    handler: PressHandler
    access: Access = Access.READERS
    admins_only: bool = False
    late: LateRule | None = None
    of_chats: bool = False

    @property
    def works_for_channels(self) -> bool:
        """Whether it also works for a channel that is managed from a private chat."""
        return self.access is Access.READERS and (self.admins_only or self.of_chats)


@dataclass(frozen=True, slots=True)
class StartRule:
    """A deep link: `/start PREFIX…`. The handler finds the rest of the payload in `request.args`.

    `for_all`: it only shows something, so that in a group members may open it too, as they may ask for a list. Other
    links are administrators' there, as /start itself.
    """

    prefix: str
    handler: RequestHandler
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class TextRule:
    """Plain text in a private chat. Rules are asked in order, editors' first, until one says True: taken.

    `with_channels`: also asked about a channel that comes without text.
    """

    handler: TextHandler
    access: Access = Access.READERS
    with_channels: bool = False


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A file sent in a private chat; `request.document` describes it. Rules are asked as those of texts are.

    `in_groups`: also one that answers a message of the bot in a group or channel. `with_photos`: also asked about a
    picture, which `request.photo` describes.
    """

    handler: TextHandler
    access: Access = Access.READERS
    in_groups: bool = False
    with_photos: bool = False


@dataclass(frozen=True, slots=True)
class LocationRule:
    """A location that somebody sends in a private chat; `request.location` is None when it is not theirs of now."""

    handler: RequestHandler


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that one conversation's file handles. `inline` answers what is asked in other chats.

    `reaction` is told of reactions to messages where Telegram tells us: in private chats, and where we administer.
    """

    name: str
    commands: tuple[Command, ...] = ()
    presses: tuple[PressRule, ...] = ()
    starts: tuple[StartRule, ...] = ()
    texts: tuple[TextRule, ...] = ()
    documents: tuple[DocumentRule, ...] = ()
    locations: tuple[LocationRule, ...] = ()
    inline: InlineHandler | None = None
    reaction: ReactionHandler | None = None


class Registry:
    """Every conversation, by what leads to it. Raises: ValueError when two claim the same name, verb or prefix."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self.conversations = tuple(conversations)
        self._commands = _unique((command.name, command) for each in self.conversations for command in each.commands)
        self._presses = _unique((rule.verb, rule) for each in self.conversations for rule in each.presses)
        self._starts = _unique((rule.prefix, rule) for each in self.conversations for rule in each.starts)
        texts = [rule for each in self.conversations for rule in each.texts]
        self.texts = tuple(sorted(texts, key=lambda rule: rule.access is Access.READERS))
        documents = [rule for each in self.conversations for rule in each.documents]
        self.documents = tuple(sorted(documents, key=lambda rule: rule.access is Access.READERS))
        self.locations = tuple(rule for each in self.conversations for rule in each.locations)
        inline = _unique(("inline", each.inline) for each in self.conversations if each.inline is not None)
        self.inline: InlineHandler | None = inline.get("inline")
        reaction = _unique(("reaction", each.reaction) for each in self.conversations if each.reaction is not None)
        self.reaction: ReactionHandler | None = reaction.get("reaction")
        self.commands = Commands(
            self._commands.values(),
            frozenset(verb for verb, rule in self._presses.items() if rule.works_for_channels),
        )

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


def _unique(named: Iterator[tuple[str, _Rule]]) -> dict[str, _Rule]:
    found: dict[str, _Rule] = {}
    for name, rule in named:
        if name in found:
            raise ValueError(f"two conversations claim {name!r}")
        found[name] = rule
    return found
