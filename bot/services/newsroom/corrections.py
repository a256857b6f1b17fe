"""
What editors do about copies that were delivered: correct each, turn each into a notice, delete each, or leave them.

Each is one transaction and one campaign (`services.delivery.copies`), which goes on after a restart and ends only when
every copy shows the newest revision or is accounted for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.acts import Act
from bot.domain.article import Article, ArticleState
from bot.domain.audit import By
from bot.domain.copies import Copies, Delivered, deletable_from
from bot.domain.correction import Correction, Field
from bot.domain.delivery import CORRECTION, NOTICE, WITHDRAWAL, Lane, Operation, Subject, SubjectType
from bot.errors import OutOfTurn
from bot.services.newsroom import newsroom, telling
from bot.services.newsroom.copy_changes import promise_change
from bot.services.newsroom.notices import let_editors_know
from bot.store.content import articles, corrections
from bot.store.delivery import campaigns, copy_counts
from bot.store.delivery.campaigns import Campaign
from bot.store.desk import audit_log
from bot.store.engine.database import Connection, Database

_ACTS = {Delivered.DELETE: Act.DELETE, Delivered.NOTICE: Act.NOTICE}


@dataclass(frozen=True, slots=True)
class Changing:
    """A change of copies that is promised. `campaign` is None when there is no copy that could be changed.

    `copies` are those before it began. `notices` is the campaign that makes the copies notices that are too old to be
    deleted; None when there are none, or all become notices. So many `savers` of a retracted article are told now.
    """

    article: Article
    campaign: int | None
    copies: Copies
    notices: int | None = None
    savers: int = 0


async def correct(db: Database, number: int, *, why: str | None, by: By, now: datetime) -> Changing:
    """Let every copy of an article show what it says now, and a line that tells of the correction.

    What was not told to copies since the last one is named in it, unless `why` says something else.
    Raises: UnknownArticle, OutOfTurn when it is in no list.
    """
    async with db.transaction() as conn:
        return await correct_within(conn, number, why=why, by=by, now=now)


async def correct_within(
    conn: Connection, number: int, *, why: str | None, by: By, now: datetime, key: str | None = None
) -> Changing:
    """Do what `correct` does in the caller's transaction; `key` names the program that asks.

    Where nothing has changed since the last correction was promised, and its reason is given again or none, it is that
    one. An act of right before a kill may arrive once more, and no copy is to tell of it twice.
    """
    before = await articles.article(conn, number)
    if not before.is_listed:
        raise OutOfTurn(f"#{number} is in no list")
    fields = (await corrections.uncorrected(conn, [number])).get(number, ())
    known = (None, *(one.why for one in before.corrections[-1:]))
    if why in known and not fields and (last := await _last_change(conn, before)) is not None:
        return Changing(before, last.id, await copy_counts.copies(conn, number))
    await corrections.add(conn, number, before.corrections, Correction(now, why, fields))
    await audit_log.record(conn, "correct", at=now, person=by, article=number, detail=why or ", ".join(fields), key=key)
    await let_editors_know(conn, Act.CORRECT, number, by=by, key=key, now=now)
    article = await articles.article(conn, number)
    copies = await copy_counts.copies(conn, number)
    if not copies.changeable:
        return Changing(article, None, copies)
    campaign = await promise_change(conn, article, CORRECTION, Lane.LATER, Operation.EDIT, by, now)
    return Changing(article, campaign, copies)


async def _last_change(conn: Connection, article: Article) -> Campaign | None:
    """Return the correction after which an article has not changed any more; None when it has, or there was none."""
    made = await campaigns.changing(conn, Subject(SubjectType.ARTICLE, article.number))
    is_last = bool(made) and made[-1].kind == CORRECTION and made[-1].revision == article.revision
    return made[-1] if is_last else None


async def already_promised(db: Database, number: int) -> int | None:
    """Return the correction that shows an article as it is now, whoever asked for it; None when there is none."""
    async with db.reading() as conn:
        last = await _last_change(conn, await articles.article(conn, number))
        return None if last is None else last.id


async def leave_copies(db: Database, number: int, *, by: By, now: datetime) -> Article:
    """Let the lists alone show what was changed. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        return (await leave_within(conn, number, by=by, now=now)).article


