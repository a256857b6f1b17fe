"""
Fan-outs: a publish that becomes one outbox row for each chat, a piece at a time.

Publishing writes one row here, in the article's own transaction. Each piece inserts its outbox rows and moves the
cursor in one transaction, so a start after a crash goes on where the last piece ended. Stopping, holding and
resuming change this one row, whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Row

from bot.domain.delivery import Lane
from bot.domain.refusals import Form
from bot.store.audience import HIGHEST, LOWEST, RECIPIENTS, Audience
from bot.store.database import Connection
from bot.store.stories import epoch, epoch_of_end, moment, moment_or_none

PIECE = 5_000  # candidates: about 10 ms of the writer, which a reader's write may have to wait

UNREACHED = "unreachable"
"""Why a fan-out is held: too many of its chats could not be reached."""
REFUSED = "refused"
"""Why a fan-out is held: Telegram refuses its message in every form."""


class FanoutState(StrEnum):
    """RUNNING ones are claimed from; STOPPED and HELD ones keep their rows until somebody decides."""

    RUNNING = "running"
    STOPPED = "stopped"
    HELD = "held"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Fanout:
    """One publish on its way. `total` counts the rows promised so far; complete once `half` is 2.

    `revision` is the article's as it stands now, so that nobody is sent words that were corrected meanwhile.
    `words` are Telegram's when it is held for them, `form` the one in which this revision goes; `is_confirmed` once an
    editor knows that many of its chats are gone.
    """

    id: int
    kind: str
    article: int
    lane: Lane
    state: FanoutState
    why: str | None
    asked_by: int | None
    fixed_at: datetime
    start_at: datetime
    ring_start: int | None
    cursor: int | None
    half: int
    total: int
    sent: int
    unreachable: int
    failed: int
    restricted: int
    unwanted: int
    unsure: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    done_at: datetime | None
    revision: int
    words: str | None
    form: Form
    is_confirmed: bool

    @property
    def settled(self) -> int:
        return self.sent + self.unreachable + self.failed + self.restricted + self.unwanted

    @property
    def is_complete(self) -> bool:
        """Whether everybody has a row: no chat is left to be looked at."""
        return self.half >= 2


async def promise(
    conn: Connection,
    article: int,
    *,
    fixed_at: datetime,
    start_at: datetime,
    lane: Lane,
    by: int | None,
    by_file: bool = False,
) -> int:
    """Promise an article to everyone who follows it at `fixed_at`, and return the fan-out's number.

    A start to come is rounded up, so that no time to think again is cut short.
    """
    is_to_come = start_at > fixed_at
    rows = await conn.execute_fetchall(
        """
        INSERT INTO fanouts (kind, article, lane, state, asked_by, by_file, fixed_at, start_at)
        VALUES ('news', :article, :lane, 'running', :by, :by_file, :fixed_at, :start_at) RETURNING id
        """,
        {
            "article": article,
            "lane": lane,
            "by": by,
            "by_file": by_file,
            "fixed_at": epoch(fixed_at),
            "start_at": epoch_of_end(start_at) if is_to_come else epoch(start_at),
        },
    )
    return int(next(iter(rows))["id"])


async def fanout(conn: Connection, number: int) -> Fanout | None:
    """Return one fan-out; None when there is none of that number."""
    rows = await conn.execute_fetchall(
        "SELECT f.*, a.revision FROM fanouts AS f JOIN articles AS a ON a.number = f.article WHERE f.id = :id",
        {"id": number},
    )
    return next((_fanout(row) for row in rows), None)


async def of_article(conn: Connection, article: int) -> list[Fanout]:
    """Return an article's fan-outs, oldest first."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.*, a.revision FROM fanouts AS f JOIN articles AS a ON a.number = f.article
        WHERE f.article = :article ORDER BY f.id
        """,
        {"article": article},
    )
    return [_fanout(row) for row in rows]


async def open_ones(conn: Connection) -> list[Fanout]:
    """Return every fan-out that is not done, most urgent first."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.*, a.revision FROM fanouts AS f JOIN articles AS a ON a.number = f.article
        WHERE f.state <> 'done' ORDER BY f.lane, f.id
        """
    )
    return [_fanout(row) for row in rows]


async def running(conn: Connection) -> list[Fanout]:
    """Return what may be claimed from, most urgent first."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.*, a.revision FROM fanouts AS f JOIN articles AS a ON a.number = f.article
        WHERE f.state = 'running' ORDER BY f.lane, f.id
        """
    )
    return [_fanout(row) for row in rows]


async def last_heard_of(conn: Connection) -> datetime | None:
    """Return the latest moment at which anything became of what is not done; None when all is."""
    [(at,)] = await conn.execute_fetchall(
        "SELECT max(max(fixed_at, coalesce(last_sent_at, 0))) FROM fanouts WHERE state <> 'done'"
    )
    return moment_or_none(at)


async def halt(
    conn: Connection, number: int, state: FanoutState, why: str, words: str | None = None, *, by_editor: bool = False
) -> None:
    """Stop or hold a fan-out, perhaps for Telegram's words. Rows stay where they are.

    An editor who stops what is held because many of its chats are gone knows that; whoever sends the rest is not asked.
    """
    await conn.execute(
        """
        UPDATE fanouts SET confirmed = max(confirmed, :by_editor AND why IS :unreached),
            state = :state, why = :why, words = :words
        WHERE id = :id AND state <> 'done'
        """,
        {
            "id": number,
            "state": state,
            "why": why,
            "words": words,
            "by_editor": by_editor,
            "unreached": UNREACHED,
        },
    )


async def go_on_in(conn: Connection, number: int, form: Form, revision: int) -> bool:
    """Let a fan-out go on in a plainer form, while the article stays as it is; return whether it did not already."""
    changed = await conn.execute(
        """
        UPDATE fanouts SET form = :form, form_revision = :revision
        WHERE id = :id AND (form <> :form OR form_revision IS NOT :revision)
        """,
        {"id": number, "form": form, "revision": revision},
    )
    return changed > 0


async def resume(conn: Connection, number: int, now: datetime) -> None:
    """Let a stopped or held fan-out go on. It counts as started now: what an editor sends is news.

    What was refused in every form is tried in full again. What an editor has confirmed once stays confirmed.
    """
    await conn.execute(
        """
        UPDATE fanouts SET state = 'running', confirmed = max(confirmed, why IS :unreached), why = NULL, words = NULL,
            form = CASE why WHEN :refused THEN 'full' ELSE form END, start_at = max(start_at, :now)
        WHERE id = :id AND state IN ('stopped', 'held')
        """,
        {"id": number, "now": epoch(now), "unreached": UNREACHED, "refused": REFUSED},
    )


async def start_now(conn: Connection, number: int, now: datetime) -> None:
    """Let the first message leave at once, by an editor's word: from now on it is not a file's alone."""
    await conn.execute(
        "UPDATE fanouts SET start_at = min(start_at, :now), by_file = 0 WHERE id = :id",
        {"id": number, "now": epoch(now)},
    )


async def widen(conn: Connection, number: int, *, fixed_at: datetime, start_at: datetime) -> None:
    """Look at every chat once more for a fan-out of which nothing has left: who follows at `fixed_at` is in it too.

    What was promised before stays promised, once. Stopped or held, it stays so.
    """
    await conn.execute(
        """
        UPDATE fanouts SET fixed_at = :fixed_at, start_at = max(start_at, :start_at), cursor = NULL, half = 0
        WHERE id = :id AND state <> 'done'
        """,
        {
            "id": number,
            "fixed_at": epoch(fixed_at),
            "start_at": epoch_of_end(start_at) if start_at > fixed_at else epoch(start_at),
        },
    )


async def take_back_unbegun(conn: Connection) -> list[int]:
    """Delete the fan-outs of files of which nothing has been promised to anybody yet; return their articles.

    Messages that follow them follow nothing any more.
    """
    await conn.execute(
        """
        DELETE FROM progress WHERE fanout IN
            (SELECT id FROM fanouts WHERE state = 'running' AND by_file AND ring_start IS NULL)
        """
    )
    rows = await conn.execute_fetchall(
        "DELETE FROM fanouts WHERE state = 'running' AND by_file AND ring_start IS NULL RETURNING article"
    )
    return sorted(int(row["article"]) for row in rows)


async def begin(conn: Connection, number: int, ring_start: int) -> None:
    """Draw where on the circle of chats a fan-out starts, unless it was drawn before."""
    await conn.execute(
        "UPDATE fanouts SET ring_start = :ring_start WHERE id = :id AND ring_start IS NULL",
        {"id": number, "ring_start": ring_start},
    )


async def ring_of_busy_period(conn: Connection) -> int | None:
    """Return the starting point that articles now on their way share; None when nothing is on its way.

    Sharing it keeps each chat's articles in order; drawing it anew when idle lets nobody be last for ever.
    """
    rows = await conn.execute_fetchall(
        "SELECT ring_start FROM fanouts WHERE state = 'running' AND ring_start IS NOT NULL ORDER BY id DESC LIMIT 1"
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


async def spread(conn: Connection, fanout: Fanout, audience: Audience, now: datetime, piece: int = PIECE) -> bool:
    """Give the next piece of the circle its outbox rows and move the cursor; return whether more is left.

    One transaction: a crash before the commit leaves neither rows nor cursor, after it both.
    """
    if fanout.is_complete or fanout.ring_start is None:
        return False
    low, high = (fanout.ring_start, HIGHEST) if fanout.half == 0 else (LOWEST, fanout.ring_start)
    after = low if fanout.cursor is None else fanout.cursor
    [(end,)] = await conn.execute_fetchall(*audience.piece(after, high, piece))
    sql, parameters = audience.query(
        "INSERT OR IGNORE INTO outbox (fanout, chat, thread, due_at) SELECT :fanout, c.chat, c.thread, :now FROM",
        RECIPIENTS,
        after=after,
        until=high if end is None else end,
        fanout=fanout.id,
        now=epoch(now),
    )
    added = await conn.execute(sql, parameters)
    half = fanout.half if end is not None else fanout.half + 1
    await conn.execute(
        "UPDATE fanouts SET cursor = :cursor, half = :half, total = total + :added WHERE id = :id",
        {"id": fanout.id, "cursor": end, "half": half, "added": added},
    )
    return half < 2


async def close_finished(conn: Connection, now: datetime) -> list[int]:
    """Mark as done the running fan-outs of which no row is left; return their numbers.

    One that went on for a chat which had forbidden writing was done when it was done for all the others.
    """
    rows = await conn.execute_fetchall(
        """
        UPDATE fanouts SET state = 'done', done_at = coalesce(done_at, :now)
        WHERE state = 'running' AND half >= 2 AND NOT EXISTS (SELECT 1 FROM outbox WHERE fanout = fanouts.id)
        RETURNING id
        """,
        {"now": epoch(now)},
    )
    return [int(row["id"]) for row in rows]


def _fanout(row: Row) -> Fanout:
    return Fanout(
        id=row["id"],
        kind=row["kind"],
        article=row["article"],
        lane=Lane(row["lane"]),
        state=FanoutState(row["state"]),
        why=row["why"],
        asked_by=row["asked_by"],
        fixed_at=moment(row["fixed_at"]),
        start_at=moment(row["start_at"]),
        ring_start=row["ring_start"],
        cursor=row["cursor"],
        half=row["half"],
        total=row["total"],
        sent=row["sent"],
        unreachable=row["unreachable"],
        failed=row["failed"],
        restricted=row["restricted"],
        unwanted=row["unwanted"],
        unsure=row["unsure"],
        first_sent_at=moment_or_none(row["first_sent_at"]),
        last_sent_at=moment_or_none(row["last_sent_at"]),
        done_at=moment_or_none(row["done_at"]),
        revision=row["revision"],
        words=row["words"],
        form=Form(row["form"]) if row["form_revision"] == row["revision"] else Form.FULL,
        is_confirmed=bool(row["confirmed"]),
    )
