"""What sources have listed, for good, and every id and link by which each item is or was known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from bot.domain.feed_items import MAX_IDS, KnownItem, KnownItems, Standing
from bot.domain.ingestion import FEED_ITEMS
from bot.store.content.story_json import epoch, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list


@dataclass(frozen=True, slots=True)
class Embargoed:
    """An item whose article is scheduled for the date that the item came with. `due_at` is when it is looked at."""

    article: int
    source: int
    item: KnownItem
    due_at: datetime


def article_item(source: int, key: str) -> str:
    """Return the id under which an item's article knows it."""
    return f"{FEED_ITEMS}{source}/{key}"


async def known(conn: Connection, source: int, ids: Iterable[str], links: Iterable[str]) -> KnownItems:
    """Return the items of a source that were in its feed when it was last read, and all with one of these hashed ids
    or normalised links."""
    hashed = list(ids)
    asked = {"source": source, "ids": text_list(hashed), "links": text_list(links)}
    rows = await conn.execute_fetchall(
        """
        SELECT id, key FROM source_item_ids
        WHERE source = :source AND id IN (SELECT value FROM json_each(:ids))
        """,
        asked,
    )
    keys = {str(row["id"]): str(row["key"]) for row in rows}
    rows = await conn.execute_fetchall(
        """
        SELECT * FROM source_items WHERE source = :source AND place IS NOT NULL
        UNION SELECT * FROM source_items
        WHERE source = :source AND key IN (SELECT value FROM json_each(:keys))
        UNION SELECT * FROM source_items
        WHERE source = :source AND link IS NOT NULL AND link IN (SELECT value FROM json_each(:links))
        """,
        {"source": source, "links": asked["links"], "keys": text_list({*keys.values(), *hashed})},
    )
    return KnownItems({row["key"]: _item(row) for row in rows}, keys)


async def keep(
    conn: Connection, source: int, items: Sequence[KnownItem], ids: Mapping[str, str], now: datetime
) -> None:
    """Store items as they are now, and ids by which they are known, each with the key of its item.

    Of one item the id under which it came first is kept, and the latest of the others.
    """
    await conn.executemany(
        """
        INSERT INTO source_items
            (source, key, title, link, published_at, text_hash, sketch, fingerprint, place, is_history, standing,
             embargo)
        VALUES
            (:source, :key, :title, :link, :published_at, :text_hash, :sketch, :fingerprint, :place, :is_history,
             :standing, :embargo)
        ON CONFLICT (source, key) DO UPDATE SET title = excluded.title, link = excluded.link,
            published_at = excluded.published_at, text_hash = excluded.text_hash, sketch = excluded.sketch,
            fingerprint = excluded.fingerprint, place = excluded.place, is_history = excluded.is_history,
            standing = excluded.standing, embargo = excluded.embargo
        """,
        [
            {
                "source": source,
                "key": item.key,
                "title": item.title,
                "link": item.link,
                "published_at": _epoch_or_none(item.published_at),
                "text_hash": item.text_hash,
                "sketch": item.sketch,
                "fingerprint": item.fingerprint,
                "place": item.place,
                "is_history": item.is_history,
                "standing": item.standing,
                "embargo": _epoch_or_none(item.embargo),
            }
            for item in items
        ],
    )
    await conn.executemany(
        """
        INSERT INTO source_item_ids (source, id, key, at) VALUES (:source, :id, :key, :at)
        ON CONFLICT (source, id) DO NOTHING
        """,
        [{"source": source, "id": id, "key": key, "at": epoch(now)} for id, key in ids.items()],
    )
    await conn.executemany(
        """
        DELETE FROM source_item_ids WHERE source = :source AND key = :key AND id <> :key AND id NOT IN (
            SELECT id FROM source_item_ids WHERE source = :source AND key = :key AND id <> :key
            ORDER BY at DESC, id LIMIT :most
        )
        """,
        [{"source": source, "key": key, "most": MAX_IDS - 1} for id, key in ids.items() if id != key],
    )


