"""What editors, owners and groups are still to be told, and that they have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.acts import Act, Done, is_told_now
from bot.domain.approval import Sending
from bot.domain.article import Article, ArticleState
from bot.domain.audit import By, ShellUser
from bot.domain.chat import Chat
from bot.domain.topic import Topic
from bot.store.content import articles, topics
from bot.store.delivery import campaigns
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import editors, notices
from bot.store.desk import incidents as incident_rows
from bot.store.desk.editors import Newcomer
from bot.store.desk.incidents import Incident as Incident
from bot.store.desk.notices import Notice as Notice  # what is given back here
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database
from bot.store.readers import chats
from bot.store.readers import closed_threads as threads
from bot.store.readers.closed_threads import Untold

FORM, REFUSED_BY_SOME = "form", "refused by some"
"""Kinds of notices about the form in which a broadcast goes on, for all its chats or some."""
SOURCE_GONE, SOURCE_FAILS = "source gone", "source fails"
"""Kinds of notices about sources: one has ended, one has failed for a day. Their subject is the source's name."""
CHANGED = "changed"
"""The kind of notice that asks about the copies of an article that was changed."""
EDITED = "edited"
"""The kind of notice that asks about a field which was edited in chat, and of which the article's source says
something else than it did."""
WAITS, DECLINED = "waits", "declined"
"""Kinds of notices about what is sent to many beside articles, and takes two: it waits for another editor, or one has
declined it. Their subject says what it is (`waits_notice`), the detail of the second who said no."""
ACTED = "acted"
"""The kind of notice about something weighty that was done at the shell or by a program. Its subject is the Act, its
detail who did it: `shell NAME` or `key NAME`."""
_AT_ONCE = (
    ACTED,
    FORM,
    REFUSED_BY_SOME,
    SOURCE_GONE,
    CHANGED,
    EDITED,
    WAITS,
    DECLINED,
    notices.RESTORED,
)  # the others are told together


def waits_notice(sending: Sending, number: int) -> Notice:
    """Return the notice that an announcement or a note waits for another editor."""
    return Notice(WAITS, f"{sending} {number}")


async def let_editors_know(
    conn: Connection, act: Act, article: int, *, by: By, now: datetime, key: str | None = None
) -> None:
    """Let editors be told of what was done at the shell or by a program, in the transaction that does it.

    Of what a person does in chat nobody is told, nor of what a file or feed does: that is asked about.
    """
    if isinstance(by, ShellUser):
        await notices.add(conn, [Notice(ACTED, act, f"shell {by.name}", article)], now)
    elif key is not None:
        await notices.add(conn, [Notice(ACTED, act, f"key {key}", article)], now)


async def acts_untold(db: Database, now: datetime) -> tuple[list[int], list[Done]]:
    """Return the notices of what was done and editors are to be told now, and what that is; neither while more comes.

    Of several acts on one article by the same doer the last one counts.
    """
    async with db.reading() as conn:
        waiting = await notices.untold_of(conn, ACTED)
        if not waiting or not is_told_now([at for _, _, at in waiting], now):
            return [], []
        last: dict[tuple[int | None, str], Notice] = {}
        for _, one, _ in waiting:
            last.pop((one.article, one.detail), None)
            last[one.article, one.detail] = one
        numbers = [number for number, _ in last if number is not None]
        known = {one.number: one for one in await articles.articles(conn, numbers)}
    done = [
        Done(Act(one.subject), one.article, known.get(one.article), *_doer(one.detail))
        for one in last.values()
        if one.article is not None
    ]
    return [id for id, _, _ in waiting], done


def _doer(detail: str) -> tuple[str | None, str | None]:
    """Return who did it: somebody at the shell, or a key."""
    place, _, name = detail.partition(" ")
    return (name, None) if place == "shell" else (None, name)


@dataclass(frozen=True, slots=True)
class AboutFiles:
    """What is odd about files, each with its id; the articles it is about; and when editors were last told any."""

    notices: list[tuple[int, Notice]]
    articles: dict[int, Article]
    last_told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Questions:
    """Articles of which editors were not asked yet, each notice with its id; all that is held; since when it is asked.

    `opened_at` is when they were last asked about a burst of which something is still held; None when nothing is.
    """

    notices: list[tuple[int, Notice]]
    held: list[Article]
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Who took an invitation, for each owner still to be told, with the owners' chats and what people are called."""

    untold: list[Newcomer]
    chats: dict[int, Chat]
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class ClosedThreads:
    """Closed threads of which their chats do not know, with those chats and all topics."""

    untold: list[Untold]
    chats: dict[int, Chat]
    topics: dict[int, Topic]


