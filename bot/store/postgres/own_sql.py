"""
Questions that PostgreSQL is asked in words of its own: what it cannot say as SQLite does, or finds faster otherwise.

Each stands in the place of the store's statement; parameters are the same, written in the same way (`:name`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.domain.relevance import MOST_PIECES
from bot.store.delivery import outbox, settlement
from bot.store.delivery.follower_sql import CAN_BE_REACHED, GOOD_ENOUGH
from bot.store.postgres.rows import array
from bot.store.readers import stories
from bot.store.readers.relevance import by_relevance

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

# Each running campaign gives its first rows by its index: the same words as on SQLite would sort all that waits.
# Materialized, so that the rows are chosen once. They need no locks of their own, a fifteenth of the time and a tenth
# of the log: whoever writes holds the lock of all who write, and what was changed all the same has another place.
# Sources: https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CTE-MATERIALIZATION
#          https://www.postgresql.org/docs/current/ddl-system-columns.html (ctid)
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT o.place FROM (
        SELECT id, lane FROM campaigns AS f
        WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
        ORDER BY lane, id
    ) AS f CROSS JOIN LATERAL (
        SELECT w.ctid AS place FROM deliveries AS w
        WHERE w.campaign = f.id AND w.owner = 0 AND w.waits = :waits AND w.not_before <= :now
        ORDER BY w.not_before, w.id LIMIT :limit
    ) AS o
    WHERE EXISTS (SELECT 1 FROM leases WHERE owner = :owner)
    LIMIT :limit
)
UPDATE deliveries SET owner = :owner, attempts = attempts + 1 FROM due
WHERE deliveries.ctid = due.place AND deliveries.owner = 0
RETURNING deliveries.id, campaign, chat, thread, not_before, attempts, unsure, operation, waits
"""

_HELD_IN_PART = "article_search MATCH :{name}"  # of the article that is at hand, in its own words


# A piece of a fan-out. ON CONFLICT would write each row twice, tentatively and for good, and look it up in every unique
# index before: 7.5 µs a row where this takes 4.4. Nobody else writes meanwhile, so it is enough to look: once for the
# piece whether any of it has a row, and for each chat only if so.
# Whether a chat can be reached is asked of a list of the piece's, or by its id: the planner takes what is less work.
# Of a join it may think that there is one row on both sides, where both came since it last looked, and go through all
# of the piece for each of its 5,000 chats.
# Source: https://www.postgresql.org/docs/current/index-unique-checks.html, planner-stats.html
_FAN_OUT = re.compile(r"\s*INSERT OR IGNORE INTO deliveries \((?P<columns>[^)]*)\)(?P<rows>.*)", re.DOTALL)
_FANNED_OUT = """
INSERT INTO deliveries ({columns})
SELECT DISTINCT ON (chat) {columns} FROM ({rows}) AS made ({columns})
WHERE NOT (
    EXISTS (SELECT 1 FROM deliveries AS d WHERE d.campaign = :campaign AND d.chat > :after AND d.chat <= :until)
    AND made.chat IN (
        SELECT d.chat FROM deliveries AS d WHERE d.campaign = :campaign AND d.chat > :after AND d.chat <= :until
    )
)
ORDER BY chat
"""
_ASKED = """
WHERE (EXISTS (
    SELECT 1 FROM chats AS k WHERE k.id = c.chat AND k.id > :after AND k.id <= :until AND k.state = 'active'
    {quality}
)) IS TRUE
"""
_JOINED = {
    CAN_BE_REACHED + GOOD_ENOUGH: _ASKED.format(quality=GOOD_ENOUGH),
    CAN_BE_REACHED: _ASKED.format(quality=""),
}
"""What is joined to each candidate, and what is asked of it here; the longer first."""
_OF_CHAT = re.compile(r"\bk\.")


def own(sql: str) -> str:
    """Return what PostgreSQL is asked in the place of a statement of the store's, in the store's SQL."""
    if (fan_out := _FAN_OUT.fullmatch(sql)) is not None:
        rows = fan_out["rows"]
        for joined, asked in _JOINED.items():
            if joined in rows and _OF_CHAT.search(rows.replace(joined, "")) is None:  # no more is asked of it
                rows = rows.replace(joined, asked)
        return _FANNED_OUT.format(columns=fan_out["columns"], rows=rows)
    return OWN.get(sql, sql)


def _with_rows(statement: str, rows: str) -> str:
    """Return an INSERT of one row's values as one of the rows of a query."""
    return re.sub(r"VALUES \([^)]*\)", lambda _: rows, statement)


