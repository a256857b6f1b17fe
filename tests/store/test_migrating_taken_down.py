"""Articles of before any could be taken down: none is, none is turned away, and what is deleted is overwritten."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.content import articles, taken_down
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "taken_down_links" in script)
LINK = "https://news.example/a"


async def test_no_article_of_before_is_taken_down(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            """
            INSERT INTO articles (number, slug, state, title, published_at, heat, story, payload, first_seen_at)
            VALUES (1, 'a', 'published', 'A', 5, 0, '{"title":"A","link":"https://news.example/a","published_at":5}',
                '{}', 5)
            """
        )
        conn.execute("INSERT INTO article_links (link, article) VALUES (?, 1)", (LINK,))
    migrate(path, create=False)
    db = await Database.open(path)
    async with db.transaction() as conn:
        assert (await articles.article(conn, 1)).story.title == "A"
        assert await taken_down.taken_down_at(conn, 1) is None
        assert await taken_down.matching(conn, [LINK]) == {}
        assert await taken_down.brought_back(conn) == []
        [row] = await conn.execute_fetchall("PRAGMA secure_delete")
        assert row[0] == 1
    await db.close()
