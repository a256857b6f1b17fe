"""Links that editors sent: what is being read, what is waited for, and which feeds their pages name."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.domain.page import FeedLink
from bot.domain.pasted_link import Asked, PastedLink
from bot.store.content.story_json import epoch, moment, story_from, story_json
from bot.store.engine.database import Connection


async def keep(conn: Connection, pasted: PastedLink) -> None:
    """Store a link as it stands, in the place of what was known of it."""
    await conn.execute(
        """
        INSERT INTO pasted_links (person, message_id, link, at, is_read, asked, article, story, feeds)
        VALUES (:person, :message_id, :link, :at, :is_read, :asked, :article, :story, :feeds)
        ON CONFLICT (person, message_id) DO UPDATE SET
            link = excluded.link, at = excluded.at, is_read = excluded.is_read, asked = excluded.asked,
            article = excluded.article, story = excluded.story, feeds = excluded.feeds
        """,
        {
            "person": pasted.person,
            "message_id": pasted.message_id,
            "link": pasted.link,
            "at": epoch(pasted.at),
            "is_read": pasted.is_read,
            "asked": pasted.asked,
            "article": pasted.article,
            "story": None if pasted.story is None else story_json(pasted.story),
            "feeds": json.dumps([[feed.url, feed.title] for feed in pasted.feeds]),
        },
    )


async def found(conn: Connection, person: int, message_id: int) -> PastedLink | None:
    """Return the link that a message of ours answers; None when it answers none, or one of long ago."""
    rows = await conn.execute_fetchall(
        "SELECT * FROM pasted_links WHERE person = :person AND message_id = :message_id",
        {"person": person, "message_id": message_id},
    )
    return next(map(_pasted, rows), None)


async def waiting(conn: Connection, person: int) -> PastedLink | None:
    """Return the link about which an editor was asked last; None when nothing is waited for."""
    rows = await conn.execute_fetchall(
        """
        SELECT * FROM pasted_links WHERE person = :person AND asked IS NOT NULL
        ORDER BY at DESC, message_id DESC LIMIT 1
        """,
        {"person": person},
    )
    return next(map(_pasted, rows), None)


async def unread(conn: Connection) -> list[PastedLink]:
    """Return the links whose pages were being read when the last process ended, oldest first."""
    rows = await conn.execute_fetchall("SELECT * FROM pasted_links WHERE is_read = 0 ORDER BY at, message_id")
    return list(map(_pasted, rows))


async def forget(conn: Connection, person: int, message_id: int) -> None:
    """Forget the link that a message of ours answers."""
    await conn.execute(
        "DELETE FROM pasted_links WHERE person = :person AND message_id = :message_id",
        {"person": person, "message_id": message_id},
    )


async def forget_before(conn: Connection, at: datetime) -> None:
    """Forget what is older: its buttons are too old, too."""
    await conn.execute("DELETE FROM pasted_links WHERE at < :at", {"at": epoch(at)})


def _pasted(row: Any) -> PastedLink:
    return PastedLink(
        person=row["person"],
        message_id=row["message_id"],
        link=row["link"],
        at=moment(row["at"]),
        is_read=bool(row["is_read"]),
        asked=None if row["asked"] is None else Asked(row["asked"]),
        article=row["article"],
        story=None if row["story"] is None else story_from(row["story"]),
        feeds=tuple(FeedLink(url, title) for url, title in json.loads(row["feeds"])),
    )
