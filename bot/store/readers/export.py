"""
Everything stored about one chat, as it is handed to its people on request.

Times are ISO 8601 in UTC, so that the file can be read without knowing newsbot. The title of an article that readers
may not see (any more) is null: it may have been rewritten since it was in their hands.
"""

from __future__ import annotations

from bot.store.content.story_json import moment
from bot.store.engine.database import Connection


async def export(conn: Connection, chat: int) -> dict[str, object]:
    """Return all that is stored about a chat as a JSON-able document; its lists are empty when nothing is."""
    document: dict[str, object] = {}
    for part, question in _QUESTIONS.items():
        rows = await conn.execute_fetchall(question, {"chat": chat})
        document[part] = [{key: _plain(key, row[key]) for key in row.keys()} for row in rows]  # noqa: SIM118
    return document


def _plain(key: str, value: object) -> object:
    if isinstance(value, int) and (key in ("since", "until") or key.endswith("_at")):
        return moment(value).isoformat()
    return value


_QUESTIONS = {
    "chat": """
        SELECT c.id, c.kind, c.state, c.since, c.state_at, c.language, c.language_chosen, c.zone, c.pictures, c.silent,
            c.parts, c.greeted, coalesce(t.wish, 'now') AS delivery, c.timed_at, c.paused_until AS paused_until_at,
            c.digest, c.announcements, c.breaking, c.quality, c.linked_channel, c.repeats_channel, c.topic_threads
        FROM chats AS c LEFT JOIN timings AS t ON t.number = c.timing WHERE c.id = :chat
    """,
    "follows": """
        SELECT t.name AS topic, s.thread, s.since
        FROM subscriptions AS s JOIN topics AS t ON t.number = s.topic
        WHERE s.chat = :chat ORDER BY s.since, t.name
    """,
    "exceptions": """
        SELECT t.name AS topic, e.kind, e.until
        FROM exceptions AS e JOIN topics AS t ON t.number = e.topic
        WHERE e.chat = :chat ORDER BY t.name, e.kind
    """,
    "unwanted_sources": "SELECT source, name FROM unwanted_sources WHERE chat = :chat ORDER BY source",
    "phrases": """
        SELECT p.words AS phrase, f.thread, f.since, f.muted_until AS until, f.let_go_at
        FROM followed_phrases AS f JOIN phrases AS p ON p.number = f.phrase
        WHERE f.chat = :chat ORDER BY f.since, p.words
    """,
    "unwanted_phrases": """
        SELECT p.words AS phrase FROM unwanted_phrases AS u JOIN phrases AS p ON p.number = u.phrase
        WHERE u.chat = :chat ORDER BY p.words
    """,
    "stories": """
        SELECT f.article, CASE WHEN a.state IN ('published', 'archived') THEN a.title END AS title,
            CASE WHEN a.state IN ('published', 'archived') THEN json_extract(a.story, '$.link') END AS link,
            f.thread, f.since
        FROM followed_stories AS f JOIN articles AS a ON a.number = f.article
        WHERE f.chat = :chat ORDER BY f.since, f.article
    """,
    "wishes_for_topics": """
        SELECT t.name AS topic, w.wish AS delivery FROM topic_wishes AS w JOIN topics AS t ON t.number = w.topic
        WHERE w.chat = :chat ORDER BY t.name
    """,
    "pushes": """
        SELECT t.name AS topic, p.since, p.many FROM pushes AS p LEFT JOIN topics AS t ON t.number = p.topic
        WHERE p.chat = :chat ORDER BY t.name
    """,
    "closed_threads": "SELECT thread, since, told_at FROM closed_threads WHERE chat = :chat ORDER BY thread",
    "restrictions": "SELECT since, reason, tries, tried_at, next_at, sign_at FROM restrictions WHERE chat = :chat",
    "saved": """
        SELECT s.article, CASE WHEN a.state IN ('published', 'archived') THEN a.title END AS title,
            CASE WHEN a.state IN ('published', 'archived') THEN json_extract(a.story, '$.link') END AS link,
            s.at AS saved_at, s.by_reaction
        FROM saved AS s JOIN articles AS a ON a.number = s.article
        WHERE s.chat = :chat ORDER BY s.at, s.article
    """,
    "reactions": """
        SELECT article FROM saving_reactions WHERE person = :chat
        UNION ALL SELECT article FROM saving_reactions WHERE chat = :chat AND person <> :chat ORDER BY article
    """,
    "searches": "SELECT words, asked_at FROM searches WHERE chat = :chat ORDER BY asked_at, id",
    "received": """
        SELECT m.subject AS article, CASE WHEN a.state IN ('published', 'archived') THEN a.title END AS title,
            m.sent_at, m.message_id, m.thread, m.revision, m.reason
        FROM (
            SELECT r.subject, r.sent_at, r.message_id, r.thread, r.revision, NULL AS reason
            FROM told AS t CROSS JOIN receipts AS r
                ON r.subject_type = t.subject_type AND r.subject = t.subject AND r.chat = :chat
            WHERE t.subject_type = 1
            UNION ALL
            SELECT f.subject, o.at, NULL, o.thread, NULL, o.reason
            FROM campaigns AS f CROSS JOIN outcomes AS o ON o.campaign = f.id AND o.chat = :chat
            WHERE f.subject_type = 1 AND f.kind = 'news'
        ) AS m JOIN articles AS a ON a.number = m.subject ORDER BY m.sent_at NULLS FIRST, m.subject
    """,
    "waiting": """
        SELECT f.kind, CASE f.subject_type WHEN 1 THEN f.subject END AS article, o.not_before AS due_at, o.attempts
        FROM deliveries AS o JOIN campaigns AS f ON f.id = o.campaign
        WHERE o.chat = :chat AND o.campaign IN (SELECT id FROM campaigns) ORDER BY o.not_before
    """,
    "topic_threads": """
        SELECT t.name AS topic, h.thread, h.name FROM topic_threads AS h JOIN topics AS t ON t.number = h.topic
        WHERE h.chat = :chat ORDER BY h.thread
    """,
    "topic_thread_tries": "SELECT tries, next_at FROM topic_thread_tries WHERE chat = :chat",
    "channel": "SELECT title, username FROM channels WHERE id = :chat",
    "manages": """
        SELECT c.id AS channel, c.title, c.username, m.since
        FROM channel_managers AS m JOIN channels AS c ON c.id = m.channel
        WHERE m.person = :chat ORDER BY m.since, c.id
    """,
    "waiting_to_be_restored": "SELECT document AS export, at AS sent_at FROM waiting_exports WHERE chat = :chat",
    "progress_messages": "SELECT campaign AS fanout, message_id, shown_at FROM progress WHERE chat = :chat",
    "editor": """
        SELECT e.role, e.since, e.added_by, p.name, f.ended_at
        FROM (SELECT :chat AS person) AS asked
        LEFT JOIN editors AS e ON e.person = asked.person
        LEFT JOIN people AS p ON p.person = asked.person
        LEFT JOIN former_editors AS f ON f.person = asked.person
        WHERE e.person IS NOT NULL OR p.person IS NOT NULL OR f.person IS NOT NULL
    """,
    "acts_as_editor": "SELECT at AS done_at, act, article, detail FROM log WHERE person = :chat ORDER BY id",
}
