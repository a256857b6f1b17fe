"""
Carrying everything from one database into another, and back again when nobody has used the copy.

The copy is marked as not complete from its first row on, and the mark is taken off last, after the database that it
comes from was marked as moved. So a kill at any moment leaves at most one on which a bot can run, and the same command
goes on. Whether what was there already is still right is not asked before: all of it is compared in the end.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import repeat

from bot.errors import StoreBusy, StoreError, StoreFull
from bot.store.engine.moved_mark import MOVED_TO, MOVING_FROM, why_nothing_runs
from bot.store.moving.port import MovableDatabase
from bot.store.moving.tables import META, Record, Table, all_tables

Tell = Callable[[int, int], None]
"""Called with what is done, and of how much."""

_KNOWN = ("articles", "chats")
_BY_VALUE = 2
"""The newest version of marshal whose bytes depend on values alone. https://docs.python.org/3/library/marshal.html"""


class Unlike(StoreError):
    """Two databases do not hold the same; the text names the table that differs, and how."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table."""

    rows: Mapping[str, int]


class Checksum:
    """Of rows, with the types of their values, in the order in which they come."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self.rows = 0

    def add(self, rows: Sequence[Record]) -> None:
        self._hash.update(b"".join(map(marshal.dumps, rows, repeat(_BY_VALUE))))
        self.rows += len(rows)

    def digest(self) -> bytes:
        return self._hash.digest()


def carry(source: MovableDatabase, target: MovableDatabase, tell: Tell) -> Moved:
    """Move everything into a database that is empty, or holds a copy of this one that was interrupted.

    Raises: StoreError; then the one it comes from is as it was, unless the copy is complete.
    """
    moved_to, moving_from = source.fact(MOVED_TO), target.fact(MOVING_FROM)
    if moved_to is not None and (moved_to != target.place or moving_from != source.place):
        raise StoreError(str(why_nothing_runs(source.place, moved_to, None)))
    if moving_from is None:
        if (kept := what_is_in(target)) is not None:
            raise StoreError(f"{target.place} is not empty: it holds {kept}; nothing was moved. Name an empty one")
    elif moving_from != source.place:
        raise StoreError(
            f"{target.place} holds a copy of {moving_from} that is not complete; nothing was moved. Name an empty one"
        )
    if moved_to is not None:
        # It was complete and compared, and has not changed since: nothing runs on either.
        moved = Moved({table.name: target.count(table) for table in all_tables()})
    else:
        moved = _copied(source, target, tell, goes_on=moving_from is not None)
        source.put_fact(MOVED_TO, target.place)
    target.put_fact(MOVING_FROM, None)
    return moved


def what_is_in(db: MovableDatabase) -> str | None:
    """Return what is in a database, by what people know of it; None when no bot has used it."""
    many = {table.name: count for table in all_tables() if table.name != META and (count := db.count(table))}
    if known := [f"{many[name]:,} {name[:-1] if many[name] == 1 else name}" for name in _KNOWN if name in many]:
        return " and ".join(known)
    if many:
        return f"rows of {next(iter(many))}"
    return "what a bot has begun" if db.fact("bot_id") is not None else None


def _copied(source: MovableDatabase, target: MovableDatabase, tell: Tell, *, goes_on: bool) -> Moved:
    """Copy and compare. A copy that is not what it should be, though it was gone on with, is begun again."""
    if goes_on:
        try:
            return _copy(source, target, tell)
        except (StoreBusy, StoreFull):
            raise
        except StoreError:
            pass  # somebody has used the database since; if that was not the reason, the same comes again
    target.begin(source.place)
    return _copy(source, target, tell)


def _copy(source: MovableDatabase, target: MovableDatabase, tell: Tell) -> Moved:
    tables = all_tables()
    many = {table.name: source.count(table) for table in tables}
    work, done = 2 * sum(many.values()), 0
    read: dict[str, Checksum] = {}
    for table in tables:
        after = target.last_key(table)
        left = many[table.name] if after is None else many[table.name] - target.count(table)
        done += many[table.name] - left
        for rows in _pieces(source, table, after):
            if after is None:
                read.setdefault(table.name, Checksum()).add(rows)
            target.write(table, rows)
            done += len(rows)
            tell(done, work)
    target.complete(source.counters())
    _compare(source, target, lambda n: tell(work // 2 + n, work), read)
    return Moved(many)


def _pieces(source: MovableDatabase, table: Table, after: Record | None) -> Iterator[list[Record]]:
    """Return rows in pieces that can be written: all at once where one may refer to a later one."""
    pieces = source.rows(table, after)
    if not table.refers_to_itself:
        yield from pieces
    elif rows := [row for piece in pieces for row in piece]:
        yield rows


def _compare(
    one: MovableDatabase, other: MovableDatabase, told: Callable[[int], None], read: Mapping[str, Checksum]
) -> None:
    """Raise Unlike unless both hold the same. `read`: checksums of whole tables of the first, as far as known."""
    done = 0
    for table in all_tables():
        here, there = one.count(table), other.count(table)
        if here != there:
            raise Unlike(f"{table.name} has {here:,} rows in {one.place} and {there:,} in {other.place}")
        meant, found = read.get(table.name), Checksum()
        if meant is None:
            meant = Checksum()
            for piece in one.rows(table):
                meant.add(piece)
        for piece in other.rows(table):
            found.add(piece)
            told(done + found.rows)
        done += here
        if found.digest() != meant.digest():
            raise Unlike(f"the rows of {table.name} are not the same in {one.place} and {other.place}")
    if one.counters() != other.counters():
        raise Unlike(f"{one.place} and {other.place} do not count on from the same numbers")


def are_alike(one: MovableDatabase, other: MovableDatabase, tell: Tell) -> bool:
    """Return whether both hold the same."""
    work = sum(map(one.count, all_tables()))
    try:
        _compare(one, other, lambda n: tell(n, work), {})
    except Unlike:
        return False
    return True


def go_back(source: MovableDatabase, target: MovableDatabase, tell: Tell) -> None:
    """Let the database that was moved to `target` be used again instead of it, which is marked as moved back.

    A kill in between leaves both marked; the same again goes on. Raises: StoreError when `target` was used since.
    """
    if target.fact(MOVING_FROM) is None and target.fact(MOVED_TO) != source.place:
        if (further := target.fact(MOVED_TO)) is not None:
            raise StoreError(f"{target.place} was moved on to {further}; what happened there would be forgotten")
        if what_is_in(target) is not None:
            if not are_alike(source, target, tell):
                raise StoreError(
                    f"{target.place} has been used since: news would come twice. With NEWSBOT_DATABASE={target.place}, "
                    "`newsbot move` carries it into an empty database; to give up what happened there, remove it first"
                )
            target.put_fact(MOVED_TO, source.place)
    source.put_fact(MOVED_TO, None)
