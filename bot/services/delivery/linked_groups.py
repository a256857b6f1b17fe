"""What is left to the post of a linked channel, asked of the store for the claimed deliveries of one campaign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.chat import Chat, ChatState
from bot.domain.linked_groups import ask_again, left_to
from bot.services.delivery.composing import Composition
from bot.store.delivery import outbox, receipts
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection
from bot.store.readers import chats


@dataclass(frozen=True, slots=True)
class LeftToChannels:
    """Groups of which the linked channel has `posted` it already, and when to ask again for those that `wait`."""

    posted: frozenset[int] = frozenset()
    wait: Mapping[int, datetime] = field(default_factory=dict)


NOTHING_LEFT = LeftToChannels()


async def left_to_channels(
    conn: Connection, campaign: Campaign, composition: Composition[Any], people: Iterable[Chat], now: datetime
) -> LeftToChannels:
    """Return which of these chats get a campaign's message by the post of their channel, or may still."""
    groups = {chat.id: channel for chat in people if (channel := left_to(chat)) is not None}
    if not groups:
        return NOTHING_LEFT
    channels = sorted(set(groups.values()))
    posted = await receipts.held(conn, campaign.subject, channels)
    due = {row.chat: row.not_before for row in await outbox.of_chats(conn, channels, [campaign.id])}
    expected: set[int] = set()
    if not campaign.is_complete:
        known = await chats.chats(conn, channels)
        active = [id for id, chat in known.items() if chat.state is ChatState.ACTIVE]
        expected = set(await composition.audience.wanting(conn, active, now))
    wait = {}
    for group, channel in groups.items():
        at = ask_again(due.get(channel), may_come=channel in expected, now=now)
        if channel not in posted and at is not None:
            wait[group] = at
    return LeftToChannels(frozenset(group for group, channel in groups.items() if channel in posted), wait)
