"""
Quotas of a minute: a group can ask for a list once, because everybody in it may ask; and answers are counted for each
group and person.

Telegram takes twenty messages a minute to a group, and answers go before news: without a limit, somebody who asks all
the time would keep the group's news away. The counts are stored for that minute and deleted afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.answer_quota import AnswerCount
from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection

LATEST_INTERVAL = timedelta(minutes=1)


async def ask(conn: Connection, chat: int, now: datetime) -> bool:
    """Count a group's question, and return False when its last one is less than a minute ago."""
    await _forget(conn, now)
    rows = await conn.execute_fetchall(
        "INSERT INTO meta (key, value) VALUES (:key, :now) ON CONFLICT (key) DO NOTHING RETURNING value",
        {"key": _key(chat), "now": str(epoch(now))},
    )
    return any(True for _ in rows)


async def tell(conn: Connection, chat: int, now: datetime) -> int | None:
    """Return for how many seconds a group has to wait; None when it was told so already."""
    rows = await conn.execute_fetchall(
        "UPDATE meta SET value = value || ' told' WHERE key = :key AND value NOT LIKE '% told' RETURNING value",
        {"key": _key(chat)},
    )
    asked_at = next((int(row["value"].split()[0]) for row in rows), None)
    return None if asked_at is None else max(1, asked_at + int(LATEST_INTERVAL.total_seconds()) - epoch(now))


async def answer_count(conn: Connection, chat: int, speaker: int, now: datetime) -> AnswerCount:
    """Return how much was answered within a minute that began with the first. Writes nothing."""
    names = _heard_keys(chat, speaker)
    rows = await conn.execute_fetchall(
        """
        SELECT key, CAST(substr(value, instr(value, ' ') + 1) AS INTEGER) AS number FROM meta
        WHERE CASE WHEN key IN (:in_chat, :to_speaker, :to_chats)
            THEN CAST(substr(value, 1, instr(value, ' ') - 1) AS INTEGER) > :over END
        """,
        names | {"over": epoch(now - LATEST_INTERVAL)},
    )
    counts = {str(row["key"]): int(row["number"]) for row in rows}
    to_chats = counts.get(names["to_chats"], 0) if speaker < 0 else 0
    return AnswerCount(counts.get(names["in_chat"], 0), counts.get(names["to_speaker"], 0), to_chats)


async def count_answer(conn: Connection, chat: int | None, speaker: int, now: datetime) -> None:
    """Count an answer: in the chat unless that is None, and to whoever it goes; one below zero is a chat."""
    await _forget(conn, now)
    names = _heard_keys(chat or 0, speaker)
    counted = [names["to_speaker"]]
    if chat is not None:
        counted.append(names["in_chat"])
    if speaker < 0:
        counted.append(names["to_chats"])
    await conn.executemany(
        """
        INSERT INTO meta (key, value) VALUES (:key, CAST(:now AS TEXT) || ' 1')
        ON CONFLICT (key) DO UPDATE SET value = substr(meta.value, 1, instr(meta.value, ' '))
            || CAST(CAST(substr(meta.value, instr(meta.value, ' ') + 1) AS INTEGER) + 1 AS TEXT)
        """,
        [{"key": key, "now": epoch(now)} for key in counted],
    )


async def tell_speaker(conn: Connection, speaker: int, now: datetime) -> bool:
    """Return whether somebody was not told within a minute that they say too much; from now on they were."""
    await _forget(conn, now)
    rows = await conn.execute_fetchall(
        "INSERT INTO meta (key, value) VALUES (:key, :now) ON CONFLICT (key) DO NOTHING RETURNING value",
        {"key": f"heard_told_{speaker}", "now": str(epoch(now))},
    )
    return any(True for _ in rows)


async def _forget(conn: Connection, now: datetime) -> None:
    """Forget what is more than a minute ago."""
    await conn.execute(
        """
        DELETE FROM meta WHERE CASE WHEN substr(key, 1, 6) IN ('asked_', 'heard_')
            THEN CAST(substr(value || ' ', 1, instr(value || ' ', ' ') - 1) AS INTEGER) <= :over END
        """,
        {"over": epoch(now - LATEST_INTERVAL)},
    )


def _key(chat: int) -> str:
    return f"asked_{chat}"


def _heard_keys(chat: int, speaker: int) -> dict[str, str]:
    return {"in_chat": f"heard_{chat}", "to_speaker": f"heard_by_{speaker}", "to_chats": "heard_by_chats"}
