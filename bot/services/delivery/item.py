"""
A claimed delivery in this process' memory, from its triage to its outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.domain.chat import Chat, ChatState
from bot.domain.delivery import Delivery, Lane, Operation, Outcome, Status
from bot.domain.delivery_time import Listing
from bot.domain.rejections import Form
from bot.domain.sent_list import SentList
from bot.domain.topic_wishes import OWN
from bot.services.delivery.composing import Composition
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.receipts import Receipt

_ACTIVE = ChatState.ACTIVE  # found in a class, a member costs as much as the whole comparison


@dataclass(slots=True, eq=False)
class Item:
    """A claimed delivery, and in the end what became of it.

    `followed` is the topic for which the chat gets it, or the phrase by its negative number, 0 when it is for
    neither; None when the chat does not want it any more. `stands` is the receipt of the message that is to be
    changed. `reply_to` is the message of the same story in this chat, to which it is a reply. `folded` are the
    compositions, by campaign and its own the first of them, that go out in one list: a digest, which `listing` tells
    of, or (None) because they could not leave for too long; `has_more` when one message does not hold all that goes in
    one. `calm_hour` is the beginning of the hour of whose few stories it is one; None where as many come as there
    are. `chat` has the times that it wishes for this campaign, and `wished_by` is the topic that wishes for them, 0
    when they are the chat's own. `paid_on` is the UTC day whose allowance pays for its next message; None when nothing
    does. `known_at` is when the chat was last asked what it wants, on the monotonic clock. `is_kept` when its chat
    forbids writing and is not tried now. `adopted` is the form in which it was taken and all others go on, with the
    words that refused a fuller one; `refused_by_some` the same for the chats that share these words, while the others
    get it as it is. `unwanted_because` says why a chat that follows it does not get it; None when that needs no words.
    `sent_list` is the list as it was taken, when several were folded into one.
    """

    delivery: Delivery
    campaign: Campaign
    composition: Composition[Any]
    chat: Chat
    followed: int | None
    known_at: float = 0.0
    stands: Receipt | None = None
    reply_to: int | None = None
    folded: Mapping[int, Composition[Any]] = field(default_factory=dict)
    listing: Listing | None = None
    has_more: bool = False
    calm_hour: datetime | None = None
    wished_by: int = OWN
    paid_on: date | None = None
    outcome: Outcome | None = None
    has_photo: bool = False
    is_kept: bool = False
    adopted: tuple[Form, str] | None = None
    refused_by_some: tuple[Form | None, str] | None = None
    unwanted_because: str | None = None
    sent_list: SentList | None = None

    @property
    def status_unsent(self) -> Status | None:
        """Why it is settled without being sent; None when it is to be sent."""
        if self.chat.state is _ACTIVE and self.followed is not None and not self.is_kept:
            return None  # nearly all of them
        if self.chat.state is ChatState.UNREACHABLE:
            return Status.UNREACHABLE
        if self.followed is None or (self.chat.state is ChatState.PAUSED and not self.is_change):
            return Status.UNWANTED
        return Status.RESTRICTED if self.is_kept else None

    @property
    def is_change(self) -> bool:
        """Whether it changes what stands in the chat, which whoever has paused has all the same."""
        return self.delivery.operation is not Operation.SEND

    @property
    def reason_unsent(self) -> str | None:
        """What its chat said to the last try, when it is kept for it, or why it is not needed; else None."""
        spell = self.chat.restriction if self.status_unsent is Status.RESTRICTED else None
        return self.unwanted_because if spell is None else spell.reason

    @property
    def lane(self) -> Lane:
        """How urgent it is: a digest is less so than what it is made of, and a correction that was claimed beside news
        (`claiming`) leaves in its turn among that."""
        if self.is_change:
            return min(self.campaign.lane, Lane.NEWS)
        return self.campaign.lane if self.listing is None else max(self.campaign.lane, Lane.DIGEST)

    @property
    def is_decided(self) -> bool:
        """Whether nothing is to be sent, now or at all."""
        return self.outcome is not None or self.status_unsent is not None
