"""Articles by programs, without HTTP: what time and an older database make of them, and requests at the same moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from import_desk import NOON, POLICY, Desk, open_desk, story

from bot.content.articles.surroundings import ReadingRules
from bot.content.sent_articles.sent_article import SentArticle, read_change
from bot.domain.api_key import ApiKey, KeyRole
from bot.domain.approval import Verdict
from bot.domain.article import ArticleState, HeldWhy
from bot.domain.audit import LogGroup
from bot.domain.publishing import PushWindow
from bot.services.api import articles, keys
from bot.services.api.requests import Asked, KeyIsGone, Rules
from bot.services.newsroom import approvals
from bot.services.newsroom.approvals import Newsroom
from bot.store.desk import api_keys, audit_log
from bot.store.engine import metadata

RULES = Rules(ReadingRules(ZoneInfo("UTC")), timedelta(0))
NEVER_PUSH = replace(POLICY, window=PushWindow(timedelta(0)))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        await desk.follow()
        yield desk


async def editor(desk: Desk, name: str = "desk") -> Asked:
    await keys.add(desk.db, name, KeyRole.EDITOR, now=NOON)
    async with desk.db.reading() as conn:
        key = await api_keys.named(conn, name)
    assert key is not None
    return Asked(key)


async def test_with_four_eyes_an_editor_approves_what_a_program_publishes_or_schedules(desk: Desk) -> None:
    asked = await editor(desk)
    rules = replace(RULES, four_eyes=True, admins=frozenset({7}))
    newsroom = Newsroom(rules.admins, four_eyes=True, undo=timedelta(0))
    numbers = []
    for slug in ("told", "posted", "planned"):
        told = SentArticle(story(slug, published=slug == "told"), None)
        said = await articles.tell(desk.db, asked, told, now=NOON, rules=rules)
        body = json.loads(said.body)
        assert (said.status, body["state"]) == (201, "draft")
        numbers.append(body["number"])
        assert bool(body["warnings"]) is (slug == "told")
    said = await articles.publish(desk.db, asked, numbers[1], now=NOON, rules=rules)
    assert (said.status, json.loads(said.body)["state"]) == (202, "draft")
    said = await articles.schedule(desk.db, asked, numbers[2], NOON + timedelta(hours=1), now=NOON, rules=rules)
    assert (said.status, json.loads(said.body)["state"]) == (202, "draft")
    for number in numbers:
        done = await approvals.approve(desk.db, number, by=7, now=NOON, rules=newsroom)
        assert done.verdict is Verdict.GRANTED
    assert [await desk.state(slug) for slug in ("told", "posted", "planned")] == [
        ArticleState.PUBLISHED,
        ArticleState.PUBLISHED,
        ArticleState.SCHEDULED,
    ]
    async with desk.db.reading() as conn:
        acts = [(entry.act, entry.key, entry.person) for entry in await audit_log.latest(conn, group=LogGroup.ARTICLES)]
    assert acts[:2] == [("schedule", "desk", None), ("approve", None, 7)]


async def test_what_a_program_has_scheduled_goes_out_where_files_never_push(desk: Desk) -> None:
    asked = await editor(desk)
    later = NOON + timedelta(hours=1)
    for slug in ("told", "moved"):
        planned = SentArticle(story(slug, published_at=later), None)
        said = await articles.tell(desk.db, asked, planned, now=NOON, rules=RULES)
        assert (said.status, json.loads(said.body)["state"]) == (201, "scheduled")
    draft = SentArticle(story("draft", published=None), None)
    number = json.loads((await articles.tell(desk.db, asked, draft, now=NOON, rules=RULES)).body)["number"]
    await articles.schedule(desk.db, asked, number, later, now=NOON, rules=RULES)
    await desk.take({"file.md": story("file", published_at=later)})
    await desk.take({"moved.md": story("moved", published_at=later + timedelta(hours=1))})  # a file has it now
    desk.now = later
    await desk.embargoes(NEVER_PUSH)
    assert [await desk.state(one) for one in ("told", "draft")] == [ArticleState.PUBLISHED] * 2
    assert await desk.state("file") is ArticleState.ARCHIVED
    desk.now += timedelta(hours=1)
    await desk.embargoes(NEVER_PUSH)
    assert await desk.state("moved") is ArticleState.ARCHIVED, "the file's date counts, and the rules for files"


async def test_on_an_older_copy_of_the_database_nothing_scheduled_leaves_by_itself(desk: Desk) -> None:
    asked = await editor(desk)
    planned = SentArticle(story("planned", published_at=NOON + timedelta(hours=1)), None)
    await articles.tell(desk.db, asked, planned, now=NOON, rules=RULES)
    async with desk.db.transaction() as conn:
        await metadata.put(conn, "restored", "1")
    desk.now = NOON + timedelta(hours=2)
    await desk.embargoes()
    assert (await desk.article("planned")).held_why is HeldWhy.RESTORED


async def test_a_key_that_is_removed_while_it_asks_does_nothing(desk: Desk) -> None:
    asked = await editor(desk)
    await keys.remove(desk.db, "desk", now=NOON)
    await keys.add(desk.db, "desk", KeyRole.EDITOR, now=NOON)  # by the same name, and another key
    with pytest.raises(KeyIsGone):
        await articles.tell(desk.db, asked, SentArticle(story(), None), now=NOON, rules=RULES)


async def test_two_who_change_an_article_at_once_both_have_their_way(desk: Desk) -> None:
    asked = await editor(desk)
    said = await articles.tell(desk.db, asked, SentArticle(story(published=None), None), now=NOON, rules=RULES)
    number = json.loads(said.body)["number"]
    changes = [{"title": "New"}, {"excerpt": "Other"}, {"heat": 5}, {"category": "x"}]
    await asyncio.gather(
        *(
            articles.change(desk.db, asked, number, read_change(json.dumps(one).encode()), now=NOON, rules=RULES)
            for one in changes
        )
    )
    told = (await desk.article("grid")).story
    assert (told.title, told.excerpt, told.heat, told.category) == ("New", "Other", 5, "x")


async def test_a_topic_that_a_change_adds_opens_the_audience_that_nobody_was(desk: Desk) -> None:
    asked = await editor(desk)
    said = await articles.tell(desk.db, asked, SentArticle(story(topics=("Odd",)), None), now=NOON, rules=RULES)
    number = json.loads(said.body)["number"]
    await desk.spread()
    assert [one.total for one in await desk.pushes("grid")] == [0]
    wanted = read_change(b'{"topics": ["Odd", "Energy"]}')
    await articles.change(desk.db, asked, number, wanted, now=NOON, rules=RULES)
    await desk.spread()
    assert sum(one.total for one in await desk.pushes("grid")) == 3


def test_a_key_is_matched_by_its_hash_and_a_ghost_site_s_secret_never_is() -> None:
    made = [ApiKey(name, KeyRole.EDITOR, keys.hash_of(name), NOON) for name in ("a", "b")]
    ghost = ApiKey("c", KeyRole.EDITOR, keys.hash_of("c"), NOON, secret="c")
    assert [keys.matching([*made, ghost], given) for given in ("b", "c", "", "ü\udc80")] == [made[1], None, None, None]
