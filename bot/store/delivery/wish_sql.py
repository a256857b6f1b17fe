"""
When an article leaves for a chat, as a fan-out asks it of SQLite: at the chat's own times, or by its wishes for topics.

`domain.topic_wishes` says the same for one chat. Most chats have wished nothing for single topics: those of a piece
that have are listed once. In all of it `k` is the chat and `t` the row of `timings` with
its own times, which the audience joins. Null and a time that is over mean at once, and so does 0 as a number of a wish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

# The time is taken from the joined row, not looked up in a subquery: for a million chats that takes half as long.
OWN_TIMES = """
INSERT OR IGNORE INTO deliveries (campaign, chat, thread, operation, not_before, waits)
SELECT :campaign, c.chat, c.thread, :operation, CASE WHEN t.at > :now THEN t.at ELSE :now END,
    CASE WHEN t.at > :now THEN 1 ELSE 0 END FROM
"""
# A LIMIT inside and a WHERE outside: without both, SQLite would look for the time once for each place where it stands.
# https://sqlite.org/src/file/src/select.c (restriction 19 of flattenSubquery)
_TIMES = """
INSERT OR IGNORE INTO deliveries (campaign, chat, thread, operation, not_before, waits)
SELECT :campaign, chat, thread, :operation, CASE WHEN at > :now THEN at ELSE :now END,
    CASE WHEN at > :now THEN 1 ELSE 0 END FROM (
    SELECT c.chat, c.thread, CASE WHEN :breaking = 1 AND k.breaking = 1 THEN NULL {wished} ELSE t.at END AS at FROM
"""
BREAKING_TIMES = _TIMES.format(wished="")
END_OF_TIMES = " LIMIT -1) AS timed WHERE true"

_WISHED = """
WHEN k.id IN (SELECT chat FROM topic_wishes WHERE chat > :after AND chat <= :until) THEN (
    SELECT min(coalesce((SELECT a.at FROM timings AS a WHERE a.number = says.number), 0))
    FROM ({says} LIMIT -1) AS says WHERE says.number IS NOT NULL
)
"""
_FOLLOWS = """
EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.topic = :{topic} AND s.chat = k.id AND s.since <= :fixed_at)
"""
_LEFT_OUT = "EXISTS (SELECT 1 FROM exceptions AS e WHERE e.chat = k.id AND e.topic = :{topic} AND e.kind = 'left_out')"
_WISH = "(SELECT coalesce(w.timing, 0) FROM topic_wishes AS w WHERE w.chat = k.id AND w.topic = :{topic})"
_BY_PHRASE = """
SELECT CASE WHEN EXISTS (
    SELECT 1 FROM followed_phrases AS s
    WHERE s.phrase IN ({held}) AND s.chat = k.id AND s.since <= :fixed_at
      AND s.let_go_at IS NULL AND (s.muted_until IS NULL OR s.muted_until <= :now)
) THEN coalesce(k.timing, 0) END AS number
"""
_BY_STORY = """
SELECT CASE WHEN EXISTS (
    SELECT 1 FROM json_each(:stories) AS told
    CROSS JOIN followed_stories AS s ON s.article = told.value AND s.chat = k.id AND s.since <= :fixed_at
) THEN coalesce(k.timing, 0) END AS number
"""


def wished_times(
    paths: Sequence[Sequence[int]], phrases: Sequence[int], legs: int, *, with_stories: bool = False
) -> tuple[str, Mapping[str, int]]:
    """Return the beginning of the query for an article whose topics have these paths, with its parameters.

    A path is a topic and all that are above it, the nearest first; `phrases` are in the article. `legs` may stand in
    one union. `with_stories` when it belongs to any.
    """
    names = {topic: f"w{place}" for place, topic in enumerate(dict.fromkeys(step for path in paths for step in path))}
    says = ["SELECT NULL AS number", *(_say([names[step] for step in path]) for path in paths)]
    held = {f"h{place}": phrase for place, phrase in enumerate(phrases)}
    if held:
        says.append(_BY_PHRASE.format(held=", ".join(f":{name}" for name in held)))
    if with_stories:
        says.append(_BY_STORY)
    groups = [" UNION ALL ".join(says[start : start + legs]) for start in range(0, len(says), legs)]
    together = (
        groups[0] if len(groups) == 1 else " UNION ALL ".join(f"SELECT number FROM ({one}) AS says" for one in groups)
    )
    return _TIMES.format(wished=_WISHED.format(says=together)), {name: topic for topic, name in names.items()} | held


def _say(path: Sequence[str]) -> str:
    """Return the number of the wish that counts for one topic of the article; null when it does not bring it."""

    def cases() -> Iterator[str]:
        for place, topic in enumerate(path):
            wishes = ", ".join(_WISH.format(topic=step) for step in path[: place + 1])
            yield f"WHEN {_FOLLOWS.format(topic=topic)} THEN coalesce({wishes}, k.timing, 0)"
            yield f"WHEN {_LEFT_OUT.format(topic=topic)} THEN NULL"

    return f"SELECT CASE {' '.join(cases())} END AS number"
