"""
Stories that were taken down: all that tells of them is deleted, and hashes stay of the links by which they were known,
so that no file, feed or older copy of the database brings them back.

Whoever has the database and a link can tell whether it is in there; nobody can read links out of it without trying
each.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from bot.domain.article import Story
from bot.domain.ingestion import FEED_ITEMS
from bot.domain.link import normalised
from bot.store.content.story_json import epoch, moment, moment_or_none, story_from, story_json
from bot.store.engine.connection import Connection
from bot.store.engine.lists import number_list, text_list
from bot.store.engine.sync_connection import connect, translating

_SALT_BYTES = 16


async def remember(conn: Connection, article: int, links: Iterable[str], now: datetime) -> None:
    """Let stories at these normalised links, or with these ids, be known as the article that was taken down."""
    salts = await _salts(conn)
    salt = salts[0] if salts else secrets.token_hex(_SALT_BYTES)
    await conn.executemany(
        """
        INSERT INTO taken_down_links (salt, print, article, at) VALUES (:salt, :print, :article, :now)
        ON CONFLICT (salt, print) DO NOTHING
        """,
        [
            {"salt": salt, "print": print_of(link, salt), "article": article, "now": epoch(now)}
            for link in dict.fromkeys(links)
        ],
    )


async def anything(conn: Connection) -> bool:
    """Return whether anything was ever taken down."""
    return any(await conn.execute_fetchall("SELECT 1 FROM taken_down_links LIMIT 1"))


async def matching(conn: Connection, links: Iterable[str]) -> dict[str, int]:
    """Return which of these normalised links, or ids, led to articles that were taken down, each with its article."""
    salts = await _salts(conn)
    if not salts:
        return {}
    prints = {print_of(link, salt): link for link in set(links) for salt in salts}
    found: dict[str, int] = {}
    for salt in salts:
        rows = await conn.execute_fetchall(
            """
            SELECT print, article FROM taken_down_links
            WHERE salt = :salt AND print IN (SELECT value FROM json_each(:prints))
            """,
            {"salt": salt, "prints": text_list(prints)},
        )
        found.update({prints[row["print"]]: int(row["article"]) for row in rows})
    return found


async def of_items(conn: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Return which of these items told articles that were taken down, each with its article."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.path, f.article FROM files AS f JOIN articles AS a ON a.number = f.article
        WHERE f.path IN (SELECT value FROM json_each(:ids)) AND a.state = 'taken_down'
        """,
        {"ids": text_list(ids)},
    )
    return {row["path"]: int(row["article"]) for row in rows}


async def ids_of(conn: Connection, article: int) -> list[str]:
    """Return the ids under which programs have told an article."""
    rows = await conn.execute_fetchall(
        "SELECT path FROM files WHERE article = :article AND substr(path, 1, 4) = 'api:' ORDER BY path",
        {"article": article},
    )
    return [row["path"] for row in rows]


async def taken_down_at(conn: Connection, article: int) -> datetime | None:
    """Return when an article was taken down; None when it was not."""
    rows = await conn.execute_fetchall(
        "SELECT taken_down_at FROM articles WHERE number = :article", {"article": article}
    )
    return next((moment_or_none(row["taken_down_at"]) for row in rows), None)


async def brought_back(conn: Connection) -> list[int]:
    """Return the articles that an older copy of the database still has and that were taken down after it was made."""
    salts = await _salts(conn)
    if not salts:
        return []
    rows = await conn.execute_fetchall("SELECT salt, print FROM taken_down_links")
    prints = {(row["salt"], row["print"]) for row in rows}
    links = await conn.execute_fetchall("SELECT link, article FROM article_links")
    return sorted(
        {int(row["article"]) for row in links if any((salt, print_of(row["link"], salt)) in prints for salt in salts)}
    )


async def links_of(conn: Connection, article: int) -> list[str]:
    """Return the normalised links that lead to an article, old ones too."""
    rows = await conn.execute_fetchall(
        "SELECT link FROM article_links WHERE article = :article ORDER BY link", {"article": article}
    )
    return [row["link"] for row in rows]


async def naming(conn: Connection, article: int, links: Iterable[str]) -> list[int]:
    """Return the other articles that name one of these normalised links as related."""
    rows = await conn.execute_fetchall(
        """
        SELECT DISTINCT article FROM article_related
        WHERE link IN (SELECT value FROM json_each(:links)) AND article <> :article ORDER BY article
        """,
        {"links": text_list(links), "article": article},
    )
    return [int(row["article"]) for row in rows]


