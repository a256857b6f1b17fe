"""
Compositions: what a campaign sends, ready to be sent to one chat after the other.

A kind's composer (`kinds`) reads its subject and returns one. News has its own (`edition`), which
tries pictures and forms; what says the same in every chat of a look is a `Uniform`, and what takes a message back a
`Deletion`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from bot.content.web.pictures import PictureSource
from bot.domain.delivery import Outcome
from bot.domain.message import Message
from bot.domain.rejections import Form
from bot.render.look import Look
from bot.store.delivery.audiences import Audience
from bot.store.delivery.settlement import Covered
from bot.store.engine.database import Database

MAX_BODIES = 1024  # looks × followed topics and phrases; more than that is prepared again

Key = TypeVar("Key")
Body = TypeVar("Body")


class Attempt(ABC, Generic[Body]):
    """One attempt to bring a composition to a `chat`, in its `look`.

    `reason` is the followed topic for which the chat gets it, or a phrase by its negative number; `is_photo` says what
    stands there, where something is changed.
    """

    __slots__ = ("chat", "db", "is_photo", "look", "now", "reason")

    chat: int
    look: Look
    reason: int
    is_photo: bool
    now: datetime
    db: Database

    @abstractmethod
    async def turn(self, pace_only: bool = False) -> Outcome | None:
        """Wait until the chat's message may leave, before every call; return an outcome when it is not to after all.

        With `pace_only` the chat's own turn came before, and nothing left in it.
        """

    @abstractmethod
    async def leave(self, body: Body) -> Outcome:
        """Make one call. `body` is what the operation takes: a message that is prepared for it, or nothing."""


class Bodies(Generic[Key, Body]):
    """What was prepared, by what it depends on: the newest MAX_BODIES of them."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Body] = OrderedDict()
        # Of the chat before: it is compared by identity, where finding it takes the hash of all in a look.
        self._last_key: Key | None = None
        self._last: Body | None = None

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Key, make: Callable[[], Body]) -> Body:
        """Return the body of `key`, which is made when it is not known."""
        if key != self._last_key or self._last is None:
            body = self._known.get(key)
            if body is None:
                body = self._known[key] = make()
                if len(self._known) > MAX_BODIES:
                    self._known.popitem(last=False)
            self._last_key, self._last = key, body
        return self._last

    def known(self, key: Key) -> Body | None:
        """Return the body of `key`; None when it is not known."""
        return self._known.get(key)

    def clear(self) -> None:
        """Forget them all."""
        self._known.clear()
        self._last_key = self._last = None


@dataclass(frozen=True, slots=True)
class Tools(Generic[Body]):
    """What a composer is given beside its campaign: `prepare` makes of a message what its kind's operation takes, and
    `pictures` is where an article's pictures come from."""

    prepare: Callable[[Message], Body]
    pictures: PictureSource


class Composition(ABC, Generic[Body]):
    """What one campaign sends. `covers` are the subjects in its message, `name` is what the log calls it."""

    changes_lists = False
    """Whether it changes a message in which other subjects stand too, where it changes one."""

    def __init__(self, name: str, audience: Audience, covers: Covered, revision: int | None = None) -> None:
        """`revision` is the subject's of which this was made; None where it has none."""
        self.name = name
        self.audience = audience
        self.covers = covers
        self.revision = revision
        self.continues: tuple[int, ...] = ()
        """Articles of the same story: where a chat has one of them, the message is a reply to it."""
        self.adopted: tuple[Form, str] | None = None
        """A form that has just taken the place of a fuller one, and the words with which that was refused."""
        self.refused_by_some: tuple[Form | None, str] | None = None
        """The form that many chats were just found to take, None when they take none, and the words they share."""
        self.refused: str | None = None
        """The words with which Telegram refuses every form; None while it takes one."""
        self.is_reported = False  # whether the dispatcher knows of it

    @abstractmethod
    async def send(self, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        """Send it to one chat. Return the outcome, and whether what stands there then is a photo."""

    def list_refused(self, chat: int, words: str) -> bool:
        """Take note of a list of several, this one first, that a chat refused as plain text too.

        Return whether it is no chat that is odd; then nothing of this campaign is to leave.
        """
        return False


class Uniform(Composition[Body]):
    """The same message for every chat of a look. `prepare` makes of it what the operation takes."""

    def __init__(
        self,
        name: str,
        audience: Audience,
        covers: Covered,
        message: Callable[[Look, datetime], Message],
        prepare: Callable[[Message], Body],
        revision: int | None = None,
    ) -> None:
        super().__init__(name, audience, covers, revision)
        self._message = message
        self._prepare = prepare
        self._bodies = Bodies[Look, Body]()

    async def send(self, attempt: Attempt[Body]) -> tuple[Outcome, bool]:
        return await attempt.turn() or await attempt.leave(self._body(attempt.look, attempt.now)), attempt.is_photo

    def _body(self, look: Look, now: datetime) -> Body:
        return self._bodies.get(look, lambda: self._prepare(self._message(look, now)))


class Deletion(Composition[None]):
    """Takes a message back. There is nothing to compose."""

    async def send(self, attempt: Attempt[None]) -> tuple[Outcome, bool]:
        return await attempt.turn() or await attempt.leave(None), attempt.is_photo
