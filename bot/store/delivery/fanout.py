"""
Fan-out: each chat of a campaign's audience gets its delivery, a piece of them at a time.

The chats stand on a circle, in the order of their ids. Each piece inserts its deliveries and moves the campaign's
cursor in one transaction, so a start after a crash goes on where the last piece ended. Where on the circle a campaign
begins is drawn, so that nobody is last for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.delivery import Operation
from bot.store.content.story_json import epoch
from bot.store.delivery.audiences import MAX_CHAT_ID, MIN_CHAT_ID, Audience
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.followers import Followers
from bot.store.engine.database import Connection
from bot.store.readers import topic_wishes

ROWS_PER_PIECE = 5_000  # candidates: about 10 ms of the writer, which a reader's write may have to wait
ROWS_AT_THEIR_TIMES = 3_000  # the same 10 ms where chats have times and phrases of their own


async def begin(conn: Connection, number: int, ring_start: int) -> None:
    """Draw where on the circle of chats a campaign starts, unless it was drawn before."""
    await conn.execute(
        "UPDATE campaigns SET ring_start = :ring_start WHERE id = :id AND ring_start IS NULL",
        {"id": number, "ring_start": ring_start},
    )


async def ring_of_busy_period(conn: Connection) -> int | None:
    """Return the starting point that articles now on their way share; None when nothing is on its way.

    Sharing it keeps each chat's articles in order; drawing it anew when idle lets nobody be last for ever.
    """
    rows = await conn.execute_fetchall(
        "SELECT ring_start FROM campaigns WHERE state = 'running' AND ring_start IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    return next((int(row["ring_start"]) for row in rows), None)


async def some_chat(conn: Connection, share: float) -> int:
    """Return a chat id about `share` (0 to 1) of the way round the circle."""
    # Asked for together, the ends are found by looking at every chat: https://sqlite.org/optoverview.html#minmax
    [(low, high)] = await conn.execute_fetchall("SELECT (SELECT min(id) FROM chats), (SELECT max(id) FROM chats)")
    if low is None:
        return 0
    near = await conn.execute_fetchall(
        "SELECT id FROM chats WHERE id >= :from ORDER BY id LIMIT 1", {"from": low + int((high - low) * share)}
    )
    return next((int(row["id"]) for row in near), int(low))


async def fan_out(
    conn: Connection,
    campaign: Campaign,
    audience: Audience,
    now: datetime,
    piece: int = ROWS_PER_PIECE,
    *,
    operation: Operation = Operation.SEND,
    at_own_times: bool = False,
    goes_on: Callable[[], bool] = lambda: False,
) -> bool:
    """Give the next piece of the circle its deliveries and move the cursor; return whether more is left.

    Behind a piece `goes_on` is asked whether the next one is to follow in the same transaction.

    `at_own_times` when chats get it at times of their own, as far as the audience is of followers and these are noted
    in `timings`: when it is claimed is soon enough for the others. One transaction: a crash before the commit leaves
    neither rows nor cursor, after it both.
    """
    if campaign.is_complete or campaign.ring_start is None:
        return False
    timed = audience if at_own_times and isinstance(audience, Followers) else None
    with_wishes = timed is not None and await topic_wishes.are_any(conn)
    half, cursor = campaign.half, campaign.cursor
    while True:
        low, high = (campaign.ring_start, MAX_CHAT_ID) if half == 0 else (MIN_CHAT_ID, campaign.ring_start)
        after = low if cursor is None else cursor
        end = await audience.end_of_piece(conn, after, high, piece)
        values: dict[str, Any] = {
            "after": after,
            "until": high if end is None else end,
            "campaign": campaign.id,
            "operation": operation,
            "now": epoch(now),
        }
        if timed is not None:
            sql, parameters = timed.at_their_times(campaign.is_breaking, with_wishes=with_wishes, **values)
        else:
            sql, parameters = audience.recipients(_AT_ONCE, **values)
        added = await conn.execute(sql, parameters)
        half, cursor = (half, end) if end is not None else (half + 1, None)
        await conn.execute(
            "UPDATE campaigns SET cursor = :cursor, half = :half, total = total + :added WHERE id = :id",
            {"id": campaign.id, "cursor": cursor, "half": half, "added": added},
        )
        if half == 2 or not goes_on():
            return half < 2


_AT_ONCE = """
INSERT OR IGNORE INTO deliveries (campaign, chat, thread, operation, not_before)
SELECT :campaign, c.chat, c.thread, :operation, :now FROM
"""
