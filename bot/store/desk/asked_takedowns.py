"""Takedowns that somebody was asked about: nothing is taken down before they say so."""

from __future__ import annotations

from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection


async def ask(conn: Connection, person: int, article: int, why: str | None, now: datetime) -> None:
    """Remember what a person is asked about, with the reason they gave, in the place of the takedown before."""
    await conn.execute(
        """
        INSERT INTO asked_takedowns (person, article, why, at) VALUES (:person, :article, :why, :now)
        ON CONFLICT (person) DO UPDATE SET article = excluded.article, why = excluded.why, at = excluded.at
        """,
        {"person": person, "article": article, "why": why, "now": epoch(now)},
    )


async def why_of(conn: Connection, person: int, article: int) -> str | None:
    """Return the reason that a person gave for taking an article down; None when they gave none."""
    rows = await conn.execute_fetchall(
        "SELECT why FROM asked_takedowns WHERE person = :person AND article = :article",
        {"person": person, "article": article},
    )
    return next((row["why"] for row in rows), None)
