"""
What editors change in chat of what an article says, one field at a time, and what they decide when its file or feed
says something else there later. An edit pushes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.content.articles.video import watch_link
from bot.domain.article import Article, ArticleState, Picture
from bot.domain.audit import By, Entry
from bot.domain.copies import Copies
from bot.domain.correction import Field
from bot.domain.editing import (
    AskedEdit,
    EditField,
    Edits,
    Fault,
    Refusal,
    Said,
    Ticked,
    Value,
    after_edit,
    as_words,
    settled,
    value_of,
    with_value,
)
from bot.domain.fetch_rules import FetchRules
from bot.domain.publishing import PushWindow
from bot.domain.role import Role, may_change
from bot.errors import OutOfTurn, TakenDown
from bot.services.content import typed_fields
from bot.services.content.imports import Policy, retell
from bot.services.newsroom.notices import EDITED
from bot.store.content import articles, corrections, edits, imports, topics
from bot.store.delivery import copy_counts
from bot.store.desk import asked_edits, audit_log, editors, notices
from bot.store.engine.database import Connection, Database

LATEST = 20
"""Lines of an article's log in which others' edits are looked for."""
_EDIT = Policy(PushWindow(timedelta(0)), burst=0, undo=timedelta(0), flags_act=False, by_hand=True)


@dataclass(frozen=True, slots=True)
class Edited:
    """An article as it was edited. `fields` are those in which its `copies` show what was there before."""

    article: Article
    fields: tuple[Field, ...]
    copies: Copies


async def edit(
    db: Database,
    number: int,
    field: EditField,
    said: Said,
    *,
    by: int | None,
    role: Role | None,
    allow: FetchRules,
    now: datetime,
    answers: AskedEdit | None = None,
) -> Edited:
    """Let an article hold in one field what an editor `said`; `answers` is the question to which that is the answer.

    Raises: UnknownArticle; OutOfTurn, when somebody with this role may not change it; Refusal.
    """
    async with db.transaction() as conn:
        before = await articles.article(conn, number)
        if not may_change(role, is_draft=before.state is ArticleState.DRAFT, is_own=before.made_by == by):
            raise OutOfTurn(f"#{number} is not theirs to change")
        is_alone = field is EditField.RELATED  # one more or one less takes nothing from what others have changed
        if answers is not None and before.revision != answers.revision and not is_alone:
            raise Refusal(Fault.CHANGED_MEANWHILE)
        if answers is not None:
            await asked_edits.forget(conn, answers.person)
        return await edit_within(conn, before, field, said, by=by, allow=allow, now=now)


async def edit_within(
    conn: Connection, before: Article, field: EditField, said: Said, *, by: By, allow: FetchRules, now: datetime
) -> Edited:
    """Let an article say in one field what was typed, in the caller's transaction. Raises: Refusal."""
    value = await typed_fields.read(conn, before, field, said, allow)
    was = await _shown(conn, before, field)
    if value == was:
        raise Refusal(Fault.UNCHANGED)
    known = (await edits.edits_of(conn, [before.number])).get(before.number, {})
    await edits.set_edits(conn, {before.number: after_edit(known, before.story, field, value)})
    return await _change(conn, before, field, value, was, by=by, now=now)


# Asked for with buttons


async def ask(db: Database, asked: AskedEdit) -> None:
    """Take note that a person was asked for a field, in the place of what they were asked for before."""
    async with db.transaction() as conn:
        await asked_edits.ask(conn, asked)


async def asked_of(db: Database, person: int) -> AskedEdit | None:
    """Return the field that a person was asked for last; None when that is settled."""
    async with db.reading() as conn:
        return await asked_edits.asked_of(conn, person)


async def ask_no_more(db: Database, asked: AskedEdit) -> None:
    async with db.transaction() as conn:
        await asked_edits.forget(conn, asked.person)


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """An article that others have changed since a person saw it: as it is now, and what their edits in chat were.

    `names` are what people are called who are known by name.
    """

    article: Article
    edits: tuple[Entry, ...]
    names: dict[int, str]


async def meanwhile(db: Database, asked: AskedEdit) -> Meanwhile:
    """Return what has happened to an article since a person was asked about it. Raises: UnknownArticle."""
    async with db.reading() as conn:
        since = asked.at.replace(microsecond=0)
        log = [one for one in await audit_log.latest(conn, LATEST, article=asked.article) if one.act == "edit"]
        others = tuple(one for one in reversed(log) if one.at >= since and one.person != asked.person)
        return Meanwhile(await articles.article(conn, asked.article), others, await editors.names(conn))