def _by_array(statement: str) -> str:
    """Return a statement that finds rows by an index for each number of a list, and never joins the list to a table."""
    return statement.replace(
        "id IN (SELECT value FROM json_each(:ids))", "id = ANY (ARRAY(SELECT value FROM json_each(:ids)))"
    )


OWN: Mapping[str, str] = {
    outbox.CLAIM: _CLAIM,
    settlement.TAKE: _by_array(settlement.TAKE),
    settlement.TAKE_FROM_ANYBODY: _by_array(settlement.TAKE_FROM_ANYBODY),
    stories.FOUND: _STORY + stories.ALL_OF_IT,
    stories.FOLLOWED: _STORY + stories.FOLLOWED_FROM,
    # The index knows no parts, and would look at each article for each of them.
    # Source: https://www.postgresql.org/docs/current/textsearch-indexes.html ("weights … a table row recheck")
    **{by_relevance(many): by_relevance(many, _HELD_IN_PART) for many in range(1, MOST_PIECES + 1)},
}

# Statements for many rows, as one for all: each parameter is the list of a column. Of rows with one key the last
# counts, as where they are written one after the other; PostgreSQL would refuse them.
# Source: https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT ("a second time")
_RECEIPTS = """
SELECT DISTINCT ON (subject_type, subject, chat)
    subject_type, subject, chat, message_id, thread, revision, look, sent_at, unsure, list
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[]) WITH ORDINALITY
    AS one (subject_type, subject, chat, message_id, thread, revision, look, sent_at, unsure, list, place)
ORDER BY subject_type, subject, chat, place DESC
"""
_OUTCOMES = """
SELECT DISTINCT ON (campaign, chat) campaign, chat, operation, status, reason, at, thread, unsure
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[],
    $8::bigint[]) WITH ORDINALITY AS one (campaign, chat, operation, status, reason, at, thread, unsure, place)
ORDER BY campaign, chat, place DESC
"""
# Receipts of a broadcast differ in chat and message alone: two lists are read in less time than ten, and none of their
# rows has the key of another. ON CONFLICT finds those that are there by the index, whatever the planner thinks of the
# table, which it may have last seen empty.
_ALIKE = """
SELECT $1, $2, one.chat, one.message_id, $5, $6, $7, $8, $9, $10
FROM unnest($3::bigint[], $4::bigint[]) AS one (chat, message_id)
WHERE true
"""
_CHAT, _MESSAGE = 2, 3  # places in a row of `settlement.WRITE_RECEIPTS`

ForAll = Callable[[Sequence[Any]], tuple[str, list[Any]]]
"""What makes one statement and its parameters of the rows of a statement that is to run for each."""


def _for_all(statement: str) -> ForAll:
    """Return what gives a statement the lists of its columns."""
    return lambda rows: (statement, [array(column) for column in zip(*rows, strict=True)])


def _receipts(rows: Sequence[Any]) -> tuple[str, list[Any]]:
    columns = list(zip(*rows, strict=True))
    chats, messages = columns[_CHAT], columns[_MESSAGE]
    shared = [column[0] for column in columns]
    if len(set(chats)) < len(rows) or any(
        column.count(value) < len(rows)
        for place, (column, value) in enumerate(zip(columns, shared, strict=True))
        if place not in (_CHAT, _MESSAGE)
    ):
        return _ANY_RECEIPTS, list(map(array, columns))
    shared[_CHAT], shared[_MESSAGE] = array(chats), array(messages)
    return _RECEIPTS_ALIKE, shared


_ANY_RECEIPTS = _with_rows(settlement.WRITE_RECEIPTS, _RECEIPTS)
_RECEIPTS_ALIKE = _with_rows(settlement.WRITE_RECEIPTS, _ALIKE)
MANY: Mapping[str, ForAll] = {
    settlement.WRITE_RECEIPTS: _receipts,
    settlement.WRITE_OUTCOMES: _for_all(_with_rows(settlement.WRITE_OUTCOMES, _OUTCOMES)),
    settlement.CHANGE_RECEIPTS: _for_all("""
    UPDATE receipts SET revision = one.revision, look = one.look
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        AS one (revision, look, subject_type, subject, chat)
    WHERE receipts.subject_type = one.subject_type AND receipts.subject = one.subject AND receipts.chat = one.chat
    """),
    settlement.EMPTY_RECEIPTS: _for_all("""
    UPDATE receipts SET message_id = NULL
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS one (subject_type, subject, chat)
    WHERE receipts.subject_type = one.subject_type AND receipts.subject = one.subject AND receipts.chat = one.chat
    """),
}
