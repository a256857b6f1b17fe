"""
Sources that files define, and what files and people alike do to sources: put, find by address, drop.

A file that goes takes its source out of the list. When it comes back, the source goes on where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.audit import By
from bot.domain.source import Origin, Source, SourceChoices, SourceFile, SourceState
from bot.errors import Complaint
from bot.store.content import source_items, sources
from bot.store.desk import audit_log
from bot.store.engine.database import Connection


async def define(
    conn: Connection, files: Sequence[tuple[str, SourceFile]], gone: Collection[str], now: datetime
) -> list[Complaint]:
    """Store what source files say, each with its path; return what could not be done.

    A source that was added by hand becomes the file's. One that another file defines stays that file's, unless it is
    `gone`.
    """
    odd = []
    by_path = await sources.defined_by(conn, [path for path, _ in files])
    for path, file in files:
        number = by_path.get(path)
        at_url = (await sources.at_address(conn, [file.url])).get(file.url)
        if number is None:
            known = await known_at(conn, file.url)
            if known is not None and known.file not in (None, path) and known.file not in gone:
                odd.append(Complaint(path, 1, "url", f"is the source that {known.file} defines; this file is not read"))
                continue
            number = known.number if known else await put(conn, file.url, file.choices, Origin.FILE, now, now)
            await sources.set_file(conn, number, path)
            await log_act(conn, "change" if known else "add", file.choices.name or file.url, None, now)
        elif at_url is None:
            await sources.move(conn, number, file.url)
            await sources.ask_at(conn, [number], now)
        elif at_url != number:
            odd.append(Complaint(path, 1, "url", "is the address of another source; the old one stays"))
        await sources.choose(conn, number, file.choices)
        source = await sources.source(conn, number)
        if source is not None and source.state is SourceState.REMOVED:
            await sources.set_state(conn, number, SourceState.ACTIVE)
            await sources.ask_at(conn, [number], now)
            await log_act(conn, "add", source.name, None, now)
    return odd


async def end(conn: Connection, gone: Collection[str], now: datetime) -> None:
    """Take the sources of files that are gone out of the list."""
    if not gone:
        return
    for number in (await sources.defined_by(conn, gone)).values():
        source = await sources.source(conn, number)
        if source is not None and source.state is not SourceState.REMOVED:
            await sources.set_state(conn, number, SourceState.REMOVED)
            await log_act(conn, "remove", source.name, None, now)


async def known_at(conn: Connection, url: str) -> Source | None:
    """Return the source known by an address, unless it was removed."""
    number = (await sources.at_address(conn, [url])).get(url)
    found = None if number is None else await sources.source(conn, number)
    return None if found is None or found.state is SourceState.REMOVED else found


async def put(
    conn: Connection, url: str, choices: SourceChoices, origin: Origin, now: datetime, read_at: datetime
) -> int:
    """Store a source that is not listed, to be read first from `read_at` on; one that was removed is taken up again."""
    removed = (await sources.at_address(conn, [url])).get(url)
    if removed is None:
        number = await sources.add(conn, url, choices, origin, now)
    else:
        number = removed
        await sources.start_anew(conn, number, origin, now)
        await sources.choose(conn, number, choices)
        if not await sources.is_asked_at(conn, url):
            await sources.move(conn, number, url)
    await sources.read_first_at(conn, number, read_at)
    return number


async def drop(conn: Connection, source: Source) -> None:
    """Remove a source. Another source or file may go on with its stories."""
    await sources.set_state(conn, source.number, SourceState.REMOVED)
    await sources.set_file(conn, source.number, None)
    await source_items.forget_content(conn, source.number)


async def log_act(conn: Connection, verb: str, name: str, by: By, now: datetime) -> None:
    """Write down what was done with a source. `verb` is add, change, pause, resume or remove."""
    await audit_log.record(conn, "source", at=now, person=by, detail=f"{verb} {name}")
