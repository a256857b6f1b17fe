"""
The ways to show an article's picture, best first, and what each answer of Telegram's means for the ways that are left.

Telegram keeps a picture it has been sent once and remembers for days a link it could not fetch. So a known file id
goes first, then the link, then the bytes by ourselves, then the same for the next picture; at the end there is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.article import Picture
from bot.domain.delivery import Outcome, PictureRefused, Sent
from bot.domain.link import link_fault
from bot.domain.message import Photo


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show a picture: the `photo` that Telegram is given, or None for its bytes, which are still to be read.

    The bytes are the last way of a picture.
    """

    picture: Picture
    photo: Photo | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Telegram keeps a picture under this file id, so that its bytes travel once."""

    picture: str
    file_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No way to show a picture works, so that nobody waits for the next try of it."""

    picture: str
    reason: str


Finding = Accepted | Refused
"""What is worth remembering of a picture for the next time it is to be shown."""


class PictureWays:
    """The ways that are left to one article. Several chats may try one way at the same time."""

    def __init__(self, pictures: Iterable[Picture], known: Mapping[str, str | None]) -> None:
        """`pictures` come best first; `known` are the file ids of earlier findings, None for what was refused."""
        self._left = [way for picture in pictures for way in _ways(picture, known)]
        self._refused: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._left)

    @property
    def best(self) -> Way | None:
        """The next way to try; None when none is left, and the article is shown as text."""
        return self._left[0] if self._left else None

    def answered(self, way: Way, outcome: Outcome) -> Finding | None:
        """Take note of what became of a message that showed the picture this way.

        A chat that forbids photos says nothing about the picture, nor does an outcome that is about something else.
        """
        match outcome:
            case Sent(file_id=str(file_id)) if way.photo is None or way.photo.file_id is None:
                return Accepted(way.picture.url, file_id)
            case PictureRefused(reason, here_only=False):
                self._refused.add(way.picture.url)
                self.give_up(way)
                return Refused(way.picture.url, reason) if way.photo is None else None
        return None

    def cannot_be_had(self, way: Way) -> Finding | None:
        """Give up a way because the bytes can be read from nowhere.

        When Telegram has refused the picture before, nothing is left to try, the next time neither.
        """
        self.give_up(way)
        is_refused = way.picture.url in self._refused
        return Refused(way.picture.url, "its bytes cannot be had") if is_refused else None

    def give_up(self, way: Way) -> None:
        """Try a way no more. Another chat may have said the same of it meanwhile."""
        if way in self._left:
            self._left.remove(way)


def _ways(picture: Picture, known: Mapping[str, str | None]) -> Iterator[Way]:
    """Yield every way to show one picture, best first; none for what Telegram has refused in every way."""
    if picture.url in known:
        file_id = known[picture.url]
        if file_id is None:
            return
        yield Way(picture, Photo(file_id=file_id, credit=picture.credit))
    # Telegram reaches no private host, and need not hear of one.
    if not picture.is_local and link_fault(picture.url) is None:
        yield Way(picture, Photo(url=picture.url, credit=picture.credit))
    yield Way(picture)
