"""How many copies of an article were delivered, and what became of those that were to be changed or taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.copies import ChangedCopies, Copies
from bot.domain.correction import GONE, LEFT_BEHIND, is_gone
from bot.domain.delivery import CORRECTION, NOTICE, WITHDRAWAL, Subject, SubjectType
from bot.store.content.story_json import epoch
from bot.store.delivery import campaigns, receipts
from bot.store.delivery.audiences import Holders, reach
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def copies(conn: Connection, article: int, deletable_from: datetime | None = None) -> Copies:
    """Return how many copies of an article there are; sent before `deletable_from`, they are too old to be deleted.

    What is being sent at this moment counts: what is promised for the copies now reaches it when it has arrived. So
    does what may stand in a list that is: of its rows one alone is in hand, perhaps another story's.
    """
    [row] = await conn.execute_fetchall(
        """
        SELECT count(*) AS delivered, count(message_id) AS changeable,
            count(CASE WHEN message_id IS NOT NULL AND sent_at < :from THEN 1 END) AS too_old,
            count(CASE WHEN message_id IS NULL AND sent_at IS NULL THEN 1 END) AS forgotten,
            count(CASE WHEN message_id IS NOT NULL AND (coalesce(look, 0) & 2) <> 0 THEN 1 END) AS in_lists,
            (
                SELECT count(CASE WHEN d.waits <> 0 THEN 1 END)
                FROM deliveries AS d CROSS JOIN campaigns AS c ON c.id = d.campaign
                WHERE d.owner <> 0 AND d.attempts > 0 AND d.operation = 1
                  AND c.subject_type = 1 AND c.subject = :article
            ) AS alone_or_carrying,
            (
                SELECT count(*) FROM campaigns AS c
                CROSS JOIN deliveries AS o ON o.owner <> 0 AND o.attempts > 0 AND o.operation = 1
                    AND o.campaign <> c.id
                CROSS JOIN deliveries AS d ON d.campaign = c.id AND d.chat = o.chat AND d.owner = 0
                WHERE c.subject_type = 1 AND c.subject = :article AND c.kind = 'news'
            ) AS carried,
            (
                SELECT count(*) FROM deliveries AS d CROSS JOIN campaigns AS c ON c.id = d.campaign
                WHERE d.owner <> 0 AND d.attempts > 0 AND d.operation = 1
                  AND c.subject_type = 1 AND c.subject = :article
                  AND NOT EXISTS (
                      SELECT 1 FROM receipts AS r
                      WHERE r.subject_type = 1 AND r.subject = :article AND r.chat = d.chat
                  )
            ) AS arriving
        FROM receipts WHERE subject_type = 1 AND subject = :article
        """,
        {"article": article, "from": None if deletable_from is None else epoch(deletable_from)},
    )
    carried = int(row["carried"])
    arriving = int(row["arriving"]) + carried
    return Copies(
        int(row["delivered"]) + arriving,
        int(row["changeable"]) + arriving,
        int(row["too_old"]),
        int(row["forgotten"]),
        int(row["in_lists"]) + int(row["alone_or_carrying"]) + carried,
    )


async def changed(conn: Connection, article: int) -> ChangedCopies:
    """Return what became of an article's copies that were to be changed: by the newest of each kind of change."""
    newest: dict[str, Campaign] = {}
    for one in await campaigns.changing(conn, Subject(SubjectType.ARTICLE, article)):
        newest[one.kind] = one
    taken_back = [newest[kind] for kind in (NOTICE, WITHDRAWAL) if kind in newest]
    if taken_back:  # of several retractions, the last; what was corrected before counts no more
        last = max(one.revision or 0 for one in taken_back)
        taken_back = [one for one in taken_back if one.revision == last]
    reasons: dict[str, int] = {}
    corrected = correcting = not_corrected = 0
    if CORRECTION in newest:
        one = newest[CORRECTION]
        _, correcting, not_corrected = await _ended(conn, one, reasons)
        corrected = one.sent
        gone, left_behind = await lost(conn, [one])
        not_corrected += gone + left_behind
        _note_lost(reasons, gone, left_behind)
    deleted = noticed = retracting = not_retracted = 0
    for one in taken_back:
        deleted_before, open_, others = await _ended(conn, one, reasons)
        if one.kind == WITHDRAWAL:
            deleted += one.sent
        else:
            noticed += one.sent
        deleted += deleted_before
        retracting += open_
        not_retracted += others - deleted_before
    if taken_back:
        gone, left_behind = await lost(conn, taken_back)
        deleted += gone
        not_retracted += left_behind
        _note_lost(reasons, gone, left_behind)
    return ChangedCopies(
        corrected, correcting, not_corrected, deleted, noticed, retracting, not_retracted, tuple(_by_many(reasons))
    )


