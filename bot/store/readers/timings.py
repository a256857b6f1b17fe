"""
When chats want their news: each wish is stored once for every zone in which a chat has it.

So a fan-out asks when news leaves once for each of them, in Python and by the zone's rules of the day, and finds the
answer for every chat with one look-up (`store.delivery.fanout`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery_time import Timing
from bot.domain.timing_text import from_stored, stored
from bot.store.content.story_json import epoch, epoch_of_end, moment
from bot.store.engine.database import Connection


@dataclass(frozen=True, slots=True)
class Wish:
    """A way to get news in a zone, an IANA name; None: the operator's."""

    timing: Timing
    zone: str | None


async def choose(conn: Connection, chat: int, timing: Timing) -> None:
    """Let a chat get its news in this way, by the clock of its zone."""
    values = {"chat": chat, "wish": None if timing.is_at_once else stored(timing)}
    await conn.execute(
        """
        INSERT INTO timings (wish, zone) SELECT :wish, coalesce(zone, '') FROM chats
        WHERE id = :chat AND :wish IS NOT NULL
        ON CONFLICT (wish, zone) DO NOTHING
        """,
        values,
    )
    await conn.execute(
        """
        UPDATE chats SET timing = (SELECT number FROM timings WHERE wish = :wish AND zone = coalesce(chats.zone, ''))
        WHERE id = :chat
        """,
        values,
    )
    await drop_unused(conn)


async def number_of(conn: Connection, timing: Timing, zone: str) -> int:
    """Return the number of a way to get news in a zone ('': the operator's), which is known from now on."""
    wish = {"wish": stored(timing), "zone": zone}
    await conn.execute(
        "INSERT INTO timings (wish, zone) VALUES (:wish, :zone) ON CONFLICT (wish, zone) DO NOTHING", wish
    )
    [(number,)] = await conn.execute_fetchall("SELECT number FROM timings WHERE wish = :wish AND zone = :zone", wish)
    return int(number)


async def count_from(conn: Connection, chat: int, now: datetime) -> None:
    """Take note that what comes to a chat at its own times is counted from now on: they have changed."""
    await conn.execute("UPDATE chats SET timed_at = :now WHERE id = :chat", {"chat": chat, "now": epoch(now)})


async def unasked(conn: Connection, since: datetime) -> dict[int, Wish]:
    """Return the wishes of which it is not known yet when news of a moment leaves, by number."""
    rows = await conn.execute_fetchall(
        "SELECT number, wish, zone FROM timings WHERE since IS NULL OR since <> :since", {"since": epoch(since)}
    )
    return {row["number"]: Wish(from_stored(row["wish"]), row["zone"] or None) for row in rows}


async def note(conn: Connection, since: datetime, leaves: Mapping[int, datetime]) -> None:
    """Write down when news of a moment leaves, by the numbers of wishes."""
    await conn.executemany(
        "UPDATE timings SET since = :since, at = :at WHERE number = :number",
        [{"since": epoch(since), "number": number, "at": epoch_of_end(at)} for number, at in leaves.items()],
    )


async def noted(conn: Connection) -> dict[int, tuple[Wish, datetime, datetime]]:
    """Return all wishes of which it was noted when news of a moment leaves: that moment, and when, by number."""
    rows = await conn.execute_fetchall("SELECT number, wish, zone, since, at FROM timings WHERE at IS NOT NULL")
    return {
        row["number"]: (Wish(from_stored(row["wish"]), row["zone"] or None), moment(row["since"]), moment(row["at"]))
        for row in rows
    }


async def unnote(conn: Connection, numbers: Iterable[int]) -> None:
    """Forget when news leaves for these wishes."""
    await conn.executemany(
        "UPDATE timings SET since = NULL, at = NULL WHERE number = :number", [{"number": number} for number in numbers]
    )


async def are_any(conn: Connection) -> bool:
    """Return whether any chat wants its news otherwise than at once."""
    return any(await conn.execute_fetchall("SELECT 1 FROM timings LIMIT 1"))


async def drop_unused(conn: Connection) -> None:
    """Delete the wishes that no chat has any more, for all its news or for a topic."""
    await conn.execute(
        """
        DELETE FROM timings WHERE NOT EXISTS (SELECT 1 FROM chats WHERE timing = timings.number)
          AND NOT EXISTS (SELECT 1 FROM topic_wishes WHERE timing = timings.number)
        """
    )
