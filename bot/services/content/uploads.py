"""Documents that an editor sends: read like any file, and kept as drafts, each refusal with its line and field."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.content.articles.slug import slug_of
from bot.content.articles.surroundings import FileContext, ReadingRules
from bot.content.files.reader import refused, understood
from bot.domain.article import ArticleState, Story
from bot.domain.link import normal_link
from bot.domain.role import Permission, Role, may, may_change
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.domain.uploaded import Uploaded
from bot.errors import ContentError
from bot.services.content import imports as importing
from bot.services.content.imports import Seen
from bot.services.delivery import delivery_reports
from bot.store.content import articles, imports, topics
from bot.store.engine.database import Database

_NO_SOURCES = "is a source, not an article; put it into the content folder, or add its address with /sources"
_NO_TOPICS = "is a topic, not an article; ask an editor to send it"
_MEASURED = 20  # drafts whose audience is looked for: each takes a walk over those who follow its topics


async def add_document(
    db: Database,
    name: str,
    data: bytes,
    *,
    root: Path,
    rules: ReadingRules,
    now: datetime,
    by: int | None = None,
    role: Role = Role.EDITOR,
) -> Uploaded:
    """Store the articles and topics of an uploaded document. Pictures beside it are looked for at the top of `root`.

    A contributor's document defines no topics, and changes no stories but drafts of their own.
    """
    read = await asyncio.to_thread(_read, name, data, root, rules)
    if not may(role, Permission.PUBLISH):
        read = [_without_topics(one) for one in read]
    # A refusal is answered in the chat: it is no file of the folder, so no file is remembered as refused.
    refused = [one for one in read if isinstance(one.content, ContentError)]
    seen = [one for one in read if not isinstance(one.content, ContentError)]
    result = Uploaded(files=len(read))
    for one in refused:
        assert isinstance(one.content, ContentError)
        result.refused.extend(one.content.complaints)
    if not seen:
        return result
    kept = await _others(db, seen, by, role)
    report = await importing.add_drafts(db, [one for one in seen if one.path not in kept], now=now, by=by)
    names = {f"upload:{_link(one)}": one.path.removeprefix("upload:") for one in seen}
    result.updated, result.topics = report.updated, report.topics
    result.warned = report.warned
    result.refused.extend(replace(one, path=names.get(one.path, one.path)) for one in report.refused)
    result.doubled = [(names.get(path, path), number) for path, number in report.doubled]
    told = {*report.drafts, *report.updated, *(number for _, number in report.doubled)}
    async with db.reading() as conn:
        linked = await imports.linked(conn, [_link(one) for one in seen])
        result.drafts = await articles.articles(conn, report.drafts)
        worn = list(dict.fromkeys(topic for article in result.drafts for topic in article.topics))
        established = await topics.are_established(conn, worn)
        named = await topics.topics(conn) if len(established) < len(worn) else {}
        result.new_topics = [named[topic].name for topic in worn if topic in named and topic not in established]
    for article in result.drafts[:_MEASURED]:
        if not await delivery_reports.reach_of(db, article, now):
            result.unfollowed.append(article.number)
    result.known = sorted(set(linked.values()) - told)
    return result


def _without_topics(seen: Seen) -> Seen:
    return (
        replace(seen, content=refused(seen.path.removeprefix("upload:"), _NO_TOPICS))
        if isinstance(seen.content, TopicFile)
        else seen
    )


async def _others(db: Database, seen: Sequence[Seen], by: int | None, role: Role) -> set[str]:
    """Return the paths of those stories that are here already and not this person's to change."""
    async with db.reading() as conn:
        linked = await imports.linked(conn, [_link(one) for one in seen])
        known = {article.number: article for article in await articles.articles(conn, sorted(set(linked.values())))}
    theirs = {
        article.number
        for article in known.values()
        if may_change(role, is_draft=article.state is ArticleState.DRAFT, is_own=article.made_by == by)
    }
    return {one.path for one in seen if linked.get(_link(one), 0) in known.keys() - theirs}


def _read(name: str, data: bytes, root: Path, rules: ReadingRules) -> list[Seen]:
    from bot.content.files.uploads import files_in

    try:
        files: Sequence[tuple[str, bytes | ContentError]] = files_in(name, data)
    except ContentError as error:
        files = [(name, error)]
    return [_seen(inner, content, root, rules) for inner, content in files]


def _seen(name: str, content: bytes | ContentError, root: Path, rules: ReadingRules) -> Seen:
    result: Story | TopicFile | ContentError
    if isinstance(content, ContentError):
        result = content
    else:
        try:
            found = understood(name, content, FileContext(root / name, root, rules))
            result = refused(name, _NO_SOURCES) if isinstance(found, SourceFile) else found
        except ContentError as error:
            result = error
    return Seen(f"upload:{name}", "", result, (slug_of(name),))


def _link(seen: Seen) -> str:
    return normal_link(seen.content.link) if isinstance(seen.content, Story) else ""
