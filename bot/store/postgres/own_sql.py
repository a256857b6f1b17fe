"""
Questions that PostgreSQL is asked in words of its own: what it cannot say as SQLite does, or finds faster otherwise.

Each stands in the place of the store's statement; parameters are the same, written in the same way (`:name`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.delivery import outbox
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

# Each running campaign gives its first rows by its index, and what is locked by another claim is left to it: the same
# words as on SQLite would sort all that waits. Materialized, so that the rows are chosen once.
# Sources: https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE (SKIP LOCKED)
#          https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CTE-MATERIALIZATION
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT o.id FROM (
        SELECT id, lane FROM campaigns AS f
        WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
        ORDER BY lane, id
    ) AS f CROSS JOIN LATERAL (
        SELECT w.id, w.not_before FROM deliveries AS w
        WHERE w.campaign = f.id AND w.owner = 0 AND w.waits = :waits AND w.not_before <= :now
        ORDER BY w.not_before, w.id LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS o
    WHERE EXISTS (SELECT 1 FROM leases WHERE owner = :owner)
    LIMIT :limit
)
UPDATE deliveries SET owner = :owner, attempts = attempts + 1 FROM due WHERE deliveries.id = due.id
RETURNING deliveries.id, campaign, chat, thread, not_before, attempts, unsure, operation, waits
"""

OWN: Mapping[str, str] = {
    outbox.CLAIM: _CLAIM,
    stories.FOUND: _STORY + stories.ALL_OF_IT,
    stories.FOLLOWED: _STORY + stories.FOLLOWED_FROM,
}
