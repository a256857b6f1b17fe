"""
Receipts and outcomes: what stands in a chat of a subject, and why nothing does.

A receipt belongs to a subject and not to the campaign that brought it: what corrects or withdraws it is a campaign of
its own, for whoever holds one. An outcome belongs to the campaign that ended without a message for this chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.domain.delivery import NEWS, Status, Subject
from bot.store.content.story_json import moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import ALL, number_list

# As stored in outcomes. Append only; 1 was a sent one, which has a receipt instead.
CODES = {
    Status.UNREACHABLE: 2,
    Status.FAILED: 3,
    Status.UNWANTED: 4,
    Status.RESTRICTED: 5,
}

PHOTO, LIST, GONE, LEFT_BEHIND = 1, 2, 4, 8
"""Of `receipts.look`, which is their sum. Of the last two the message's number is not known any more: it was not there
when it was to be changed, or it stands in the group that became the supergroup whose receipt this is."""


class Receipt(NamedTuple):
    """What stands in a chat. `message_id` is None once it is pruned or deleted, all else too once it is pruned.

    `is_list`: others stand in the same message, which is the `list` of that id; None: it is not known which. `is_gone`:
    it was deleted in the chat, `is_left_behind`: it is in the group that the chat was before. A tuple, because one is
    made for every copy that is changed.
    """

    chat: int
    message_id: int | None
    thread: int
    revision: int | None
    has_photo: bool
    sent_at: datetime | None
    unsure: int
    is_list: bool = False
    list: int | None = None
    is_gone: bool = False
    is_left_behind: bool = False


async def held(conn: Connection, subject: Subject, chats: Sequence[int]) -> dict[int, Receipt]:
    """Return the receipts of a subject that these chats hold, by chat."""
    rows = await conn.execute_fetchall(
        """
        SELECT chat, message_id, thread, revision, look, sent_at, unsure, list FROM receipts
        WHERE subject_type = :type AND subject = :subject AND chat IN (SELECT value FROM json_each(:chats))
        """,
        {"type": subject.type, "subject": subject.number, "chats": number_list(chats)},
    )
    found = {}
    for chat, message_id, thread, revision, look, sent_at, unsure, list_id in map(tuple, rows):
        shown, sent = look or 0, moment_or_none(sent_at)
        found[chat] = Receipt(chat, message_id, thread or 0, revision, shown & PHOTO != 0, sent, unsure or 0)
        if shown > PHOTO:
            is_gone, is_left = shown & GONE != 0, shown & LEFT_BEHIND != 0
            found[chat] = found[chat]._replace(
                is_list=shown & LIST != 0, list=list_id, is_gone=is_gone, is_left_behind=is_left
            )
    return found


async def newest_of(conn: Connection, articles: Sequence[int], places: Mapping[int, int]) -> dict[int, int]:
    """Return for each of these chats the id of the newest message with one of the articles, in that thread of it.

    `places` are chats with a thread each. A chat that has none of them there, or of which it is not known any more, is
    left out.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT r.chat, r.message_id, coalesce(r.thread, 0) AS thread FROM json_each(:articles) AS one
        CROSS JOIN json_each(:chats) AS c
        CROSS JOIN receipts AS r ON r.subject_type = 1 AND r.subject = one.value AND r.chat = c.value
        WHERE r.message_id IS NOT NULL ORDER BY r.sent_at, r.message_id
        """,
        {"articles": number_list(articles), "chats": number_list(places)},
    )
    return {row["chat"]: row["message_id"] for row in rows if row["thread"] == places[row["chat"]]}


async def failures(
    conn: Connection, article: int, limit: int = 50, status: Status = Status.FAILED
) -> list[tuple[int, str]]:
    """Return the chats that an article could not be sent to, or whatever became of it, each with the reason."""
    rows = await conn.execute_fetchall(
        """
        SELECT o.chat, o.reason FROM campaigns AS f CROSS JOIN outcomes AS o ON o.campaign = f.id
        WHERE f.subject_type = 1 AND f.subject = :article AND f.kind = :kind AND o.status = :status
        ORDER BY o.chat LIMIT :limit
        """,
        {"article": article, "kind": NEWS, "status": CODES[status], "limit": ALL if limit is None else limit},
    )
    return [(int(row["chat"]), row["reason"] or "") for row in rows]


async def reasons(
    conn: Connection, campaigns: Sequence[int], limit: int | None = 3, status: Status = Status.FAILED
) -> list[tuple[str, int]]:
    """Return why campaigns could not be sent, or whatever became of them, each with how many chats, most first.

    No more than `limit` of them; None: all.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT coalesce(reason, '') AS reason, count(*) AS many FROM outcomes
        WHERE campaign IN (SELECT value FROM json_each(:campaigns)) AND status = :status
        GROUP BY 1 ORDER BY many DESC, 1 LIMIT :limit
        """,
        {"campaigns": number_list(campaigns), "status": CODES[status], "limit": ALL if limit is None else limit},
    )
    return [(row["reason"], int(row["many"])) for row in rows]


async def somebody_has(conn: Connection, article: int) -> bool:
    """Return whether any chat got an article, or may have: it is being sent, or its answer never came."""
    rows = await conn.execute_fetchall(
        """
        SELECT 1 FROM receipts WHERE subject_type = 1 AND subject = :article
        UNION ALL
        SELECT 1 FROM campaigns AS f CROSS JOIN outcomes AS o ON o.campaign = f.id
        WHERE f.subject_type = 1 AND f.subject = :article AND o.unsure > 0
        UNION ALL
        SELECT 1 FROM campaigns AS f CROSS JOIN deliveries AS o ON o.campaign = f.id
        WHERE f.subject_type = 1 AND f.subject = :article AND (o.owner <> 0 OR o.unsure > 0)
        LIMIT 1
        """,
        {"article": article},
    )
    return bool(list(rows))
