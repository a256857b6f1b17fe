"""A database with articles, people and a log gets contributors, and a log that tells what was before."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.audit import Entry
from bot.domain.role import Role
from bot.store.content import articles
from bot.store.desk import audit_log, editors
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate, scripts

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STORY = '{"title": "One", "link": "https://news.example/1", "published_at": 0}'


async def test_what_was_there_stays_as_it_was_and_has_no_maker(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    known = scripts()
    before = next(place for place, (_, sql) in enumerate(known) if "made_by INTEGER;" in sql)
    migrate(path, create=True, known=known[:before])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)"
            " VALUES (1, 'one', 'draft', 'One', 0, ?, 0)",
            (STORY,),
        )
        conn.execute("INSERT INTO editors (person, role, since) VALUES (7, 'owner', 0), (8, 'editor', 0)")
        conn.execute("INSERT INTO log (at, person, act, detail) VALUES (?, 7, 'let go', '9')", (int(AT.timestamp()),))
    migrate(path, create=False)
    db = await Database.open(path)
    async with db.transaction() as conn:
        assert (await articles.article(conn, 1)).made_by is None
        assert await editors.editors(conn, frozenset()) == {7: Role.OWNER, 8: Role.EDITOR}
        assert await audit_log.latest(conn) == [Entry(AT, 7, "let go", None, "9")]
        await editors.set_role(conn, 8, Role.CONTRIBUTOR, 7, AT)
        await audit_log.record(conn, "role", at=AT, before="editor", after="contributor")
        assert (await audit_log.latest(conn))[0].before == "editor"
    await db.close()