async def leave_within(conn: Connection, number: int, *, by: By, now: datetime) -> Changing:
    """Do what `leave_copies` does in the caller's transaction: no copy is changed."""
    fields = (await corrections.uncorrected(conn, [number])).get(number, ())
    if fields:
        await corrections.drop_changed(conn, number)
        await audit_log.record(conn, "lists only", at=now, person=by, article=number, detail=", ".join(fields))
    return Changing(await articles.article(conn, number), None, await copy_counts.copies(conn, number))


async def pending(db: Database, number: int) -> tuple[Article, tuple[Field, ...], Copies]:
    """Return an article, in which fields its copies differ from it, and what copies there are.

    Raises: UnknownArticle.
    """
    async with db.reading() as conn:
        article = await articles.article(conn, number)
        fields = (await corrections.uncorrected(conn, [number])).get(number, ())
        return article, fields, await copy_counts.copies(conn, number)


async def take_back_copies(
    db: Database,
    number: int,
    how: Delivered,
    *,
    why: str | None,
    by: By,
    now: datetime,
    tell_savers: bool = True,
) -> Changing:
    """Delete the delivered copies of a retracted article, or turn them into notices that say `why`.

    Those that are too old to be deleted become notices in both cases, as do the lines of lists that others share.
    Whoever keeps it is told now, unless that was decided before. Raises: UnknownArticle, OutOfTurn when it is not
    retracted.
    """
    async with db.transaction() as conn:
        return await _take_back(conn, number, how, why=why, by=by, now=now, tell_savers=tell_savers)


async def retract(
    db: Database,
    number: int,
    how: Delivered,
    *,
    why: str | None,
    by: By,
    now: datetime,
    tell_savers: bool = True,
) -> Changing:
    """Retract an article, unless it is, and take its copies back. Raises: UnknownArticle, OutOfTurn."""
    async with db.transaction() as conn:
        if (await articles.article(conn, number)).is_listed:
            await newsroom.retract_within(conn, number, by=by, now=now, tell_savers=None)
        return await _take_back(conn, number, how, why=why, by=by, now=now, tell_savers=tell_savers)


async def _take_back(
    conn: Connection, number: int, how: Delivered, *, why: str | None, by: By, now: datetime, tell_savers: bool
) -> Changing:
    before = await articles.article(conn, number)
    if before.state is not ArticleState.RETRACTED:
        raise OutOfTurn(f"#{number} is not retracted")
    await corrections.set_retraction(conn, number, why)
    detail = how.value if why is None else f"{how.value}: {why}"
    await audit_log.record(conn, "take back copies", at=now, person=by, article=number, detail=detail)
    await let_editors_know(conn, _ACTS[how], number, by=by, now=now)
    article = await articles.article(conn, number)
    copies = await copy_counts.copies(conn, number, deletable_from(now))
    told = await telling.decide_savers(conn, number, tell=tell_savers, by=by, now=now)
    if not copies.changeable:
        return Changing(article, None, copies, savers=told)
    notices = None
    if how is Delivered.NOTICE or copies.too_old or copies.in_lists:
        notices = await promise_change(conn, article, NOTICE, Lane.URGENT, Operation.EDIT, by, now)
    if how is Delivered.NOTICE:
        return Changing(article, notices, copies, savers=told)
    # Behind the other: what arrives only now joins the newest.
    deleting = await promise_change(conn, article, WITHDRAWAL, Lane.URGENT, Operation.DELETE, by, now)
    return Changing(article, deleting, copies, notices, told)
