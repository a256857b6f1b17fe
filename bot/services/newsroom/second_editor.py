"""
Four eyes for what is sent to many beside articles: announcements, and notes on corrections.

Each is one transaction: nothing leaves without the two who wanted it so, and whoever decides second finds it decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcement import Announcement, AnnouncementState
from bot.domain.approval import ApprovalRequest, Sending, Verdict, Waits
from bot.domain.article import Article
from bot.domain.change_note import ChangeNote, Whom
from bot.errors import OutOfTurn
from bot.services.newsroom import announcing, approvals, telling
from bot.services.newsroom.approvals import Newsroom
from bot.services.newsroom.notices import DECLINED, WAITS, Notice, waits_notice
from bot.services.newsroom.telling import Told
from bot.store.content import articles
from bot.store.delivery import announced, change_notes
from bot.store.delivery.announced import audience_of
from bot.store.delivery.audiences import reach
from bot.store.delivery.change_notes import Concerned
from bot.store.desk import approvals as requests
from bot.store.desk import audit_log, editors, notices
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one editor wants to send to so many chats. `asked_by` is None once nothing waits any more."""

    what: Announcement | ChangeNote
    asked_by: int | None
    reach: int = 0

    @property
    def sending(self) -> Sending:
        return Sending.ANNOUNCEMENT if isinstance(self.what, Announcement) else Sending.NOTE

    @property
    def article(self) -> int | None:
        """The article that it is about; None when it is about none."""
        return self.what.article if isinstance(self.what, ChangeNote) else None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of an approval. `campaign` sends it when that was granted."""

    proposal: Proposal | None
    verdict: Verdict
    campaign: int | None = None


async def tell(db: Database, number: int, whom: Whom, *, by: int, now: datetime, rules: Newsroom) -> Told | Waits:
    """Tell readers of an article's newest correction, or with four eyes ask the other editors.

    Raises: NotAllowed; UnknownArticle; OutOfTurn when nobody is to be told now, or it waits already.
    """
    async with db.transaction() as conn:
        await approvals.must_publish(conn, by, rules)
        if not rules.four_eyes:
            return await telling.tell_within(conn, number, whom, by=by, now=now, undo=rules.undo)
        asked = await telling.question_within(conn, number, now)
        if asked.note is None or asked.campaign is not None or asked.waits or not asked.reach[whom]:
            raise OutOfTurn(f"nobody is to be told of #{number} now")
        await change_notes.ask(conn, asked.note.number, whom, by)
        others = await approvals.others_than(conn, by, rules.admins)
        await notices.add(conn, [waits_notice(Sending.NOTE, asked.note.number)], now)
        await audit_log.record(conn, "ask", at=now, person=by, article=number, detail=Sending.NOTE)
        return Waits(len(others))


async def proposal(db: Database, sending: Sending, number: int, *, now: datetime, rules: Newsroom) -> Proposal | None:
    """Return what waits, or has waited, for another editor; None when there is no such thing."""
    async with db.reading() as conn:
        return await _proposal(conn, sending, number, now, rules)


@dataclass(frozen=True, slots=True)
class AllWaiting:
    """All that waits for another editor, oldest first: articles and what is asked about them, then what is sent beside
    articles; and people's names."""

    requests: list[tuple[Article, ApprovalRequest]]
    proposals: list[Proposal]
    names: dict[int, str]


async def all_waiting(db: Database, *, now: datetime, rules: Newsroom) -> AllWaiting:
    """Return all that waits for another editor."""
    async with db.reading() as conn:
        asked = await requests.waiting(conn)
        known = {one.number: one for one in await articles.articles(conn, [one.article for one in asked])}
        sendings = [(Sending.ANNOUNCEMENT, one.number) for one in await announced.waiting(conn)]
        sendings += [(Sending.NOTE, one.number) for one in await change_notes.waiting(conn)]
        found = [await _proposal(conn, sending, number, now, rules) for sending, number in sendings]
        return AllWaiting(
            [(known[one.article], one) for one in asked if one.article in known],
            [one for one in found if one is not None and one.asked_by is not None],
            await editors.names(conn),
        )


async def note_waiting(db: Database, article: int) -> int | None:
    """Return the note on an article's correction that waits for another editor; None when none does."""
    async with db.reading() as conn:
        return next((one.number for one in await change_notes.waiting(conn) if one.article == article), None)


