"""Lists as they go out: composed and prepared once for all chats that get the same, however many these are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.delivery_time import Listing
from bot.domain.message import Message
from bot.domain.rejections import Form
from bot.render.look import Look
from bot.render.reader.article import in_form
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import Fold

MAX_LISTS = 256
SAME_FOR = timedelta(hours=1)
"""How long a digest tells the same ages of its stories, counted from when it was due."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A list that can be sent, and as plain text; `campaigns` are those whose stories stand in it."""

    body: Any
    message: Message
    campaigns: frozenset[int]


class Lists:
    """`prepare` makes of a message what the wire sends."""

    def __init__(self, prepare: Callable[[Message], Any]) -> None:
        self._prepare = prepare
        self._lists: OrderedDict[tuple[object, ...], Prepared] = OrderedDict()

    def of(self, item: Item, fold: Fold, look: Look, now: datetime) -> Prepared:
        """Return the list that an item carries, made at most once for all that carry the same."""
        made = {number: one.revision for number, one in item.folded.items()}
        as_of = now if item.listing is None else as_told(item.listing, now)
        key = (item.campaign.kind, item.listing, look, as_of, tuple(made.items()))
        found = self._lists.get(key)
        if found is None:
            by_composition = {id(one): number for number, one in item.folded.items()}
            message, shown = fold(list(item.folded.values()), item.listing, look, as_of)
            campaigns = frozenset(by_composition[id(one)] for one in shown)
            found = self._lists[key] = Prepared(self._prepare(message), message, campaigns)
            if len(self._lists) > MAX_LISTS:
                self._lists.popitem(last=False)
        return found

    def plain(self, prepared: Prepared) -> Any:
        """Return a list as plain text, for a chat that was refused it."""
        return self._prepare(in_form(prepared.message, Form.PLAIN))


def as_told(listing: Listing, now: datetime) -> datetime:
    """Return the moment of which a digest tells: when it was due, or so many whole hours later."""
    return listing.at + (now - listing.at) // SAME_FOR * SAME_FOR
