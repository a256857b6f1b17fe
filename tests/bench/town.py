"""
A town of readers: a database with as many chats as a benchmark asks for, and articles about what they follow.

Chats and subscriptions are written straight into SQLite, because a million of them would take minutes through the
bot; everything that is measured goes through newsbot's own code.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.domain.article import Picture, Provider, Related, Story
from bot.domain.publishing import PushWindow
from bot.services.content.imports import Policy, Seen, take
from bot.services.delivery.fanout import fan_out_next
from bot.services.newsroom import newsroom
from bot.store.content import articles, media
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate

FIRST_CHAT = 100_000_000
TOPICS = ("Energy", "Robotics", "Oceans", "Space", "Libraries", "Cities", "Chips", "Weather", "Health", "Farming")
FILE_ID = "AgACAgIAAxkDAAIBAmVx3abcdefghijklmnopqrstuvwxyz0123456789"
BOT_ID = 700000001


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on disk that goes when the block ends."""
    with TemporaryDirectory(prefix="newsbot-bench-") as folder:
        yield Path(folder)


def build(path: Path, chats: int, follows: int = 1, *, groups: float = 0.0) -> Path:
    """Make a database in which each chat follows `follows` topics; `groups` is the share of chats that are groups.

    With one topic each everybody follows the first. With more, topics are dealt out evenly.
    """
    migrate(path, create=True)
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -262144")
        conn.executemany("INSERT INTO topics (id, name, listed) VALUES (?, ?, 1)", [(n.lower(), n) for n in TOPICS])
        conn.executemany(
            "INSERT INTO topic_names (key, topic) VALUES (?, ?)", [(n.lower(), i + 1) for i, n in enumerate(TOPICS)]
        )
        conn.execute("INSERT INTO meta (key, value) VALUES ('bot_id', ?)", (str(BOT_ID),))
        every = round(1 / groups) if groups else 0
        conn.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :chats)
            INSERT INTO chats (id, kind, since, state_at)
            SELECT CASE WHEN :every AND i % :every = 0 THEN -(:first + i) ELSE :first + i END,
                   CASE WHEN :every AND i % :every = 0 THEN 'group' ELSE 'private' END, 0, 0 FROM n
            """,
            {"chats": chats, "first": FIRST_CHAT, "every": every},
        )
        for turn in range(follows):
            conn.execute(
                """
                INSERT INTO subscriptions (topic, chat, thread, since)
                SELECT 1 + (CASE WHEN :follows = 1 THEN 0 ELSE (abs(id) * 7 + :turn) % :topics END), id, 0, 0
                FROM chats ORDER BY 1, 2
                """,
                {"follows": follows, "turn": turn, "topics": len(TOPICS)},
            )
        conn.commit()
        conn.execute("PRAGMA optimize")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def copy(town: Path, to: Path) -> Path:
    """Copy a database that nobody has open, and return the copy."""
    return Path(shutil.copyfile(town, to))


def story(slug: str, *names: str) -> Story:
    """An article as they come: a caption of some 400 characters, a picture, two related links.

    The picture is its own: one that several articles of a provider show is a banner, and is not sent.
    """
    return Story(
        title=f"Batteries in an old mine shaft, {slug.replace('-', ' ')}",
        link=f"https://news.example/{slug}",
        published_at=datetime.now(UTC) - timedelta(hours=1),
        excerpt="A weight of forty tonnes goes up when power is cheap and comes down when it is dear. " * 3,
        provider=Provider("Northgate News", "news.example"),
        topics=names or TOPICS[:1],
        pictures=(Picture(f"https://pictures.example/{slug}.jpg", 1200, 675),),
        related=(
            Related("What a kilowatt-hour of height costs", "https://news.example/height", Provider("Northgate News")),
            Related("Why the mine closed", "https://news.example/mine", Provider("Northgate News")),
        ),
    )


async def draft(db: Database, slug: str, *names: str) -> int:
    """Import an article as a draft and return its number."""
    policy = Policy(PushWindow(timedelta(hours=48)), burst=10, undo=timedelta(0))
    drafted = story(slug, *names)
    await take(db, [Seen(f"{slug}.md", slug, drafted, (slug,))], now=datetime.now(UTC), policy=policy)
    async with db.transaction() as conn:
        await media.accepted(conn, drafted.pictures[0].url, FILE_ID, datetime.now(UTC))
    async with db.reading() as conn:
        return (await articles.find(conn, slug)).number


async def publish(db: Database, slug: str, *names: str) -> int:
    """Import an article, publish it at once, and return its campaign."""
    number = await draft(db, slug, *names)
    done = await newsroom.publish(db, number, by=1, now=datetime.now(UTC), undo=timedelta(0))
    return done.campaign


async def spread_all(db: Database) -> None:
    """Give every campaign under way all its rows."""
    while await fan_out_next(db, now=datetime.now(UTC), draw=0.5):
        pass


async def ready_to_send(path: Path) -> None:
    """Publish an article to everybody and give all its rows."""
    db = await Database.open(path)
    await publish(db, "sending")
    await spread_all(db)
    await db.close()
