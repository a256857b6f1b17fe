"""
What became of an article's deliveries, for tests: all of them as one table, or how many ended in each way.

Statuses in the table are numbers as in `store.delivery.receipts`, and 1 for what was sent.
"""

from bot.domain.delivery import Status, Subject, SubjectType
from bot.store.delivery import receipts
from bot.store.engine.database import Connection

WHAT_BECAME = """
(
    SELECT subject AS article, chat, 1 AS status, sent_at, message_id, thread, revision, look, unsure, NULL AS reason
    FROM receipts WHERE subject_type = 1
    UNION ALL
    SELECT f.subject, o.chat, o.status, o.at, NULL, o.thread, NULL, NULL, o.unsure, o.reason
    FROM campaigns AS f JOIN outcomes AS o ON o.campaign = f.id WHERE f.subject_type = 1
)
"""


async def has(conn: Connection, article: int, chat: int) -> bool:
    """Return whether a chat got an article."""
    return chat in await receipts.held(conn, Subject(SubjectType.ARTICLE, article), [chat])


async def statuses(conn: Connection, article: int) -> dict[Status, int]:
    """Return how many chats of an article ended in each status that any of them ended in."""
    rows = await conn.execute_fetchall(
        f"SELECT status, count(*) AS many FROM {WHAT_BECAME} AS t WHERE article = :article GROUP BY status",
        {"article": article},
    )
    named = {1: Status.SENT} | {code: status for status, code in receipts.CODES.items()}
    return {named[row["status"]]: int(row["many"]) for row in rows}


async def waiting(conn: Connection, campaign: int) -> int:
    """Return how many deliveries of a campaign are not settled."""
    [(many,)] = await conn.execute_fetchall(
        "SELECT count(*) FROM deliveries WHERE campaign = :campaign", {"campaign": campaign}
    )
    return int(many)
