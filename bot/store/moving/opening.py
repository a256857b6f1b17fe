"""Which engine a place is of, and its databases opened for being moved."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from bot.domain.database_place import Place
from bot.store.moving.port import MovableDatabase
from bot.store.moving.sqlite_side import is_database, sqlite_source, sqlite_target
from bot.store.opening import need_driver


def source_at(place: Place) -> AbstractContextManager[MovableDatabase]:
    """Hold the bot's database that is to be moved, or was. Raises: StoreError."""
    if isinstance(place, Path):
        return sqlite_source(place)
    need_driver()
    from bot.store.moving.postgres_side import postgres_source

    return postgres_source(place)


def target_at(place: Place) -> AbstractContextManager[MovableDatabase]:
    """Hold the database into which a bot is to be moved, or was. Raises: StoreError."""
    if isinstance(place, Path):
        return sqlite_target(place)
    need_driver()
    from bot.store.moving.postgres_side import postgres_target

    return postgres_target(place)


def is_same(one: Place, other: Place) -> bool:
    """Return whether two places are one, whatever they are called."""
    if not isinstance(one, Path) or not isinstance(other, Path):
        return str(one) == str(other)
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there, or cannot be looked at
        return one.resolve() == other.resolve()


def is_there(place: Place) -> bool:
    """Return whether there is a database of newsbot's at a place. Of a server that is not asked."""
    return is_database(place) if isinstance(place, Path) else True
