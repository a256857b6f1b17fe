"""
Who gets an article, decided inside SQLite: a million rows never pass through Python.

The audience is a UNION of one ordered index scan per followed topic, which SQLite merges; the same question asked
with `IN … DISTINCT` sorts everything first and takes thousands of times as long.
`domain.topic.wants` says the same for one chat; a property test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import NEWS, SubjectType
from bot.domain.topic import TopicTree, wants
from bot.store.content.story_json import epoch
from bot.store.delivery.audiences import HAS_IT_ALREADY, IS_SETTLED
from bot.store.engine.database import Connection

MAX_LEGS = 400
FEW = 1_000  # rows about the chats of a piece, looked at together in a third of a millisecond
MIN_SHARE = 50  # candidates of a topic in a piece, however many topics an article has


@dataclass(frozen=True, slots=True)
class Followers:
    """The audience of an article: what decides who gets it, its topics, where they hang, its source and its time."""

    article: int
    topics: tuple[int, ...]
    tree: TopicTree
    source: str | None
    fixed_at: datetime

    def query(self, head: str, tail: str, **values: object) -> tuple[str, dict[str, object]]:
        """Return `head` + the candidates `c (chat, thread)` in order of chats + `tail`, with the parameters.

        A chat that follows several of the topics in several threads stands there more than once, with one thread.
        The text depends on how many topics there are and on nothing else; every value is a parameter.
        """
        legs, parameters = [], dict(values)
        ways = self._ways()
        parameters["ways"] = json.dumps(ways)
        for leg, (followed, blocked_by) in enumerate(ways):
            parameters[f"t{leg}"] = followed
            left_out = ""
            if blocked_by:
                names = [f"b{leg}_{place}" for place in range(len(blocked_by))]
                parameters.update(zip(names, blocked_by, strict=True))
                left_out = (
                    "AND NOT EXISTS (SELECT 1 FROM exceptions AS e WHERE e.chat = s.chat AND e.kind = 'left_out'"
                    f" AND e.topic IN ({', '.join(':' + name for name in names)}))"
                )
            legs.append(
                f"SELECT s.chat, s.thread FROM subscriptions AS s WHERE s.topic = :t{leg}"
                f" AND s.chat > :after AND s.chat <= :until AND s.since <= :fixed_at {left_out}"
            )
        silenced = self.tree.reached_by(self.topics)
        parameters["silenced"] = json.dumps(silenced)
        parameters["fixed_at"] = epoch(self.fixed_at)
        parameters["source"] = self.source
        parameters["kind"] = NEWS
        parameters["subject_type"] = SubjectType.ARTICLE
        parameters["subject"] = self.article
        parameters["few"] = FEW
        candidates = f"SELECT chat, {_THREAD} AS thread FROM ({_union(legs)} ORDER BY 1 LIMIT -1) AS f"
        return f"{head} ({candidates}) AS c {tail}", parameters

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        """Return `head` + who gets the article + `tail`, with the parameters, as an audience does."""
        return self.query(head, RECIPIENTS + tail, **values)

    def piece(self, after: int, until: int, size: int) -> tuple[str, dict[str, object]]:
        """Return the question for the chat with which a piece of the circle ends; null when it is the last.

        A piece holds about `size` candidates at most: of each topic at most its share, and of one of them all of that.
        """
        followed = sorted({step for step, _ in self._ways()})
        values = {"after": after, "until": until, "followed": json.dumps(followed)}
        share = max(min(size, MIN_SHARE), size // max(1, len(followed)))
        return _PIECE, values | {"others": share - 1}

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        """Return which of these chats still want the article, each with the followed topic for which it does."""
        values = {
            "chats": json.dumps(list(chats)),
            "topics": json.dumps(self.tree.reached_by(self.topics)),
            "now": epoch(now),
            "source": self.source,
        }
        rows = await conn.execute_fetchall(
            """
            SELECT chat, topic, 'follows' AS kind FROM subscriptions
            WHERE chat IN (SELECT value FROM json_each(:chats)) AND topic IN (SELECT value FROM json_each(:topics))
            UNION ALL
            SELECT chat, topic, kind FROM exceptions
            WHERE chat IN (SELECT value FROM json_each(:chats)) AND topic IN (SELECT value FROM json_each(:topics))
              AND (until IS NULL OR until > :now)
            UNION ALL
            SELECT chat, 0, 'source' FROM unwanted_sources
            WHERE chat IN (SELECT value FROM json_each(:chats)) AND source = :source
            """,
            values,
        )
        facts: dict[int, frozenset[tuple[str, int]]] = {}
        alone: dict[tuple[str, int], frozenset[tuple[str, int]]] = {}
        for chat, topic, kind in rows:
            fact = alone.get((kind, topic)) or alone.setdefault((kind, topic), frozenset({(kind, topic)}))
            facts[chat] = facts[chat] | fact if chat in facts else fact
        # Thousands of chats follow the same few things: each case is decided once.
        reasons = {case: _reason(self, case) for case in set(facts.values())}
        return {chat: reason for chat, case in facts.items() if (reason := reasons[case]) is not None}

    def _ways(self) -> list[tuple[int, tuple[int, ...]]]:
        """Return each topic that may be followed, with the topics that break that way when left out."""
        ways = [self.tree.path(topic) for topic in self.topics]
        return list(dict.fromkeys((step, way[:place]) for way in ways for place, step in enumerate(way)))


def _union(legs: Sequence[str]) -> str:
    """Return the union of `legs`, in groups where they are more than SQLite takes at once (500).

    Source: https://sqlite.org/limits.html#max_compound_select
    """
    if not legs:
        return "SELECT 0 AS chat, 0 AS thread WHERE 0"
    if len(legs) <= MAX_LEGS:
        return " UNION ".join(legs)
    groups = [" UNION ".join(legs[start : start + MAX_LEGS]) for start in range(0, len(legs), MAX_LEGS)]
    return " UNION ".join(f"SELECT chat, thread FROM ({group} ORDER BY 1)" for group in groups)


# A story goes where the nearest thing it is followed for goes. Only groups have threads to choose between.
# `nearest` is of the row with the least key: https://sqlite.org/lang_select.html#bareagg
_THREAD = """
CASE WHEN chat > 0 THEN thread ELSE (
    SELECT nearest FROM (
        SELECT s.thread AS nearest, min(way.key) FROM json_each(:ways) AS way
        CROSS JOIN subscriptions AS s
            ON s.chat = f.chat AND s.topic = json_extract(way.value, '$[0]') AND s.since <= :fixed_at
        WHERE NOT EXISTS (
            SELECT 1 FROM exceptions AS e WHERE e.chat = f.chat AND e.kind = 'left_out'
            AND e.topic IN (SELECT value FROM json_each(way.value, '$[1]'))
        )
    )
) END
"""


def _perhaps(table: str, said: str) -> str:
    """Return the question whether `said` may be true of a row of `table` about any chat of the piece.

    The answer for many a piece is no, and spares it a look-up for each candidate. Only so many rows are looked at: a
    piece with few candidates may hold most of the chats.
    """
    rows = f"SELECT * FROM {table} AS x WHERE x.chat > :after AND x.chat <= :until LIMIT :few"
    return f"(SELECT total({said}) > 0 OR count(*) = :few FROM ({rows}) AS x)"


_SILENCED = """
x.kind = 'muted' AND (x.until IS NULL OR x.until > :now) AND +x.topic IN (SELECT value FROM json_each(:silenced))
"""
_UNWANTED = "x.source = :source"

# What makes a candidate a recipient: it can be reached, has not silenced the story, and does not have it yet.
# `+`: few chats have any exception, so one look for all beats one for each topic.
# CROSS JOIN keeps the candidates' order: https://sqlite.org/optoverview.html#crossjoin
RECIPIENTS = f"""
CROSS JOIN chats AS k ON k.id = c.chat
WHERE k.state = 'active'
  AND NOT ({_perhaps("exceptions", _SILENCED)}
           AND EXISTS (SELECT 1 FROM exceptions AS x WHERE x.chat = c.chat AND {_SILENCED}))
  AND NOT ({_perhaps("unwanted_sources", _UNWANTED)}
           AND EXISTS (SELECT 1 FROM unwanted_sources AS x WHERE x.chat = c.chat AND {_UNWANTED}))
  AND NOT {HAS_IT_ALREADY} AND NOT {IS_SETTLED}
