"""
Questions that PostgreSQL is asked in words of its own: what it cannot say as SQLite does, or finds faster otherwise.

Each stands in the place of the store's statement; parameters are the same, written in the same way (`:name`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.readers import stories

# One reference to itself, and no limit inside: the outer one ends it, as rows are made when they are asked for.
# Source: https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-RECURSIVE
_STORY = """
WITH RECURSIVE members (number) AS (
    SELECT CAST(:article AS INTEGER)
    UNION
    SELECT next.article FROM members AS s CROSS JOIN LATERAL (
        SELECT l.article FROM article_related AS r JOIN article_links AS l ON l.link = r.link
        JOIN articles AS a ON a.number = l.article AND a.state IN ('published', 'archived')
        WHERE r.article = s.number AND (s.number = :article OR (
            SELECT count(*) FROM (SELECT 1 FROM article_related AS n WHERE n.link = r.link LIMIT :many + 1) AS naming
        ) <= :many)
        UNION ALL
        SELECT r.article FROM article_links AS l JOIN article_related AS r ON r.link = l.link
        JOIN articles AS a ON a.number = r.article AND a.state IN ('published', 'archived')
        WHERE l.article = s.number AND (s.number = :article OR (
            SELECT count(*) FROM (SELECT 1 FROM article_related AS n WHERE n.link = l.link LIMIT :many + 1) AS naming
        ) <= :many)
    ) AS next
), story AS (SELECT number FROM members LIMIT :at_most)
"""

OWN: Mapping[str, str] = {
    stories.FOUND: _STORY + stories.ALL_OF_IT,
    stories.FOLLOWED: _STORY + stories.FOLLOWED_FROM,
}
