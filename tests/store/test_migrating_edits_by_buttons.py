"""Editors who were asked for a field before they could send pictures or tick topics go on: none of them did."""

import sqlite3
from contextlib import closing

from bot.domain.editing import EditField
from bot.store.desk import asked_edits
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "ADD COLUMN sent TEXT" in script)


async def test_what_editors_were_asked_for_is_still_asked_for(tmp_path):
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
        conn.execute("INSERT INTO asked_edits VALUES (7003, 1, 'title', 2, 60, 9, 'Mine')")
    migrate(path, create=False)
    db = await Database.open(path)
    async with db.reading() as conn:
        asked = await asked_edits.asked_of(conn, 7003)
    await db.close()
    assert asked is not None
    assert (asked.field, asked.typed, asked.sent, asked.ticked) == (EditField.TITLE, "Mine", None, None)