"""


# The end is found by counting along each followed topic by itself: to merge them would look at every candidate twice.
_PIECE = """
SELECT min(ends.chat) FROM (
    SELECT (
        SELECT s.chat FROM subscriptions AS s WHERE s.topic = t.value AND s.chat > :after AND s.chat <= :until
        ORDER BY s.chat LIMIT 1 OFFSET :others
    ) AS chat FROM json_each(:followed) AS t
) AS ends
"""


async def followers_of(conn: Connection, article: int, fixed_at: datetime) -> Followers:
    """Return what decides the audience of an article whose followers count as of `fixed_at`."""
    rows = await conn.execute_fetchall(
        """
        SELECT a.source, t.topic FROM articles AS a LEFT JOIN article_topics AS t ON t.article = a.number
        WHERE a.number = :article ORDER BY t.place
        """,
        {"article": article},
    )
    parents = await conn.execute_fetchall("SELECT number, parent FROM topics")
    return Followers(
        article=article,
        topics=tuple(row["topic"] for row in rows if row["topic"] is not None),
        tree=TopicTree({row["number"]: row["parent"] for row in parents}),
        source=next((row["source"] for row in rows), None),
        fixed_at=fixed_at,
    )


def _reason(audience: Followers, case: frozenset[tuple[str, int]]) -> int | None:
    """Return the followed topic for which chats get an article; None when they do not want it."""
    kinds: dict[str, set[int]] = {}
    for kind, topic in case:
        kinds.setdefault(kind, set()).add(topic)
    if "source" in kinds:
        return None
    return wants(
        audience.tree,
        audience.topics,
        follows=kinds.get("follows", ()),
        left_out=kinds.get("left_out", ()),
        muted=kinds.get("muted", ()),
    )
