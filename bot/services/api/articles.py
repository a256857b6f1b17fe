"""What programs do to articles: tell one, change it, publish, schedule, retract. Each act is logged by its key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.content.sent_articles.sent_article import NAME, SentArticle, SentChange, changed
from bot.domain.acts import Act
from bot.domain.api_key import ApiKey, KeyRole, is_item_of, item_of_external_id, item_of_link
from bot.domain.approval import ApprovalRequest, Wanted
from bot.domain.article import Article, ArticleState, Story
from bot.domain.editing import Refusal as FieldRefusal
from bot.domain.link import normal_link
from bot.domain.only_to import why_not
from bot.domain.publishing import PushWindow
from bot.errors import Complaint, ContentError, OutOfTurn, TakenDown, UnknownArticle
from bot.services.api.article_json import article_json
from bot.services.api.requests import (
    Acting,
    Answer,
    Asked,
    Conflict,
    GoneForGood,
    NoSuchArticle,
    NotForThisKey,
    Rules,
    WrongFields,
    done_once,
    remarks,
)
from bot.services.api.told_stories import known, remember_as_known, take_story
from bot.services.content.imports import Policy, retell
from bot.services.content.taken_down_stories import must_not_be
from bot.services.content.typed_fields import audience_named
from bot.services.newsroom import approvals, chosen_audience, corrections, newsroom, telling
from bot.services.newsroom.notices import let_editors_know
from bot.store.content import articles, imports
from bot.store.desk import audit_log
from bot.store.engine.database import Connection, Database

_NOT_OUT_YET = (ArticleState.SCHEDULED, ArticleState.HELD)
_WAITS = "waits until an editor approves it"


class _Meanwhile(Exception):
    """The article was changed between reading it and changing it."""


async def tell(db: Database, asked: Asked, sent: SentArticle, *, now: datetime, rules: Rules) -> Answer:
    """Take in an article: 201 when it is new, 200 when it is known. Raises: Refusal."""

    async def act(acting: Acting) -> Answer:
        if sent.story.published and not acting.is_editor:
            raise NotForThisKey("a contributor's key cannot publish; leave `published` out, and an editor publishes it")
        number, is_new = await _take(acting, sent)
        if sent.story.published and acting.rules.four_eyes:
            article = await _article(acting.conn, number)
            if not article.is_listed:
                is_to_come = article.story.published_at > acting.now
                await _ask(acting, article, article.story.published_at if is_to_come else None)
        return await _answer(acting, number, status=201 if is_new else 200)

    return await done_once(db, asked, act, now=now, rules=rules)


async def change(db: Database, asked: Asked, number: int, wanted: SentChange, *, now: datetime, rules: Rules) -> Answer:
    """Change some fields of an article. Raises: Refusal."""
    while True:
        async with db.reading() as conn:
            before = await _to_change(conn, asked.key, number)
            payload = (await imports.payloads(conn, [number])).get(number, {})
        try:
            story = changed(before.story, payload, wanted, rules.reading)
        except ContentError as error:
            raise WrongFields(error.complaints) from error

        async def act(acting: Acting, seen: Article = before, story: Story = story) -> Answer:
            article = await _to_change(acting.conn, acting.key, number)
            if article.story != seen.story:
                raise _Meanwhile
            if story.published and not acting.is_editor:
                raise NotForThisKey("a contributor's key cannot publish; an editor does")
            await _change(acting, article, story, wanted)
            return await _answer(acting, number)

        try:
            return await done_once(db, asked, act, now=now, rules=rules)
        except _Meanwhile:
            continue


async def publish(
    db: Database, asked: Asked, number: int, *, only: tuple[str, ...] | None = None, now: datetime, rules: Rules
) -> Answer:
    """Publish an article and push it, whatever its date, `only` to the followers of these topics. Raises: Refusal."""

    async def act(acting: Acting) -> Answer:
        acting.must_be_editor("publish")
        article = await _article(acting.conn, number)
        if article.state is ArticleState.PUBLISHED:
            raise Conflict(f"#{number} is out already")
        article = await _aim(acting, article, only)
        return await _answer(acting, number, status=200 if await _publish(acting, article) else 202)

    return await done_once(db, asked, act, now=now, rules=rules)


async def schedule(
    db: Database,
    asked: Asked,
    number: int,
    at: datetime,
    *,
    only: tuple[str, ...] | None = None,
    now: datetime,
    rules: Rules,
) -> Answer:
    """Let an article go out at a time to come, `only` to the followers of these topics. Raises: Refusal."""

    async def act(acting: Acting) -> Answer:
        acting.must_be_editor("schedule")
        article = await _article(acting.conn, number)
        if article.is_listed:
            raise Conflict(f"#{number} is {article.state} already; retract it first")
        _must_have_link(article)
        await _aim(acting, article, only)
        return await _answer(acting, number, status=200 if await _schedule(acting, number, at) else 202)

    return await done_once(db, asked, act, now=now, rules=rules)


async def retract(db: Database, asked: Asked, number: int, *, now: datetime, rules: Rules) -> Answer:
    """Take an article out of every list and let nothing more of it leave; one that was not out yet is a draft again.

    Raises: Refusal.
    """

    async def act(acting: Acting) -> Answer:
        acting.must_be_editor("retract")
        if not await _take_back(acting, await _article(acting.conn, number)):
            raise Conflict(f"#{number} is in no list")
        return await _answer(acting, number)

    return await done_once(db, asked, act, now=now, rules=rules)


async def one(db: Database, key: ApiKey, number: int) -> dict[str, Any]:
    """Return an article as a program reads it. A contributor's key reads what is public, and its own.

    Raises: NoSuchArticle.
    """
    async with db.reading() as conn:
        if not await _may_read(conn, key, await _article(conn, number)):
            raise NoSuchArticle(f"there is no article {number}")
        return await article_json(conn, number, key.name)


# In the transaction of a request --------------------------------------------------------------------------------------


async def _take(acting: Acting, sent: SentArticle) -> tuple[int, bool]:
    """Take in what a program tells; return its article, and whether that is new."""
    conn, key, story = acting.conn, acting.key, sent.story
    by_link = item_of_link(key.name, normal_link(story.link))
    id = by_link if sent.external_id is None else item_of_external_id(key.name, sent.external_id)
    try:
        await must_not_be(conn, id, story)
    except TakenDown as error:
        raise GoneForGood(error.number) from error
    before = await known(conn, id, story.link)
    if before.article is not None and not (before.is_told_by(key.name) and await _may_retell(acting, before.article)):
        if before.item is None:
            await remember_as_known(conn, id, before.article)
        kept = "is known, and stays as it is" + ("; PATCH changes it" if acting.is_editor else "")
        acting.warnings += [*story.as_read.warnings, Complaint(NAME, 0, "webUrl", kept)]
        return before.article, False
    number, report = await take_story(conn, id, story, before, now=acting.now, policy=_policy(acting))
    if number is None:
        raise _link_of_another(report.doubled[0][1])
    acting.warnings += report.warned
    if before.article is None:
        await audit_log.record(conn, "add", at=acting.now, article=number, key=key.name)
    elif report.updated:
        act = "correct" if (await _article(conn, number)).is_listed else "edit"
        await audit_log.record(conn, act, at=acting.now, article=number, key=key.name)
    return number, before.article is None


async def _change(acting: Acting, article: Article, story: Story, wanted: SentChange) -> None:
    conn, now, number = acting.conn, acting.now, article.number
    try:
        report = await retell(conn, number, story, now=now, policy=_policy(acting))
    except TakenDown as error:
        raise _link_of_what_was_taken_down(error.number) from error
    if report.doubled:
        raise _link_of_another(report.doubled[0][1])
    acting.warnings += report.warned
    is_correction = wanted.every_copy and article.pushed_at is not None and article.is_listed
    if report.updated and not is_correction:
        act = "correct" if article.is_listed else "edit"
        titles = (article.story.title, story.title) if article.story.title != story.title else (None, None)
        await audit_log.record(
            conn, act, at=now, article=number, detail=wanted.why, key=acting.key.name, before=titles[0], after=titles[1]
        )
    if is_correction:
        await corrections.correct_within(conn, number, why=wanted.why, by=None, now=now, key=acting.key.name)
    if story.published and not article.is_listed:
        changed_now = await _article(conn, number)
        if story.published_at > now:
            _must_have_link(changed_now)
            await _schedule(acting, number, story.published_at)
        else:
            await _publish(acting, changed_now)
    elif story.published is False and article.is_listed:  # what was read and is sent back changes nothing
        await _take_back(acting, article)


async def _aim(acting: Acting, article: Article, only: tuple[str, ...] | None) -> Article:
    """Let an article go to the followers of these topics alone, without any to all; None leaves it as it is.

    Raises: WrongFields, Conflict.
    """
    if only is None:
        return article
    try:
        wanted = await audience_named(acting.conn, article, ", ".join(only)) if only else ()
        return await chosen_audience.aim(acting.conn, article, wanted, by=None, key=acting.key.name, now=acting.now)
    except FieldRefusal as refusal:
        raise WrongFields([Complaint(NAME, 0, "only", why_not(refusal))]) from refusal
    except OutOfTurn as error:
        raise Conflict(str(error)) from error


async def _publish(acting: Acting, article: Article) -> bool:
    """Publish, or with four eyes let editors approve it; return whether it is out."""
    _must_have_link(article)
    if acting.rules.four_eyes:
        await _ask(acting, article, None)
        return False
    await newsroom.release(acting.conn, article, by=None, now=acting.now, undo=acting.rules.undo)
    await audit_log.record(acting.conn, "publish", at=acting.now, article=article.number, key=acting.key.name)
    return True


async def _ask(acting: Acting, article: Article, at: datetime | None) -> None:
    """Let editors approve what the key wants; the program is told that it waits."""
    wanted = Wanted.PUBLISH if at is None else Wanted.SCHEDULE
    request = ApprovalRequest(article.number, wanted, article.revision, None, acting.key.name, acting.now, at)
    await approvals.ask(acting.conn, request, now=acting.now, admins=acting.rules.admins)
    acting.warnings.append(Complaint(NAME, 0, "published", _WAITS))


async def _schedule(acting: Acting, number: int, at: datetime) -> bool:
    """Schedule, or with four eyes let editors approve it; return whether it is scheduled."""
    article = await _article(acting.conn, number)
    if acting.rules.four_eyes:
        await _ask(acting, article, at)
        return False
    await newsroom.set_time(acting.conn, article, at, now=acting.now, key=acting.key.name)
    return True


async def _take_back(acting: Acting, article: Article) -> bool:
    """Retract what is listed, and let what was to go out be a draft; return False when it is neither."""
    if article.is_listed:
        await newsroom.withdraw(acting.conn, article.number, acting.now)
        await telling.decide_savers(acting.conn, article.number, tell=True, by=None, now=acting.now)
        await let_editors_know(acting.conn, Act.RETRACT, article.number, by=None, key=acting.key.name, now=acting.now)
    elif article.state in _NOT_OUT_YET:
        await articles.set_state(acting.conn, article.number, ArticleState.DRAFT)
    else:
        return False
    await audit_log.record(acting.conn, "retract", at=acting.now, article=article.number, key=acting.key.name)
    return True


async def _answer(acting: Acting, number: int, status: int = 200) -> Answer:
    article = await _article(acting.conn, number)
    if await _may_read(acting.conn, acting.key, article):
        shown = await article_json(acting.conn, number, acting.key.name)
    else:  # somebody else's, known by the link that was told: no more of it than that
        shown = {"number": number, "state": article.state}
    return Answer.of(status, {**shown, "warnings": remarks(acting.warnings)})


async def _article(conn: Connection, number: int) -> Article:
    try:
        return await articles.article(conn, number)
    except TakenDown as error:
        raise GoneForGood(number) from error
    except UnknownArticle as error:
        raise NoSuchArticle(f"there is no article {number}") from error


async def _to_change(conn: Connection, key: ApiKey, number: int) -> Article:
    """Return an article that this key may change. Raises: NoSuchArticle, NotForThisKey."""
    article = await _article(conn, number)
    if key.role is not KeyRole.EDITOR and not (
        article.state is ArticleState.DRAFT and await _is_own(conn, key, number)
    ):
        raise NotForThisKey("a contributor's key changes only drafts that it made")
    return article


async def _may_retell(acting: Acting, number: int) -> bool:
    """Return whether a key may change what it told: an editor's always, a contributor's while it is a draft."""
    return acting.is_editor or (await _article(acting.conn, number)).state is ArticleState.DRAFT


async def _may_read(conn: Connection, key: ApiKey, article: Article) -> bool:
    """Return whether a key may know what an article says: a contributor's what is public, and its own."""
    return key.role is KeyRole.EDITOR or article.is_listed or await _is_own(conn, key, article.number)


async def _is_own(conn: Connection, key: ApiKey, number: int) -> bool:
    owner = (await imports.owners(conn, [number])).get(number)
    return owner is not None and is_item_of(key.name, owner.id)


def _policy(acting: Acting) -> Policy:
    """Return how stories are taken in by a key: an editor's flags act whatever their date, a contributor's do not."""
    return Policy(
        PushWindow(None),
        burst=0,
        undo=acting.rules.undo if acting.is_editor else timedelta(0),
        flags_act=acting.publishes,
        key=acting.key.name,
        by_hand=True,
    )


def _must_have_link(article: Article) -> None:
    """Raises: Conflict, for what came from a feed without a link and was given none since."""
    if not article.story.link:
        raise Conflict(f"#{article.number} has no link that readers could open; give it one as `webUrl` with PATCH")


def _link_of_what_was_taken_down(number: int) -> WrongFields:
    return WrongFields([Complaint(NAME, 0, "webUrl", f"is the link of #{number}, which was taken down")])


def _link_of_another(number: int) -> WrongFields:
    return WrongFields([Complaint(NAME, 0, "webUrl", f"is the link of #{number}, another article")])
