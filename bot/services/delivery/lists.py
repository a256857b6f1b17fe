"""
Lists as they go out: composed and prepared once for all chats that get the same, however many these are.

A rich list that is refused goes out without its pictures, then as the classic text with its entities, at last as plain
text. What is known of one form after a few chats holds for all that get the same list; a server that has no rich
messages is asked again after an hour.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.delivery import Outcome, PictureRefused, Rejected, Sent
from bot.domain.delivery_time import Listing
from bot.domain.message import Message
from bot.domain.rejections import Form, Refusals, is_unknown_method
from bot.domain.sent_list import ListForm, SentList
from bot.render.look import Look
from bot.render.reader.article import in_form
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import Fold

MAX_STORIES_KEPT = 8192
"""So many stories may stand in all lists that are kept: of seven, a thousand lists, which take some 20 MiB."""
SAME_FOR = timedelta(hours=1)
"""How long a digest tells the same ages of its stories, counted from when it was due."""
RICH_AGAIN_AFTER = timedelta(hours=1)
"""How long a server that has no rich messages is not asked for them; it may be a newer one by then."""


class PreparedList:
    """A list in all of its forms, fullest first; `campaigns` are those whose stories stand in it."""

    def __init__(self, lists: Lists, message: Message, campaigns: frozenset[int], told: SentList) -> None:
        """`told` is the list as it is remembered, in whatever form."""
        self.campaigns = campaigns
        self._lists = lists
        self._told = told
        self._forms = forms_of(message)
        self._bodies: dict[int, Any] = {}
        self._refusals = [Refusals() for _ in self._forms]
        self._fullest = 0

    @property
    def fullest(self) -> int:
        """The form with which the next chat begins."""
        return self._next(self._fullest)

    def body(self, form: int) -> Any:
        """Return the serialised message of a form, made when it is first asked for."""
        if form not in self._bodies:
            self._bodies[form] = self._lists.prepare(self._forms[form][1])
        return self._bodies[form]

    def sent(self, form: int) -> SentList:
        """Return what is remembered of the list when it was taken in a form."""
        return replace(self._told, form=self._forms[form][0])

    def answered(self, form: int, outcome: Outcome, now: datetime) -> int | None:
        """Take note of what became of a form in a chat; return the one to be tried next, None when that was the end."""
        match outcome:
            case Sent():
                self._refusals[form].sent()
                return None
            case PictureRefused(here_only=here_only):
                is_for_all = not here_only
            case Rejected(words) if is_unknown_method(words):
                self._lists.no_rich_before = now + RICH_AGAIN_AFTER
                is_for_all = False
            case Rejected(words):
                is_for_all = self._refusals[form].refused(words)
            case _:
                return None
        following = self._next(form + 1)
        if following >= len(self._forms):
            return None
        if is_for_all:
            self._fullest = max(self._fullest, following)
        return following

    def _next(self, form: int) -> int:
        """Return this form, or the first one after it that the server takes."""
        while form < len(self._forms) and self._forms[form][1].rich is not None and not self._lists.takes_rich:
            form += 1
        return form


class Lists:
    """Keeps the lists that go out, each made once. `prepare` serialises a message; `clock` tells the time."""

    def __init__(self, prepare: Callable[[Message], Any], clock: Callable[[], datetime]) -> None:
        self.prepare = prepare
        self._clock = clock
        self._lists: OrderedDict[tuple[object, ...], PreparedList] = OrderedDict()
        self._stories = 0
        self.no_rich_before: datetime | None = None
        """Until when the server is taken for one that has no rich messages."""

    @property
    def takes_rich(self) -> bool:
        return self.no_rich_before is None or self._clock() >= self.no_rich_before

    def of(self, item: Item, fold: Fold, look: Look, now: datetime) -> PreparedList:
        """Return the list that an item carries, made at most once for all that carry the same."""
        made = {number: one.revision for number, one in item.folded.items()}
        as_of = now if item.listing is None else as_told(item.listing, now)
        key = (item.campaign.kind, item.listing, look, as_of, tuple(made.items()))
        found = self._lists.get(key)
        if found is None:
            by_composition = {id(one): number for number, one in item.folded.items()}
            message, shown = fold(list(item.folded.values()), item.listing, look, as_of)
            campaigns = frozenset(by_composition[id(one)] for one in shown)
            numbers = [subject.number for one in shown for subject, _ in one.covers]
            told = SentList(item.listing, as_of.replace(microsecond=0), tuple(numbers), ListForm.CLASSIC)
            found = self._lists[key] = PreparedList(self, message, campaigns, told)
            self._stories += len(campaigns)
            while self._stories > MAX_STORIES_KEPT and len(self._lists) > 1:
                _, oldest = self._lists.popitem(last=False)
                self._stories -= len(oldest.campaigns)
        return found


def forms_of(message: Message) -> tuple[tuple[ListForm, Message], ...]:
    """Return a list in all of its forms, fullest first."""
    classic = replace(message, rich=None)
    forms = [(ListForm.CLASSIC, classic), (ListForm.PLAIN, in_form(classic, Form.PLAIN))]
    if message.rich is not None:
        without = (ListForm.RICH_WITHOUT_PICTURES, replace(message, rich=message.rich.without_pictures()))
        forms = [*([(ListForm.RICH, message)] if message.rich.has_pictures else []), without, *forms]
    return tuple(forms)


def as_told(listing: Listing, now: datetime) -> datetime:
    """Return the moment of which a digest tells: when it was due, or so many whole hours later."""
    return listing.at + (now - listing.at) // SAME_FOR * SAME_FOR
