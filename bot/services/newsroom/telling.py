"""
Telling readers of a change in a message of its own: of a correction when an editor wants it so, and whoever keeps an
article that it was taken back, unless an editor does not want it.

Each is one transaction and one campaign, and no chat is told the same twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.article import Article, ArticleState
from bot.domain.audit import By, person_of
from bot.domain.change_note import Change, ChangeNote, Whom
from bot.domain.delivery import RETRACTION_NOTE, Lane, Subject, SubjectType
from bot.domain.publishing import undo_time
from bot.errors import OutOfTurn
from bot.store.content import articles
from bot.store.delivery import campaigns, change_notes
from bot.store.delivery.audiences import reach
from bot.store.delivery.change_notes import Concerned
from bot.store.desk import audit_log
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Question:
    """Whom an article's newest correction can be told to: so many chats each, those left out that know of it.

    `note` is None when nothing was corrected, or the article is in no list. `campaign` tells it at this moment.
    """

    article: Article
    note: ChangeNote | None
    reach: Mapping[Whom, int]
    campaign: int | None = None
    is_paused: bool = False

    @property
    def waits(self) -> bool:
        """Whether another editor was asked to approve it."""
        return self.note is not None and self.note.asked_for is not None


@dataclass(frozen=True, slots=True)
class Told:
    """A correction that is being told."""

    note: ChangeNote
    campaign: int


async def question(db: Database, number: int, *, now: datetime) -> Question:
    """Return what is asked before readers are told of a correction. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        return await question_within(conn, number, now)


async def tell(db: Database, number: int, whom: Whom, *, by: By, now: datetime, undo: timedelta) -> Told:
    """Tell readers of an article's newest correction.

    Raises: UnknownArticle; OutOfTurn when there is none, it is being told already, or nobody is left to be told.
    """
    async with db.transaction() as conn:
        return await tell_within(conn, number, whom, by=by, now=now, undo=undo)


async def tell_within(conn: Connection, number: int, whom: Whom, *, by: By, now: datetime, undo: timedelta) -> Told:
    """Do what `tell` does in the caller's transaction. Whoever was asked to approve it is not asked any more."""
    asked = await question_within(conn, number, now)
    if asked.note is None or asked.campaign is not None or not asked.reach[whom]:
        raise OutOfTurn(f"nobody is to be told of #{number} now")
    await change_notes.ask_no_more(conn, asked.note.number)
    start_at = now + undo_time(asked.reach[whom], undo)
    campaign = await _promise(conn, asked.note, whom.kind, by=by, now=now, start_at=start_at)
    await audit_log.record(conn, "tell", at=now, person=by, article=number, detail=whom.value)
    return Told(asked.note, campaign)


async def savers(db: Database, number: int, *, now: datetime) -> int:
    """Return how many chats keep an article and would be told that it is taken back; none once that is decided."""
    async with db.reading() as conn:
        return await savers_within(conn, number, now)


async def savers_within(conn: Connection, number: int, now: datetime) -> int:
    """Do what `savers` does in the caller's transaction."""
    found = await change_notes.latest(conn, number, Change.RETRACTION)
    article = await articles.article(conn, number)
    if article.state is ArticleState.RETRACTED:
        return 0 if found is None or found.is_decided else await reach(conn, Concerned(found, RETRACTION_NOTE), now)
    return await change_notes.savers(conn, number)


async def decide_savers(conn: Connection, number: int, *, tell: bool, by: By, now: datetime) -> int:
    """Tell whoever keeps an article that it was taken back, or let them not be told; return how many are told.

    In the caller's transaction. What was decided before about this retraction stays.
    """
    found = await change_notes.latest(conn, number, Change.RETRACTION)
    if found is None or not await change_notes.decide(conn, found.number) or not tell:
        return 0
    many = await reach(conn, Concerned(found, RETRACTION_NOTE), now)
    if many:
        await _promise(conn, found, RETRACTION_NOTE, by=by, now=now, start_at=now)
    return many


async def leave_savers(db: Database, number: int, *, by: By, now: datetime) -> None:
    """Let nobody who keeps a retracted article be told, unless they are. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        await articles.article(conn, number)
        found = await change_notes.latest(conn, number, Change.RETRACTION)
        if found is not None and not found.is_decided:
            await decide_savers(conn, number, tell=False, by=by, now=now)
            await audit_log.record(conn, "tell nobody", at=now, person=by, article=number)


async def question_within(conn: Connection, number: int, now: datetime) -> Question:
    """Do what `question` does in the caller's transaction."""
    article = await articles.article(conn, number)
    is_paused = await metadata.is_paused(conn)
    if not article.is_listed or not article.corrections:
        return Question(article, None, dict.fromkeys(Whom, 0), is_paused=is_paused)
    note = await change_notes.of_correction(conn, number, article.corrections[-1])
    found = {whom: await reach(conn, Concerned(note, whom.kind), now) for whom in Whom}
    return Question(article, note, found, await change_notes.under_way(conn, note.number), is_paused)


async def _promise(conn: Connection, note: ChangeNote, kind: str, *, by: By, now: datetime, start_at: datetime) -> int:
    subject = Subject(SubjectType.CHANGE_NOTE, note.number)
    return await campaigns.promise(
        conn, kind, subject, fixed_at=now, start_at=start_at, lane=Lane.LATER, by=person_of(by)
    )
