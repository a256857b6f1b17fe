"""
Chats and all they have set; how they move to another number with all they have, and are deleted.

A chat that cannot be reached keeps everything. PAUSED is what its people asked for, so losing and regaining a chat
never changes that: only ACTIVE becomes UNREACHABLE, and only UNREACHABLE becomes ACTIVE again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from sqlite3 import Row
from typing import Any

from bot.domain.chat import Chat, ChatKind, ChatState, DigestForm, Pictures
from bot.domain.delivery_time import AT_ONCE
from bot.domain.parts import Part, Parts
from bot.domain.statistics import Fact
from bot.domain.timing_text import from_stored
from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list
from bot.store.engine.moving_rows import moved
from bot.store.readers import phrases, timings, topic_wishes
from bot.store.readers.restrictions import restriction as restriction_of
from bot.store.statistics import activity


async def chat(conn: Connection, id: int) -> Chat | None:
    """Return a chat, or None when newsbot has never met it."""
    rows = await conn.execute_fetchall(
        """
        SELECT c.id, c.kind, c.state, c.language, c.zone, c.pictures, c.silent, c.language_chosen, c.parts, t.wish,
            c.timed_at, c.paused_until, c.digest, c.announcements, c.breaking, c.quality, c.linked_channel,
            c.repeats_channel, c.topic_threads,
            r.since, r.reason, r.tries, r.awaits, r.tried_at, r.next_at, r.sign_at
        FROM chats AS c LEFT JOIN restrictions AS r ON r.chat = c.id LEFT JOIN timings AS t ON t.number = c.timing
        WHERE c.id = :id
        """,
        {"id": id},
    )
    return next((_chat(row) for row in rows), None)


async def chats(conn: Connection, ids: Iterable[int]) -> dict[int, Chat]:
    """Return those of these chats that newsbot knows, by id."""
    rows = await conn.execute_fetchall(
        """
        SELECT c.id, c.kind, c.state, c.language, c.zone, c.pictures, c.silent, c.language_chosen, c.parts, t.wish,
            c.timed_at, c.paused_until, c.digest, c.announcements, c.breaking, c.quality, c.linked_channel,
            c.repeats_channel, c.topic_threads,
            r.since, r.reason, r.tries, r.awaits, r.tried_at, r.next_at, r.sign_at
        FROM chats AS c LEFT JOIN restrictions AS r ON r.chat = c.id LEFT JOIN timings AS t ON t.number = c.timing
        WHERE c.id IN (SELECT value FROM json_each(:ids))
        """,
        {"ids": number_list(ids)},
    )
    return {one.id: one for one in map(_chat, rows)}


async def get_or_create(
    conn: Connection, id: int, kind: ChatKind, language: str, now: datetime, *, reachable: bool = True
) -> Chat:
    """Return a chat, remembering it from now on if it is new; `language` counts only then.

    A person who was only met elsewhere is not `reachable`: bots cannot write first.
    """
    is_new = await conn.execute(
        """
        INSERT INTO chats (id, kind, state, since, state_at, gone_at, language)
        VALUES (:id, :kind, :state, :now, :now, :gone_at, :language) ON CONFLICT (id) DO NOTHING
        """,
        {
            "id": id,
            "kind": kind,
            "language": language,
            "now": epoch(now),
            "state": ChatState.ACTIVE if reachable else ChatState.UNREACHABLE,
            "gone_at": None if reachable else epoch(now),
        },
    )
    if is_new > 0 and reachable:
        await activity.count(conn, Fact.JOINED, now)
    known = await chat(conn, id)
    if known is None:
        raise LookupError(f"chat {id} was not stored")
    return known


async def set_state(
    conn: Connection, id: int, state: ChatState, now: datetime, *, until: datetime | None = None
) -> None:
    """Put a chat into a state its people asked for: PAUSED by `/stop`, perhaps `until` a time, ACTIVE by `/start`."""
    came = await _what_coming_is(conn, id) if state is ChatState.ACTIVE else None
    went = state is ChatState.PAUSED and await _is_active(conn, id)
    await conn.execute(
        """
        UPDATE chats SET state = :state, paused_until = :until,
            state_at = CASE state WHEN :state THEN state_at ELSE :now END
        WHERE id = :id AND (state <> :state OR paused_until IS NOT :until)
        """,
        {"id": id, "state": state, "now": epoch(now), "until": until and epoch(until)},
    )
    if came is not None or went:
        await activity.count(conn, came or Fact.PAUSED, now)


async def end_pauses(conn: Connection, now: datetime) -> int:
    """Let news come again where a pause is over and the chat can be reached; return in how many it was over."""
    ended = await conn.execute_fetchall(
        """
        UPDATE chats SET state = CASE WHEN gone_at IS NULL THEN 'active' ELSE 'unreachable' END,
            state_at = paused_until, paused_until = NULL
        WHERE paused_until <= :now AND state = 'paused' RETURNING state
        """,
        {"now": epoch(now)},
    )
    back = sum(1 for row in ended if row["state"] == ChatState.ACTIVE)
    if back:
        await activity.count(conn, Fact.BACK, now, back)
    return len(ended)


async def next_end_of_pause(conn: Connection) -> datetime | None:
    """Return when the next pause ends by itself; None when none does."""
    [(at,)] = await conn.execute_fetchall("SELECT min(paused_until) FROM chats WHERE paused_until IS NOT NULL")
    return moment_or_none(at)


async def switch_off(conn: Connection, id: int, now: datetime) -> None:
    """Take note that a chat cannot be reached. One that is paused stays paused."""
    changed = await conn.execute_fetchall(
        """
        UPDATE chats SET gone_at = coalesce(gone_at, :now),
            state_at = CASE state WHEN 'active' THEN :now ELSE state_at END,
            state = CASE state WHEN 'active' THEN 'unreachable' ELSE state END
        WHERE id = :id AND (gone_at IS NULL OR state = 'active') RETURNING state
        """,
        {"id": id, "now": epoch(now)},
    )
    if any(row["state"] == ChatState.UNREACHABLE for row in changed):  # one that is paused had left before
        await activity.count(conn, Fact.LEFT, now)


async def switch_on(conn: Connection, id: int, now: datetime) -> None:
    """Take note that a chat can be reached again. One that is paused stays paused."""
    came = await _what_coming_is(conn, id)
    changed = await conn.execute_fetchall(
        """
        UPDATE chats SET gone_at = NULL,
            state_at = CASE state WHEN 'unreachable' THEN :now ELSE state_at END,
            state = CASE state WHEN 'unreachable' THEN 'active' ELSE state END
        WHERE id = :id AND (gone_at IS NOT NULL OR state = 'unreachable') RETURNING state
        """,
        {"id": id, "now": epoch(now)},
    )
    if came is not None and any(row["state"] == ChatState.ACTIVE for row in changed):
        await activity.count(conn, came, now)


async def _is_active(conn: Connection, id: int) -> bool:
    rows = await conn.execute_fetchall("SELECT 1 FROM chats WHERE id = :id AND state = 'active'", {"id": id})
    return bool(rows)


async def _what_coming_is(conn: Connection, id: int) -> Fact | None:
    """Return what it counts as when news comes to a chat from now on; None where it does already."""
    rows = await conn.execute_fetchall("SELECT state, since, gone_at FROM chats WHERE id = :id", {"id": id})
    for row in rows:
        if row["state"] != ChatState.ACTIVE:
            # A person who was met elsewhere could never be reached before.
            return Fact.JOINED if row["gone_at"] == row["since"] else Fact.BACK
    return None


async def set_language(conn: Connection, id: int, language: str) -> None:
    """Set the language that the chat's people chose."""
    await conn.execute(
        "UPDATE chats SET language = :language, language_chosen = 1 WHERE id = :id", {"id": id, "language": language}
    )


