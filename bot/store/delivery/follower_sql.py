"""
Who gets an article, as SQLite is asked it: what is looked up for each candidate, where a piece ends, and what chats
have to do with an article (`followers` puts the questions together).

A candidate `c` is a chat that follows the article for anything, `k` its row of `chats`.
"""

from __future__ import annotations

from bot.store.delivery.audiences import HAS_IT_ALREADY, IS_SETTLED

# An article goes where the nearest thing it is followed for goes: for a phrase only where it is followed for no topic,
# and for its story where for neither. Only groups have threads to choose between, and private chats with a thread for
# each topic: whether there is any such is asked once for all candidates.
THREAD = """
CASE WHEN chat > 0 AND NOT (EXISTS (SELECT 1 FROM topic_threads)
    AND EXISTS (SELECT 1 FROM topic_threads AS own WHERE own.chat = f.chat)) THEN thread ELSE coalesce((
    SELECT s.thread FROM json_each(:ways) AS way
    CROSS JOIN subscriptions AS s
        ON s.chat = f.chat AND s.topic = json_extract(way.value, '$[0]') AND s.since <= :fixed_at
    WHERE NOT EXISTS (
        SELECT 1 FROM exceptions AS e WHERE e.chat = f.chat AND e.kind = 'left_out'
        AND e.topic IN (SELECT value FROM json_each(way.value, '$[1]'))
    ) ORDER BY way.key, s.thread LIMIT 1
), (
    SELECT s.thread FROM json_each(:phrases) AS held
    CROSS JOIN followed_phrases AS s
        ON s.phrase = held.value AND s.chat = f.chat AND s.since <= :fixed_at
        AND s.let_go_at IS NULL AND (s.muted_until IS NULL OR s.muted_until <= :now)
    ORDER BY held.key LIMIT 1
), (
    SELECT s.thread FROM json_each(:stories) AS told
    CROSS JOIN followed_stories AS s ON s.article = told.value AND s.chat = f.chat AND s.since <= :fixed_at
    ORDER BY told.key LIMIT 1
)) END
"""


def _perhaps(table: str, said: str) -> str:
    """Return the question whether `said` may be true of a row of `table` about any chat of the piece.

    The answer for many a piece is no, and spares it a look-up for each candidate. Only so many rows are looked at: a
    piece with few candidates may hold most of the chats.
    """
    rows = f"SELECT * FROM {table} AS x WHERE x.chat > :after AND x.chat <= :until LIMIT :few"
    return f"(SELECT count(*) FILTER (WHERE {said}) > 0 OR count(*) = :few FROM ({rows}) AS x)"


_SILENCED = """
x.kind = 'muted' AND (x.until IS NULL OR x.until > :now) AND +x.topic IN (SELECT value FROM json_each(:silenced))
"""
_UNWANTED = "x.source IN (SELECT value FROM json_each(:sources))"
# Of those in the piece who never want one of the article's phrases a list is made once.
_REFUSING = """
SELECT u.chat FROM json_each(:phrases) AS held CROSS JOIN unwanted_phrases AS u
    ON u.phrase = held.value AND u.chat > :after AND u.chat <= :until
"""

# What makes a candidate a recipient: it can be reached, has not silenced the story, and does not have it yet.
# `+`: few chats have any exception, so one look for all beats one for each topic.
# CROSS JOIN keeps the candidates' order: https://sqlite.org/optoverview.html#crossjoin
CHAT = "CROSS JOIN chats AS k ON k.id = c.chat"
_RECIPIENTS = f"""
{CHAT}
WHERE k.state = 'active'
  AND NOT ({_perhaps("exceptions", _SILENCED)}
           AND EXISTS (SELECT 1 FROM exceptions AS x WHERE x.chat = c.chat AND {_SILENCED}))
  AND NOT ({_perhaps("unwanted_sources", _UNWANTED)}
           AND EXISTS (SELECT 1 FROM unwanted_sources AS x WHERE x.chat = c.chat AND {_UNWANTED}))
  AND NOT {HAS_IT_ALREADY} AND NOT {IS_SETTLED}
"""
_GOOD_ENOUGH = "AND coalesce(k.quality <= :quality, true)"
_NOT_REFUSED = f"AND c.chat NOT IN ({_REFUSING})"


