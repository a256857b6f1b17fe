"""
Settlement: stores the final outcome of deliveries.

A finished delivery gives way to a receipt or an outcome. What a process writes about one counts by whose the row is
by then, since its term (`store.delivery.leases`) may have ended meanwhile:

    the row is           it was sent           it ended otherwise      it is to be tried again
    ours                 settled               settled                 put back
    nobody's             settled               settled                 stays as it is
    another's            settled               stays the other's       stays the other's
    gone, with a receipt one more, perhaps     -                       -
    gone, with an outcome settled after all    -                       -
    gone, with neither   - (the chat was forgotten)

So a message that arrived always has its receipt, and whoever gets it twice is counted. What comes too late for the
campaign that changes or deletes it joins that (`joining`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, cast

from bot.domain.correction import is_gone
from bot.domain.delivery import Delivery, Operation, Status, Subject
from bot.store.content.story_json import epoch
from bot.store.delivery import joining
from bot.store.delivery.outbox import delivery_of
from bot.store.delivery.receipts import CODES, GONE, LEFT_BEHIND, LIST, PHOTO
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list

Covered = Sequence[tuple[Subject, int | None]]
"""What stands in a message: subjects, each with its revision; None where it has none."""

# To find a member in its class takes longer than to compare it.
_SENT, _SEND, _EDIT = Status.SENT, Operation.SEND, Operation.EDIT


class Settled(NamedTuple):
    """A delivery as it stands after one attempt, with what its message holds if it was sent: perhaps a list."""

    delivery: Delivery
    covers: Covered
    has_photo: bool
    is_list: bool = False
    list_id: int | None = None


WRITE_RECEIPTS = """
INSERT INTO receipts
    (subject_type, subject, chat, message_id, thread, revision, look, sent_at, unsure, list)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject_type, subject, chat) DO UPDATE SET message_id = excluded.message_id,
    thread = excluded.thread, revision = excluded.revision, look = excluded.look,
    sent_at = excluded.sent_at, unsure = excluded.unsure, list = excluded.list
"""
WRITE_OUTCOMES = """
INSERT INTO outcomes (campaign, chat, operation, status, reason, at, thread, unsure)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (campaign, chat) DO UPDATE SET operation = excluded.operation, status = excluded.status,
    reason = excluded.reason, at = excluded.at, thread = excluded.thread, unsure = excluded.unsure