async def about_files(db: Database, *, lasting_since: datetime) -> AboutFiles:
    """Return what editors do not know of files yet. A fault of a file counts when it has lasted since then."""
    async with db.reading() as conn:
        untold = await notices.untold(conn, lasting_since=lasting_since)
        waiting = [one for one in untold if one[1].kind not in _AT_ONCE]
        numbers = [one.article for _, one in waiting if one.kind == "doubled" and one.article is not None]
        known = {article.number: article for article in await articles.articles(conn, numbers)}
        return AboutFiles(waiting, known, await incident_rows.editors_told_at(conn))


async def questions(db: Database) -> Questions:
    """Return what is held and editors were not asked about yet."""
    async with db.reading() as conn:
        waiting = await notices.unasked(conn)
        if not waiting:
            return Questions([], [], None)
        held = await articles.articles(conn, await articles.in_state(conn, ArticleState.HELD))
        return Questions(waiting, held, await notices.open_question_at(conn))


async def restored(db: Database) -> tuple[list[int], int]:
    """Return the notices that publishes of an older copy are held, of which editors were not asked yet, and how many
    of these are still held."""
    async with db.reading() as conn:
        waiting = [id for id, notice in await notices.untold(conn) if notice.kind == notices.RESTORED]
        if not waiting:
            return [], 0
        together = await metadata.held_together(conn)
        return waiting, sum(
            one.id in together and one.state is CampaignState.HELD and one.why == campaigns.RESTORED
            for one in await campaigns.open_ones(conn)
        )


async def plainer_forms(db: Database) -> list[tuple[int, Notice, Article | None]]:
    """Return which broadcasts go on in a plainer form, for all or some of
    their chats, with their articles, as far as those are still there."""
    async with db.reading() as conn:
        waiting = [(id, notice) for id, notice in await notices.untold(conn) if notice.kind in (FORM, REFUSED_BY_SOME)]
        known = await articles.articles(conn, [one.article for _, one in waiting if one.article is not None])
    by_number = {article.number: article for article in known}
    return [(id, notice, by_number.get(notice.article or 0)) for id, notice in waiting]


async def ended_sources(db: Database) -> list[tuple[int, Notice]]:
    """Return the sources of which their servers say that they are gone, and editors do not know yet."""
    async with db.reading() as conn:
        return [(id, notice) for id, notice in await notices.untold(conn) if notice.kind == SOURCE_GONE]


async def mark_told(db: Database, ids: Sequence[int], now: datetime) -> None:
    """Remember that editors know, or were asked."""
    if not ids:
        return
    async with db.transaction() as conn:
        await notices.mark_told(conn, ids, now)


async def incidents(db: Database, now: datetime) -> list[Incident]:
    """Return what owners are to be told now: what is the matter, and what is so no longer."""
    async with db.reading() as conn:
        return await incident_rows.untold(conn, now)


async def mark_incident_told(db: Database, incident: Incident, now: datetime) -> None:
    """Remember that owners know."""
    async with db.transaction() as conn:
        await incident_rows.told(conn, incident, now)


async def newcomers(db: Database) -> Newcomers:
    """Return who took an invitation, of whom owners are still to be told."""
    async with db.reading() as conn:
        untold = await editors.untold(conn)
        if not untold:
            return Newcomers([], {}, {})
        known = await chats.chats(conn, {one.owner for one in untold})
        return Newcomers(untold, known, await editors.names(conn))


async def mark_newcomer_told(db: Database, newcomer: Newcomer) -> None:
    """Remember that an owner knows."""
    async with db.transaction() as conn:
        await editors.told(conn, newcomer)


async def closed_threads(db: Database) -> ClosedThreads:
    """Return the closed threads of which their chats are to be told."""
    async with db.reading() as conn:
        untold = await threads.untold(conn)
        if not untold:
            return ClosedThreads([], {}, {})
        known = await chats.chats(conn, {one.chat for one in untold})
        return ClosedThreads(untold, known, await topics.topics(conn))


async def mark_thread_told(db: Database, chat: int, thread: int, now: datetime) -> None:
    """Remember that a chat knows."""
    async with db.transaction() as conn:
        await threads.mark_told(conn, chat, thread, now)
