"""
Kinds of campaigns: what differs between news and whatever else is sent to many.

A kind is a row of this table and a composer. Fan-out, claiming, sending and settling know none of them by name: they
ask the row who gets it, what is sent, when a chat may have it, and whether it can go into a list with others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.chat import Chat
from bot.domain.delivery import (
    ANNOUNCEMENT,
    CORRECTION,
    CORRECTION_NOTE,
    NEWS,
    NOTICE,
    REPORT,
    RETRACTION_NOTE,
    SAVERS_NOTE,
    WITHDRAWAL,
    Lane,
    Operation,
    SubjectType,
)
from bot.domain.delivery_time import Listing, Timing
from bot.domain.message import Message
from bot.domain.rejections import FEW
from bot.render.look import Look
from bot.render.reader.catching_up import catching_up
from bot.render.reader.digest import digest
from bot.services.delivery.announced import announced, announcement_of
from bot.services.delivery.blanking import blanking_of
from bot.services.delivery.change_notes import change_note_of, concerned, revision_noted
from bot.services.delivery.composing import Composition, Tools
from bot.services.delivery.copies import (
    correction_of,
    is_taken_down,
    notice_of,
    outdated,
    to_notify,
    withdrawal_of,
    young,
)
from bot.services.delivery.edition import Edition, edition_of
from bot.services.delivery.reports import report_of, reported
from bot.store.content import articles
from bot.store.delivery.audiences import Audience
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.followers import Followers, followers_of
from bot.store.engine.database import Connection

Fold = Callable[
    [Sequence[Composition[Any]], Listing | None, Look, datetime], tuple[Message, Sequence[Composition[Any]]]
]


Wishes = Mapping[int, tuple[Sequence[int], Mapping[int, Timing]]]


def at_once(campaign: Campaign, chat: Chat, now: datetime) -> datetime | None:
    """Return `now`: whenever its turn comes."""
    return now


@dataclass(frozen=True, slots=True)
class Kind:
    """What a campaign of a kind does.

    - `name`: what the database calls it; never given to another kind.
    - `audience`, `compose`: who gets it, and what is sent.
    - `revision`: the subject's as it stands now; when it changes, a composition is made anew. None: it never changes.
    - `when`: asked at every claim, returns the time before which this chat, as it is set today, is not to have it:
      `now` or earlier when it need not wait, None when it is never to have it.
    - `fold`: puts several into one list, the first and as many of the others as fit, and says which these are: a
      digest, when it is told how the list came about, else what waited too long to be news. A kind that has it goes out
      at the times that each chat has chosen; None: each goes out by itself, whenever its turn comes.
    - `wishes`: those times, asked at every claim, of chats that want other ones for some subjects: what has a say in
      them, and what it says (`domain.topic_wishes`). None: chats have the same for all.
    - `waits_for_quiet`: it comes after a chat's quiet hours, whatever its other times are.

    What settles it follows from the operation: sent, a message has a receipt for all that its composition covers;
    edited, its receipt shows the new revision; deleted, its receipt holds no message any more.
    """

    name: str
    lane: Lane
    audience: Callable[[Connection, Campaign], Awaitable[Audience]]
    compose: Callable[[Connection, Campaign, Tools[Any]], Awaitable[Composition[Any]]]
    revision: Callable[[Connection, Campaign], Awaitable[int | None]]
    operation: Operation = Operation.SEND
    when: Callable[[Campaign, Chat, datetime], datetime | None] = at_once
    fold: Fold | None = None
    wishes: Callable[[Connection, Composition[Any], Sequence[int], datetime], Awaitable[Wishes]] | None = None
    waits_for_quiet: bool = False


async def _followers(conn: Connection, campaign: Campaign) -> Audience:
    return await followers_of(conn, campaign.subject.number, campaign.fixed_at)


async def _edition(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Edition[Any]:
    few = min(FEW, max(2, campaign.total)) if campaign.is_complete else FEW
    number = campaign.subject.number
    return await edition_of(
        conn, number, campaign.fixed_at, tools.pictures, tools.prepare, form_of=campaign.form_of, few=few
    )


async def _wishes(conn: Connection, composition: Composition[Any], chats: Sequence[int], now: datetime) -> Wishes:
    audience = composition.audience
    return await audience.wishes(conn, chats, now) if isinstance(audience, Followers) else {}


async def _revision(conn: Connection, campaign: Campaign) -> int | None:
    if campaign.subject.type != SubjectType.ARTICLE:
        return campaign.revision
    return await articles.revision(conn, campaign.subject.number)


def _list(
    compositions: Sequence[Composition[Any]], listing: Listing | None, look: Look, now: datetime
) -> tuple[Message, Sequence[Composition[Any]]]:
    editions = [one for one in compositions if isinstance(one, Edition)]
    if listing is None:
        return catching_up([one.article for one in editions], look, now), compositions
    pictures = {one.article.number: one.picture for one in editions if one.picture is not None}
    message, many = digest([(one.article, one.topics) for one in editions], listing, look, now, pictures)
    return message, editions[:many]


async def _notice(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Composition[Any]:
    if await is_taken_down(conn, campaign):
        return await blanking_of(conn, campaign, tools)
    return await notice_of(conn, campaign, tools)


async def _as_promised(conn: Connection, campaign: Campaign) -> int | None:
    return campaign.revision


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(NEWS, Lane.NEWS, audience=_followers, compose=_edition, revision=_revision, fold=_list, wishes=_wishes),
        Kind(CORRECTION, Lane.LATER, outdated, correction_of, _revision, Operation.EDIT),
        Kind(NOTICE, Lane.URGENT, to_notify, _notice, _revision, Operation.EDIT),
        Kind(WITHDRAWAL, Lane.URGENT, young, withdrawal_of, _as_promised, Operation.DELETE),
        Kind(ANNOUNCEMENT, Lane.LATER, announced, announcement_of, _as_promised, waits_for_quiet=True),
        Kind(CORRECTION_NOTE, Lane.LATER, concerned, change_note_of, revision_noted, waits_for_quiet=True),
        Kind(SAVERS_NOTE, Lane.LATER, concerned, change_note_of, revision_noted, waits_for_quiet=True),
        Kind(RETRACTION_NOTE, Lane.LATER, concerned, change_note_of, revision_noted, waits_for_quiet=True),
        Kind(REPORT, Lane.LATER, reported, report_of, _as_promised, waits_for_quiet=True),
        # A further kind is one more row.
    )
}
