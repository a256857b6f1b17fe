"""
Chats: which there are, as they have set themselves, and whether news comes to each.

A chat that cannot be reached keeps everything. PAUSED is what its people asked for, so losing and regaining a chat
never changes that: only ACTIVE becomes UNREACHABLE, and only UNREACHABLE becomes ACTIVE again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from sqlite3 import Row
from typing import Any

from bot.domain.chat import Chat, ChatKind, ChatState, DigestForm, Pictures
from bot.domain.delivery_time import AT_ONCE
from bot.domain.parts import Part, Parts
from bot.domain.statistics import Fact
from bot.domain.timing_text import from_stored
from bot.store.content.story_json import epoch, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list
from bot.store.readers import restrictions
from bot.store.statistics import activity


async def chat(conn: Connection, id: int) -> Chat | None:
    """Return a chat, or None when newsbot has never met it."""
    rows = await conn.execute_fetchall(
        """
        SELECT c.id, c.kind, c.state, c.language, c.zone, c.pictures, c.silent, c.language_chosen, c.parts, t.wish,
            c.timed_at, c.paused_until, c.digest, c.announcements, c.breaking, c.quality, c.linked_channel,
            c.repeats_channel, c.topic_threads, r.since
        FROM chats AS c LEFT JOIN restrictions AS r ON r.chat = c.id LEFT JOIN timings AS t ON t.number = c.timing
        WHERE c.id = :id
        """,
        {"id": id},
    )
    return next(iter(await _chats(conn, rows)), None)


async def chats(conn: Connection, ids: Iterable[int]) -> dict[int, Chat]:
    """Return those of these chats that newsbot knows, by id."""
    rows = await conn.execute_fetchall(
        """
        SELECT c.id, c.kind, c.state, c.language, c.zone, c.pictures, c.silent, c.language_chosen, c.parts, t.wish,
            c.timed_at, c.paused_until, c.digest, c.announcements, c.breaking, c.quality, c.linked_channel,
            c.repeats_channel, c.topic_threads, r.since
        FROM chats AS c LEFT JOIN restrictions AS r ON r.chat = c.id LEFT JOIN timings AS t ON t.number = c.timing
        WHERE c.id IN (SELECT value FROM json_each(:ids))
        """,
        {"ids": number_list(ids)},
    )
    return {one.id: one for one in await _chats(conn, rows)}


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


_RESTRICTED_SINCE = 19  # its place in a row, behind the chat's own columns


async def _chats(conn: Connection, rows: Sequence[Row]) -> list[Chat]:
    """Return the chats of rows. Few are restricted: what these were told is asked for them alone."""
    found = [Chat._make((row[0], *_settings(row[1:_RESTRICTED_SINCE]))) for row in rows]
    restricted = [row[0] for row in rows if row[_RESTRICTED_SINCE] is not None]
    if not restricted:
        return found
    spells = await restrictions.of_chats(conn, restricted)
    return [one._replace(restriction=spells.get(one.id)) for one in found]


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
