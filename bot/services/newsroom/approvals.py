"""
What an editor makes public: at once, or with four eyes, once another one has approved it.

Each is one transaction and one promise: whoever lost the right a moment ago publishes and approves nothing, and an
article is never public without the two who wanted it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from bot.domain.approval import ApprovalRequest, DeskNews, Verdict, Wanted, verdict_on
from bot.domain.article import Article, ArticleState, Manner
from bot.domain.role import Permission, Role, may
from bot.errors import NotAllowed, OutOfTurn
from bot.services.newsroom import chosen_audience, copy_changes, newsroom
from bot.services.newsroom.newsroom import Published
from bot.store.content import articles, known_topics
from bot.store.desk import approvals, audit_log, editors
from bot.store.desk.approvals import Untold
from bot.store.engine.database import Connection, Database


class _Said(TypedDict):
    """What each entry of the log about a request says."""

    at: datetime
    person: int | None
    article: int
    key: str | None


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What the operator chose: who owns the bot, whether it takes two to publish, and the undo delay."""

    admins: frozenset[int]
    four_eyes: bool
    undo: timedelta


@dataclass(frozen=True, slots=True)
class Waiting:
    """It waits for another editor. `others` may approve it; `is_new`: they are told of it now.

    `request` is another editor's, when they have asked for the same already.
    """

    request: ApprovalRequest
    others: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What was made of an article. `published` is None when it was listed or scheduled."""

    article: Article
    published: Published | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of an approval: the `verdict`, what was asked, and what was done when it was granted."""

    verdict: Verdict
    article: Article
    request: ApprovalRequest | None
    done: Done | None = None


async def make_public(
    db: Database,
    number: int,
    wanted: Wanted,
    *,
    by: int,
    now: datetime,
    rules: Newsroom,
    at: datetime | None = None,
    manner: Manner = Manner.USUAL,
    only_to: Sequence[int] | None = None,
) -> Done | Waiting:
    """Publish, list or schedule an article for an editor, or ask the others to approve that.

    `only_to` are the topics to whose followers alone it goes from now on; None leaves it to whom it is to go already.
    Raises: NotAllowed, for whoever may not publish (any more); UnknownArticle; OutOfTurn when it is out already.
    """
    async with db.transaction() as conn:
        await must_publish(conn, by, rules)
        article = await articles.article(conn, number)
        _must_be_possible(article, wanted)
        if only_to is not None:
            article = await chosen_audience.aim(conn, article, only_to, by=by, now=now)
        asked = ApprovalRequest(number, wanted, article.revision, by, None, now, at, manner)
        if not rules.four_eyes:
            return await _do(conn, article, asked, by=by, now=now, rules=rules)
        return await ask(conn, asked, now=now, admins=rules.admins)


async def ask(conn: Connection, asked: ApprovalRequest, *, now: datetime, admins: frozenset[int]) -> Waiting:
    """Ask in the caller's transaction for an approval. Who asks again for the same bothers nobody again."""
    before = await approvals.request_for(conn, asked.article)
    others = await others_than(conn, asked.asked_by, admins)
    if before is not None and before.approved_by is None and _is_same(before, asked):
        return Waiting(before, len(others), is_new=False)
    await approvals.ask(conn, asked)
    await approvals.let_know(conn, others, DeskNews.ASKED, asked.article, by=asked.asked_by, key=asked.key, at=asked.at)
    await audit_log.record(
        conn,
        "ask",
        at=now,
        person=asked.asked_by,
        article=asked.article,
        detail=asked.wanted,
        key=asked.key,
        after=None if asked.at is None else asked.at.isoformat(),
    )
    return Waiting(asked, len(others), is_new=True)


async def approve(db: Database, number: int, *, by: int, now: datetime, rules: Newsroom) -> Approval:
    """Do what another editor has asked for; both are told what came of it.

    What was changed since it was asked for is not approved, and neither is what should have gone out by now: then the
    request is over. Raises: NotAllowed, UnknownArticle, OutOfTurn when it cannot be made public.
    """
    async with db.transaction() as conn:
        await must_publish(conn, by, rules)
        article = await articles.article(conn, number)
        request = await approvals.request_for(conn, number)
        verdict = verdict_on(request, by=by, revision=article.revision, is_public=_is_done(article, request), now=now)
        if request is None or verdict in (Verdict.NOTHING_ASKED, Verdict.OWN):
            return Approval(verdict, article, request)
        if verdict is not Verdict.GRANTED:
            await approvals.forget(conn, number)
            kind = DeskNews.CHANGED if verdict is Verdict.CHANGED else DeskNews.LAPSED
            await _tell_asker(conn, request, kind, by, rules.admins)
            return Approval(verdict, article, request)
        _must_be_possible(article, request.wanted)
        await audit_log.record(conn, "approve", at=now, person=by, article=number, detail=request.wanted)
        done = await _do(conn, article, request, by=by, now=now, rules=rules)
        if request.wanted is Wanted.SCHEDULE:
            await approvals.ask(conn, replace(request, approved_by=by))
        await _tell_asker(conn, request, DeskNews.APPROVED, by, rules.admins)
        return Approval(verdict, article, request, done)


async def decline(db: Database, number: int, *, by: int, now: datetime, rules: Newsroom) -> ApprovalRequest | None:
    """Drop a request, by another editor or by whoever asked; None when nothing waits. Raises: NotAllowed."""
    async with db.transaction() as conn:
        await must_publish(conn, by, rules)
        request = await approvals.request_for(conn, number)
        if request is None or request.approved_by is not None:
            return None
        await approvals.forget(conn, number)
        await audit_log.record(conn, "decline", at=now, person=by, article=number, detail=request.wanted)
        if request.asked_by != by:
            await _tell_asker(conn, request, DeskNews.DECLINED, by, rules.admins)
        return request


