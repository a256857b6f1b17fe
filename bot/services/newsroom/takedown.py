"""
Taking an article down for good: a court, an authority or a person whose rights it hurts wants it gone.

One transaction deletes all that the database tells of it and promises that every copy is deleted or says nothing of it
any more. Hashes of its links stay, so that nothing brings it back (`services.content.taken_down_stories`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.acts import Act
from bot.domain.article import Article, ArticleState
from bot.domain.audit import By, person_of
from bot.domain.change_note import AS_SENT
from bot.domain.copies import Copies, deletable_from
from bot.domain.delivery import (
    CORRECTION,
    CORRECTION_NOTE,
    NOTICE,
    RETRACTION_NOTE,
    SAVERS_NOTE,
    WITHDRAWAL,
    Lane,
    Operation,
    Subject,
    SubjectType,
)
from bot.domain.takedown import links_of_story, without_related
from bot.services.newsroom.notices import let_editors_know
from bot.store.content import articles, imports, taken_down
from bot.store.delivery import campaign_changes, campaigns, change_notes, copy_counts, receipts, retention
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import asked_takedowns, audit_log
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Down:
    """An article that is taken down. `campaign` is one that changes its copies; None when nobody was sent any.

    `is_new` is False when it was taken down before, and nothing was done now. `named_by` are the articles that named
    it: their copies are corrected.
    """

    number: int
    campaign: int | None
    copies: Copies
    is_new: bool = True
    named_by: tuple[int, ...] = ()


async def ask(db: Database, number: int, *, by: int | None, why: str | None, now: datetime) -> tuple[Article, Copies]:
    """Return what is to be taken down and its copies, and remember the reason until somebody says that it is to be.

    Raises: UnknownArticle; TakenDown when it is.
    """
    async with db.transaction() as conn:
        article = await articles.article(conn, number)
        if by is not None:
            await asked_takedowns.ask(conn, by, number, why, now)
        return article, await copy_counts.copies(conn, number, deletable_from(now))


async def take_down(
    db: Database, number: int, *, why: str | None = None, by: By, now: datetime, as_asked: bool = False
) -> Down:
    """Delete all that is told of an article, and let every copy of it be deleted or made a notice that names nothing.

    Once: whoever takes it down again is told how the first one stands. `as_asked`: for the reason that was given when
    the same person was asked. Raises: UnknownArticle.
    """
    async with db.transaction() as conn:
        before = await articles.even_taken_down(conn, number)
        if before.state is ArticleState.TAKEN_DOWN:
            changing = await _changing(conn, before)
            return Down(number, changing[-1].id if changing else None, await copy_counts.copies(conn, number), False)
        if as_asked and isinstance(by, int):
            why = await asked_takedowns.why_of(conn, by, number)
        was_sent = bool(await campaigns.of_article(conn, number)) or await receipts.somebody_has(conn, number)
        copies = await copy_counts.copies(conn, number, deletable_from(now))
        named_by, notes = await erase(conn, before, now)
        await audit_log.record(conn, "take down", at=now, person=by, article=number, detail=why)
        await let_editors_know(conn, Act.TAKE_DOWN, number, by=by, now=now)
        asked_by = person_of(by)
        for one in named_by:
            await _correct(conn, one, by=asked_by, now=now)
        for note in notes:
            subject = Subject(SubjectType.CHANGE_NOTE, note)
            await _take_copies(conn, subject, AS_SENT + 1, by=asked_by, now=now)
        if not was_sent:
            return Down(number, None, copies, named_by=tuple(named_by))
        revision = (await articles.even_taken_down(conn, number)).revision
        subject = Subject(SubjectType.ARTICLE, number)
        campaign = await _take_copies(conn, subject, revision, by=asked_by, now=now)
        return Down(number, campaign, copies, named_by=tuple(named_by))


async def erase(conn: Connection, article: Article, now: datetime) -> tuple[list[int], list[int]]:
    """Delete all that is told of an article and let nothing more of it leave, inside the caller's transaction.

    Return the articles that named it: they do not any more; and the notes in which readers were told of its changes.
    """
    number = article.number
    payload = (await imports.payloads(conn, [number])).get(number, {})
    told = links_of_story(replace(article.story, payload=payload))
    links = list(dict.fromkeys([*told, *await taken_down.links_of(conn, number)]))
    await taken_down.remember(conn, number, [*links, *await taken_down.ids_of(conn, number)], now)
    for one in await campaigns.of_article(conn, number):
        await campaign_changes.halt(conn, one.id, CampaignState.STOPPED, "taken down")
    notes = await change_notes.blank(conn, number)
    for subject in (Subject(SubjectType.CHANGE_NOTE, note) for note in notes):
        for kind in (CORRECTION_NOTE, SAVERS_NOTE, RETRACTION_NOTE):
            for one in await campaigns.of_subject(conn, subject, kind):
                await campaign_changes.halt(conn, one.id, CampaignState.STOPPED, "taken down")
    naming = await taken_down.naming(conn, number, links)
    await _name_no_more(conn, naming, links)
    await taken_down.forget_pasted(conn, links)
    await taken_down.erase(conn, number, now)
    await metadata.put(conn, metadata.SCRUB, "1")
    return naming, notes


async def _name_no_more(conn: Connection, naming: Iterable[int], links: Iterable[str]) -> None:
    """Take what leads to these normalised links out of the articles that name it as related."""
    numbers, gone = list(naming), list(links)
    payloads = await imports.payloads(conn, numbers)
    for number, known in (await imports.known(conn, numbers)).items():
        story = without_related(replace(known.story, payload=payloads.get(number, {})), gone)
        await imports.rewrite(conn, {number: (known.revision + 1, story)})
        await taken_down.rewrite_related(conn, number, gone)


async def _correct(conn: Connection, number: int, *, by: int | None, now: datetime) -> None:
    """Let every copy of an article that named what was taken down name it no more, without a word about it."""
    article = await articles.article(conn, number)
    if article.is_listed and (await copy_counts.copies(conn, number)).changeable:
        subject = Subject(SubjectType.ARTICLE, number)
        await _promise(conn, subject, article.revision, CORRECTION, Operation.EDIT, by=by, now=now)


async def _take_copies(conn: Connection, subject: Subject, revision: int, *, by: int | None, now: datetime) -> int:
    """Let every copy be deleted, or changed where that cannot be; return the campaign that deletes."""
    await _promise(conn, subject, revision, NOTICE, Operation.EDIT, by=by, now=now)
    # Behind the other: a copy that arrives only now joins the newest, and is deleted.
    return await _promise(conn, subject, revision, WITHDRAWAL, Operation.DELETE, by=by, now=now)


async def _promise(
    conn: Connection, subject: Subject, revision: int, kind: str, operation: Operation, *, by: int | None, now: datetime
) -> int:
    await campaign_changes.end_superseded(conn, subject, revision, now)
    return await campaigns.promise(
        conn,
        kind,
        subject,
        fixed_at=now,
        start_at=now,
        lane=Lane.URGENT,
        by=by,
        revision=revision,
        operation=operation,
        confirmed=True,  # that many of its chats are gone stops no takedown
    )


async def _changing(conn: Connection, article: Article) -> list[campaigns.Campaign]:
    found = await campaigns.changing(conn, Subject(SubjectType.ARTICLE, article.number))
    return [one for one in found if one.revision == article.revision]


async def scrub(db: Database) -> None:
    """Let no word of what was taken down stay in the database's files, in small steps, if that is still to be done.

    While somebody reads what was there before, the log stays, and the next call goes on.
    """
    async with db.reading() as conn:
        if await metadata.get(conn, metadata.SCRUB) is None:
            return
    goes_on = True
    while goes_on:
        async with db.transaction() as conn:
            goes_on = await conn.drop_words()
    async with db.transaction() as conn:
        await metadata.put(conn, metadata.SCRUB, None)
    if db.path is not None and not await asyncio.to_thread(retention.empty_log, db.path):
        async with db.transaction() as conn:
            await metadata.put(conn, metadata.SCRUB, "1")


async def take_down_again(conn: Connection, now: datetime) -> int:
    """Erase what an older copy of the database has brought back; return how many articles. Their copies are as they
    were made: nothing is sent."""
    numbers = await taken_down.brought_back(conn)
    for article in await articles.articles(conn, numbers):
        await erase(conn, article, now)
        await audit_log.record(conn, "take down", at=now, article=article.number, detail="restored")
    return len(numbers)
