"""
Joining: copies that come too late for the campaign that changes them are changed by it all the same.

One that arrived as it was before its subject was corrected or taken back joins the campaign that does that, though that
has gone round. A copy of what was taken down that Telegram does not delete is handed over to the campaign that makes
such copies notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.domain.correction import is_gone
from bot.domain.delivery import Delivery, Operation, Status
from bot.store.delivery.campaigns import SUPERSEDED
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list

Arrived = tuple[int, int, int | None, int]
"""What stands in copies: the type and number of a subject, its revision, and whether it is a list (0: it is not)."""


class Outdated(NamedTuple):
    """Copies that have `arrived` in an older revision than a `campaign` brings, by its `operation`."""

    arrived: Arrived
    campaign: int
    operation: int


async def outdated(conn: Connection, arrived: Iterable[Arrived]) -> list[Outdated]:
    """Return which of these copies are to be changed as those that had arrived before, and by what."""
    found = []
    for one in arrived:
        type_, subject, revision, is_list = one
        if revision is None:
            continue
        rows = await conn.execute_fetchall(
            """
            SELECT id, operation FROM campaigns
            WHERE subject_type = :type AND subject = :subject AND operation <> 1 AND revision > :revision
              AND (operation <> 3 OR :is_list = 0) AND coalesce(why, '') <> :superseded
            ORDER BY id DESC LIMIT 1
            """,
            {"type": type_, "subject": subject, "revision": revision, "is_list": is_list, "superseded": SUPERSEDED},
        )
        found += [Outdated(one, row["id"], row["operation"]) for row in rows]
    return found


async def join(conn: Connection, campaign: int, operation: int, chats: Sequence[int], at: int) -> None:
    """Let chats be in a campaign that has given others their deliveries already, due `at` (epoch seconds).

    A campaign that was done goes on for them.
    """
    added = await conn.execute(
        """
        INSERT INTO deliveries (campaign, chat, thread, operation, not_before)
        SELECT :campaign, value, 0, :operation, :at FROM json_each(:chats) WHERE true
        ON CONFLICT (campaign, chat) DO NOTHING
        """,
        {"campaign": campaign, "operation": operation, "at": at, "chats": number_list(chats)},
    )
    await conn.execute(
        """
        UPDATE campaigns SET total = total + :added, done_at = NULL,
            state = CASE state WHEN 'done' THEN 'running' ELSE state END
        WHERE id = :campaign AND :added > 0
        """,
        {"campaign": campaign, "added": added},
    )


async def hand_over(conn: Connection, ended: Iterable[Delivery], at: int) -> set[int]:
    """Let copies of what was taken down that Telegram does not delete be made to say nothing of it.

    `ended` are deliveries, each with the chat where it lives now. Return those of which that is so, by their ids: they
    have not failed, for another campaign goes on with them.
    """
    undeleted: dict[int, list[Delivery]] = {}
    for one in ended:
        if one.operation is Operation.DELETE and one.status is Status.FAILED and not is_gone(one.reason):
            undeleted.setdefault(one.campaign, []).append(one)
    over: set[int] = set()
    for campaign, copies in undeleted.items():
        rows = await conn.execute_fetchall(
            """
            SELECT n.id, n.operation FROM campaigns AS w
            JOIN campaigns AS n ON n.subject_type = w.subject_type AND n.subject = w.subject AND n.operation = 2
                AND n.revision = w.revision
            WHERE w.id = :campaign AND (w.subject_type <> 1 OR EXISTS (
                SELECT 1 FROM articles AS a
                WHERE a.number = w.subject AND a.revision = w.revision AND a.taken_down_at IS NOT NULL
            ))
            """,
            {"campaign": campaign},
        )
        for row in rows:
            await join(conn, row["id"], row["operation"], [one.chat for one in copies], at)
            over.update(one.id for one in copies)
    return over
