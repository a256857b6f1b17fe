"""
Opening the database of the settings, on the engine that its place is of.

The driver of PostgreSQL is loaded where the place is a server, and nowhere else.
"""

from __future__ import annotations

from pathlib import Path

from bot.domain.database_place import Place
from bot.errors import StoreError
from bot.store.engine import migrations
from bot.store.engine.database import READERS, Database
from bot.store.engine.lock import is_locked


async def open_database(
    place: Place, *, create: bool = False, readers: int = READERS, through_pool: bool = False
) -> Database:
    """Give a database this version's shape and open it; make one that is missing only if it is to `create`.

    `through_pool`: its connections may be anybody's between two transactions. Raises: StoreError.
    """
    if isinstance(place, Path):
        migrations.migrate(place, create=create)
        return await Database.open(place, readers)
    need_driver()
    from bot.store.postgres.database import PostgresDatabase
    from bot.store.postgres.migrations import migrate

    migrate(place.url, create=create)
    return await PostgresDatabase.connect(place.url, readers, prepares=not through_pool)


def is_bot_running(place: Place) -> bool:
    """Return whether a newsbot runs on a database. Raises: StoreError when a server cannot be asked."""
    if isinstance(place, Path):
        return is_locked(place)
    need_driver()
    from bot.store.postgres.direct_session import are_any

    return are_any(place.url)


def need_driver() -> None:
    """Raise StoreError, which says what to install, where the driver of PostgreSQL is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError("PostgreSQL needs a driver: pip install 'newsbot[postgres]'") from None