def recipients(*, states_quality: bool, holds_phrases: bool) -> str:
    """Return what makes a candidate a recipient of an article that states its quality, and has phrases in it, or not.

    What cannot keep it from anybody is not asked for each of a million chats: either takes a twentieth of the time.
    """
    return f"{_RECIPIENTS} {_GOOD_ENOUGH if states_quality else ''} {_NOT_REFUSED if holds_phrases else ''}"


# The end is found by counting along each followed topic, phrase and story by itself: to merge them would look at every
# candidate twice. `kind` is the parameter with the numbers of its kind.
NEAREST_END = """
SELECT ends.chat, ends.kind, ends.number FROM (
    SELECT t.value AS number, 'topics' AS kind, (
        SELECT s.chat FROM subscriptions AS s WHERE s.topic = t.value AND s.chat > :after AND s.chat <= :until
        ORDER BY s.chat LIMIT 1 OFFSET :others
    ) AS chat FROM json_each(:topics) AS t
    UNION ALL
    SELECT p.value, 'phrases', (
        SELECT s.chat FROM followed_phrases AS s WHERE s.phrase = p.value AND s.chat > :after AND s.chat <= :until
        ORDER BY s.chat LIMIT 1 OFFSET :others
    ) FROM json_each(:phrases) AS p
    UNION ALL
    SELECT w.value, 'stories', (
        SELECT s.chat FROM followed_stories AS s WHERE s.article = w.value AND s.chat > :after AND s.chat <= :until
        ORDER BY s.chat LIMIT 1 OFFSET :others
    ) FROM json_each(:stories) AS w
) AS ends WHERE ends.chat IS NOT NULL ORDER BY ends.chat LIMIT 1
"""
CANDIDATES = """
SELECT count(*) FROM (
    SELECT 1 FROM json_each(:topics) AS t CROSS JOIN subscriptions AS s
        ON s.topic = t.value AND s.chat > :after AND s.chat <= :until
    UNION ALL
    SELECT 1 FROM json_each(:phrases) AS p CROSS JOIN followed_phrases AS s
        ON s.phrase = p.value AND s.chat > :after AND s.chat <= :until
    UNION ALL
    SELECT 1 FROM json_each(:stories) AS w CROSS JOIN followed_stories AS s
        ON s.article = w.value AND s.chat > :after AND s.chat <= :until
    LIMIT :too_many
) AS c
"""

FACTS = """
SELECT chat, topic, 'follows' AS kind FROM subscriptions
WHERE chat IN (SELECT value FROM json_each(:chats)) AND topic IN (SELECT value FROM json_each(:topics))
UNION ALL
SELECT chat, topic, kind FROM exceptions
WHERE chat IN (SELECT value FROM json_each(:chats)) AND topic IN (SELECT value FROM json_each(:topics))
  AND (until IS NULL OR until > :now)
UNION ALL
SELECT chat, 0, 'never' FROM unwanted_sources
WHERE chat IN (SELECT value FROM json_each(:chats)) AND source IN (SELECT value FROM json_each(:sources))
UNION ALL
SELECT 0, last, 'newest' FROM numbers_given WHERE name = 'phrases'
"""
NEWEST = "newest"
# `+`: an article may hold a hundred phrases, and a chat have ten; so each chat's are gone through.
FACTS_OF_PHRASES = """
SELECT chat, phrase, 'phrase' FROM followed_phrases
WHERE chat IN (SELECT value FROM json_each(:chats)) AND +phrase IN (SELECT value FROM json_each(:phrases))
  AND let_go_at IS NULL AND (muted_until IS NULL OR muted_until <= :now)
UNION ALL
SELECT chat, 0, 'never' FROM unwanted_phrases
WHERE chat IN (SELECT value FROM json_each(:chats)) AND +phrase IN (SELECT value FROM json_each(:phrases))
"""
FACTS_OF_STORIES = """
SELECT chat, article, 'story' FROM followed_stories
WHERE chat IN (SELECT value FROM json_each(:chats)) AND +article IN (SELECT value FROM json_each(:stories))
"""
FACTS_OF_QUALITY = """
SELECT id, 0, 'never' FROM chats WHERE id IN (SELECT value FROM json_each(:chats)) AND quality > :quality
"""
