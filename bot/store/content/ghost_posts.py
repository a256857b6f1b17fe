"""Which change of each of a Ghost site's posts was taken in last: its calls arrive in any order."""

from __future__ import annotations

from bot.store.engine.database import Connection


async def changed_at(conn: Connection, key: str, post: str) -> int | None:
    """Return when a post was changed as it is known here, in milliseconds since the epoch; None when it is new."""
    rows = await conn.execute_fetchall(
        "SELECT changed_at FROM ghost_posts WHERE key = :key AND post = :post", {"key": key, "post": post}
    )
    return next((int(row["changed_at"]) for row in rows), None)


async def remember(conn: Connection, key: str, post: str, changed_at: int) -> None:
    """Remember when a post was changed, in milliseconds since the epoch. What is later stays."""
    await conn.execute(
        """
        INSERT INTO ghost_posts (key, post, changed_at) VALUES (:key, :post, :changed_at)
        ON CONFLICT (key, post) DO UPDATE SET changed_at = max(ghost_posts.changed_at, excluded.changed_at)
        """,
        {"key": key, "post": post, "changed_at": changed_at},
    )