async def published_lately(conn: Connection, source: int, limit: int) -> list[datetime]:
    """Return when the items that a source lists were published, newest first: their dates, or when they were new."""
    rows = await conn.execute_fetchall(
        """
        SELECT coalesce(i.published_at, d.at) AS published FROM source_items AS i
        JOIN source_item_ids AS d ON d.source = i.source AND d.id = i.key
        WHERE i.source = :source AND i.place IS NOT NULL AND (i.published_at IS NOT NULL OR i.is_history = 0)
        ORDER BY published DESC LIMIT :limit
        """,
        {"source": source, "limit": limit},
    )
    return [_moment(row["published"]) for row in rows]


async def embargoed(conn: Connection, articles: Iterable[int]) -> list[Embargoed]:
    """Return which of these scheduled articles wait for the date that their item came with, not for an editor's."""
    rows = await conn.execute_fetchall(
        """
        SELECT a.number, a.scheduled_at, f.path
        FROM articles AS a JOIN files AS f ON f.article = a.number AND f.owns = 1
        WHERE a.number IN (SELECT value FROM json_each(:articles)) AND a.state = 'scheduled'
        ORDER BY a.scheduled_at, a.number
        """,
        {"articles": number_list(articles)},
    )
    found: list[Embargoed] = []
    for row in rows:
        if not row["path"].startswith(FEED_ITEMS):
            continue
        source, _, key = row["path"].removeprefix(FEED_ITEMS).partition("/")
        items = await conn.execute_fetchall(
            "SELECT * FROM source_items WHERE source = :source AND key = :key AND embargo = :due_at",
            {"source": int(source), "key": key, "due_at": row["scheduled_at"]},
        )
        found.extend(Embargoed(row["number"], int(source), _item(item), _moment(row["scheduled_at"])) for item in items)
    return found


async def postpone(conn: Connection, waiting: Iterable[Embargoed], until: datetime) -> None:
    """Look at embargoes that are over again at `until`."""
    for one in waiting:
        await conn.execute(
            "UPDATE articles SET scheduled_at = :until WHERE number = :number AND state = 'scheduled'",
            {"number": one.article, "until": epoch(until)},
        )
        await conn.execute(
            "UPDATE source_items SET embargo = :until WHERE source = :source AND key = :key",
            {"source": one.source, "key": one.item.key, "until": epoch(until)},
        )


async def withdraw(conn: Connection, one: Embargoed) -> None:
    """Remember that an item vanished before its embargo ended, so that it acts anew if it comes back."""
    await conn.execute(
        """
        UPDATE source_items SET standing = :standing, embargo = NULL WHERE source = :source AND key = :key
        """,
        {"standing": Standing.WITHDRAWN, "source": one.source, "key": one.item.key},
    )
    await conn.execute(
        "UPDATE files SET last_flag = 0 WHERE path = :path", {"path": article_item(one.source, one.item.key)}
    )


async def forget_content(conn: Connection, source: int) -> None:
    """Let a source's items be read anew when they are listed again, and let others go on with their stories."""
    await conn.execute(
        "UPDATE source_items SET fingerprint = '', place = NULL WHERE source = :source", {"source": source}
    )
    await conn.execute(
        "UPDATE files SET fingerprint = '' WHERE path >= :first AND path < :beyond",
        {"first": article_item(source, ""), "beyond": f"{FEED_ITEMS}{source}0"},  # `0` comes after `/`
    )


def _item(row: Row) -> KnownItem:
    return KnownItem(
        key=row["key"],
        title=row["title"],
        link=row["link"],
        published_at=moment_or_none(row["published_at"]),
        text_hash=row["text_hash"],
        sketch=row["sketch"],
        fingerprint=row["fingerprint"],
        place=row["place"],
        is_history=bool(row["is_history"]),
        standing=Standing(row["standing"]),
        embargo=moment_or_none(row["embargo"]),
    )


def _moment(seconds: int) -> datetime:
    at = moment_or_none(seconds)
    assert at is not None
    return at


def _epoch_or_none(at: datetime | None) -> int | None:
    return None if at is None else epoch(at)