async def request_for(db: Database, number: int) -> ApprovalRequest | None:
    """Return the request about an article that waits; None when none does."""
    async with db.reading() as conn:
        found = await approvals.request_for(conn, number)
    return found if found is not None and found.approved_by is None else None


@dataclass(frozen=True, slots=True)
class News:
    """What one editor is still to be told, with the article, what still waits (None: nothing) and people's names."""

    untold: Untold
    article: Article
    request: ApprovalRequest | None
    names: dict[int, str]


async def news(db: Database) -> list[News]:
    """Return what single editors are still to be told, oldest first."""
    async with db.reading() as conn:
        waiting = await approvals.untold(conn)
        if not waiting:
            return []
        known = {one.number: one for one in await articles.articles(conn, [one.article for one in waiting])}
        names = await editors.names(conn)
        return [News(one, known[one.article], await approvals.request_for(conn, one.article), names) for one in waiting]


async def mark_told(db: Database, id: int) -> None:
    """Remember that an editor knows."""
    async with db.transaction() as conn:
        await approvals.told(conn, id)


async def hold_changed(conn: Connection, numbers: list[int], now: datetime) -> list[int]:
    """Make drafts of the scheduled articles that were changed after their approval; return them.

    Whoever asked for it and whoever approved it are told.
    """
    held = []
    for article in await articles.articles(conn, numbers):
        request = await approvals.request_for(conn, article.number)
        if request is None or request.approved_by is None or request.revision == article.revision:
            continue
        await approvals.forget(conn, article.number)
        await articles.set_state(conn, article.number, ArticleState.DRAFT)
        await audit_log.record(conn, "withdrawn", at=now, article=article.number, detail="changed")
        people = [person for person in (request.asked_by, request.approved_by) if person is not None]
        await approvals.let_know(conn, people, DeskNews.CHANGED, article.number, at=request.at)
        held.append(article.number)
    return held


async def _do(
    conn: Connection, article: Article, asked: ApprovalRequest, *, by: int, now: datetime, rules: Newsroom
) -> Done:
    """Do what was asked, in the name of whoever asked; `by` has the last word."""
    number, who = article.number, asked.asked_by
    await approvals.forget(conn, number)
    detail = None if who == by else "approved"
    said: _Said = {"at": now, "person": who, "article": number, "key": asked.key}
    match asked.wanted:
        case Wanted.PUBLISH:
            published = await newsroom.release(conn, article, by=by, now=now, undo=rules.undo, manner=asked.manner)
            if detail is None and asked.manner is not Manner.USUAL:
                detail = asked.manner.name.lower()
            await audit_log.record(conn, "publish", **said, detail=detail, before=article.state, after="published")
            return Done(published.article, published)
        case Wanted.LIST:
            await copy_changes.stop_taking_back(conn, article, now)
            await articles.set_state(conn, number, ArticleState.ARCHIVED)
            await known_topics.let_be_known(conn, [number])
            await audit_log.record(conn, "archive", **said, detail=detail, before=article.state, after="archived")
        case Wanted.SCHEDULE:
            assert asked.at is not None  # whoever schedules names a time
            await newsroom.set_time(
                conn, article, asked.at, by=who, key=asked.key, detail=detail, now=now, manner=asked.manner
            )
    return Done(await articles.article(conn, number))


async def must_publish(conn: Connection, by: int, rules: Newsroom) -> None:
    """Raises: NotAllowed."""
    if not may(await editors.role(conn, by, rules.admins), Permission.PUBLISH):
        raise NotAllowed(f"{by} may not publish")


def _must_be_possible(article: Article, wanted: Wanted) -> None:
    """Raises: OutOfTurn."""
    if article.state is ArticleState.PUBLISHED or (wanted is not Wanted.PUBLISH and article.is_listed):
        raise OutOfTurn(f"#{article.number} is out already")
    if not article.story.link and wanted is not Wanted.LIST:
        raise OutOfTurn(f"#{article.number} has no link that readers could open")


def _is_done(article: Article, request: ApprovalRequest | None) -> bool:
    """Return whether somebody else, a file or a feed has made public what was asked for."""
    return article.state is ArticleState.PUBLISHED or (
        request is not None and request.wanted is not Wanted.PUBLISH and article.is_listed
    )


def _is_same(before: ApprovalRequest, asked: ApprovalRequest) -> bool:
    return (before.wanted, before.revision, before.at, before.manner) == (
        asked.wanted,
        asked.revision,
        asked.at,
        asked.manner,
    )


async def others_than(conn: Connection, asker: int | None, admins: frozenset[int]) -> list[int]:
    """Return who may approve what somebody asks for."""
    everybody = await editors.editors(conn, admins)
    return [person for person, role in everybody.items() if person != asker and _may_approve(role)]


def _may_approve(role: Role) -> bool:
    return may(role, Permission.PUBLISH)


async def _tell_asker(
    conn: Connection, request: ApprovalRequest, kind: DeskNews, by: int, admins: frozenset[int]
) -> None:
    if request.asked_by is not None and await editors.role(conn, request.asked_by, admins) is not None:
        await approvals.let_know(conn, [request.asked_by], kind, request.article, by=by, at=request.at)
