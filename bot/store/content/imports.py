"""
The reads and writes of an import, for many files at once.

A folder of thousands of files is compared and stored in a few statements; one statement for each file and table would
cost more than parsing them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from sqlite3 import Row

from bot.domain.article import ArticleState, HeldWhy, Story
from bot.domain.ingestion import FEED_ITEMS, KnownArticle, SourceItem
from bot.domain.link import normal_link
from bot.domain.search_terms import indexed, source_key
from bot.store.content.edits import edits_from
from bot.store.content.story_json import epoch, epoch_of_end, moment_or_none, story_from, story_json
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


async def fingerprints(conn: Connection) -> dict[str, str]:
    """Return the fingerprint of every file that was there when the folder was last scanned. Items of feeds are none."""
    rows = await conn.execute_fetchall(
        """
        SELECT path, fingerprint FROM files
        WHERE (path < :feeds OR path >= :beyond) AND fingerprint <> ''
        """,
        {"feeds": FEED_ITEMS, "beyond": f"{FEED_ITEMS[:-1]}0"},  # `0` comes after `/`
    )
    return {row["path"]: row["fingerprint"] for row in rows}


async def files(conn: Connection, paths: Iterable[str]) -> dict[str, SourceItem]:
    """Return what is known of these files, by path."""
    rows = await conn.execute_fetchall(
        "SELECT * FROM files WHERE path IN (SELECT value FROM json_each(:paths))", {"paths": text_list(paths)}
    )
    return {row["path"]: _file(row) for row in rows}


async def owners(conn: Connection, articles: Iterable[int]) -> dict[int, SourceItem]:
    """Return the file that owns each of these articles."""
    rows = await conn.execute_fetchall(
        "SELECT * FROM files WHERE owns = 1 AND article IN (SELECT value FROM json_each(:articles))",
        {"articles": number_list(articles)},
    )
    return {row["article"]: _file(row) for row in rows}


async def linked(conn: Connection, links: Iterable[str]) -> dict[str, int]:
    """Return which article each of these normalised links belongs to."""
    rows = await conn.execute_fetchall(
        "SELECT link, article FROM article_links WHERE link IN (SELECT value FROM json_each(:links))",
        {"links": text_list(links)},
    )
    return {row["link"]: int(row["article"]) for row in rows}


async def slugs(conn: Connection, wanted: Iterable[str]) -> dict[str, int]:
    """Return which article has or had each of these slugs."""
    rows = await conn.execute_fetchall(
        """
        SELECT slug, number FROM articles WHERE slug IN (SELECT value FROM json_each(:wanted))
        UNION SELECT slug, article FROM article_slugs WHERE slug IN (SELECT value FROM json_each(:wanted))
        """,
        {"wanted": text_list(wanted)},
    )
    return {row["slug"]: int(row["number"]) for row in rows}


async def known(conn: Connection, numbers: Iterable[int]) -> dict[int, KnownArticle]:
    """Return these articles as an import compares them."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, state, revision, story, pushed_at, held_why, edits
        FROM articles WHERE number IN (SELECT value FROM json_each(:numbers))
        """,
        {"numbers": number_list(numbers)},
    )
    return {
        row["number"]: KnownArticle(
            number=row["number"],
            state=ArticleState(row["state"]),
            revision=row["revision"],
            story=story_from(row["story"]),
            pushed_at=moment_or_none(row["pushed_at"]),
            held_why=None if row["held_why"] is None else HeldWhy(row["held_why"]),
            edits=edits_from(row["edits"]),
        )
        for row in rows
    }


async def payloads(conn: Connection, numbers: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return these articles' documents as they were given."""
    rows = await conn.execute_fetchall(
        "SELECT number, payload FROM articles WHERE number IN (SELECT value FROM json_each(:numbers))",
        {"numbers": number_list(numbers)},
    )
    return {row["number"]: json.loads(row["payload"]) for row in rows}


async def next_number(conn: Connection) -> int:
    """Return the number the next new article gets. Numbers are never used twice."""
    rows = await conn.execute_fetchall("SELECT last FROM numbers_given WHERE name = 'articles'")
    return next((int(row["last"]) for row in rows), 0) + 1


async def add(
    conn: Connection,
    stories: Mapping[int, tuple[str, Story]],
    now: datetime,
    states: Mapping[int, tuple[ArticleState, datetime | None]] | None = None,
) -> None:
    """Store new stories, each under its number with its slug: in its state with the end of its embargo, else a draft.

    A state known at once saves writing every new row twice.
    """
    draft = ArticleState.DRAFT, None
    rows = []
    for number, (slug, story) in stories.items():
        state, scheduled_at = draft if states is None else states.get(number, draft)
        begun = {"slug": slug, "state": state, "scheduled_at": epoch_of_end(scheduled_at), "now": epoch(now)}
        rows.append({**_row(number, story), **begun})
    await conn.executemany(
        """
        INSERT INTO articles
            (number, slug, state, title, published_at, heat, source, story, payload, first_seen_at, scheduled_at)
        VALUES
            (:number, :slug, :state, :title, :published_at, :heat, :source, :story, :payload, :now, :scheduled_at)
        """,
        rows,
    )


async def rewrite(conn: Connection, stories: Mapping[int, tuple[int, Story]]) -> None:
    """Store changed stories, each with its revision."""
    await conn.executemany(
        """
        UPDATE articles SET revision = :revision, title = :title, published_at = :published_at, heat = :heat,
            source = :source, story = :story, payload = :payload
        WHERE number = :number
        """,
        [{**_row(number, story), "revision": revision} for number, (revision, story) in stories.items()],
    )