"""
CHANGE_RECEIPTS = "UPDATE receipts SET revision = ?, look = ? WHERE subject_type = ? AND subject = ? AND chat = ?"
EMPTY_RECEIPTS = "UPDATE receipts SET message_id = NULL WHERE subject_type = ? AND subject = ? AND chat = ?"


async def settle(conn: Connection, settled: Sequence[Settled], at: datetime, *, owner: int) -> None:
    """Replace finished deliveries by receipts and outcomes, and count them in their campaigns.

    One whose row is gone belongs to a chat that was forgotten meanwhile, and leaves no trace, unless another process
    has settled it too. One whose chat has moved is written down where it lives now.
    """
    seconds = epoch(at)
    sent: list[Settled] = []
    others: list[Settled] = []
    for one in settled:
        (sent if one.delivery.status is _SENT else others).append(one)
    homes: dict[int, int] = {}
    if sent:
        homes.update(await _taken(conn, TAKE_FROM_ANYBODY, sent, owner))
        if len(homes) < len(sent):
            late = [one for one in sent if one.delivery.id not in homes]
            again = await _settled_after_all(conn, late)
            sent = [one for one in sent if one.delivery.id in homes] + again
            homes.update({one.delivery.id: one.delivery.chat for one in again})
        await _write_receipts(conn, sent, homes, seconds)
    if others:
        homes.update(await _taken(conn, TAKE, others, owner))
        others = await _without_handed_over(conn, [one for one in others if one.delivery.id in homes], homes, seconds)
        await conn.executemany(
            WRITE_OUTCOMES,
            [
                (
                    one.campaign,
                    homes[one.id],
                    one.operation,
                    CODES[one.status],
                    one.reason,
                    seconds,
                    one.thread or None,
                    one.unsure or None,
                )
                for one, *_ in others
            ],
        )
        await _note_gone(conn, others, homes)
    await _count(conn, sent + others, seconds)


async def _without_handed_over(
    conn: Connection, ended: Sequence[Settled], homes: Mapping[int, int], at: int
) -> list[Settled]:
    """Return how deliveries end once another campaign goes on with some of them: these are not wanted any more."""
    over = await joining.hand_over(conn, [one.delivery._replace(chat=homes[one.delivery.id]) for one in ended], at)
    return [
        one._replace(delivery=one.delivery._replace(status=Status.UNWANTED)) if one.delivery.id in over else one
        for one in ended
    ]


# Of what was not tried nobody can say how it ended. It is asked for because PostgreSQL finds by their numbers only rows
# that were tried, to have less to write for the others.
TAKE_FROM_ANYBODY = """
DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(:ids)) AND attempts > 0 RETURNING id, chat
"""
TAKE = """
DELETE FROM deliveries
WHERE id IN (SELECT value FROM json_each(:ids)) AND attempts > 0 AND owner IN (0, :owner) RETURNING id, chat
"""


async def _taken(conn: Connection, take: str, settled: Sequence[Settled], owner: int) -> dict[int, int]:
    """Delete the rows of finished deliveries and return where each chat lives now, by row."""
    ids = number_list(one.delivery.id for one in settled)
    rows = await conn.execute_fetchall(take, {"ids": ids, "owner": owner})
    return dict(cast("list[tuple[int, int]]", rows))


async def _settled_after_all(conn: Connection, late: Sequence[Settled]) -> list[Settled]:
    """Return what was sent and stands as not sent, or is still to be sent; count what another process sent as well.

    To edit or delete a message twice is to do it once.
    """
    unsettled: list[Settled] = []
    for one in late:
        key = {"campaign": one.delivery.campaign, "chat": one.delivery.chat}
        if one.delivery.operation is not Operation.SEND:
            continue
        if await _has_one_more(conn, one):
            await conn.execute("UPDATE campaigns SET unsure = unsure + 1 WHERE id = :campaign", key)
            continue
        was = await conn.execute_fetchall(
            "DELETE FROM outcomes WHERE campaign = :campaign AND chat = :chat RETURNING status, unsure", key
        )
        for row in was:
            await conn.execute(_UNCOUNT[row["status"]], key | {"unsure": bool(row["unsure"])})
        # An editor may have had it tried again, in a row of its own.
        waits = await conn.execute("DELETE FROM deliveries WHERE campaign = :campaign AND chat = :chat", key)
        if waits or was:
            unsettled.append(one)
    return unsettled


async def _has_one_more(conn: Connection, one: Settled) -> bool:
    """Note in a chat's receipts that another message stands beside theirs; return whether it has any."""
    doubled = 0
    for subject, _ in one.covers:
        doubled += await conn.execute(
            """
            UPDATE receipts SET unsure = coalesce(unsure, 0) + 1
            WHERE subject_type = ? AND subject = ? AND chat = ?
            """,
            (*subject, one.delivery.chat),
        )
    return doubled > 0


_UNCOUNT = {
    code: f"UPDATE campaigns SET {status.value} = {status.value} - 1, unsure = unsure - :unsure WHERE id = :campaign"
    for status, code in CODES.items()
}


async def _write_receipts(conn: Connection, sent: Sequence[Settled], homes: Mapping[int, int], at: int) -> None:
    """Write down what stands in the chats: a new message, a changed one, or that there is none any more."""
    # As plain numbers: of a flag or an enumeration sqlite3 asks first what it may be stored as, which takes longer than
    # to store it. https://docs.python.org/3/library/sqlite3.html#sqlite3.register_adapter
    new, edited, deleted = [], [], []
    for delivery, covers, has_photo, is_list, list_id in sent:
        chat, operation = homes[delivery.id], delivery.operation
        look = PHOTO * has_photo + LIST * is_list
        message_id = delivery.message_id
        if chat != delivery.chat and operation is _SEND:
            # One that its group has left behind on its way to a supergroup can be reached no more.
            message_id, look = None, look + LEFT_BEHIND
        for (type_, subject), revision in covers:
            if operation is _SEND:
                thread, unsure = delivery.thread or None, delivery.unsure or None
                new.append((int(type_), subject, chat, message_id, thread, revision, look, at, unsure, list_id))
            elif operation is _EDIT:
                edited.append((revision, look, int(type_), subject, chat))
            else:
                deleted.append((int(type_), subject, chat))
    if new:
        await conn.enqueue(WRITE_RECEIPTS, new)
        # A message of a kind has one revision for all who get it, so that there are few of these.
        arrived = {(row[0], row[1], row[5], row[6] & LIST) for row in new}
        for about in await joining.outdated(conn, arrived):
            chats = [row[2] for row in new if (row[0], row[1], row[5], row[6] & LIST) == about.arrived]
            await joining.join(conn, about.campaign, about.operation, chats, at)
    if edited:
        await conn.executemany(CHANGE_RECEIPTS, edited)
    if deleted:
        await conn.executemany(EMPTY_RECEIPTS, deleted)


