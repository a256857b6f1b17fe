"""A connection for those who are no process of the bot: whoever makes its tables, and whoever moves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg
from psycopg import Connection

from bot.domain.database_place import ServerAddress
from bot.store.postgres.connection import CONNECT_TIMEOUT
from bot.store.postgres.trouble import is_understood, store_error

Session: TypeAlias = Connection[tuple[Any, ...]]


@contextmanager
def connected(address: ServerAddress, name: str) -> Iterator[Session]:
    """Give a connection that commits each statement. What goes wrong with it in the block is a StoreError."""
    with translating(address.url):
        # Nothing is prepared: a pool may stand in between.
        conn: Session = psycopg.connect(
            address.url, autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_TIMEOUT, application_name=name
        )
        with conn:
            yield conn


@contextmanager
def translating(url: str) -> Iterator[None]:
    """Raise what psycopg raises inside about a database as StoreError, in one line and without a password."""
    try:
        yield
    except psycopg.Error as error:
        raise store_error(error, url) from (error if is_understood(url) else None)
