"""
All that is stored about a chat, moved to another number or deleted.

A table that knows chats stands in both lists here; `tests/store/test_chats.py` finds one that is forgotten.
"""

from __future__ import annotations

from bot.domain.statistics import Fact
from bot.store.content.story_json import moment
from bot.store.engine.database import Connection
from bot.store.engine.moving_rows import moved
from bot.store.readers import phrases, timings, topic_wishes
from bot.store.statistics import activity


async def migrate(conn: Connection, old: int, new: int) -> None:
    """Move everything of a group to the supergroup it became. Harmless when done twice, or when both are known.

    What the old group had set wins: the new one exists only since people began to be moved there. But who has said
    `/stop` there has said it last.
    """
    if old == new:  # a server may say so, and then everything would be deleted as the old one's
        return
    ids = {"old": old, "new": new}
    await _join_once(conn, old, new)
    await conn.execute(
        """
        INSERT INTO chats
            (id, kind, state, since, state_at, language, language_chosen, zone, pictures, silent, parts, greeted,
             timing, timed_at, paused_until, digest, announcements, breaking, quality, linked_channel, repeats_channel)
        SELECT :new, kind, state, since, state_at, language, language_chosen, zone, pictures, silent, parts, greeted,
            timing, timed_at, paused_until, digest, announcements, breaking, quality, linked_channel, repeats_channel
        FROM chats WHERE id = :old
        ON CONFLICT (id) DO UPDATE SET
            state = CASE chats.state WHEN 'paused' THEN chats.state ELSE excluded.state END,
            since = min(chats.since, excluded.since), state_at = excluded.state_at,
            language = excluded.language, language_chosen = excluded.language_chosen, zone = excluded.zone,
            pictures = excluded.pictures, silent = excluded.silent, parts = excluded.parts,
            greeted = max(chats.greeted, excluded.greeted), timing = excluded.timing, timed_at = excluded.timed_at,
            digest = excluded.digest, announcements = excluded.announcements, breaking = excluded.breaking,
            quality = excluded.quality,
            paused_until = CASE chats.state WHEN 'paused' THEN chats.paused_until ELSE excluded.paused_until END,
            linked_channel = coalesce(chats.linked_channel, excluded.linked_channel),
            repeats_channel = max(chats.repeats_channel, excluded.repeats_channel)
        """,
        ids,
    )
    # A campaign that has passed the new number's place on the circle and not the old one's would find neither.
    await conn.execute("UPDATE campaigns SET half = 0, cursor = NULL WHERE half < 2 AND ring_start IS NOT NULL")
    for move in _MOVES:
        await conn.execute(move, ids)
    await delete(conn, old)
    await topic_wishes.renew(conn, new)


async def _join_once(conn: Connection, old: int, new: int) -> None:
    """Take back that a supergroup joined which is met under its new number before newsbot knows what it was."""
    rows = await conn.execute_fetchall(
        """
        SELECT since FROM chats
        WHERE id = :new AND state = 'active' AND EXISTS (SELECT 1 FROM chats WHERE id = :old)
        """,
        {"old": old, "new": new},
    )
    for row in rows:
        await activity.count(conn, Fact.JOINED, moment(row["since"]), -1)


async def delete(conn: Connection, id: int) -> None:
    """Delete all that is stored about a chat (see `store.readers.forgetting`)."""
    await phrases.forget_chat(conn, id)
    for deletion in _DELETIONS:
        await conn.execute(deletion, {"chat": id})
    await timings.drop_unused(conn)


