"""
Sources: feeds that are read again and again, what was chosen for each, and when each is asked next.

What is known of their items is kept in `source_items`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row

from bot.domain.link import normal_link
from bot.domain.source import Origin, Source, SourceChoices, SourceCounts, SourceState, TakenAs
from bot.store.content.story_json import epoch, epoch_of_end, moment, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list


@dataclass(frozen=True, slots=True)
class Polling:
    """How a source stands with its server: what is sent back so that an unchanged feed is not sent again, how long to
    wait, and where its server says that it has moved to for good.

    `failures` are requests in a row that gave no feed, `moved_seen` those that led to `moved_to`. `hold_next` when
    this is an older copy of the database, so that what is new next may have been news before. `named_at` is when
    editors were last told that it fails. `has_items` when its feed listed something as last read; it is not stored.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    ask_every: timedelta | None = None
    not_before: datetime | None = None
    failures: int = 0
    moved_to: str | None = None
    moved_seen: int = 0
    hold_next: bool = False
    named_at: datetime | None = None
    has_items: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A source after one request. What the request says nothing of is given as it was.

    `due_at` is when it was to be asked; if it is to be asked at another time by now, it stays so.
    """

    state: SourceState
    polling: Polling
    next_at: datetime
    read_at: datetime | None
    title: str | None
    site: str | None
    failing_since: datetime | None = None
    last_error: str | None = None
    due_at: datetime | None = None


async def add(conn: Connection, url: str, choices: SourceChoices, origin: Origin, now: datetime) -> int:
    """Store a source that nobody knows, to be asked at once; return its number."""
    rows = await conn.execute_fetchall(
        """
        INSERT INTO sources (url, state, taken_as, origin, added_at, next_at)
        VALUES (:url, 'active', :taken_as, :origin, :now, :now) RETURNING number
        """,
        {"url": url, "taken_as": choices.taken_as, "origin": origin, "now": epoch(now)},
    )
    number = int(next(iter(rows))["number"])
    await choose(conn, number, choices)
    await name_address(conn, number, url)
    return number


async def choose(conn: Connection, number: int, choices: SourceChoices) -> None:
    """Store what was chosen for a source."""
    await conn.execute(
        """
        UPDATE sources SET name = :name, topics = :topics, taken_as = :taken_as, every = :every,
            only_phrases = :only, never_phrases = :never
        WHERE number = :number
        """,
        {
            "number": number,
            "name": choices.name,
            "topics": _list(choices.topics),
            "taken_as": choices.taken_as,
            "every": None if choices.every is None else int(choices.every.total_seconds()),
            "only": _list(choices.only),
            "never": _list(choices.never),
        },
    )


async def name_address(conn: Connection, number: int, url: str) -> None:
    """Let an address lead to a source too; one that leads to another keeps doing so."""
    await conn.execute(
        "INSERT INTO source_urls (link, source) VALUES (:link, :source) ON CONFLICT (link) DO NOTHING",
        {"link": normal_link(url), "source": number},
    )


async def at_address(conn: Connection, urls: Iterable[str]) -> dict[str, int]:
    """Return the sources, also removed ones, that are or were known by these addresses, by address as given."""
    links = {url: normal_link(url) for url in urls}
    rows = await conn.execute_fetchall(
        "SELECT link, source FROM source_urls WHERE link IN (SELECT value FROM json_each(:links))",
        {"links": text_list(set(links.values()))},
    )
    found = {row["link"]: int(row["source"]) for row in rows}
    return {url: found[link] for url, link in links.items() if link in found}


async def is_asked_at(conn: Connection, url: str) -> bool:
    """Return whether a source that is not removed is asked at exactly this address."""
    return any(
        await conn.execute_fetchall("SELECT 1 FROM sources WHERE url = :url AND state <> 'removed'", {"url": url})
    )


async def move(conn: Connection, number: int, url: str) -> None:
    """Let a source be asked at another address, which is no other's that is listed; the old one still leads to it.

    A removed source that had the address gives it up.
    """
    given = {"number": number, "url": url, "link": normal_link(url)}
    await conn.execute(
        """
        UPDATE sources SET url = url || '#' || number WHERE url = :url AND number <> :number AND state = 'removed'
        """,
        given,
    )
    await conn.execute(
        """
        UPDATE source_urls SET source = :number
        WHERE link = :link AND source IN (SELECT number FROM sources WHERE state = 'removed')
        """,
        given,
    )
    await conn.execute("UPDATE sources SET url = :url WHERE number = :number", {"number": number, "url": url})
    await name_address(conn, number, url)


async def lead_to(conn: Connection, number: int, other: int) -> None:
    """Let all addresses of a source lead to another one."""
    await conn.execute(
        "UPDATE source_urls SET source = :other WHERE source = :number", {"number": number, "other": other}
    )


async def sources(conn: Connection, numbers: Iterable[int] | None = None) -> list[Source]:
    """Return sources by their numbers, or all that are not removed; in the order of their numbers."""
    if numbers is None:
        rows = await conn.execute_fetchall("SELECT * FROM sources WHERE state <> 'removed' ORDER BY number")
    else:
        rows = await conn.execute_fetchall(
            "SELECT * FROM sources WHERE number IN (SELECT value FROM json_each(:numbers)) ORDER BY number",
            {"numbers": number_list(numbers)},
        )
    return [source_of(row) for row in rows]


async def source(conn: Connection, number: int) -> Source | None:
    """Return one source, also a removed one; None when there is none."""
    return next(iter(await sources(conn, [number])), None)


async def with_polling(conn: Connection, number: int) -> tuple[Source, Polling] | None:
    """Return a source and how it stands with its server; None when there is none."""
    rows = await conn.execute_fetchall(
        """
        SELECT s.*, EXISTS (SELECT 1 FROM source_items AS i WHERE i.source = s.number AND i.place IS NOT NULL) AS lists
        FROM sources AS s WHERE number = :number
        """,
        {"number": number},
    )
    return next(((source_of(row), _polling(row)) for row in rows), None)


async def due(conn: Connection, now: datetime, limit: int) -> list[tuple[int, str, bool]]:
    """Return the numbers and addresses of sources that are to be asked, and whether somebody waits for it.

    Those come first, then those that have waited longest.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT number, url, next_at FROM sources WHERE state IN ('active', 'failing') AND next_at <= :now
        ORDER BY next_at LIMIT :limit
        """,
        {"now": epoch(now), "limit": limit},
    )
    return [(int(row["number"]), str(row["url"]), row["next_at"] <= 1) for row in rows]


async def next_due(conn: Connection) -> datetime | None:
    """Return when the next source is to be asked; None when none is."""
    [(at,)] = await conn.execute_fetchall("SELECT min(next_at) FROM sources WHERE state IN ('active', 'failing')")
    return moment_or_none(at)


async def ask_at(conn: Connection, numbers: Iterable[int], at: datetime) -> None:
    """Let sources be asked at a time, but not before their servers told us to come again.

    One that is being asked now is asked again then: what it answers may be older than what this is about.
    """
    await conn.executemany(
        """
        UPDATE sources SET next_at = CASE WHEN not_before > :at THEN not_before ELSE :at END
        WHERE number = :number
        """,
        [{"number": number, "at": epoch(at)} for number in numbers],
    )


async def ask_first(conn: Connection, number: int, now: datetime) -> None:
    """Let a source be asked before all others, because somebody waits for it; but not before its server admits it.

    Also again, when it is being asked now.
    """
    await conn.execute(
        """
        UPDATE sources SET next_at = CASE WHEN not_before > :now THEN not_before WHEN next_at = 0 THEN 1 ELSE 0 END
        WHERE number = :number
        """,
        {"number": number, "now": epoch(now)},
    )


async def read_first_at(conn: Connection, number: int, at: datetime) -> None:
    """Let a source that was never read be asked at a time."""
    await conn.execute(
        "UPDATE sources SET next_at = :at WHERE number = :number AND read_at IS NULL",
        {"number": number, "at": epoch_of_end(at)},
    )


async def answered(conn: Connection, results: Mapping[int, Answered]) -> None:
    """Store what became of requests. A source that was paused or removed while it was asked stays so."""
    await conn.executemany(
        """
        UPDATE sources SET
            state = CASE WHEN state IN ('active', 'failing') THEN :state ELSE state END,
            etag = :etag, last_modified = :last_modified, body_hash = :body_hash, ask_every = :ask_every,
            not_before = :not_before, failures = :failures, moved_to = :moved_to, moved_seen = :moved_seen,
            hold_next = :hold_next, named_at = :named_at,
            next_at = CASE WHEN :due_at IS NULL OR next_at = :due_at THEN :next_at ELSE next_at END, read_at = :read_at,
            title = :title, site = :site, failing_since = :failing_since, last_error = :last_error
        WHERE number = :number
        """,
        [
            {
                "number": number,
                "state": one.state,
                "etag": one.polling.etag,
                "last_modified": one.polling.last_modified,
                "body_hash": one.polling.body_hash,
                "ask_every": None if one.polling.ask_every is None else int(one.polling.ask_every.total_seconds()),
                "not_before": epoch_of_end(one.polling.not_before),
                "failures": one.polling.failures,
                "moved_to": one.polling.moved_to,
                "moved_seen": one.polling.moved_seen,
                "hold_next": one.polling.hold_next,
                "named_at": None if one.polling.named_at is None else epoch(one.polling.named_at),
                "next_at": epoch_of_end(one.next_at),
                "due_at": None if one.due_at is None else epoch(one.due_at),
                "read_at": None if one.read_at is None else epoch(one.read_at),
                "title": one.title,
                "site": one.site,
                "failing_since": None if one.failing_since is None else epoch(one.failing_since),
                "last_error": one.last_error,
            }
            for number, one in results.items()
        ],
    )


async def set_state(conn: Connection, number: int, state: SourceState) -> None:
    """Pause a source, go on with it or remove it."""
    await conn.execute("UPDATE sources SET state = :state WHERE number = :number", {"number": number, "state": state})


async def start_anew(conn: Connection, number: int, origin: Origin, now: datetime) -> None:
    """Take up a source that was removed or has ended: what its feed lists when it is read next is its history."""
    await conn.execute(
        """
        UPDATE sources SET state = 'active', origin = :origin, path = NULL, read_at = NULL, etag = NULL,
            last_modified = NULL, body_hash = NULL, not_before = NULL, failures = 0, failing_since = NULL,
            last_error = NULL, moved_to = NULL, moved_seen = 0, next_at = :now
        WHERE number = :number
        """,
        {"number": number, "origin": origin, "now": epoch(now)},
    )


async def hold_next(conn: Connection) -> None:
    """Let all that is new when each source is read next be held: this database is an older copy."""
    await conn.execute("UPDATE sources SET hold_next = 1 WHERE read_at IS NOT NULL")


async def defined_by(conn: Connection, paths: Iterable[str]) -> dict[str, int]:
    """Return the sources that these files define, by path."""
    rows = await conn.execute_fetchall(
        "SELECT path, number FROM sources WHERE path IN (SELECT value FROM json_each(:paths))",
        {"paths": text_list(paths)},
    )
    return {row["path"]: int(row["number"]) for row in rows}


async def set_file(conn: Connection, number: int, path: str | None) -> None:
    """Remember which file defines a source; None: no file does any more."""
    await conn.execute(
        """
        UPDATE sources SET path = :path, origin = CASE WHEN :path IS NULL THEN origin ELSE 'file' END
        WHERE number = :number
        """,
        {"number": number, "path": path},
    )


async def counts(conn: Connection, numbers: Iterable[int]) -> dict[int, SourceCounts]:
    """Return what has come of those of these sources that ever listed something."""
    rows = await conn.execute_fetchall(
        """
        SELECT i.source,
            count(*) FILTER (WHERE f.article IS NOT NULL AND f.owns = 1) AS came,
            count(*) FILTER (WHERE f.owns = 1 AND a.pushed_at IS NOT NULL) AS pushed,
            count(*) FILTER (WHERE f.owns = 1 AND a.state = 'held') AS held,
            count(*) FILTER (WHERE f.article IS NOT NULL AND f.owns = 0) AS doubled,
            count(*) FILTER (WHERE i.standing = 'refused') AS refused
        FROM json_each(:numbers) AS wanted CROSS JOIN source_items AS i ON i.source = wanted.value
        LEFT JOIN files AS f ON f.path = 'feed://' || i.source || '/' || i.key
        LEFT JOIN articles AS a ON a.number = f.article
        GROUP BY i.source
        """,
        {"numbers": number_list(numbers)},
    )
    return {
        int(row["source"]): SourceCounts(row["came"], row["pushed"], row["held"], row["doubled"], row["refused"])
        for row in rows
    }


def source_of(row: Row) -> Source:
    return Source(
        number=row["number"],
        url=row["url"],
        state=SourceState(row["state"]),
        choices=SourceChoices(
            name=row["name"],
            topics=tuple(json.loads(row["topics"])),
            taken_as=TakenAs(row["taken_as"]),
            every=_length(row["every"]),
            only=tuple(json.loads(row["only_phrases"])),
            never=tuple(json.loads(row["never_phrases"])),
        ),
        origin=Origin(row["origin"]),
        added_at=moment(row["added_at"]),
        next_at=moment(row["next_at"]),
        title=row["title"],
        site=row["site"],
        file=row["path"],
        read_at=moment_or_none(row["read_at"]),
        failing_since=moment_or_none(row["failing_since"]),
        last_error=row["last_error"],
    )


def _polling(row: Row) -> Polling:
    return Polling(
        etag=row["etag"],
        last_modified=row["last_modified"],
        body_hash=row["body_hash"],
        ask_every=_length(row["ask_every"]),
        not_before=moment_or_none(row["not_before"]),
        failures=row["failures"],
        moved_to=row["moved_to"],
        moved_seen=row["moved_seen"],
        hold_next=bool(row["hold_next"]),
        named_at=moment_or_none(row["named_at"]),
        has_items=bool(row["lists"]),
    )


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _list(values: Iterable[object]) -> str:
    return json.dumps(list(values))
