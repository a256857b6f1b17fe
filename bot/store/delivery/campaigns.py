"""
Campaigns: whatever is sent to many becomes one delivery for each chat.

Publishing writes one row here, in the article's own transaction; its deliveries follow a piece at a time (`fanout`).
Stopping, holding and resuming change this one row (`campaign_changes`). What a campaign is about, its subject, is read
by its kind alone (`services.delivery.kinds`): nothing here knows what an article is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Row

from bot.domain.delivery import NEWS, Lane, Operation, Subject, SubjectType
from bot.domain.rejections import Form
from bot.store.content.story_json import epoch, epoch_of_end, moment, moment_or_none
from bot.store.engine.database import Connection

UNREACHED = "unreachable"
"""Why a campaign is held: too many of its chats could not be reached."""
REFUSED = "refused"
"""Why a campaign is held: Telegram refuses its message in every form."""
RESTORED = "restored"
"""Why a campaign is held: the database is an older copy, and what it would send may have been sent before."""
SUPERSEDED = "superseded"
"""Why a campaign that changes copies has ended before it had changed all: a newer one sees to them, or they stay."""


class CampaignState(StrEnum):
    """RUNNING ones are claimed from; STOPPED and HELD ones keep their rows until somebody decides."""

    RUNNING = "running"
    STOPPED = "stopped"
    HELD = "held"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One of them, under way or done. `total` counts the deliveries promised so far; complete once `half` is 2.

    `revision` is the subject's; None: the one that stands when a message leaves, so that nobody is sent words that
    were corrected meanwhile. `words` are Telegram's when it is held for them. `form` is the one in which
    `form_revision` goes. `is_confirmed` once an editor knows that many of its chats are gone.
    `is_breaking` when it comes at once to chats that allow that of breaking news, `is_silent` when it makes no sound.
    """

    id: int
    kind: str
    subject: Subject
    revision: int | None
    lane: Lane
    state: CampaignState
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
    words: str | None
    form: Form
    form_revision: int | None
    is_confirmed: bool
    is_silent: bool
    is_breaking: bool = False
    operation: Operation = Operation.SEND

    @property
    def article(self) -> int | None:
        """The number of the article that it is about; None when it is about something else."""
        return self.subject.number if self.subject.type == SubjectType.ARTICLE else None

    @property
    def is_change(self) -> bool:
        """Whether it changes or takes back what was sent before."""
        return self.operation is not Operation.SEND

    def form_of(self, revision: int) -> Form:
        """Return the form in which a revision of the subject goes: a plainer one only for the one that was refused."""
        return self.form if self.form_revision == revision else Form.FULL

    @property
    def settled(self) -> int:
        return self.sent + self.unreachable + self.failed + self.restricted + self.unwanted

    @property
    def is_complete(self) -> bool:
        """Whether everybody has a row: no chat is left to be looked at."""
        return self.half >= 2


async def promise(
    conn: Connection,
    kind: str,
    subject: Subject,
    *,
    fixed_at: datetime,
    start_at: datetime,
    lane: Lane,
    by: int | None,
    by_file: bool = False,
    revision: int | None = None,
    operation: Operation = Operation.SEND,
    silent: bool = False,
    breaking: bool = False,
    confirmed: bool = False,
) -> int:
    """Promise a subject to everyone who belongs to its kind's audience at `fixed_at`; return the campaign's number.

    A start to come is rounded up, so that no undo delay is cut short. With `breaking` it comes at once to chats that
    allow that, whatever their times are. One that changes copies says by its `operation` how, and by its `revision`
    which: those that show an older one. With `confirmed` it goes on though many of its chats may be gone.
    """
    is_to_come = start_at > fixed_at
    rows = await conn.execute_fetchall(
        """
        INSERT INTO campaigns
            (kind, subject_type, subject, revision, lane, state, asked_by, by_file, fixed_at, start_at, operation,
             silent, breaking, confirmed)
        VALUES
            (:kind, :subject_type, :subject, :revision, :lane, 'running', :by, :by_file, :fixed_at, :start_at,
             :operation, :silent, :breaking, :confirmed)
        RETURNING id
        """,
        {
            "kind": kind,
            "subject_type": subject.type,
            "subject": subject.number,
            "revision": revision,
            "lane": lane,
            "by": by,
            "by_file": by_file,
            "operation": operation,
            "silent": silent,
            "breaking": breaking,
            "confirmed": confirmed,
            "fixed_at": epoch(fixed_at),
            "start_at": epoch_of_end(start_at) if is_to_come else epoch(start_at),
        },
    )
    return int(next(iter(rows))["id"])


async def campaign(conn: Connection, number: int) -> Campaign | None:
    """Return one campaign; None when there is none of that number."""
    rows = await conn.execute_fetchall("SELECT * FROM campaigns WHERE id = :id", {"id": number})
    return next((campaign_of(row) for row in rows), None)


async def of_subject(conn: Connection, subject: Subject, kind: str) -> list[Campaign]:
    """Return a subject's campaigns of one kind, oldest first."""
    rows = await conn.execute_fetchall(
        """
        SELECT * FROM campaigns WHERE subject_type = :subject_type AND subject = :subject AND kind = :kind ORDER BY id
        """,
        {"subject_type": subject.type, "subject": subject.number, "kind": kind},
    )
    return [campaign_of(row) for row in rows]


async def of_article(conn: Connection, article: int) -> list[Campaign]:
    """Return the campaigns that bring an article as news, oldest first."""
    return await of_subject(conn, Subject(SubjectType.ARTICLE, article), NEWS)


async def changing(conn: Connection, subject: Subject) -> list[Campaign]:
    """Return the campaigns that change or take back copies of a subject, oldest first."""
    rows = await conn.execute_fetchall(
        """
        SELECT * FROM campaigns
        WHERE subject_type = :subject_type AND subject = :subject AND operation <> 1 ORDER BY id
        """,
        {"subject_type": subject.type, "subject": subject.number},
    )
    return [campaign_of(row) for row in rows]


async def open_ones(conn: Connection) -> list[Campaign]:
    """Return every campaign that is not done, most urgent first."""
    rows = await conn.execute_fetchall("SELECT * FROM campaigns WHERE state <> 'done' ORDER BY lane, id")
    return [campaign_of(row) for row in rows]


async def running(conn: Connection) -> list[Campaign]:
    """Return what may be claimed from, most urgent first."""
    rows = await conn.execute_fetchall("SELECT * FROM campaigns WHERE state = 'running' ORDER BY lane, id")
    return [campaign_of(row) for row in rows]


async def last_heard_of(conn: Connection) -> datetime | None:
    """Return the latest moment at which anything became of what is not done; None when all is."""
    [(at,)] = await conn.execute_fetchall(
        "SELECT max(max(fixed_at, coalesce(last_sent_at, 0))) FROM campaigns WHERE state <> 'done'"
    )
    return moment_or_none(at)


def campaign_of(row: Row) -> Campaign:
    """Return the campaign that a row of `campaigns` holds."""
    return Campaign(
        id=row["id"],
        kind=row["kind"],
        subject=Subject(row["subject_type"], row["subject"]),
        revision=row["revision"],
        lane=Lane(row["lane"]),
        state=CampaignState(row["state"]),
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
        words=row["words"],
        form=Form(row["form"]),
        form_revision=row["form_revision"],
        is_confirmed=bool(row["confirmed"]),
        is_silent=bool(row["silent"]),
        is_breaking=bool(row["breaking"]),
        operation=Operation(row["operation"]),
    )
