"""
What can be done with a database by its place, whichever engine it is of: prepare it, open it, ask whether a bot runs.

PostgreSQL's modules, and its driver, are loaded by those who have it.
"""

from __future__ import annotations

from pathlib import Path

from bot.domain.database_place import Place
from bot.errors import StoreError
from bot.store.engine import migrations
from bot.store.engine.database import READERS, Database
from bot.store.engine.lock import is_locked


def prepare(place: Place, *, create: bool) -> None:
    """Give a database this version's tables; make it where there is none, if it may be. Raises: StoreError."""
    if isinstance(place, Path):
        return migrations.migrate(place, create=create)
    need_driver()
    from bot.store.postgres.migrations import migrate

    return migrate(place.url, create=create)


async def opened(place: Place, readers: int = READERS) -> Database:
    """Return the open database, which was prepared. Raises: StoreError."""
    if isinstance(place, Path):
        return await Database.open(place, readers)
    need_driver()
    from bot.store.postgres.database import PostgresDatabase

    return await PostgresDatabase.connect(place.url, readers)


def is_in_use(place: Place) -> bool:
    """Return whether a bot runs on a database. Raises: StoreError when its server does not say."""
    if isinstance(place, Path):
        return is_locked(place)
    need_driver()
    from bot.store.postgres.presence import is_in_use

    return is_in_use(place)


def size(place: Place) -> int:
    """Return how much of a disk a database takes, in bytes. Raises: StoreError, OSError."""
    if isinstance(place, Path):
        return place.stat().st_size
    need_driver()
    from bot.store.postgres.presence import size

    return size(place)


def need_driver() -> None:
    """Raise StoreError where PostgreSQL's driver is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError("PostgreSQL needs a driver: pip install 'newsbot[postgres]'") from None