async def unindex(conn: Connection, articles: Iterable[int]) -> None:
    """Forget what `index` stored of these articles, except their links: an old link leads to its article for ever."""
    numbers = [{"article": number} for number in articles]
    # What an editor added stays: no file knows of it.
    await conn.executemany("DELETE FROM article_topics WHERE article = :article AND by_editor = 0", numbers)
    await conn.executemany("DELETE FROM article_pictures WHERE article = :article", numbers)
    await conn.executemany("DELETE FROM article_related WHERE article = :article", numbers)
    await conn.executemany("DELETE FROM article_search WHERE rowid = :article", numbers)


async def lead(conn: Connection, links: Iterable[str], article: int) -> None:
    """Let these normalised links lead to an article too, unless they lead to one already."""
    await conn.executemany(
        "INSERT OR IGNORE INTO article_links (link, article) VALUES (:link, :article)",
        [{"link": link, "article": article} for link in links],
    )


async def index(conn: Connection, stories: Mapping[int, Story], topics: Mapping[str, int]) -> None:
    """Store what can be searched and compared of stories that are not indexed: links, topics, pictures, sources,
    stories they name, words."""
    # A link leads to the article that bears it now; who bore it before has another one.
    await conn.executemany(
        """
        INSERT INTO article_links (link, article) VALUES (?, ?)
        ON CONFLICT (link) DO UPDATE SET article = excluded.article
        """,
        [(normal_link(story.link), number) for number, story in stories.items() if story.link],
    )
    await conn.executemany(
        "INSERT OR IGNORE INTO article_topics (article, topic, place) VALUES (?, ?, ?)",
        [
            (number, topics[name], place)
            for number, story in stories.items()
            for place, name in enumerate(story.topics)
            if name in topics
        ],
    )
    await conn.executemany(
        "INSERT OR IGNORE INTO article_pictures (picture, source, article) VALUES (?, ?, ?)",
        [
            (picture.url, source_of(story) or "", number)
            for number, story in stories.items()
            for picture in story.pictures
        ],
    )
    await conn.executemany(
        "INSERT OR IGNORE INTO source_names (name, source) VALUES (?, ?)",
        {
            (source_key(story.provider.name or source), source)
            for story in stories.values()
            if (source := source_of(story)) is not None
        },
    )
    await conn.executemany(
        "INSERT OR IGNORE INTO article_related (link, article) VALUES (?, ?)",
        [(normal_link(one.link), number) for number, story in stories.items() for one in story.related],
    )
    await conn.executemany(
        "INSERT INTO article_search (rowid, title, excerpt, topics, source) VALUES (?, ?, ?, ?, ?)",
        [
            (
                number,
                indexed(story.title),
                indexed(story.excerpt or ""),
                _indexed_again(" ".join(story.topics)),
                _indexed_again(story.provider.name or ""),
            )
            for number, story in stories.items()
        ],
    )


@lru_cache(maxsize=1024)
def _indexed_again(text: str) -> str:
    """Return `indexed` of what many stories share: topics and sources."""
    return indexed(text)


async def rename(conn: Connection, slugs: Mapping[int, str]) -> None:
    """Give articles new slugs; the old ones stay aliases."""
    rows = [{"article": number, "slug": slug} for number, slug in slugs.items()]
    await conn.executemany(
        """
        INSERT OR IGNORE INTO article_slugs (slug, article)
        SELECT slug, number FROM articles WHERE number = :article AND slug <> :slug
        """,
        rows,
    )
    await conn.executemany("DELETE FROM article_slugs WHERE slug = :slug AND article = :article", rows)
    await conn.executemany("UPDATE articles SET slug = :slug WHERE number = :article", rows)


async def remember(conn: Connection, seen: Iterable[SourceItem]) -> None:
    """Store files as they are now."""
    await conn.executemany(
        """
        INSERT INTO files (path, fingerprint, article, owns, last_flag, complaint)
        VALUES (:path, :fingerprint, :article, :owns, :last_flag, :complaint)
        ON CONFLICT (path) DO UPDATE SET fingerprint = excluded.fingerprint, article = excluded.article,
            owns = excluded.owns, last_flag = excluded.last_flag, complaint = excluded.complaint
        """,
        [
            {
                "path": file.id,
                "fingerprint": file.fingerprint,
                "article": file.article,
                "owns": file.owns,
                "last_flag": file.last_flag,
                "complaint": file.complaint,
            }
            for file in seen
        ],
    )


async def forget_fingerprints(conn: Connection, gone: Iterable[str]) -> None:
    """Mark files as gone. What they were last seen to say is kept."""
    await conn.execute(
        "UPDATE files SET fingerprint = '' WHERE path IN (SELECT value FROM json_each(:gone))",
        {"gone": text_list(gone)},
    )


def source_of(story: Story) -> str | None:
    """Return the folded name under which a story's source is muted and its banners are counted."""
    name = story.provider.domain or story.provider.name
    return name.casefold() if name else None


def _row(number: int, story: Story) -> dict[str, object]:
    return {
        "number": number,
        "title": story.title,
        "published_at": epoch(story.published_at),
        "heat": story.heat or 0,
        "source": source_of(story),
        "story": story_json(story),
        "payload": _encode(story.payload),
    }


def _file(row: Row) -> SourceItem:
    return SourceItem(
        id=row["path"],
        fingerprint=row["fingerprint"],
        article=row["article"],
        owns=bool(row["owns"]),
        last_flag=None if row["last_flag"] is None else bool(row["last_flag"]),
        complaint=row["complaint"],
    )
