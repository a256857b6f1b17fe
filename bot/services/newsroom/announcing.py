"""
Announcing: what editors write to everybody, from the question to the campaign that sends it.

Each decision is one transaction. Whoever presses second finds it decided, so it is sent once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcement import DAY, Announcement, AnnouncementState, next_free_at
from bot.domain.approval import Sending, Waits
from bot.domain.delivery import ANNOUNCEMENT, Lane, Subject, SubjectType
from bot.domain.publishing import undo_time
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.errors import OutOfTurn
from bot.services.newsroom import approvals
from bot.services.newsroom.approvals import Newsroom
from bot.services.newsroom.notices import waits_notice
from bot.store.content import topics
from bot.store.delivery import announced, campaigns
from bot.store.delivery.announced import audience_of
from bot.store.delivery.audiences import reach
from bot.store.desk import audit_log, notices
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database

PAGE = 8
MAX_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """What an editor is asked: to send it to a `topic`'s readers or to everybody, `reach` chats.

    `free_at` is when the next may be sent, None: now; `is_busy` while another is on its way.
    """

    announcement: Announcement
    topic: Topic | None
    reach: int
    free_at: datetime | None = None
    is_busy: bool = False
    is_paused: bool = False

    @property
    def may_be_sent(self) -> bool:
        return self.free_at is None and not self.is_busy and self.reach > 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A page of the topics whose readers an announcement can go to."""

    announcement: Announcement
    topics: tuple[Topic, ...]
    page: int
    has_more: bool


async def draft(db: Database, text: Text, photo: str | None, *, by: int, now: datetime) -> Announcement:
    """Keep what somebody wants to announce; nothing leaves before they say so."""
    async with db.transaction() as conn:
        return await announced.add(conn, by, now, text, photo)


async def question(
    db: Database, number: int, topic: int | None, *, owners: Iterable[int], now: datetime
) -> Question | None:
    """Return what is asked about one that is not decided; None when it is, or there is none, or no such topic."""
    async with db.reading() as conn:
        found = await announced.announcement(conn, number)
        if found is None or found.state is not AnnouncementState.ASKED:
            return None
        return await _question(conn, found, topic, owners, now)


async def choice(db: Database, number: int, page: int) -> Choice | None:
    """Return a page of topics, those that most chats follow first; None when nothing is to be decided any more."""
    async with db.reading() as conn:
        found = await announced.announcement(conn, number)
        if found is None or found.state is not AnnouncementState.ASKED:
            return None
        page = min(max(page, 0), MAX_PAGES)
        followed = await topics.most_followed(conn, PAGE + 1, page * PAGE)
        return Choice(found, tuple(followed[:PAGE]), page, len(followed) > PAGE)


async def announcement(db: Database, number: int) -> Announcement | None:
    async with db.reading() as conn:
        return await announced.announcement(conn, number)


async def send(
    db: Database,
    number: int,
    topic: int | None,
    *,
    by: int,
    now: datetime,
    rules: Newsroom,
) -> int | Waits:
    """Promise one to a topic's readers or to everybody, and return its campaign; with four eyes, ask the other editors.

    Raises: NotAllowed; OutOfTurn when it is decided already, or may not be sent now: `question` says why.
    """
    async with db.transaction() as conn:
        await approvals.must_publish(conn, by, rules)
        found = await announced.announcement(conn, number)
        if found is None or found.state is not AnnouncementState.ASKED:
            raise OutOfTurn("that is decided already")
        if not rules.four_eyes:
            return await send_within(conn, found, topic, by=by, now=now, rules=rules)
        await _may_be_sent(conn, found, topic, rules, now)
        await announced.wait(conn, number, topic)
        others = await approvals.others_than(conn, found.by, rules.admins)
        await notices.add(conn, [waits_notice(Sending.ANNOUNCEMENT, number)], now)
        await audit_log.record(conn, "ask", at=now, person=by, detail=Sending.ANNOUNCEMENT, after=found.name)
        return Waits(len(others))


async def send_within(
    conn: Connection, found: Announcement, topic: int | None, *, by: int, now: datetime, rules: Newsroom
) -> int:
    """Promise one in the caller's transaction; return its campaign. Raises: OutOfTurn."""
    number, asked = found.number, await _may_be_sent(conn, found, topic, rules, now)
    await announced.choose(conn, number, topic, rules.admins, now)
    campaign = await campaigns.promise(
        conn,
        ANNOUNCEMENT,
        Subject(SubjectType.ANNOUNCEMENT, number),
        fixed_at=now,
        start_at=now + undo_time(asked.reach, rules.undo),
        lane=Lane.LATER,
        by=by,
    )
    await announced.promised(conn, number, campaign)
    whom = None if asked.topic is None else asked.topic.name
    await audit_log.record(conn, "announce", at=now, person=by, detail=whom, after=found.name)
    return campaign


async def _may_be_sent(
    conn: Connection, found: Announcement, topic: int | None, rules: Newsroom, now: datetime
) -> Question:
    """Return whom it goes to. Raises: OutOfTurn."""
    asked = await _question(conn, found, topic, rules.admins, now)
    if asked is None or not asked.may_be_sent:
        raise OutOfTurn("it may not be sent now")
    return asked


async def leave(db: Database, number: int) -> Announcement | None:
    """Let one not be sent, unless it is; return it as it stands, None when there is none."""
    async with db.transaction() as conn:
        await announced.leave(conn, number)
        return await announced.announcement(conn, number)


async def _question(
    conn: Connection, found: Announcement, topic: int | None, owners: Iterable[int], now: datetime
) -> Question | None:
    known = None if topic is None else (await topics.topics(conn)).get(topic)
    if topic is not None and known is None:
        return None
    audience = await audience_of(conn, found.number, topic, owners, now)
    return Question(
        found,
        known,
        await reach(conn, audience, now),
        next_free_at(await announced.sent_since(conn, now - DAY), now),
        await announced.under_way(conn) is not None,
        await metadata.is_paused(conn),
    )
