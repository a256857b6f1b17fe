"""
Lists of feeds: taken in from other feed readers, and given to them.

A list may hold thousands, so what it adds is read by the running bot, spread over some minutes. Folders that bear a
known topic's name are topics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.content.feeds.opml import Outline, read_opml, write_opml
from bot.domain.audit import By
from bot.domain.polling_interval import first_poll
from bot.domain.source import Origin
from bot.domain.topic import joined_names, topic_key
from bot.errors import SourceFault
from bot.services.sources.sources import add_unread, checked_address
from bot.store.content import sources, topics
from bot.store.desk import audit_log
from bot.store.engine.database import Connection, Database

BATCH = 200  # feeds a transaction, so that a reader's write goes in between
FIRST_READ_EACH = timedelta(milliseconds=100)
"""How far apart the first readings of a list's feeds are."""
FIRST_READ_WITHIN = timedelta(minutes=15)


@dataclass(slots=True)
class OpmlReport:
    """What became of a list: how many of its feeds were added, and were known already.

    `refused` and `warned` are each the line and the reason.
    """

    added: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    warned: list[tuple[int, str]] = field(default_factory=list)


async def import_opml(
    db: Database,
    data: bytes,
    *,
    by: By,
    now: datetime,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> OpmlReport:
    """Add the feeds of a list, to be read by the running bot; what is known is left as it is.

    `tell` is told how many of how many feeds are done. Raises: NotOpml.
    """
    outlines = read_opml(data)
    report = OpmlReport()
    within = min(FIRST_READ_WITHIN, FIRST_READ_EACH * len(outlines))
    for start in range(0, len(outlines), BATCH):
        batch = outlines[start : start + BATCH]
        async with db.transaction() as conn:
            for place, outline in enumerate(await _with_topics(conn, batch), start):
                read_at = first_poll(now, within, place / len(outlines))
                await _add(conn, outline, report, now, read_at)
            if report.added and start + BATCH >= len(outlines):
                await audit_log.record(conn, "source", at=now, person=by, detail=f"add {report.added} of OPML")
        tell(min(start + BATCH, len(outlines)), len(outlines))
    return report


async def export_opml(db: Database) -> str:
    """Return all sources as a list for feed readers, and for `import_opml`."""
    async with db.reading() as conn:
        return write_opml(await sources.sources(conn))


async def _add(conn: Connection, outline: Outline, report: OpmlReport, now: datetime, read_at: datetime) -> None:
    report.warned.extend((outline.line, warning) for warning in outline.warnings)
    try:
        url = checked_address(outline.url)
    except SourceFault as fault:
        report.refused.append((outline.line, str(fault).removeprefix("it ")))
        return
    added = await add_unread(conn, url, outline.choices, origin=Origin.OPML, now=now, read_at=read_at)
    if added is None:
        report.known += 1
    else:
        report.added += 1


async def _with_topics(conn: Connection, outlines: Sequence[Outline]) -> list[Outline]:
    """Return feeds with the topics of their folders, and of their own lists as far as known names tell."""
    folders = {folder for outline in outlines for folder in outline.folders}
    numbers = await topics.called(conn, {topic_key(folder) for folder in folders})
    known = await topics.established(conn) if numbers else {}
    of_folder = {
        folder: known[number].name
        for folder in folders
        if (number := numbers.get(topic_key(folder))) is not None and number in known
    }
    asked: set[str] = set()

    def ask(key: str) -> bool:
        asked.add(key)
        return False

    for outline in outlines:
        joined_names(outline.choices.topics, ask)
    defined = await topics.defined(conn, asked) if asked else set()
    found = []
    for outline in outlines:
        own = joined_names(outline.choices.topics, defined.__contains__)
        named = dict.fromkeys([*own, *(of_folder[folder] for folder in outline.folders if folder in of_folder)])
        found.append(replace(outline, choices=replace(outline.choices, topics=tuple(named))))
    return found
