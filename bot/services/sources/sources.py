"""
What people do with sources: list, add, choose, pause, go on, ask now, remove.

Removing keeps what came. A source that is added again goes on where it ended: what it lists then is its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.audit import By
from bot.domain.feed import Feed, FeedItem, is_far_away
from bot.domain.link import PRIVATE, link_fault, normalised
from bot.domain.source import ASKED, ListedSource, Origin, Source, SourceChoices, SourceCounts, SourceState
from bot.errors import OutOfTurn, SourceFault, UnknownSource
from bot.services.content.imports import Policy, Report
from bot.services.content.source_files import drop, known_at, log_act, put
from bot.services.sources import reading
from bot.services.sources.feed_web import FeedWeb
from bot.store.content import sources
from bot.store.engine.database import Connection, Database

_FIRST_READ_WITHIN = timedelta(minutes=2)
"""How long whoever adds a source has for its first reading, before the running bot does it."""


@dataclass(frozen=True, slots=True)
class Added:
    """A source that was added, or was known already. `report` is what its first reading gave; empty for a known one."""

    source: Source
    is_new: bool
    report: Report = field(default_factory=Report)


@dataclass(frozen=True, slots=True)
class Checked:
    """What an address would give as a source: the feed's own address, and the feed. `source` when it is known."""

    url: str
    feed: Feed
    source: Source | None = None

    @property
    def title(self) -> str | None:
        return self.feed.title

    @property
    def items(self) -> Sequence[FeedItem]:
        return self.feed.items


async def listed(db: Database) -> list[ListedSource]:
    """Return all sources in the order of their numbers."""
    return (await page(db, 0, None))[0]


async def page(db: Database, start: int, most: int | None) -> tuple[list[ListedSource], int]:
    """Return at most so many of all sources from a place on, and how many there are in all.

    What came is counted of these alone: that takes a look at each item.
    """
    async with db.reading() as conn:
        found = await sources.sources(conn)
        shown = found[start : None if most is None else start + most]
        came = await sources.counts(conn, [one.number for one in shown])
    return [ListedSource(one, came.get(one.number, SourceCounts())) for one in shown], len(found)


async def with_counts(db: Database, number: int) -> ListedSource:
    """Return a source and what has come of it. Raises: UnknownSource."""
    async with db.reading() as conn:
        source = await _there(conn, number)
        came = await sources.counts(conn, [number])
    return ListedSource(source, came.get(number, SourceCounts()))


async def find(db: Database, words: str) -> Source:
    """Return the source meant by a number (`3`, `#3`), an address it is or was known by, or its name.

    Raises: UnknownSource.
    """
    async with db.reading() as conn:
        return await _find(conn, words)


async def check(web: FeedWeb, url: str, now: datetime) -> Checked:
    """Return what an address would give as a source, changing nothing. Raises: SourceFault."""
    address = checked_address(url)
    asked, answer = await web.find(address)
    assert answer.feed is not None
    return Checked(asked, replace(answer.feed, items=tuple(_with_far_date(one, now) for one in answer.feed.items)))


def _with_far_date(item: FeedItem, now: datetime) -> FeedItem:
    """Return an item with a warning when its date would keep it back for years."""
    if item.published_at is None or not is_far_away(item, now):
        return item
    warning = f"its date, {item.published_at:%Y-%m-%d}, is more than a year away; it would come out only then"
    return replace(item, warnings=(*item.warnings, warning))


async def add(
    db: Database,
    web: FeedWeb,
    url: str,
    choices: SourceChoices,
    *,
    origin: Origin,
    by: By,
    now: datetime,
    policy: Policy,
    jitter: float = 0.0,
) -> Added:
    """Add a source and read it for the first time: what it lists now is archived, and never news.

    A page's address stands for the first feed that it names. A known one is left as it is. `by` is a person, None for
    the shell. Raises: SourceFault, when the address gives no feed.
    """
    address = checked_address(url)
    async with db.reading() as conn:
        if (known := await known_at(conn, address)) is not None:
            return Added(known, is_new=False)
    asked_at, answer = await web.find(address)
    assert answer.feed is not None
    async with db.transaction() as conn:
        if (known := await known_at(conn, asked_at)) is not None:
            await sources.name_address(conn, known.number, address)
            return Added(known, is_new=False)
        number = await put(conn, asked_at, choices, origin, now, now + _FIRST_READ_WITHIN)
        await sources.name_address(conn, number, address)
        name = choices.name or answer.feed.title or asked_at
        await log_act(conn, "add", name, by, now)
        poll = await reading.poll_of(conn, number, now, jitter)
    assert poll is not None
    report = await reading.take_feed(db, poll, answer, answer.feed, policy=policy)
    return Added(await _source(db, number), is_new=True, report=report)


