"""What an engine has to do for its databases to be moved, in either direction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from bot.store.moving.tables import Record, Table


class MovableDatabase(Protocol):
    """An open database that nobody else writes to while it is open. Every method raises StoreError.

    The marks (`moved_mark`) lie in its table `meta` and are not among its rows: `fact` and `put_fact` are for them.
    """

    place: str
    """Where it is, as people are told: an absolute path, or a URL without a password."""

    def count(self, table: Table) -> int:
        """Return the number of rows."""
        ...

    def rows(self, table: Table, after: Record | None = None) -> Iterator[list[Record]]:
        """Return rows in pieces of some MiB, in the order of the key; texts in the order of their code points.

        `after`: only those whose key is greater.
        """
        ...

    def last_key(self, table: Table) -> Record | None:
        """Return the greatest key; None when the table is empty."""
        ...

    def write(self, table: Table, rows: Sequence[Record]) -> None:
        """Add rows, all or none. What was written before is kept whatever happens."""
        ...

    def counters(self) -> dict[str, int]:
        """Return the last number used in each table that `is_counted`, as far as any was."""
        ...

    def complete(self, counters: Mapping[str, int]) -> None:
        """Let no number up to these be used again, check what refers to what, and bring all to the disk.

        Raises: Unlike, when something refers to nothing.
        """
        ...

    def begin(self, moving_from: str) -> None:
        """Remove every row, and mark it as the beginning of a copy."""
        ...

    def fact(self, key: str) -> str | None:
        """Return a mark, or another value of `meta`; None when it was never set."""
        ...

    def put_fact(self, key: str, value: str | None) -> None:
        """Set a mark; None removes it. It is on the disk when this returns."""
        ...
