"""What can be asked of a server's database by those who are no process of the bot: a shell, and whoever moves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeAlias

import psycopg
from psycopg import Connection

from bot.domain.database_place import ServerAddress
from bot.errors import StoreBusy, StoreError, StoreFull
from bot.store.postgres.connection import CONNECT_TIMEOUT, SCHEMA
from bot.store.postgres.direct_session import LEAD_LOCK, SESSION_NAME

Session: TypeAlias = Connection[tuple[Any, ...]]

# https://www.postgresql.org/docs/current/view-pg-locks.html: a key of 64 bits is shown in two halves, objsubid is 1
_IN_USE = """
SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = %s::oid AND objsubid = 1
      AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND datname = current_database())
"""
_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(%s)
"""


def is_in_use(address: ServerAddress) -> bool:
    """Return whether a process of a bot is connected: one that sends, or waits for its turn. Raises: StoreError."""
    with connected(address, "newsbot") as conn:
        return is_in_use_by_others(conn)


def is_in_use_by_others(conn: Session) -> bool:
    """Return the same, for whoever is connected already."""
    return bool(_only(conn, _IN_USE, (LEAD_LOCK, SESSION_NAME)))


def size(address: ServerAddress) -> int:
    """Return how much newsbot's tables and their indexes take, in bytes. Raises: StoreError."""
    with connected(address, "newsbot") as conn:
        return int(_only(conn, _SIZE, (SCHEMA,)))


def _only(conn: Session, asked: LiteralString, values: Sequence[object]) -> Any:
    [(answer,)] = conn.execute(asked, values).fetchall()
    return answer


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