# A message stays in the old group, and its number is another's in the new one, which counts its own: an edit would meet
# the wrong message of ours, a deletion or a reply a stranger's. So that something was sent is moved, and its number is
# not. Source: https://core.telegram.org/api/channel#migration
# Rows that the new chat has too stay with the old one, and go with it. There is no index by chat on deliveries,
# receipts and outcomes, which are written for every message; reached through what there is one of per campaign.
# 8 is `store.delivery.receipts.LEFT_BEHIND`.
_MOVES = (
    moved("subscriptions", "chat", "topic", "thread"),
    moved("exceptions", "chat", "topic", "kind"),
    moved("unwanted_sources", "chat", "source"),
    moved("followed_phrases", "chat", "phrase"),
    moved("unwanted_phrases", "chat", "phrase"),
    moved("followed_stories", "chat", "article"),
    moved("saved", "chat", "article"),
    moved("saving_reactions", "chat", "person", "article"),
    moved("saving_reactions", "person", "article", "chat"),
    moved("closed_threads", "chat", "thread"),
    moved("topic_threads", "chat", "topic"),
    moved("topic_thread_tries", "chat"),
    moved("searches", "chat", "words"),
    moved("restrictions", "chat"),
    moved("pushes", "chat", "topic"),
    moved("topic_wishes", "chat", "topic"),
    moved("waiting_exports", "chat"),
    moved("deliveries", "chat", "campaign")
    + """
    AND campaign IN (
        SELECT id FROM campaigns AS f
        WHERE NOT EXISTS (
                  SELECT 1 FROM receipts AS r
                  WHERE r.subject_type = f.subject_type AND r.subject = f.subject AND r.chat = :new
              )
          AND NOT EXISTS (
                  SELECT 1 FROM campaigns AS g CROSS JOIN outcomes AS o ON o.campaign = g.id AND o.chat = :new
                  WHERE g.subject_type = f.subject_type AND g.subject = f.subject AND g.kind = f.kind
              )
    )
    """,
    moved(
        "receipts",
        "chat",
        "subject_type",
        "subject",
        also="message_id = NULL, look = CASE WHEN message_id IS NULL THEN look ELSE coalesce(look, 0) + 8 END",
    )
    + " AND (subject_type, subject) IN (SELECT subject_type, subject FROM told)",
    moved("outcomes", "chat", "campaign") + " AND campaign IN (SELECT id FROM campaigns)",
)

_DELETIONS = (
    """
    UPDATE campaigns SET unwanted = unwanted + 1
    WHERE id IN (SELECT campaign FROM deliveries WHERE chat = :chat AND campaign IN (SELECT id FROM campaigns))
    """,
    "DELETE FROM deliveries WHERE chat = :chat AND campaign IN (SELECT id FROM campaigns)",
    """
    DELETE FROM receipts
    WHERE chat = :chat AND (subject_type, subject) IN (SELECT subject_type, subject FROM told)
    """,
    "DELETE FROM outcomes WHERE chat = :chat AND campaign IN (SELECT id FROM campaigns)",
    "DELETE FROM progress WHERE chat = :chat",
    "DELETE FROM restrictions WHERE chat = :chat",
    "DELETE FROM pushes WHERE chat = :chat",
    "DELETE FROM topic_wishes WHERE chat = :chat",
    "DELETE FROM closed_threads WHERE chat = :chat",
    "DELETE FROM topic_threads WHERE chat = :chat",
    "DELETE FROM topic_thread_tries WHERE chat = :chat",
    "DELETE FROM searches WHERE chat = :chat",
    "DELETE FROM saved WHERE chat = :chat",
    "DELETE FROM saving_reactions WHERE person = :chat",
    "DELETE FROM saving_reactions WHERE chat = :chat",
    "DELETE FROM followed_stories WHERE chat = :chat",
    "DELETE FROM unwanted_sources WHERE chat = :chat",
    "DELETE FROM exceptions WHERE chat = :chat",
    "DELETE FROM subscriptions WHERE chat = :chat",
    "DELETE FROM meta WHERE key IN ('asked_' || :chat, 'heard_' || :chat)",  # what store.readers.group_quota counts
    "DELETE FROM waiting_exports WHERE chat = :chat",
    "DELETE FROM people WHERE person = :chat",
    "DELETE FROM channel_managers WHERE person = :chat",
    "DELETE FROM channel_managers WHERE channel = :chat",
    "DELETE FROM channels WHERE id = :chat",
    "DELETE FROM pasted_links WHERE person = :chat",
    "DELETE FROM asked_edits WHERE person = :chat",
    "DELETE FROM report_wishes WHERE person = :chat",
    "DELETE FROM chats WHERE id = :chat",
)
