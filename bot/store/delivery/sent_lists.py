"""Lists as they were sent, each once for all chats that got the same (`receipts.list` says which one stands there)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.article import ArticleState
from bot.domain.sent_list import ListForm, SentList, listing_as_json, listing_from_json
from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection


async def remember(conn: Connection, sent: Iterable[SentList]) -> None:
    """Store lists that have arrived somewhere; those that are known already stay as they are."""
    await conn.executemany(
        """
        INSERT INTO sent_lists (id, listing, told_at, articles, form)
        VALUES (:id, :listing, :told_at, :articles, :form) ON CONFLICT (id) DO NOTHING
        """,
        [
            {
                "id": one.id,
                "listing": listing_as_json(one.listing),
                "told_at": epoch(one.told_at),
                "articles": json.dumps(one.articles),
                "form": int(one.form),
            }
            for one in sent
        ],
    )


async def sent_list(conn: Connection, id: int) -> SentList | None:
    """Return a list; None when it is too old to be known."""
    rows = await conn.execute_fetchall("SELECT * FROM sent_lists WHERE id = :id", {"id": id})
    for row in rows:
        return SentList(
            listing_from_json(row["listing"]),
            moment(row["told_at"]),
            tuple(json.loads(row["articles"])),
            ListForm(row["form"]),
        )
    return None


async def standing(conn: Connection, articles: Sequence[int]) -> dict[int, tuple[int, ArticleState]]:
    """Return the revision and the state of these articles, by number: what a list of them depends on."""
    rows = await conn.execute_fetchall(
        "SELECT number, revision, state FROM articles WHERE number IN (SELECT value FROM json_each(:articles))",
        {"articles": json.dumps(list(articles))},
    )
    return {row["number"]: (row["revision"], ArticleState(row["state"])) for row in rows}


async def drop(conn: Connection, told_before: datetime, at_most: int) -> bool:
    """Forget the next lists that told of a time before; return whether there may be more."""
    dropped = await conn.execute(
        """
        DELETE FROM sent_lists
        WHERE id IN (SELECT id FROM sent_lists WHERE told_at <= :before ORDER BY told_at LIMIT :at_most)
        """,
        {"before": epoch(told_before), "at_most": at_most},
    )
    return dropped == at_most
