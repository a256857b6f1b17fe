"""What became of the copies of an article that was taken down, to be passed on to whoever wanted it gone."""

from __future__ import annotations

from bot.domain.takedown import TakedownReport
from bot.errors import UnknownArticle
from bot.store.content import taken_down
from bot.store.delivery import copy_counts, takedown_report
from bot.store.engine.database import Connection, Database


async def report(db: Database, number: int) -> TakedownReport:
    """Return what became of the copies of an article that was taken down. Raises: UnknownArticle when it was not."""
    async with db.reading() as conn:
        return await report_within(conn, number)


async def report_within(conn: Connection, number: int) -> TakedownReport:
    """Do what `report` does on the caller's connection."""
    at = await taken_down.taken_down_at(conn, number)
    if at is None:
        raise UnknownArticle(f"#{number}")
    changed = await copy_counts.changed(conn, number)
    files, feeds = await taken_down.told_in(conn, number)
    return TakedownReport(
        number=number,
        at=at,
        delivered=(await copy_counts.copies(conn, number)).delivered,
        deleted=changed.deleted,
        blanked=changed.noticed,
        waiting=changed.retracting,
        unknown=await takedown_report.unknown(conn, number),
        refused=await takedown_report.refused(conn, number),
        twice=await takedown_report.beside(conn, number),
        files=tuple(files),
        feeds=tuple(feeds),
    )