async def told_in(conn: Connection, article: int) -> tuple[list[str], list[str]]:
    """Return the files that tell an article, and the addresses of the feeds that did."""
    rows = await conn.execute_fetchall(
        "SELECT path FROM files WHERE article = :article AND fingerprint <> '' ORDER BY path", {"article": article}
    )
    paths = [row["path"] for row in rows]
    sources = {path.removeprefix(FEED_ITEMS).partition("/")[0] for path in paths if path.startswith(FEED_ITEMS)}
    feeds = await conn.execute_fetchall(
        "SELECT url FROM sources WHERE number IN (SELECT value FROM json_each(:sources)) ORDER BY url",
        {"sources": number_list(int(one) for one in sources)},
    )
    return [path for path in paths if _is_file(path)], [row["url"] for row in feeds]


async def erase(conn: Connection, article: int, now: datetime) -> None:
    """Delete all that tells of an article but its number, who has it, and that it was taken down, which is a revision.

    What is deleted is overwritten in the file too. Source: https://sqlite.org/pragma.html#pragma_secure_delete
    """
    [row] = await conn.execute_fetchall(
        "SELECT first_seen_at FROM articles WHERE number = :article", {"article": article}
    )
    topics = await conn.execute_fetchall(
        "SELECT topic FROM article_topics WHERE article = :article", {"article": article}
    )
    await _erase_items(conn, article)
    for statement in _ERASE:
        await conn.execute(statement, {"article": article})
    await _erase_answers(conn, article)
    # A slug is made of letters, digits and three signs, and `#` is none of them: no other article's is in its way.
    await conn.execute(
        """
        UPDATE articles SET slug = :slug, state = 'taken_down', revision = revision + 1, title = '', source = NULL,
            published_at = first_seen_at, heat = 0, payload = '{}', scheduled_at = NULL, held_why = NULL, by_hand = 0,
            silent = 0, corrections = NULL, uncorrected = NULL, retracted_why = NULL, edits = NULL, made_by = NULL,
            news_at = NULL, taken_down_at = :now, story = :story
        WHERE number = :article
        """,
        {
            "article": article,
            "slug": f"#{article}",
            "now": epoch(now),
            "story": story_json(Story("", "", moment(row["first_seen_at"]))),
        },
    )
    worn = number_list(int(one["topic"]) for one in topics)
    left = [{"topic": int(one["number"])} for one in await conn.execute_fetchall(_LEFT_TOPICS, {"topics": worn})]
    await conn.executemany("DELETE FROM topic_names WHERE topic = :topic", left)
    await conn.executemany("DELETE FROM topics WHERE number = :topic", left)


async def _erase_answers(conn: Connection, article: int) -> None:
    """Delete the answers, kept for a day, in which programs were told of an article."""
    answers = await conn.execute_fetchall("SELECT key, request, body FROM api_answers")
    await conn.executemany(
        "DELETE FROM api_answers WHERE key = :key AND request = :request",
        [
            {"key": row["key"], "request": row["request"]}
            for row in answers
            if json.loads(row["body"]).get("number") == article
        ],
    )


async def forget_pasted(conn: Connection, links: Iterable[str]) -> None:
    """Delete what is kept of editors' links that lead to one of these normalised links, or found a story there."""
    gone = frozenset(links)
    rows = await conn.execute_fetchall("SELECT person, message_id, link, story FROM pasted_links")
    await conn.executemany(
        "DELETE FROM pasted_links WHERE person = :person AND message_id = :message_id",
        [
            {"person": row["person"], "message_id": row["message_id"]}
            for row in rows
            if normalised(row["link"]) in gone
            or (row["story"] is not None and normalised(story_from(row["story"]).link) in gone)
        ],
    )


async def _erase_items(conn: Connection, article: int) -> None:
    """Delete what is kept of the feeds' items that told an article, but for how they are known again."""
    rows = await conn.execute_fetchall("SELECT path FROM files WHERE article = :article", {"article": article})
    items = [
        path.removeprefix(FEED_ITEMS).partition("/") for row in rows if (path := row["path"]).startswith(FEED_ITEMS)
    ]
    await conn.executemany(
        "UPDATE source_items SET title = '', link = NULL, sketch = '' WHERE source = :source AND key = :key",
        [{"source": int(source), "key": key} for source, _, key in items],
    )