async def unset_language(conn: Connection, id: int) -> None:
    """Take back that a language was chosen. The one that stands stays until another is followed."""
    await conn.execute("UPDATE chats SET language_chosen = 0 WHERE id = :id", {"id": id})


async def follow_language(conn: Connection, id: int, language: str) -> None:
    """Set the language of the person's client. One that was chosen stays."""
    await conn.execute(
        "UPDATE chats SET language = :language WHERE id = :id AND language_chosen = 0",
        {"id": id, "language": language},
    )


async def set_zone(conn: Connection, id: int, zone: str | None) -> None:
    """Set the zone of the chat's times to an IANA name; None means the operator's zone."""
    known = await chat(conn, id)
    await conn.execute("UPDATE chats SET zone = :zone WHERE id = :id", {"id": id, "zone": zone})
    if known is not None and not known.timing.is_at_once:
        await timings.choose(conn, id, known.timing)
    await topic_wishes.renew(conn, id)


async def set_pictures(conn: Connection, id: int, pictures: Pictures) -> None:
    await conn.execute("UPDATE chats SET pictures = :pictures WHERE id = :id", {"id": id, "pictures": pictures})


async def set_silent(conn: Connection, id: int, silent: bool) -> None:
    await conn.execute("UPDATE chats SET silent = :silent WHERE id = :id", {"id": id, "silent": silent})


