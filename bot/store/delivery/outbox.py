"""
The outbox: deliveries that have been promised and not yet settled.

Publishing promises its campaign in the article's own transaction, so news is never lost between "known" and "sent".
A claimed row carries the term of the process that claimed it (`store.delivery.leases`) until it is settled
(`store.delivery.settlement`) or handed back. To claim it is to try it: it has an attempt, and whoever asks for a row by
its number, or for those in hand, says so, as PostgreSQL has an index of these alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from sqlite3 import Row
from typing import Any, NamedTuple

from bot.domain.delivery import Delivery, Lane, Operation
from bot.domain.delivery_time import Waits
from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list

# Asked for every message: to look a member up takes a third of making it of its number.
_OPERATIONS = {int(operation): operation for operation in Operation}
_WAITS = {int(waits): waits for waits in Waits}


CLAIM = """
UPDATE deliveries SET owner = :owner, attempts = attempts + 1
WHERE EXISTS (SELECT 1 FROM leases WHERE owner = :owner) AND id IN (
    SELECT o.id FROM campaigns AS f
    CROSS JOIN deliveries AS o
        ON o.campaign = f.id AND o.owner = 0 AND o.waits = :waits AND o.not_before <= :now
    WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
    ORDER BY f.lane, f.id, o.not_before, o.id LIMIT :limit
)
RETURNING id, campaign, chat, thread, not_before, attempts, unsure, operation, waits
"""


async def claim(
    conn: Connection, now: datetime, limit: int, among: Iterable[int] | None = None, *, owner: int
) -> list[Delivery]:
    """Claim up to `limit` due deliveries of running campaigns and return them, most urgent lane first.

    What waited for its chat's own time comes after all that did not: at eight in the morning a hundred thousand digests
    may be due, and news does not wait for them. Of what waited, what was due in one minute of the clock comes before
    what was due in a later one, whichever campaign it is of: those of one minute past eight are due long before those
    of eight are out. With `among`, only of these campaigns. For a term that is over there are none.
    """
    numbers = _json(among)
    claimed = await _claim(conn, now, limit, numbers, Waits.NOT, owner)
    for waits in (Waits.FOR_ITS_TIME, Waits.FOR_THE_HOUR):
        while len(claimed) < limit and (first := await _first_due(conn, numbers, waits)) is not None and first <= now:
            due = await _claim(conn, min(now, first.replace(second=59)), limit - len(claimed), numbers, waits, owner)
            if not due:
                return claimed
            claimed += due
    return claimed


async def _first_due(conn: Connection, among: str | None, waits: Waits) -> datetime | None:
    [(not_before,)] = await conn.execute_fetchall(
        """
        SELECT min((SELECT min(o.not_before) FROM deliveries AS o
                    WHERE o.campaign = f.id AND o.owner = 0 AND o.waits = :waits))
        FROM campaigns AS f
        WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
        """,
        {"among": among, "waits": waits},
    )
    return moment_or_none(not_before)


# Columns of `CLAIM` by position: to find one by its name takes longer.
_CAMPAIGN, _NOT_BEFORE_AND_ID = itemgetter(1), itemgetter(4, 0)


async def _claim(
    conn: Connection, now: datetime, limit: int, among: str | None, waits: Waits, owner: int
) -> list[Delivery]:
    rows = await conn.execute_fetchall(
        CLAIM,
        {"now": epoch(now), "limit": limit, "among": among, "waits": waits, "owner": owner},
    )
    # RETURNING promises no order: https://sqlite.org/lang_returning.html#limitations_and_caveats
    # As tuples: a row of PostgreSQL looks at the type of each index.
    in_order = sorted(map(tuple, rows), key=_NOT_BEFORE_AND_ID)
    numbers = set(map(_CAMPAIGN, in_order))
    if len(numbers) > 1:
        places = await _in_order(conn, numbers)
        in_order.sort(key=lambda row: places[row[1]])
    return [delivery_of(row) for row in in_order]


async def _in_order(conn: Connection, numbers: set[int]) -> dict[int, int]:
    """Return the place of each of these campaigns among them: the most urgent lane comes first."""
    rows = await conn.execute_fetchall(
        "SELECT id FROM campaigns WHERE id IN (SELECT value FROM json_each(:numbers)) ORDER BY lane, id",
        {"numbers": _json(numbers)},
    )
    return {number: place for place, (number,) in enumerate(rows)}


async def next_due(conn: Connection, among: Iterable[int] | None = None) -> datetime | None:
    """Return when the next delivery of a running campaign is due; None when nothing waits.

    With `among`, only of these campaigns.
    """
    [(not_before,)] = await conn.execute_fetchall(
        """
        SELECT min((
            SELECT min((SELECT min(o.not_before) FROM deliveries AS o
                        WHERE o.campaign = f.id AND o.owner = 0 AND o.waits = w.value))
            FROM json_each('[0, 1, 2]') AS w
        ))
        FROM campaigns AS f
        WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
        """,
        {"among": _json(among)},
    )
    return moment_or_none(not_before)


async def waits_since(conn: Connection) -> datetime | None:
    """Return since when the oldest delivery of a running campaign waits, one that has no row yet included.

    It is to come when all there is waits for a time to come.
    """
    [(since,)] = await conn.execute_fetchall(
        """
        SELECT min(CASE WHEN f.half < 2 THEN f.start_at
                   ELSE (SELECT min((SELECT min(o.not_before) FROM deliveries AS o
                                     WHERE o.campaign = f.id AND o.owner = 0 AND o.waits = w.value))
                         FROM json_each('[0, 1, 2]') AS w) END)
        FROM campaigns AS f WHERE f.state = 'running'
        """
    )
    return moment_or_none(since)


async def release(
    conn: Connection, deliveries: Sequence[Delivery], not_before: datetime | None = None, *, owner: int
) -> None:
    """Hand back claimed deliveries that were not tried; `not_before` postpones them."""
    await conn.executemany(
        """
        UPDATE deliveries SET owner = 0, attempts = attempts - 1, not_before = coalesce(:not_before, not_before)
        WHERE id = :id AND attempts > 0 AND owner = :owner
        """,
        [
            {"id": delivery.id, "owner": owner, "not_before": not_before and epoch(not_before)}
            for delivery in deliveries
        ],
    )


async def set_back(conn: Connection, now: datetime, by: timedelta) -> None:
    """Keep what waits waiting as long as before, after the clock was set back to `now`.

    What was promised by the right clock keeps its time to think again: this may come with every start for a while.
    """
    values = {"now": epoch(now), "by": round(by.total_seconds())}
    await conn.execute(
        "UPDATE deliveries SET not_before = max(:now, not_before - :by) WHERE owner = 0 AND not_before > :now", values
    )
    await conn.execute(
        """
        UPDATE campaigns SET start_at = max(:now, start_at - :by)
        WHERE state <> 'done' AND start_at > :now AND fixed_at > :now
        """,
        values,
    )


async def postpone(conn: Connection, deliveries: Sequence[Delivery], *, owner: int) -> None:
    """Put back deliveries that will be tried again, as they stand now."""
    await conn.executemany(
        """
        UPDATE deliveries
        SET owner = 0, not_before = :not_before, attempts = :attempts, unsure = :unsure, thread = :thread,
            waits = :waits
        WHERE id = :id AND attempts > 0 AND owner = :owner
        """,
        [
            {
                "id": delivery.id,
                "owner": owner,
                "not_before": -(-int(delivery.not_before.timestamp() * 1000) // 1000),  # no pause is cut short
                "attempts": delivery.attempts,
                "unsure": delivery.unsure,
                "thread": delivery.thread,
                "waits": delivery.waits,
            }
            for delivery in deliveries
        ],
    )


class Waiting(NamedTuple):
    """A row of the outbox, as far as it can go into a list with another one. `is_in_hand`: it is claimed."""

    id: int
    campaign: int
    chat: int
    thread: int
    not_before: datetime
    waits: Waits
    is_in_hand: bool


async def of_chats(conn: Connection, chats: Iterable[int], campaigns: Iterable[int]) -> list[Waiting]:
    """Return all that these campaigns still have for these chats, the earlier campaigns first."""
    rows = await conn.execute_fetchall(
        """
        SELECT o.id, o.campaign, o.chat, o.thread, o.not_before, o.waits, o.owner
        FROM json_each(:campaigns) AS f CROSS JOIN json_each(:chats) AS c
        CROSS JOIN deliveries AS o ON o.campaign = f.value AND o.chat = c.value
        ORDER BY o.campaign, o.chat
        """,
        {"campaigns": number_list(sorted(campaigns)), "chats": number_list(chats)},
    )
    return [
        Waiting(number, campaign, chat, thread, moment(not_before), Waits(waits), owner != 0)
        for number, campaign, chat, thread, not_before, waits, owner in rows
    ]


async def ask_again(conn: Connection, chat: int, now: datetime) -> int:
    """Let what waits for a chat's own time be asked at once for when that is: it has changed; return how many."""
    return await conn.execute(
        """
        UPDATE deliveries SET not_before = :now
        WHERE chat = :chat AND campaign IN (SELECT id FROM campaigns WHERE state <> 'done')
          AND waits <> 0 AND owner = 0 AND not_before > :now
        """,
        {"chat": chat, "now": epoch(now)},
    )


