"""
When an article leaves for a chat, as a fan-out asks it of SQLite: by the most eager of the chat's wishes.

`domain.topic_wishes` says the same for one chat. Most chats have wished nothing for single topics, which one look for
the whole piece, or else one for each chat, finds out.
"""

from __future__ import annotations

_TIME = "(SELECT t.at FROM timings AS t WHERE t.number = {number})"

# `k` is the chat, which the audience of whatever goes out at chats' own times joins. Null: at once.
OWN_TIME = f"""
CASE WHEN :breaking AND k.breaking THEN NULL ELSE {_TIME.format(number="k.timing")} END
"""

# A path is a topic of the article and all that are above it. `place` is that of the nearest which the chat follows.
# 0 is the number of no wish: at once.
_PLACE = """
SELECT min(step.key) FROM json_each(path.value) AS step
CROSS JOIN subscriptions AS s ON s.topic = step.value AND s.chat = k.id AND s.since <= :fixed_at
WHERE NOT EXISTS (
    SELECT 1 FROM json_each(path.value) AS below CROSS JOIN exceptions AS e
        ON e.chat = k.id AND e.topic = below.value AND e.kind = 'left_out'
    WHERE below.key < step.key
)
"""
_SAYS = f"""
SELECT coalesce((
    SELECT coalesce(w.timing, 0) FROM json_each(p.steps) AS step
    CROSS JOIN topic_wishes AS w ON w.chat = k.id AND w.topic = step.value
    WHERE step.key <= p.place ORDER BY step.key LIMIT 1
), k.timing, 0) AS number
FROM (SELECT path.value AS steps, ({_PLACE}) AS place FROM json_each(:paths) AS path) AS p
WHERE p.place IS NOT NULL
UNION ALL
SELECT coalesce(k.timing, 0) FROM json_each(:phrases) AS held CROSS JOIN followed_phrases AS s
    ON s.phrase = held.value AND s.chat = k.id AND s.since <= :fixed_at
    AND s.let_go_at IS NULL AND (s.muted_until IS NULL OR s.muted_until <= :now)
UNION ALL
SELECT coalesce(k.timing, 0) FROM json_each(:stories) AS told CROSS JOIN followed_stories AS s
    ON s.article = told.value AND s.chat = k.id AND s.since <= :fixed_at
"""
WISHED_TIME = f"""
CASE WHEN :breaking AND k.breaking THEN NULL
     WHEN EXISTS (SELECT 1 FROM topic_wishes WHERE chat > :after AND chat <= :until)
      AND EXISTS (SELECT 1 FROM topic_wishes WHERE chat = k.id)
     THEN (SELECT min(coalesce({_TIME.format(number="says.number")}, 0)) FROM ({_SAYS}) AS says)
     ELSE {_TIME.format(number="k.timing")} END
"""