async def _note_gone(conn: Connection, ended: Sequence[Settled], homes: Mapping[int, int]) -> None:
    """Take note of messages that were to be changed and are not there any more."""
    gone = [
        (GONE, *subject, homes[one.delivery.id])
        for one in ended
        if one.delivery.operation is not _SEND and is_gone(one.delivery.reason)
        for subject, _ in one.covers
    ]
    if gone:
        await conn.executemany(
            """
            UPDATE receipts SET message_id = NULL, look = coalesce(look, 0) + ?
            WHERE subject_type = ? AND subject = ? AND chat = ? AND message_id IS NOT NULL
            """,
            gone,
        )


# Many share what is counted of them: each case is looked at once.
_DELIVERY, _KIND_OF_END = attrgetter("delivery"), attrgetter("campaign", "status", "unsure", "waits")
_ENDS = ("sent", "unreachable", "failed", "restricted", "unwanted")


async def _count(conn: Connection, settled: Sequence[Settled], at: int) -> None:
    totals: dict[int, dict[str, int]] = {}
    for (number, status, is_unsure, has_waited), many in Counter(map(_KIND_OF_END, map(_DELIVERY, settled))).items():
        total = totals.get(number) or totals.setdefault(number, dict.fromkeys((*_ENDS, "unsure", "prompt"), 0))
        total[status.value] += many
        total["unsure"] += many * (is_unsure > 0)
        total["prompt"] += many * (status is _SENT and not has_waited)
    await conn.enqueue(
        """
        UPDATE campaigns SET sent = sent + :sent, unreachable = unreachable + :unreachable, failed = failed + :failed,
            restricted = restricted + :restricted, unwanted = unwanted + :unwanted, unsure = unsure + :unsure,
            first_sent_at = CASE WHEN :sent > 0 THEN coalesce(first_sent_at, :at) ELSE first_sent_at END,
            last_sent_at = CASE WHEN :sent > 0 THEN :at ELSE last_sent_at END,
            ended_at = :at, uncounted = 1, prompt = prompt + :prompt,
            prompt_seconds = prompt_seconds + :prompt * CASE WHEN :at > start_at THEN :at - start_at ELSE 0 END,
            prompt_until = CASE WHEN :prompt > 0 THEN :at ELSE prompt_until END
        WHERE id = :id
        """,
        [{"id": number, "at": at, **total} for number, total in totals.items()],
    )


async def take_along(
    conn: Connection,
    carrier: Delivery,
    covers: Mapping[int, Covered],
    stands: Delivery,
    at: datetime,
    *,
    owner: int,
    has_photo: bool = False,
    list_id: int | None = None,
) -> None:
    """Settle what was in a list, by campaign, as the delivery that carried it `stands`, before that is settled.

    All of it stands in that one message. They are found where the chat lives now.
    """
    # They were tried with it, though nobody has claimed them: what was not tried is not settled.
    rows = await conn.execute_fetchall(
        """
        UPDATE deliveries SET attempts = attempts + 1
        WHERE chat = (SELECT chat FROM deliveries WHERE id = :carrier AND attempts > 0) AND id <> :carrier
          AND campaign IN (SELECT value FROM json_each(:campaigns))
        RETURNING id, campaign, chat, thread, not_before, attempts, unsure, operation, waits
        """,
        {"carrier": carrier.id, "campaigns": number_list(covers)},
    )
    taken = [
        delivery_of(row)._replace(status=stands.status, message_id=stands.message_id, reason=stands.reason)
        for row in rows
    ]
    settled = [Settled(one, covers[one.campaign], has_photo, is_list=True, list_id=list_id) for one in taken]
    await settle(conn, settled, at, owner=owner)
