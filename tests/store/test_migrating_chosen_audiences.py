"""Articles of before an audience could be chosen go to all who follow them."""

import sqlite3
from contextlib import closing

from bot.store.content import articles
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "ADD COLUMN only_to" in script)


async def test_nothing_was_chosen_for_an_article_of_before(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            """
            INSERT INTO articles (number, slug, state, title, published_at, heat, story, payload, first_seen_at)
            VALUES (1, 'a', 'draft', 'A', 5, 0, '{"title":"A","link":"https://news.example/a","published_at":5}',
                '{}', 5)
            """
        )
    migrate(path, create=False)
    db = await Database.open(path)
    async with db.reading() as conn:
        assert (await articles.article(conn, 1)).only_to == ()
    await db.close()
