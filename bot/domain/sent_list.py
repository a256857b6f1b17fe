"""Lists as they were sent: all that is needed to say the same again of the stories as they are by then."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import IntEnum
from hashlib import blake2b

from bot.domain.delivery_time import Listing, Mode, Quiet, Timing


class ListForm(IntEnum):
    """The form that Telegram took of a list, fullest first. Stored: append only."""

    RICH = 1
    RICH_WITHOUT_PICTURES = 2
    CLASSIC = 3
    PLAIN = 4


@dataclass(frozen=True, slots=True)
class SentList:
    """A list of `articles`, in the order in which they came into it. `told_at` is the moment of which its ages tell.

    `listing` is None when nobody has asked for it: its stories could not leave for too long.
    """

    listing: Listing | None
    told_at: datetime
    articles: tuple[int, ...]
    form: ListForm

    @property
    def id(self) -> int:
        """What is the same for equal lists and, for all that can be known, for no others: a positive 63-bit number."""
        words = f"{listing_as_json(self.listing)}|{self.told_at.timestamp()}|{self.articles}|{self.form}"
        return int.from_bytes(blake2b(words.encode(), digest_size=8).digest()) >> 1 or 1


def listing_as_json(listing: Listing | None) -> str | None:
    """Return what a list says of itself as it is stored."""
    if listing is None:
        return None
    next_at = None if listing.next_at is None else listing.next_at.isoformat()
    return json.dumps([asdict(listing.timing), listing.at.isoformat(), next_at])


def listing_from_json(stored: str | None) -> Listing | None:
    """Return what `listing_as_json` has stored."""
    if stored is None:
        return None
    timing, at, next_at = json.loads(stored)
    quiet = timing.pop("quiet")
    return Listing(
        Timing(Mode(timing.pop("mode")), quiet=None if quiet is None else Quiet(**quiet), **timing),
        datetime.fromisoformat(at),
        None if next_at is None else datetime.fromisoformat(next_at),
    )
