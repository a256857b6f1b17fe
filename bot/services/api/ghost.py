"""
What Ghost sites say: posts become articles as files do, by the rules for files.

A site's editors publish there, and nobody here has looked at it: the push window, the burst guard and the question
about unknown topics are as for files. A post is known by its id. Of changes that arrive in another order the older is
nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.content.articles.surroundings import ReadingRules
from bot.content.sent_articles.ghost_post import GhostCall, story_of_post
from bot.domain.api_key import ApiKey, KeyRole, item_of_external_id
from bot.domain.article import ArticleState, Story
from bot.errors import ContentError, TakenDown
from bot.services.api.requests import Answer, KeyIsGone, WrongFields
from bot.services.api.told_stories import known, remember_as_known, take_story
from bot.services.content.imports import Policy, Seen, take_one
from bot.services.content.taken_down_stories import BROUGHT_BACK, must_not_be
from bot.store.content import articles, ghost_posts, imports
from bot.store.desk import api_keys, audit_log, notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Connection, Database


async def take_call(
    db: Database, key: ApiKey, call: GhostCall, *, now: datetime, rules: ReadingRules, policy: Policy
) -> Answer:
    """Do what a signed call of a Ghost site means. Editors are told what is wrong with a post. Raises: Refusal."""
    id = item_of_external_id(key.name, call.post)
    story = None
    if call.is_published:
        try:
            story = story_of_post(call, id, rules)
        except ContentError as error:
            await _tell_editors(db, id, error, now)
            raise WrongFields(error.complaints) from error
    async with db.transaction() as conn:
        now_known = await api_keys.named(conn, key.name)
        if now_known is None or now_known.hash != key.hash:
            raise KeyIsGone("this key was removed")
        may_publish = now_known.role is KeyRole.EDITOR
        before = await ghost_posts.changed_at(conn, key.name, call.post)
        is_old = before is not None and call.changed_at < before
        if not is_old:
            await ghost_posts.remember(conn, key.name, call.post, call.changed_at)
        number = (await known(conn, id, None)).article
        if not is_old and not call.is_idle:
            ours = replace(policy, key=key.name, flags_act=may_publish)
            if story is not None:
                try:
                    await must_not_be(conn, id, story)
                except TakenDown as error:
                    await _tell_of_what_was_taken_down(conn, key.name, error.number, now)
                    number = error.number
                else:
                    number = await _take(conn, key.name, id, story, now=now, policy=ours)
            elif may_publish:
                await _withdraw(conn, id, now=now, policy=ours)
        state = None if number is None else (await articles.even_taken_down(conn, number)).state
        return Answer.of(200, {"number": number, "state": state})


async def _take(conn: Connection, key: str, id: str, story: Story, *, now: datetime, policy: Policy) -> int | None:
    """Take in a post as it is now published; return its article."""
    before = await known(conn, id, story.link)
    if before.article is not None:
        is_draft = (await articles.article(conn, before.article)).state is ArticleState.DRAFT
        if not before.is_told_by(key) or not (policy.flags_act or is_draft):
            if before.item is None:
                await remember_as_known(conn, id, before.article)
            return before.article
    number, report = await take_story(conn, id, story, before, now=now, policy=policy)
    if before.article is None and number is not None:
        await audit_log.record(conn, "add", at=now, article=number, key=key)
    elif report.updated:
        is_listed = (await articles.article(conn, report.updated[0])).is_listed
        await audit_log.record(conn, "correct" if is_listed else "edit", at=now, article=number, key=key)
    return before.article if number is None else number


async def _withdraw(conn: Connection, id: str, *, now: datetime, policy: Policy) -> None:
    """Let a post no longer be published here. All else of its article stays: a draft's link leads nowhere."""
    item = (await imports.files(conn, [id])).get(id)
    if item is None or item.article is None or not item.owns:
        return
    [article] = (await imports.known(conn, [item.article])).values()
    payload = (await imports.payloads(conn, [item.article]))[item.article]
    story = replace(article.story, published=False, payload=payload)
    await take_one(conn, Seen(id, "", story), now=now, policy=policy)


async def _tell_of_what_was_taken_down(conn: Connection, key: str, number: int, now: datetime) -> None:
    notice = Notice(BROUGHT_BACK, key, article=number)
    if not await notices.is_known(conn, notice):
        await notices.add(conn, [notice], now)


async def _tell_editors(db: Database, id: str, error: ContentError, now: datetime) -> None:
    """Nobody else would know: Ghost shows a refused call in its settings only, and never sends it again."""
    async with db.transaction() as conn:
        told = [Notice("refused", id, str(complaint)) for complaint in error.complaints]
        await notices.replace_untold(conn, [id], told, now)