async def approve(db: Database, sending: Sending, number: int, *, by: int, now: datetime, rules: Newsroom) -> Judged:
    """Send what another editor has asked for, in their name. Raises: NotAllowed.

    What cannot be sent at this moment goes on waiting; what is out of date does not.
    """
    async with db.transaction() as conn:
        await approvals.must_publish(conn, by, rules)
        found = await _proposal(conn, sending, number, now, rules)
        if found is None or found.asked_by is None:
            return Judged(found, Verdict.NOTHING_ASKED)
        if found.asked_by == by:
            return Judged(found, Verdict.OWN)
        try:
            campaign = await _send(conn, found, now=now, rules=rules)
        except OutOfTurn:
            return Judged(found, Verdict.NOT_NOW)
        if campaign is None:
            return Judged(found, Verdict.CHANGED)
        await audit_log.record(conn, "approve", at=now, person=by, article=found.article, detail=sending)
        return Judged(found, Verdict.GRANTED, campaign)


async def decline(
    db: Database, sending: Sending, number: int, *, by: int, now: datetime, rules: Newsroom
) -> Proposal | None:
    """Drop what waits, by another editor or by whoever asked; None when nothing waits. Raises: NotAllowed."""
    async with db.transaction() as conn:
        await approvals.must_publish(conn, by, rules)
        found = await _proposal(conn, sending, number, now, rules)
        if found is None or found.asked_by is None:
            return None
        if isinstance(found.what, Announcement):
            await announced.leave(conn, number)
        else:
            await change_notes.ask_no_more(conn, number)
        await audit_log.record(conn, "decline", at=now, person=by, article=found.article, detail=sending)
        if found.asked_by != by:
            told = Notice(DECLINED, f"{sending} {number}", f"{by} {found.asked_by}")
            await notices.add(conn, [told], now)
        return found


@dataclass(frozen=True, slots=True)
class News:
    """What editors are still to be told: of a proposal that waits all but who asked, of one that `by` declined only
    who `asked`. Its `id` is that of the notice."""

    id: int
    sending: Sending
    proposal: Proposal
    asked: int
    by: int | None = None


async def news(db: Database, *, now: datetime, rules: Newsroom) -> tuple[list[News], list[int], dict[int, str]]:
    """Return what editors are still to be told, oldest first, the notices that nothing is to be said of any more, and
    people's names."""
    found: list[News] = []
    over: list[int] = []
    async with db.reading() as conn:
        waiting = [(id, one) for id, one in await notices.untold(conn) if one.kind in (WAITS, DECLINED)]
        for id, one in waiting:
            kind, _, number = one.subject.partition(" ")
            sending = Sending(kind)
            about = await _proposal(conn, sending, int(number), now, rules)
            if about is not None and one.kind == DECLINED:
                by, _, asked = one.detail.partition(" ")
                found.append(News(id, sending, about, int(asked), int(by)))
            elif about is not None and about.asked_by is not None:
                found.append(News(id, sending, about, about.asked_by))
            else:
                over.append(id)
        return found, over, await editors.names(conn) if found else {}


async def mark_told(db: Database, ids: list[int], now: datetime) -> None:
    """Remember that editors know."""
    if not ids:
        return
    async with db.transaction() as conn:
        await notices.mark_told(conn, ids, now)


async def _proposal(conn: Connection, sending: Sending, number: int, now: datetime, rules: Newsroom) -> Proposal | None:
    if sending is Sending.ANNOUNCEMENT:
        found = await announced.announcement(conn, number)
        if found is None or found.state is not AnnouncementState.WAITING:
            return None if found is None else Proposal(found, None)
        audience = await audience_of(conn, number, found.topic, rules.admins, now)
        return Proposal(found, found.by, await reach(conn, audience, now))
    note = await change_notes.note(conn, number)
    if note is None or note.asked_for is None:
        return None if note is None else Proposal(note, None)
    return Proposal(note, note.asked_by, await reach(conn, Concerned(note, note.asked_for.kind), now))


async def _send(conn: Connection, found: Proposal, *, now: datetime, rules: Newsroom) -> int | None:
    """Send what was asked for; None when it is out of date. Raises: OutOfTurn."""
    assert found.asked_by is not None  # somebody has asked
    if isinstance(found.what, Announcement):
        one = found.what
        return await announcing.send_within(conn, one, one.topic, by=found.asked_by, now=now, rules=rules)
    note = found.what
    latest = (await telling.question_within(conn, note.article, now)).note
    if latest is None or latest.number != note.number or note.asked_for is None:
        await change_notes.ask_no_more(conn, note.number)
        return None
    told = await telling.tell_within(conn, note.article, note.asked_for, by=found.asked_by, now=now, undo=rules.undo)
    return told.campaign
