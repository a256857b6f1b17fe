"""Articles of before fields could be edited in chat: none is, so files go on saying all of them."""

import sqlite3
from contextlib import closing

from bot.store.content import edits
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "COLUMN edits" in script)


async def test_no_article_of_before_is_edited(tmp_path):
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
    migrate(path, create=False)
    db = await Database.open(path)
    async with db.reading() as conn:
        assert await edits.edits_of(conn, [1]) == {}
    await db.close()
