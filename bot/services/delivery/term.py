"""
This process' term, under which it claims deliveries, and how it takes back those of processes that died.

The lease of a term is renewed in turns that write anyway. A process without claims and with nothing to claim writes
nothing: it has no claims to lose, and takes another term if its own was ended meanwhile.
"""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import lease
from bot.errors import TermOver
from bot.store.delivery import leases
from bot.store.engine.database import Connection

log = logging.getLogger(__name__)

NO_OWNER = 0
"""In place of a term's number, before the first. The numbers of terms begin with 1."""


@dataclass(frozen=True, slots=True)
class Term:
    """One process' term, as it is on disk: a new value holds once its transaction is written.

    `is_alone` when a lock makes sure that no other process sends from this database. `is_given` when the term was begun
    for this process, and all others ended, by whoever decides which of several sends: it takes no other by itself.
    """

    is_alone: bool
    owner: int = NO_OWNER
    renewed_at: datetime | None = None
    is_given: bool = False

    @classmethod
    def given(cls, owner: int) -> Term:
        """Return a term that was begun for this process."""
        return cls(is_alone=True, owner=owner, is_given=True)

    async def begin(self, conn: Connection, now: datetime) -> tuple[Term, int]:
        """Take back the claims of this process' earlier term, and of processes known to be dead; return how many."""
        if self.is_alone:
            back = await leases.take_back_all(conn)
        else:
            back = await leases.take_back(conn, self.owner) + await leases.take_back_expired(conn, NO_OWNER, now)
        return Term(self.is_alone), back

    async def hold(self, conn: Connection, now: datetime) -> Term:
        """Renew the lease when that is due, or begin a term when it is over, and take back expired claims of others.

        Raises: TermOver, for one that was given.
        """
        if not lease.is_due(self.renewed_at, now):
            return self
        owner = self.owner
        if owner == NO_OWNER or not await leases.renew(conn, owner, now):
            if self.is_given:
                raise TermOver(f"the term {owner} is over: another process sends from this database")
            if owner != NO_OWNER:
                log.info("the term of this process was over; it takes another")
            owner = await leases.take(conn, f"{socket.gethostname()}:{os.getpid()}", now)
        if back := await leases.take_back_expired(conn, owner, now):
            log.warning("%d deliveries were in the hands of a process that is not heard of; they go out again", back)
        return replace(self, owner=owner, renewed_at=now)

    def renew_soon(self) -> Term:
        """Return the term to be renewed with the next turn: the clock was set, and times mean nothing."""
        return replace(self, renewed_at=None)

    async def end(self, conn: Connection) -> None:
        """End the term, unless a claimed delivery may still be being sent."""
        await leases.end(conn, self.owner)
