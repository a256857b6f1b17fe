"""What an announcement sends, and to whom: what an editor wrote, the same in every chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.announcement import Announcement
from bot.domain.message import Message
from bot.render.look import Look
from bot.services.delivery.composing import Composition, Uniform
from bot.store.delivery import announced as announcements
from bot.store.delivery.announced import Announced, audience_of
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection


async def announced(conn: Connection, campaign: Campaign) -> Announced:
    """Return who gets a campaign's announcement."""
    return await _audience(conn, campaign, await _sent_by(conn, campaign))


async def announcement_of(conn: Connection, campaign: Campaign, prepare: Callable[[Message], Any]) -> Composition[Any]:
    """Return what a campaign's announcement sends."""
    found = await _sent_by(conn, campaign)
    message, audience = found.message(), await _audience(conn, campaign, found)

    def the_same(look: Look, now: datetime) -> Message:
        return message

    return Uniform(f"announcement {found.number}", audience, ((campaign.subject, None),), the_same, prepare)


async def _audience(conn: Connection, campaign: Campaign, found: Announcement) -> Announced:
    return await audience_of(conn, found.number, found.topic, found.owners, campaign.fixed_at)


async def _sent_by(conn: Connection, campaign: Campaign) -> Announcement:
    found = await announcements.announcement(conn, campaign.subject.number)
    if found is None:
        raise LookupError(f"there is no announcement {campaign.subject.number}")
    return found