async def ask_again_all(conn: Connection, timing: int, now: datetime) -> int:
    """Do the same for all chats with a wish (`store.readers.timings`): its clock has changed; return how many."""
    return await conn.execute(
        """
        UPDATE deliveries SET not_before = :now
        WHERE campaign IN (SELECT id FROM campaigns WHERE state <> 'done')
          AND chat IN (SELECT id FROM chats WHERE timing = :timing
                       UNION SELECT chat FROM topic_wishes WHERE timing = :timing)
          AND waits <> 0 AND owner = 0 AND not_before > :now
        """,
        {"timing": timing, "now": epoch(now)},
    )


async def for_their_time(conn: Connection, campaigns: Iterable[int], now: datetime) -> int:
    """Return how many deliveries of campaigns wait for a time of their chats' own that is to come."""
    [(many,)] = await conn.execute_fetchall(
        """
        SELECT count(*) FROM json_each(:campaigns) AS f CROSS JOIN json_each('[1, 2]') AS w
        CROSS JOIN deliveries AS o
            ON o.campaign = f.value AND o.owner = 0 AND o.waits = w.value AND o.not_before > :now
        """,
        {"campaigns": _json(campaigns), "now": epoch(now)},
    )
    return int(many)


async def doubt(conn: Connection, carrier: Delivery, campaigns: Iterable[int]) -> None:
    """Take note that what went in one list with a delivery, by campaign, may have arrived with it."""
    await conn.execute(
        """
        UPDATE deliveries SET unsure = unsure + 1
        WHERE chat = (SELECT chat FROM deliveries WHERE id = :carrier AND attempts > 0) AND id <> :carrier
          AND campaign IN (SELECT value FROM json_each(:campaigns))
        """,
        {"carrier": carrier.id, "campaigns": number_list(campaigns)},
    )


async def waiting_by_lane(conn: Connection) -> dict[Lane, int]:
    """Return how many deliveries are not settled in each lane that has any."""
    rows = await conn.execute_fetchall(
        """
        SELECT lane, sum(total - sent - unreachable - failed - restricted - unwanted) AS many
        FROM campaigns WHERE state <> 'done' GROUP BY lane
        """
    )
    return {Lane(row["lane"]): int(row["many"]) for row in rows}


def _json(numbers: Iterable[int] | None) -> str | None:
    return None if numbers is None else number_list(numbers)


def delivery_of(row: Row | tuple[Any, ...]) -> Delivery:
    """Return the delivery of a row: id, campaign, chat, thread, not_before, attempts, unsure, operation, waits."""
    number, campaign, chat, thread, not_before, attempts, unsure, operation, waits = row
    what, how = _OPERATIONS[operation], _WAITS[waits]
    return Delivery(number, campaign, chat, thread, moment(not_before), attempts, unsure, what, how)