async def gone(conn: Connection, campaign: int) -> int:
    """Return how many copies a campaign found deleted by their readers."""
    return _gone(await receipts.reasons(conn, [campaign], limit=None))


async def lost(conn: Connection, changes: Sequence[Campaign], since: datetime | None = None) -> tuple[int, int]:
    """Return how many copies were out of reach before changes of the same moment came to them: deleted by their
    readers, as an earlier change found, and left behind in groups that have become supergroups.

    With `since`, only those that another change found so from that time on.
    """
    [row] = await conn.execute_fetchall(
        """
        SELECT count(CASE WHEN (look & :gone) <> 0 THEN 1 END) AS gone,
            count(CASE WHEN (look & :gone) = 0 AND (look & :left_behind) <> 0 THEN 1 END) AS left_behind
        FROM receipts AS r
        WHERE subject_type = :type AND subject = :subject AND message_id IS NULL AND revision < :revision
          AND NOT EXISTS (
              SELECT 1 FROM json_each(:campaigns) AS c CROSS JOIN outcomes AS o
                  ON o.campaign = c.value AND o.chat = r.chat
          )
          AND (:since = 0 OR EXISTS (
              SELECT 1 FROM campaigns AS f CROSS JOIN outcomes AS o ON o.campaign = f.id AND o.chat = r.chat
              WHERE f.subject_type = :type AND f.subject = :subject AND f.operation <> 1 AND o.at >= :since
          ))
        """,
        {
            "gone": receipts.GONE,
            "left_behind": receipts.LEFT_BEHIND,
            "type": changes[0].subject.type,
            "subject": changes[0].subject.number,
            "revision": changes[0].revision,
            "since": 0 if since is None else epoch(since),
            "campaigns": number_list(one.id for one in changes),
        },
    )
    return int(row["gone"]), int(row["left_behind"])


def _note_lost(reasons: dict[str, int], gone: int, left_behind: int) -> None:
    for reason, many in ((GONE[0], gone), (LEFT_BEHIND, left_behind)):
        if many:
            reasons[reason] = reasons.get(reason, 0) + many


def _gone(reasons: Iterable[tuple[str, int]]) -> int:
    return sum(many for reason, many in reasons if is_gone(reason))


async def _ended(conn: Connection, campaign: Campaign, reasons: dict[str, int]) -> tuple[int, int, int]:
    """Return how many copies were gone, are still to be done, and ended unchanged; note the reasons."""
    told = dict(await receipts.reasons(conn, [campaign.id], limit=None))
    for reason, many in told.items():
        reasons[reason] = reasons.get(reason, 0) + many
    deleted_before = _gone(told.items())
    unchanged = campaign.failed + campaign.unreachable + campaign.restricted
    if campaign.unreachable:
        reasons[_LEFT] = reasons.get(_LEFT, 0) + campaign.unreachable
    waiting = campaign.total - campaign.settled
    if not campaign.is_complete:  # not all of its deliveries are promised yet
        waiting = await reach(conn, Holders(campaign.subject, campaign.revision), campaign.fixed_at)
    return deleted_before, 0 if campaign.state is CampaignState.DONE else waiting, unchanged


_LEFT = "the chat cannot be reached"


def _by_many(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
