"""`newsbot sources`: the feeds that are read, as text, JSON or OPML; adding, trying, pausing and removing them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.cli.shell import columns, iso, me, now, number, opened, refuse, say, say_json
from bot.content.feeds.opml import LARGEST, NotOpml
from bot.domain.feed import FeedItem
from bot.domain.publishing import PushWindow
from bot.domain.source import Origin, Source, SourceChoices, SourceState, TakenAs, every_of, every_text
from bot.errors import ReaderError, SourceFault, UnknownSource
from bot.services.content.imports import Policy, Report
from bot.services.sources import opml, sources
from bot.services.sources.feed_web import FeedWeb
from bot.services.sources.opml import OpmlReport
from bot.services.sources.sources import Added, Checked
from bot.settings import Settings, read_settings
from bot.store.content import sources as source_rows
from bot.store.engine.database import Database
from bot.store.opening import is_bot_running

_EXCERPT = 200  # characters shown of an excerpt


def list_sources(*, as_json: bool) -> int:
    """List all sources and how each is doing."""
    settings = read_settings()

    async def ask() -> list[Source]:
        async with opened(settings) as db, db.reading() as conn:
            return await source_rows.sources(conn)

    found = asyncio.run(ask())
    if as_json:
        say_json([_as_json(one) for one in found])
    elif found:
        say(columns([_row(one) for one in found]))
    else:
        say("There are no sources. `newsbot sources add URL` adds one.")
    return 0


def add(url: str, choices: SourceChoices) -> int:
    """Add a source; 1 when its address gives no feed."""
    settings = read_settings()

    async def act() -> Added:
        async with opened(settings) as db, _web(settings) as web:
            return await sources.add(
                db, web, url, choices, origin=Origin.SHELL, by=me(), now=now(), policy=_policy(settings)
            )

    try:
        added = asyncio.run(act())
    except SourceFault as fault:
        refuse(f"newsbot: {url}: {fault}; nothing was added")
        return 1
    if not added.is_new:
        say(f"{_called(added.source)} is known already ({added.source.url}); nothing was added")
        return 0
    say(f"{_called(added.source)} is added: {added.source.url}")
    say(_first_reading(added.report, choices.taken_as))
    if not is_bot_running(settings.database):
        say("No bot is running on this database; it is read again once `newsbot run` does.")
    return 0


def check(url: str, *, as_json: bool) -> int:
    """Print what an address would give as a source; 1 when it gives no feed. No database is needed or touched."""
    settings = read_settings()

    async def ask() -> Checked:
        async with _web(settings) as web:
            return await sources.check(web, url, now())

    try:
        checked = asyncio.run(ask())
    except SourceFault as fault:
        refuse(f"newsbot: {url}: {fault}")
        return 1
    if as_json:
        say_json({"url": checked.url, "title": checked.title, "items": [_item_as_json(one) for one in checked.items]})
        return 0
    say(f"{checked.title or 'A feed without a title'}: {checked.url}")
    for one in checked.items:
        say(_item(one))
    warned = sum(bool(one.warnings) for one in checked.items)
    items = f"{number(len(checked.items))} {'item' if len(checked.items) == 1 else 'items'}"
    say(f"{items}, {number(warned)} with warnings" if warned else items)
    return 0


def pause(name: str) -> int:
    """Ask a source no more; 1 when it cannot be done."""
    return _with_source(name, _pause)


def resume(name: str) -> int:
    """Go on with a source; 1 when it cannot be done."""
    return _with_source(name, _resume)


def refresh(name: str) -> int:
    """Let the running bot ask a source now; 1 when it cannot be done."""
    return _with_source(name, _refresh)


def remove(name: str) -> int:
    """Remove a source; 1 when there is none of that name."""
    return _with_source(name, _remove)


async def _pause(db: Database, one: Source, _: Settings) -> str:
    return f"{_called(await sources.pause(db, one.number, by=me(), now=now()))} is paused"


async def _resume(db: Database, one: Source, _: Settings) -> str:
    return f"{_called(await sources.resume(db, one.number, by=me(), now=now()))} goes on"


async def _refresh(db: Database, one: Source, settings: Settings) -> str:
    at = now()
    refreshed = await sources.refresh(db, one.number, now=at)
    if not await asyncio.to_thread(is_bot_running, settings.database):
        return f"{_called(refreshed)} will be asked once `newsbot run` does; no bot is running on this database"
    if refreshed.next_at > at:
        return f"{_called(refreshed)} will be asked at {iso(refreshed.next_at)}: its server told us to wait so long"
    return f"{_called(refreshed)} is asked now"


async def _remove(db: Database, one: Source, _: Settings) -> str:
    return f"{_called(await sources.remove(db, one.number, by=me(), now=now()))} is removed; what came of it stays"


def _with_source(name: str, act: Callable[[Database, Source, Settings], Awaitable[str]]) -> int:
    settings = read_settings()

    async def run() -> str:
        async with opened(settings) as db:
            return await act(db, await sources.find(db, name), settings)

    try:
        say(asyncio.run(run()))
    except UnknownSource as error:
        refuse(f"newsbot: no single source goes by “{error}”; give its number, its address or its name")
        return 1
    except ReaderError as error:
        refuse(f"newsbot: {error}")
        return 1
    return 0


def import_file(path: Path) -> int:
    """Add the feeds of an OPML file; 1 when it or one of its feeds is refused."""
    settings = read_settings()
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        refuse(f"{path}:0: file: cannot be read: {(error.strerror or 'no such name').lower()}")
        return 1
    try:
        report = asyncio.run(_import(settings, data))
    except NotOpml as error:
        refuse(f"{path}:{error.line}: file: {error}")
        return 1
    for line, warning in report.warned:
        refuse(f"{path}:{line}: outline: warning: {warning}")
    for line, reason in report.refused:
        refuse(f"{path}:{line}: xmlUrl: {reason}")
    parts = [
        f"{number(report.added)} added",
        *([f"{number(report.known)} known already"] if report.known else []),
        *([f"{number(len(report.refused))} refused"] if report.refused else []),
    ]
    say(", ".join(parts))
    if report.added and not is_bot_running(settings.database):
        say("No bot is running on this database; they are read once `newsbot run` does.")
    return 1 if report.refused else 0


async def _import(settings: Settings, data: bytes) -> OpmlReport:
    from bot.cli.progress import progress_bar

    async with opened(settings) as db:
        with progress_bar("Adding feeds") as tell:
            return await opml.import_opml(db, data, by=me(), now=now(), tell=tell)


def export() -> int:
    """Print all sources as OPML."""
    settings = read_settings()

    async def ask() -> str:
        async with opened(settings) as db:
            return await opml.export_opml(db)

    print(asyncio.run(ask()), end="")
    return 0


@asynccontextmanager
async def _web(settings: Settings) -> AsyncIterator[FeedWeb]:
    """Reach the web for one command."""
    web = FeedWeb.make(settings.fetch_allow, settings.contact)
    try:
        yield web
    finally:
        await web.close()


def _policy(settings: Settings) -> Policy:
    return Policy(PushWindow(settings.push_window), settings.burst, settings.undo)


def _called(source: Source) -> str:
    return f"#{source.number} {source.name}"


def _first_reading(report: Report, taken_as: TakenAs) -> str:
    listed = len(report.archived) + len(report.scheduled)
    to_come = (
        "What comes from now on is new." if taken_as is TakenAs.NEWS else "What comes from now on waits as drafts."
    )
    if not listed and not report.doubled:
        return f"Nothing of it is listed yet. {to_come}"
    parts = [f"{number(listed)} listed without a push"]
    if report.doubled:
        parts.append(f"{number(len(report.doubled))} known already")
    return f"Its history: {', '.join(parts)}. {to_come}"


def _row(source: Source) -> tuple[str, ...]:
    choices = source.choices
    every = "adapts" if choices.every is None else f"every {every_text(choices.every)}"
    error = source.last_error or "" if source.state is not SourceState.ACTIVE else ""
    return (
        f"#{source.number}",
        source.state,
        source.name,
        source.url,
        every,
        choices.taken_as,
        ", ".join(choices.topics),
        error,
    )


def _as_json(source: Source) -> dict[str, object]:
    choices = source.choices
    return {
        "id": source.number,
        "url": source.url,
        "name": source.name,
        "state": source.state,
        "every": None if choices.every is None else every_text(choices.every),
        "topics": list(choices.topics),
        "as": choices.taken_as,
        "last_error": source.last_error,
    }


def _item(one: FeedItem) -> str:
    lines = [one.title or "(no title)"]
    lines.extend(f"  {text}" for text in (one.link, iso(one.published_at)) if text)
    if one.pictures:
        lines.append(f"  picture: {one.pictures[0].url}")
    if one.excerpt:
        shown = one.excerpt if len(one.excerpt) <= _EXCERPT else f"{one.excerpt[:_EXCERPT].rstrip()}…"
        lines.append(f"  {shown}")
    lines.extend(f"  warning: {warning}" for warning in one.warnings)
    return "\n".join(lines)


def _item_as_json(one: FeedItem) -> dict[str, object]:
    return {
        "title": one.title or None,
        "link": one.link,
        "published": iso(one.published_at),
        "image": one.pictures[0].url if one.pictures else None,
        "excerpt": one.excerpt,
        "warnings": list(one.warnings),
    }


def choices_of(
    topics: Sequence[str], taken_as: str, every: str | None, name: str | None, only: Sequence[str], never: Sequence[str]
) -> SourceChoices:
    """Return what somebody chose at the shell. Raises: ValueError, with the sentence they read."""
    if taken_as not in tuple(TakenAs):
        raise ValueError(f"“{taken_as}” is neither news nor drafts")
    return SourceChoices(
        name=name,
        topics=tuple(topics),
        taken_as=TakenAs(taken_as),
        every=None if every is None else every_of(every),
        only=tuple(only),
        never=tuple(never),
    )
