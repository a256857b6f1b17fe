"""A SQLite file with rows enough of everything that the planner has a choice, and analysed."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

CHATS, ARTICLES, TOPICS, SENT, RUNNING = 10_000, 5_000, 300, 5, 2
_COUNT = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
_CONTENT = (
    (
        TOPICS,
        "INSERT INTO topics (id, name, listed, parent) SELECT 't' || i, 'T' || i, i % 2, nullif(i / 10, 0) FROM n",
    ),
    (TOPICS, "INSERT INTO topic_names (key, topic) SELECT 't' || i, i FROM n"),
    (
        ARTICLES,
        """
        INSERT INTO articles (number, slug, state, title, published_at, source, story, first_seen_at, news_at)
        SELECT i, 's' || i, CASE WHEN i % 200 THEN 'published' ELSE 'draft' END, 'quantum dots ' || i, i * 60,
            'source' || (i % 50),
            '{"title": "t", "link": "https://a.example/' || i || '", "published_at": ' || (i * 60) || '}', 0, i FROM n
        """,
    ),
    (
        ARTICLES,
        """
        UPDATE articles SET state = CASE number % 2 WHEN 0 THEN 'scheduled' ELSE 'held' END, scheduled_at = number,
            held_why = 'burst' WHERE number % 97 = 0
        """,
    ),
    (ARTICLES, "INSERT INTO article_topics (article, topic, place) SELECT i, 1, 0 FROM n"),
    (ARTICLES, "INSERT INTO article_topics (article, topic, place) SELECT i, 2, 1 FROM n WHERE i % 100 = 0"),
    (ARTICLES, "INSERT INTO article_topics (article, topic, place) SELECT i, 3 + i % 290, 2 FROM n"),
    (ARTICLES, "INSERT INTO article_links (link, article) SELECT 'https://a.example/' || i, i FROM n"),
    (ARTICLES, "INSERT INTO article_related (link, article) SELECT 'https://a.example/' || (i + 1), i FROM n"),
    (ARTICLES, "INSERT INTO article_slugs (slug, article) SELECT 'old' || i, i FROM n"),
    (ARTICLES, "INSERT INTO article_pictures (picture, source, article) SELECT 'p' || (i % 999), 's', i FROM n"),
    (
        ARTICLES,
        """
        INSERT INTO article_search (rowid, title, excerpt, topics, source)
        SELECT i, 'sun' || (i % 9), '', '', '' FROM n
        """,
    ),
    (ARTICLES, "INSERT INTO files (path, fingerprint, article) SELECT 'f' || i, 'x' || i, i FROM n"),
    (ARTICLES, "INSERT INTO media (picture, file_id, at) SELECT 'p' || i, 'x', 0 FROM n"),
)
_SOURCES = (
    (
        ARTICLES,
        """
        INSERT INTO sources (url, state, taken_as, origin, added_at, next_at, hub_token)
        SELECT 'https://feed' || i || '.example/', CASE WHEN i % 50 THEN 'active' ELSE 'removed' END, 'news', 'opml', 0,
            i, 't' || i FROM n
        """,
    ),
    (ARTICLES, "INSERT INTO source_urls (link, source) SELECT 'https://feed' || i || '.example', i FROM n"),
    (
        4 * ARTICLES,
        """
        INSERT INTO source_items
            (source, key, title, link, published_at, text_hash, sketch, fingerprint, place, standing)
        SELECT 1 + i % 500, 'i' || i, 't', 'https://a.example/' || i, i, 'h', 's', 'f',
            CASE WHEN i % 3 THEN i END, 'taken'
        FROM n
        """,
    ),
    (
        4 * ARTICLES,
        "INSERT INTO source_item_ids (source, id, key, at) SELECT 1 + i % 500, 'i' || i, 'i' || i, 0 FROM n",
    ),
)
_READERS = (
    (CHATS, "INSERT INTO chats (id, kind, since, state_at) SELECT i, 'private', 0, 0 FROM n"),
    (CHATS, "INSERT INTO subscriptions (topic, chat, since) SELECT 1, i, 0 FROM n"),
    (CHATS, "INSERT INTO subscriptions (topic, chat, since) SELECT 2 + i % 290, i, 0 FROM n"),
    (CHATS, "INSERT INTO exceptions (chat, topic, kind) SELECT i, 1 + i % 290, 'muted' FROM n WHERE i % 9 = 0"),
    (CHATS, "INSERT INTO unwanted_sources (chat, source) SELECT i, 'source1' FROM n WHERE i % 9 = 0"),
    (CHATS, "INSERT INTO phrases (number, words, forms) SELECT i, 'quantum dots ' || i, 'quantum dots ' || i FROM n"),
    (CHATS, "INSERT INTO phrase_beginnings (beginning, phrase) SELECT 'quantum dots ' || i, i FROM n"),
    (CHATS, "INSERT INTO followed_phrases (phrase, chat, since) SELECT 1 + i % 500, i, 0 FROM n"),
    (CHATS, "INSERT INTO followed_phrases (phrase, chat, since) SELECT 501 + i % 500, i, 0 FROM n"),
    (CHATS, "INSERT INTO unwanted_phrases (phrase, chat) SELECT 1 + i % 5000, i FROM n"),
    (CHATS, "INSERT INTO followed_stories (article, chat, since) SELECT 1 + i % 500, i, 0 FROM n"),
    (CHATS, "INSERT INTO closed_threads (chat, thread, since) SELECT i, 5, 0 FROM n WHERE i % 99 = 0"),
    (CHATS, "INSERT INTO saved (chat, article, at) SELECT i, 1 + i % 5000, i FROM n"),
    (CHATS, "INSERT INTO saving_reactions (person, article, chat) SELECT i, 1 + i % 5000, i FROM n"),
    (CHATS, "INSERT INTO searches (chat, words, asked_at) SELECT i, 'w', i FROM n"),
    (
        CHATS,
        """
        INSERT INTO restrictions (chat, since, reason, tries, awaits, tried_at, next_at)
        SELECT i, 0, '', 1, 1, 0, i FROM n WHERE i % 99 = 0
        """,
    ),
)
_DESK = (
    (CHATS, "INSERT INTO log (at, act) SELECT i, 'x' FROM n"),
    (CHATS, "INSERT INTO notices (at, kind, subject, told_at) SELECT i, 'warned', 'f' || i, 1 FROM n"),
)
# A few campaigns that everybody has got, and two under way.
_DELIVERY = (
    (
        SENT + RUNNING,
        """
        INSERT INTO campaigns
            (id, kind, subject_type, subject, lane, state, fixed_at, start_at, half, total, done_at)
        SELECT i, 'news', 1, i * 100, 2, CASE WHEN i <= 5 THEN 'done' ELSE 'running' END, 1, 1, 2, 10000,
            CASE WHEN i <= 5 THEN 1 END FROM n
        """,
    ),
    (SENT, "UPDATE articles SET pushed_at = 1 WHERE number IN (SELECT subject FROM campaigns)"),
    (
        CHATS,
        """
        INSERT INTO receipts (subject_type, subject, chat, sent_at, message_id)
        SELECT 1, f.subject, i, 1, i FROM campaigns AS f, n WHERE f.id <= 5 AND i % 500 AND i % 501
        """,
    ),
    (
        CHATS,
        """
        INSERT INTO outcomes (campaign, chat, operation, status, at, reason)
        SELECT f.id, i, 1, CASE WHEN i % 500 THEN 3 ELSE 5 END, 1, 'x'
        FROM campaigns AS f, n WHERE f.id <= 5 AND (i % 500 = 0 OR i % 501 = 0)
        """,
    ),
    (
        CHATS,
        """
        INSERT INTO deliveries (campaign, chat, thread, not_before)
        SELECT f.id, i, 0, i FROM campaigns AS f, n WHERE f.id > 5
        """,
    ),
    (1, "INSERT INTO leases (owner, lease_until, instance) VALUES (1, 9e9, 'a process')"),
)


def fill(path: Path) -> None:
    """Fill an empty database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("BEGIN")
        for many, statement in (*_CONTENT, *_SOURCES, *_READERS, *_DESK, *_DELIVERY):
            if "FROM n" in statement or ", n " in statement:
                head, select = re.split(r"(?=\bSELECT\b)", statement, maxsplit=1)
                conn.execute(f"{head} {_COUNT} {select}", {"many": many})
            else:
                conn.execute(statement)
        conn.execute("COMMIT")
        conn.execute("ANALYZE")