async def rewrite_related(conn: Connection, article: int, links: Iterable[str]) -> None:
    """Take it out of the index of what an article names that it names these normalised links."""
    await conn.executemany(
        "DELETE FROM article_related WHERE article = :article AND link = :link",
        [{"article": article, "link": link} for link in links],
    )


def learn_taken_down(copy: Path, replaced: Path) -> None:
    """Let a copy of the database know what was taken down after it was made, as the one that it replaces has it.

    Raises: StoreError.
    """
    with translating(copy), closing(connect(copy)) as conn:
        conn.execute("ATTACH ? AS old", (f"{replaced.absolute().as_uri()}?mode=rw",))
        # The replaced one may be of an earlier version, in which nothing could be taken down.
        if conn.execute("SELECT 1 FROM old.sqlite_master WHERE name = 'taken_down_links'").fetchone() is not None:
            conn.execute(
                """
                INSERT OR IGNORE INTO main.taken_down_links (salt, print, article, at)
                SELECT salt, print, article, at FROM old.taken_down_links
                """
            )


def print_of(link: str, salt: str) -> str:
    """Return the hash by which a link is known: BLAKE2b of the normalised link, keyed with the salt, in hex."""
    return blake2b(link.encode(errors="replace"), key=bytes.fromhex(salt), digest_size=16).hexdigest()


async def _salts(conn: Connection) -> list[str]:
    return [row["salt"] for row in await conn.execute_fetchall("SELECT DISTINCT salt FROM taken_down_links")]


def _is_file(path: str) -> bool:
    return not path.startswith((FEED_ITEMS, "api:", "article:", "link:", "upload:"))


# In this order: what is asked about the article's own rows goes before they do.
_ERASE = (
    """
    DELETE FROM media WHERE picture IN (SELECT picture FROM article_pictures WHERE article = :article)
        AND picture NOT IN (SELECT picture FROM article_pictures WHERE article <> :article)
    """,
    "DELETE FROM article_pictures WHERE article = :article",
    "DELETE FROM article_topics WHERE article = :article",
    "DELETE FROM article_related WHERE article = :article",
    "DELETE FROM article_search WHERE rowid = :article",
    "DELETE FROM article_links WHERE article = :article",
    "DELETE FROM article_slugs WHERE article = :article",
    "DELETE FROM saved WHERE article = :article",
    "DELETE FROM saving_reactions WHERE article = :article",
    "DELETE FROM followed_stories WHERE article = :article",
    "DELETE FROM approvals WHERE article = :article",
    "DELETE FROM desk_news WHERE article = :article",
    "DELETE FROM asked_edits WHERE article = :article",
    "DELETE FROM asked_takedowns WHERE article = :article",
    "DELETE FROM pasted_links WHERE article = :article",
    "DELETE FROM notices WHERE article = :article OR subject IN (SELECT path FROM files WHERE article = :article)",
    "UPDATE log SET before = NULL, after = NULL WHERE article = :article AND act IN ('edit', 'correct')",
    "UPDATE log SET detail = NULL WHERE article = :article AND act IN ('correct', 'take back copies', 'topic')",
    # These ids are made of its link, or are a program's words for it, and hashes stay of them. Paths and the hashed ids
    # of feeds' items stay as they are: by them it is known whose story a file, or an item, told.
    """
    DELETE FROM files WHERE article = :article AND (
        substr(path, 1, 4) = 'api:' OR substr(path, 1, 5) = 'link:' OR substr(path, 1, 7) = 'upload:'
    )
    """,
    "UPDATE files SET last_flag = NULL, complaint = NULL WHERE article = :article",
)
# A topic may be a name that nothing but this story bore: nobody follows it, no file defines it, nothing else has it.
_LEFT_TOPICS = """
SELECT number FROM topics AS t
WHERE number IN (SELECT value FROM json_each(:topics)) AND from_file = 0
    AND NOT EXISTS (SELECT 1 FROM article_topics AS a WHERE a.topic = t.number)
    AND NOT EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.topic = t.number)
    AND NOT EXISTS (SELECT 1 FROM exceptions AS e WHERE e.topic = t.number)
    AND NOT EXISTS (SELECT 1 FROM topic_wishes AS w WHERE w.topic = t.number)
    AND NOT EXISTS (SELECT 1 FROM topic_threads AS r WHERE r.topic = t.number)
    AND NOT EXISTS (SELECT 1 FROM topics AS c WHERE c.parent = t.number)
"""