async def set_parts(conn: Connection, id: int, parts: Parts | None) -> None:
    """Set the parts of the chat's pushes; None means the operator's."""
    stored = None if parts is None else ",".join(parts)
    await conn.execute("UPDATE chats SET parts = :parts WHERE id = :id", {"id": id, "parts": stored})


async def set_linked_channel(conn: Connection, id: int, channel: int | None) -> None:
    """Set the channel whose posts Telegram brings into a group; None: there is none."""
    await conn.execute("UPDATE chats SET linked_channel = :channel WHERE id = :id", {"id": id, "channel": channel})


async def set_repeats_channel(conn: Connection, id: int, repeats: bool) -> None:
    """Set whether a group also gets by itself what its linked channel has posted."""
    await conn.execute("UPDATE chats SET repeats_channel = :repeats WHERE id = :id", {"id": id, "repeats": repeats})


async def set_digest(conn: Connection, id: int, digest: DigestForm) -> None:
    """Set how lists of news look in the chat."""
    await conn.execute("UPDATE chats SET digest = :digest WHERE id = :id", {"id": id, "digest": digest})


async def set_announcements(conn: Connection, id: int, wanted: bool) -> None:
    await conn.execute("UPDATE chats SET announcements = :wanted WHERE id = :id", {"id": id, "wanted": wanted})


async def taking_announcements(conn: Connection, ids: Iterable[int]) -> set[int]:
    """Return which of these chats take what the bot's people write to everybody. Paused and gone ones take none."""
    rows = await conn.execute_fetchall(
        """
        SELECT id FROM chats
        WHERE announcements = 1 AND state = 'active' AND id IN (SELECT value FROM json_each(:ids))
        """,
        {"ids": number_list(ids)},
    )
    return {int(row["id"]) for row in rows}


async def set_breaking(conn: Connection, id: int, allowed: bool) -> None:
    """Let breaking news come to a chat at once, whatever its times say; or not."""
    await conn.execute("UPDATE chats SET breaking = :allowed WHERE id = :id", {"id": id, "allowed": allowed})


async def set_quality(conn: Connection, id: int, least: int | None) -> None:
    """Set the least quality of an article that comes to a chat; None: any."""
    await conn.execute("UPDATE chats SET quality = :least WHERE id = :id", {"id": id, "least": least})


async def greet_once(conn: Connection, id: int) -> bool:
    """Return whether the chat is still to be greeted, and count it as greeted from now on."""
    rows = await conn.execute_fetchall(
        "UPDATE chats SET greeted = 1 WHERE id = :id AND greeted = 0 RETURNING id", {"id": id}
    )
    return any(True for _ in rows)


async def counts(conn: Connection) -> dict[ChatState, int]:
    """Return how many chats are in each state."""
    rows = await conn.execute_fetchall("SELECT state, count(*) AS n FROM chats GROUP BY state")
    return dict.fromkeys(ChatState, 0) | {ChatState(row["state"]): int(row["n"]) for row in rows}


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


_RESTRICTED_SINCE = 19  # its place in a row: the chat's own columns are before it, its restriction's from there on


def _chat(row: Row) -> Chat:
    found = Chat._make((row[0], *_settings(row[1:_RESTRICTED_SINCE])))
    return found if row[_RESTRICTED_SINCE] is None else found._replace(restriction=restriction_of(row))


@lru_cache(maxsize=4096)
def _settings(stored: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return all that a chat has set, in the order of `Chat`, from its columns. Thousands of chats have set the same.

    Read for every chat of every broadcast: to find it here takes a tenth of the time.
    """
    kind, state, language, zone, pictures, silent, chosen, parts, wish, timed_at, paused_until, *others = stored
    digest, announcements, breaking, quality, linked_channel, repeats_channel, topic_threads = others
    return (
        ChatKind(kind),
        ChatState(state),
        language,
        zone,
        Pictures(pictures),
        bool(silent),
        None,
        bool(chosen),
        None if parts is None else _parts_of(parts),
        AT_ONCE if wish is None else from_stored(wish),
        moment_or_none(timed_at),
        moment_or_none(paused_until),
        DigestForm(digest),
        bool(announcements),
        bool(breaking),
        quality,
        linked_channel,
        bool(repeats_channel),
        bool(topic_threads),
    )


def _parts_of(stored: str) -> Parts:
    """Return the parts of a push as they are stored; one of a newer newsbot is left out."""
    return tuple(Part(name) for name in stored.split(",") if name in set(Part))
