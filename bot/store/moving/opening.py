"""Which engine a place is of, and its databases opened for being moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.domain.database_place import Place
from bot.errors import StoreError
from bot.store.moving.port import MovableDatabase
from bot.store.moving.sqlite_side import is_database, sqlite_source, sqlite_target


@contextmanager
def source_at(place: Place) -> Iterator[MovableDatabase]:
    """Hold the bot's database that is to be moved, or was. Raises: StoreError."""
    with sqlite_source(_file(place)) as db:
        yield db


@contextmanager
def target_at(place: Place) -> Iterator[MovableDatabase]:
    """Hold the database into which a bot is to be moved, or was. Raises: StoreError."""
    with sqlite_target(_file(place)) as db:
        yield db


def is_same(one: Place, other: Place) -> bool:
    """Return whether two places are one, whatever they are called."""
    if not isinstance(one, Path) or not isinstance(other, Path):
        return one == other
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there, or cannot be looked at
        return one.resolve() == other.resolve()


def is_there(place: Place) -> bool:
    """Return whether there is a database of newsbot's at a place."""
    return is_database(_file(place))


def _file(place: Place) -> Path:
    if isinstance(place, Path):
        return place
    raise StoreError(f"{place}: this version keeps its database in an SQLite file; write the name of one")
