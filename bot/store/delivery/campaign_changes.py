"""
What becomes of a campaign under way: superseded, stopped or held, resumed, widened, done.

Each changes the campaign's one row, whatever its size: its deliveries stay where they are until they are claimed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.domain.delivery import CORRECTION, NOTICE, WITHDRAWAL, Subject
from bot.domain.rejections import Form
from bot.store.content.story_json import epoch, epoch_of_end
from bot.store.delivery.campaigns import REFUSED, SUPERSEDED, UNREACHED, CampaignState
from bot.store.engine.database import Connection
from bot.store.engine.lists import text_list

_CHANGES = (CORRECTION, NOTICE, WITHDRAWAL)


async def end_superseded(
    conn: Connection, subject: Subject, revision: int, now: datetime, kinds: Collection[str] = _CHANGES
) -> None:
    """End the campaigns of some kinds that change a subject's copies to an older revision than this.

    What of them is on its way at this moment still ends as its own. If it is to be tried again, it is not: nobody is
    in their audience any more (`audiences.Holders`). What arrives only now joins none of them, done or not
    (`settlement`).
    """
    rows = await conn.execute_fetchall(
        """
        UPDATE campaigns SET half = 2, why = :superseded, words = NULL,
            state = CASE state WHEN 'done' THEN 'done' ELSE 'running' END,
            unwanted = unwanted + (
                SELECT count(*) FROM deliveries AS d WHERE d.campaign = campaigns.id AND d.owner = 0
            )
        WHERE operation <> 1 AND subject_type = :subject_type AND subject = :subject AND revision < :revision
          AND kind IN (SELECT value FROM json_each(:kinds))
        RETURNING id
        """,
        {
            "subject_type": subject.type,
            "subject": subject.number,
            "revision": revision,
            "kinds": text_list(kinds),
            "superseded": SUPERSEDED,
        },
    )
    await conn.executemany(
        "DELETE FROM deliveries WHERE campaign = ? AND owner = 0", [(int(row["id"]),) for row in rows]
    )
    await close_finished(conn, now)


async def halt(
    conn: Connection, number: int, state: CampaignState, why: str, words: str | None = None, *, by_editor: bool = False
) -> None:
    """Stop or hold a campaign; `words` are those with which Telegram refused it. Rows stay where they are.

    An editor who stops what is held because many of its chats are gone knows that; whoever sends the rest is not asked.
    Of one that was superseded there is nothing to be stopped.
    """
    await conn.execute(
        """
        UPDATE campaigns SET confirmed = CASE WHEN :by_editor = 1 AND why IS :unreached THEN 1 ELSE confirmed END,
            state = :state, why = :why, words = :words
        WHERE id = :id AND state <> 'done' AND coalesce(why, '') <> :superseded
        """,
        {
            "id": number,
            "superseded": SUPERSEDED,
            "state": state,
            "why": why,
            "words": words,
            "by_editor": by_editor,
            "unreached": UNREACHED,
        },
    )


async def go_on_in(conn: Connection, number: int, form: Form, revision: int) -> bool:
    """Let a campaign go on in a plainer form, while its subject stays as it is; return whether it did not already."""
    changed = await conn.execute(
        """
        UPDATE campaigns SET form = :form, form_revision = :revision
        WHERE id = :id AND (form <> :form OR form_revision IS NOT :revision)
        """,
        {"id": number, "form": form, "revision": revision},
    )
    return changed > 0


async def resume(conn: Connection, number: int, now: datetime) -> None:
    """Let a stopped or held campaign go on. It counts as started now: what an editor sends is news.

    What was refused in every form is tried in full again. What an editor has confirmed once stays confirmed.
    """
    await conn.execute(
        """
        UPDATE campaigns SET state = 'running', why = NULL, words = NULL,
            confirmed = CASE WHEN why IS :unreached THEN 1 ELSE confirmed END,
            form = CASE why WHEN :refused THEN 'full' ELSE form END, start_at = max(start_at, :now)
        WHERE id = :id AND state IN ('stopped', 'held')
        """,
        {"id": number, "now": epoch(now), "unreached": UNREACHED, "refused": REFUSED},
    )


async def start_now(conn: Connection, number: int, now: datetime) -> None:
    """Let the first message leave at once, as an editor wants: `take_back_unbegun` leaves the campaign alone then."""
    await conn.execute(
        "UPDATE campaigns SET start_at = min(start_at, :now), by_file = 0 WHERE id = :id",
        {"id": number, "now": epoch(now)},
    )


async def widen(conn: Connection, number: int, *, fixed_at: datetime, start_at: datetime) -> None:
    """Look at every chat once more for a campaign of which nothing has left: who follows at `fixed_at` is in it too.

    What was promised before stays promised, once. Stopped or held, it stays so.
    """
    await conn.execute(
        """
        UPDATE campaigns SET fixed_at = :fixed_at, start_at = max(start_at, :start_at), cursor = NULL, half = 0
        WHERE id = :id AND state <> 'done'
        """,
        {
            "id": number,
            "fixed_at": epoch(fixed_at),
            "start_at": epoch_of_end(start_at) if start_at > fixed_at else epoch(start_at),
        },
    )


async def take_back_unbegun(conn: Connection) -> list[int]:
    """Delete the campaigns of files of which nothing has been promised to anybody yet; return their articles.

    Messages that follow them follow nothing any more.
    """
    await conn.execute(
        """
        DELETE FROM progress WHERE campaign IN
            (SELECT id FROM campaigns WHERE kind = 'news' AND state = 'running' AND by_file = 1 AND ring_start IS NULL)
        """
    )
    rows = await conn.execute_fetchall(
        """
        DELETE FROM campaigns WHERE kind = 'news' AND state = 'running' AND by_file = 1 AND ring_start IS NULL
        RETURNING subject
        """
    )
    return sorted(int(row["subject"]) for row in rows)


async def close_finished(conn: Connection, now: datetime) -> list[int]:
    """Mark as done the running campaigns of which no row is left; return their numbers.

    One that went on for a chat which had forbidden writing was done when it was done for all the others.
    """
    rows = await conn.execute_fetchall(
        """
        UPDATE campaigns SET state = 'done', done_at = coalesce(done_at, :now)
        WHERE state = 'running' AND half >= 2 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE campaign = campaigns.id)
        RETURNING id
        """,
        {"now": epoch(now)},
    )
    return [int(row["id"]) for row in rows]
