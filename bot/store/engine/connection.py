"""
One asynchronous connection, whose errors are newsbot's own.

Nobody outside the store knows which database it is: what an engine raises becomes a StoreError of the kind that callers
can act on, with the engine's words for the log.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from sqlite3 import Row
from typing import Any, ClassVar

Parameters = Sequence[Any] | Mapping[str, Any]


class Connection(ABC):
    """What the store's questions are put to. Every method raises StoreError.

    A row is found by name and by place, as one of `sqlite3` is.
    """

    BEGIN: ClassVar[str]  # a transaction that is to write
    LOOK: ClassVar[str]  # one that sees a single moment
    COMMIT: ClassVar[str] = "COMMIT"
    COMMIT_SOON: ClassVar[str] = "COMMIT"  # of what a crash may undo, if the engine is faster where it need not wait

    def __init__(self) -> None:
        self._first: tuple[str, ...] = ()

    @property
    @abstractmethod
    def in_transaction(self) -> bool: ...

    @property
    def waits_to_begin(self) -> bool:
        """Whether nothing of a transaction has been run yet that is to begin with the next statement."""
        return self._first[:1] == (self.BEGIN,)

    def first(self, *statements: str) -> None:
        """Let these run before the next statement, behind those that already do."""
        self._first += statements

    def forget_first(self, *statements: str) -> bool:
        """Let these not run, the last that are to run first, or none of them; return whether there were any."""
        there = self._first[-len(statements) :] == statements if statements else bool(self._first)
        if there:
            self._first = self._first[: -len(statements)] if statements else ()
        return there

    @abstractmethod
    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; return how many rows it changed, -1 where that means nothing."""

    @abstractmethod
    async def executemany(self, sql: str, rows: Collection[Parameters]) -> None:
        """Run a statement once for each row of parameters."""

    async def enqueue(self, sql: str, rows: Collection[Parameters]) -> None:
        """Run a statement once for each row, now or together with the block's next one, which may raise its error.

        Where a statement is a round trip to a server, this saves one.
        """
        await self.executemany(sql, rows)

    @abstractmethod
    async def flush(self) -> None:
        """Run what is enqueued."""

    @abstractmethod
    async def execute_fetchall(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run a statement to its end and return all its rows."""

    @abstractmethod
    async def done(self) -> None:
        """Wait until what was begun on this connection has ended, also what nobody waits for any more.

        What is enqueued is dropped.
        """

    @abstractmethod
    async def rollback(self) -> None: ...

    @abstractmethod
    async def give_back(self) -> bool:
        """Give a little room back to whoever else needs it; return whether there may be more."""

    @abstractmethod
    async def optimize(self) -> None:
        """Let the engine look at what its tables hold, so that it plans well."""

    @abstractmethod
    async def drop_words(self) -> bool:
        """Let a few words of what was deleted go out of the index of words; return whether there may be more."""

    @abstractmethod
    async def close(self) -> None: ...