async def add_unread(
    conn: Connection, url: str, choices: SourceChoices, *, origin: Origin, now: datetime, read_at: datetime
) -> int | None:
    """Add a source that is read for the first time by the running bot, from `read_at` on; None for a known one.

    `url` must be an address as `checked_address` returns it.
    """
    if await known_at(conn, url) is not None:
        return None
    return await put(conn, url, choices, origin, now, read_at)


async def choose(db: Database, number: int, choices: SourceChoices, *, by: By, now: datetime) -> Source:
    """Choose anew what a source's items become; those that came stay as they are. Raises: UnknownSource, OutOfTurn."""
    async with db.transaction() as conn:
        source = await _there(conn, number)
        if source.file is not None:
            raise OutOfTurn(f"{source.name} is defined by {source.file}; change it there")
        await sources.choose(conn, number, choices)
        if choices.every != source.choices.every:
            await sources.ask_at(conn, [number], now)
        await log_act(conn, "change", source.name, by, now)
        return await _there(conn, number)


async def pause(db: Database, number: int, *, by: By, now: datetime) -> Source:
    """Ask a source no more until it is resumed. Raises: UnknownSource, OutOfTurn."""
    async with db.transaction() as conn:
        source = await _there(conn, number)
        if source.state is SourceState.PAUSED:
            raise OutOfTurn(f"{source.name} is paused already")
        await sources.set_state(conn, number, SourceState.PAUSED)
        await log_act(conn, "pause", source.name, by, now)
        return await _there(conn, number)


async def resume(db: Database, number: int, *, by: By, now: datetime) -> Source:
    """Go on with a source that was paused or has ended, and ask it soon. What it listed meanwhile is taken as new.

    Raises: UnknownSource, OutOfTurn.
    """
    async with db.transaction() as conn:
        source = await _there(conn, number)
        if source.state in ASKED:
            raise OutOfTurn(f"{source.name} is not paused")
        failing = source.state is SourceState.PAUSED and source.failing_since is not None
        await sources.set_state(conn, number, SourceState.FAILING if failing else SourceState.ACTIVE)
        await sources.ask_at(conn, [number], now)
        await log_act(conn, "resume", source.name, by, now)
        return await _there(conn, number)


async def refresh(db: Database, number: int, *, now: datetime) -> Source:
    """Let the running bot ask a source now, or as soon as its server admits. Raises: UnknownSource, OutOfTurn."""
    async with db.transaction() as conn:
        source = await _there(conn, number)
        if source.state not in ASKED:
            raise OutOfTurn(f"{source.name} is {source.state}; resume it first")
        await sources.ask_first(conn, number, now)
        return await _there(conn, number)


async def remove(db: Database, number: int, *, by: By, now: datetime) -> Source:
    """Remove a source and return it as it was. What came stays. Raises: UnknownSource."""
    async with db.transaction() as conn:
        source = await _there(conn, number)
        await drop(conn, source)
        await log_act(conn, "remove", source.name, by, now)
        return source


async def replace_address(db: Database, source: Source, url: str, now: datetime) -> bool:
    """Let a source be asked at the feed that its page names. When that is another source's, remove this one.

    Return whether it is still there.
    """
    async with db.transaction() as conn:
        known = await known_at(conn, url)
        if known is not None and known.number != source.number:
            await drop(conn, source)
            await sources.lead_to(conn, source.number, known.number)
            await log_act(conn, "remove", source.name, None, now)
            return False
        await sources.move(conn, source.number, url)
        return True


def checked_address(url: str) -> str:
    """Return an address as it is stored. Raises: SourceFault, when it can be no web address.

    Whether it may be asked is judged when it is asked: the operator may admit private addresses.
    """
    address = url.strip()
    if "://" not in address and not address.startswith(("mailto:", "javascript:", "data:")):
        address = f"https://{address}"
    fault = link_fault(address)
    if fault is not None and fault != PRIVATE:
        raise SourceFault(f"it is {fault}")
    return address


async def _find(conn: Connection, words: str) -> Source:
    asked = words.strip()
    number = asked.removeprefix("#").removeprefix("\uff03")
    if number.isdecimal() and len(number) < 18:
        return await _there(conn, int(number))
    if "://" in asked:
        if normalised(asked) is None or (known := await known_at(conn, asked)) is None:
            raise UnknownSource(asked)
        return known
    everything = await sources.sources(conn)
    named = [one for one in everything if one.name.casefold() == asked.casefold()]
    if len(named) != 1:
        raise UnknownSource(asked)
    return named[0]


async def _there(conn: Connection, number: int) -> Source:
    found = await sources.source(conn, number)
    if found is None or found.state is SourceState.REMOVED:
        raise UnknownSource(f"#{number}")
    return found


async def _source(db: Database, number: int) -> Source:
    async with db.reading() as conn:
        return await _there(conn, number)
