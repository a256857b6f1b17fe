"""
Rows and values as the store knows them from SQLite: by name and by place, numbers as int and float, flags as 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from psycopg import AsyncConnection, AsyncCursor
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import ExecStatus
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper, StrDumperUnknown, TextLoader

from bot.store.postgres.nul import read, written


class Row(tuple[Any, ...]):
    """A row of a result: `row["name"]`, `row[0]`, `dict(row)`."""

    places: ClassVar[Mapping[str, int]] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        return list(self.places)


@lru_cache(2_000)
def _row_type(names: tuple[bytes, ...]) -> type[Row]:
    # Of two columns with one name the first is found, as SQLite's rows do.
    places = {name.decode(): place for place, name in reversed(list(enumerate(names)))}
    return type("Row", (Row,), {"places": places, "__slots__": ()})


def has_rows(cursor: AsyncCursor[Any]) -> bool:
    """Return whether a statement has a result set, which may be empty."""
    result = cursor.pgresult
    return result is not None and result.status == ExecStatus.TUPLES_OK


def rows(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], Any]:
    """Make rows of a result: a row factory of psycopg."""
    result = cursor.pgresult
    if result is None or not result.nfields:
        return tuple
    # `cursor.description` makes an object of every column, which takes longer than a small query.
    return _row_type(tuple(map(result.fname, range(result.nfields))))


class _FlagDumper(Dumper):
    """A flag is a whole number in every table."""

    oid = Int8Dumper.oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


class _TextDumper(StrDumper):
    """Texts may hold U+0000."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(written(obj))


class _TextLoader(TextLoader):
    def load(self, data: Buffer) -> str | bytes:
        text = super().load(data)
        return read(text) if isinstance(text, str) else text


class _NumericLoader(Loader):
    """A sum of whole numbers is one too; PostgreSQL makes it `numeric`, so that it cannot overflow."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text else int(text)


class Array(str):
    """A list as PostgreSQL writes it, whose kind the statement says: `$1::bigint[]`.

    Of a list, psycopg asks of what kind its values are and gives each to the dumper of that kind: ten times as long.
    Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    """

    __slots__ = ()


def array(values: Sequence[Any]) -> Array | list[Any]:
    """Return values as a parameter that stands for a list of them."""
    given = json.dumps(values)
    return list(values) if '"' in given else Array("{" + given[1:-1] + "}")


def adapt(conn: AsyncConnection[Any]) -> None:
    """Let a connection take and give values as SQLite does."""
    adapters = conn.adapters
    adapters.register_dumper(int, Int8Dumper)  # by itself psycopg takes the smallest type that holds the number
    adapters.register_dumper(bool, _FlagDumper)
    adapters.register_dumper(Array, StrDumperUnknown)
    adapters.register_dumper(str, _TextDumper)  # by itself it leaves the type of a text open
    adapters.register_loader("text", _TextLoader)
    adapters.register_loader("numeric", _NumericLoader)