async def as_value(db: Database, said: Said) -> Value:
    """Return what an editor said as the value of a field, as far as it can be named."""
    match said:
        case Ticked(numbers):
            async with db.reading() as conn:
                known = await topics.names(conn, numbers)
            return tuple(known[number] for number in numbers if number in known)
        case None | str():
            return said
        case Picture():
            return (said,)
    return None


async def shown(db: Database, number: int, field: EditField) -> Value:
    """Return what readers see in a field of an article. Raises: UnknownArticle."""
    async with db.reading() as conn:
        return await _shown(conn, await articles.article(conn, number), field)


# Beside what a file or a feed says


@dataclass(frozen=True, slots=True)
class Contested:
    """An article of which a source says something else in fields that were edited, and what it says there.

    `notices` are those that the question answers.
    """

    article: Article
    fields: tuple[tuple[EditField, Value], ...]
    notices: tuple[int, ...] = ()


async def contested(db: Database, number: int) -> Contested:
    """Return in which fields editors are to decide between what was typed and an article's source.

    Raises: UnknownArticle.
    """
    async with db.reading() as conn:
        known = (await edits.edits_of(conn, [number])).get(number, {})
        return Contested(await articles.article(conn, number), _asked(known))


async def open_questions(db: Database) -> list[Contested]:
    """Return the articles about which editors are to be asked now, those first that were changed first."""
    async with db.reading() as conn:
        ids: dict[int, list[int]] = {}
        for id, notice in await notices.untold(conn):
            if notice.kind == EDITED and notice.article is not None:
                ids.setdefault(notice.article, []).append(id)
        if not ids:
            return []
        known = await edits.edits_of(conn, ids)
        found = await articles.articles(conn, list(ids))
        return [Contested(one, _asked(known.get(one.number, {})), tuple(ids[one.number])) for one in found]


async def keep(db: Database, number: int, field: EditField) -> Article:
    """Let a field stay as it was typed, until the source changes it again. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        known = (await edits.edits_of(conn, [number])).get(number, {})
        await edits.set_edits(conn, {number: settled(known, field)})
        return await articles.article(conn, number)


async def take(db: Database, number: int, field: EditField, *, by: int | None, now: datetime) -> Edited | None:
    """Let an article say in a field what its source says; None when nobody is asked about it any more.

    Raises: UnknownArticle; Refusal, when another article has that link by now.
    """
    async with db.transaction() as conn:
        before = await articles.article(conn, number)
        known = (await edits.edits_of(conn, [number])).get(number, {})
        if field not in known or not known[field].is_asked:
            return None
        value, was = known[field].source, await _shown(conn, before, field)
        await edits.set_edits(conn, {number: after_edit(known, before.story, field, value)})
        return await _change(conn, before, field, value, was, by=by, now=now)


def _asked(known: Edits) -> tuple[tuple[EditField, Value], ...]:
    return tuple((field, edit.source) for field, edit in known.items() if edit.is_asked)


async def _change(
    conn: Connection, before: Article, field: EditField, value: Value, was: Value, *, by: By, now: datetime
) -> Edited:
    """Write an edit of what readers saw as `was`, and its line in the log. Raises: Refusal."""
    number = before.number
    await _write(conn, before, field, value, now)
    await audit_log.record(
        conn,
        "edit",
        at=now,
        person=by,
        article=number,
        detail=field.value,
        before=as_words(was),
        after=as_words(value),
    )
    fields = (await corrections.uncorrected(conn, [number])).get(number, ())
    return Edited(await articles.article(conn, number), fields, await copy_counts.copies(conn, number))


async def _shown(conn: Connection, article: Article, field: EditField) -> Value:
    """Return what readers see in a field. An article may bear topics that only an editor gave it."""
    if field is not EditField.TOPICS:
        return value_of(article.story, field)
    names = await topics.names(conn, article.topics)
    return tuple(names[topic] for topic in article.topics if topic in names)


async def _write(conn: Connection, before: Article, field: EditField, value: Value, now: datetime) -> None:
    payload = (await imports.payloads(conn, [before.number])).get(before.number, {})
    story = with_value(replace(before.story, payload=payload), field, value)
    is_video = (story.type or "").lower() == "video"
    if field is EditField.LINK and is_video and before.story.video == watch_link(before.story.link):
        story = replace(story, video=watch_link(story.link))
    try:
        report = await retell(conn, before.number, story, now=now, policy=_EDIT)
    except TakenDown as error:
        raise Refusal(Fault.TAKEN_DOWN, number=error.number) from error
    if report.doubled:
        raise Refusal(Fault.OTHER_ARTICLE, number=report.doubled[0][1])
    if field is EditField.TOPICS:
        resolved = await topics.resolve(conn, story.topics)
        await articles.drop_added_topics(conn, before.number, keep=resolved.values())
