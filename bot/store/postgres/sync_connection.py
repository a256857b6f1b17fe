"""A connection for those who are no process of the bot: whoever makes its tables, and whoever moves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg
from psycopg import Connection

from bot.domain.database_place import ServerAddress
from bot.errors import StoreBusy, StoreError, StoreFull
from bot.store.postgres.connection import CONNECT_TIMEOUT

Session: TypeAlias = Connection[tuple[Any, ...]]


@contextmanager
def connected(address: ServerAddress, name: str) -> Iterator[Session]:
    """Give a connection that commits each statement. What goes wrong with it in the block is a StoreError."""
    with translating(address.shown):
        # Nothing is prepared: a pool may stand in between.
        conn: Session = psycopg.connect(
            address.url, autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_TIMEOUT, application_name=name
        )
        with conn:
            yield conn


@contextmanager
def translating(place: str) -> Iterator[None]:
    """Raise what psycopg raises inside as StoreError, in one line and without a password."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise StoreFull(f"cannot use the database {place}: {_line(error)}") from error
    except psycopg.OperationalError as error:
        raise StoreBusy(f"cannot use the database {place}: {_line(error)}") from error
    except psycopg.Error as error:
        if error.sqlstate is None and isinstance(error, psycopg.ProgrammingError):
            # The URL itself is wrong, and what is said of it may hold a part of the password.
            raise StoreError(f"cannot use the database {place}: its address is not understood") from None
        raise StoreError(f"cannot use the database {place}: {_line(error)}") from error


def _line(error: psycopg.Error) -> str:
    """Return what the server says, without the row that it says it about."""
    return " ".join((error.diag.message_primary or str(error)).split())
