"""Links that editors sent, in the store: what is waited for, and until when."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database

from bot.domain.article import Picture, Provider, Story
from bot.domain.chat import ChatKind
from bot.domain.page import FeedLink
from bot.domain.pasted_link import Asked, PastedLink
from bot.store.desk import pasted_links
from bot.store.engine.database import Connection, Database
from bot.store.engine.migrations import migrate, scripts
from bot.store.readers import chats

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EDITH, ANNA = 7003, 7001
LINK = PastedLink(EDITH, 5, "https://news.example/salt", NOW)


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[Connection]:
    empty_database(tmp_path / "links.db")
    db = await Database.open(tmp_path / "links.db")
    async with db.transaction() as conn:
        yield conn
    await db.close()


async def test_a_link_comes_back_as_it_was_kept_and_the_last_word_counts(conn: Connection) -> None:
    story = Story("", LINK.link, NOW, provider=Provider("Northgate"), pictures=(Picture("https://news.example/a.png"),))
    feeds = (FeedLink("https://news.example/feed", "News"), FeedLink("https://news.example/all"))
    asking = replace(LINK, is_read=True, asked=Asked.TITLE, story=story, feeds=feeds)
    await pasted_links.keep(conn, LINK)
    assert await pasted_links.unread(conn) == [LINK]
    await pasted_links.keep(conn, asking)
    assert await pasted_links.found(conn, EDITH, 5) == asking
    assert await pasted_links.unread(conn) == []
    assert await pasted_links.found(conn, ANNA, 5) is None


async def test_the_last_question_is_waited_for_and_each_editor_has_their_own(conn: Connection) -> None:
    first = replace(LINK, is_read=True, asked=Asked.TITLE)
    second = replace(first, message_id=6, asked=Asked.EXCERPT)
    for one in (first, second, replace(first, person=ANNA)):
        await pasted_links.keep(conn, one)
    assert await pasted_links.waiting(conn, EDITH) == second
    await pasted_links.keep(conn, replace(second, asked=None))
    assert await pasted_links.waiting(conn, EDITH) == first
    assert first.is_waiting(NOW + timedelta(minutes=30)) and not first.is_waiting(NOW + timedelta(minutes=31))


async def test_old_links_and_those_of_who_is_forgotten_go(conn: Connection) -> None:
    await pasted_links.keep(conn, LINK)
    await pasted_links.keep(conn, replace(LINK, message_id=6, at=NOW + timedelta(days=1)))
    await pasted_links.forget_before(conn, NOW + timedelta(hours=1))
    assert [one.message_id for one in await pasted_links.unread(conn)] == [6]
    await chats.get_or_create(conn, EDITH, ChatKind.PRIVATE, "en", NOW)
    await chats.forget(conn, EDITH)
    assert await pasted_links.unread(conn) == []


def test_a_database_with_articles_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    known = scripts()
    before = next(place for place, (_, sql) in enumerate(known) if "pasted_links" in sql)
    migrate(path, create=True, known=known[:before])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)"
            " VALUES (1, 'one', 'draft', 'One', 0, '{}', 0)"
        )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT slug FROM articles").fetchall() == [("one",)]
        assert conn.execute("SELECT count(*) FROM pasted_links").fetchone() == (0,)
