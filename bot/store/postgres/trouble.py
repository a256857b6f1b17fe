"""
What goes wrong with a server, as newsbot's own errors: which database, what it says, and what can be done.

What refuses a connection has no code that a driver is given, only words, which are English unless the server's
`lc_messages` says otherwise. In another language the advice is missing, and the rest of the line is there.
Sources: https://www.postgresql.org/docs/current/errcodes-appendix.html,
https://www.postgresql.org/docs/current/libpq-status.html (no field of an error but its message)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from bot.domain.database_place import ServerAddress
from bot.errors import StoreBusy, StoreError, StoreFull

# What may be over in a moment.
_BUSY = (
    "08",  # connection exceptions
    "40",  # transaction rollback: deadlocks, failed serialisation
    "53",  # insufficient resources
    "55P03",  # lock not available
    "57",  # operator intervention: a shutdown, a start, a cancelled statement, a timeout
    "25006",  # read-only: a standby, or a disk that was filled
    "25P03",  # idle in transaction for too long
)
# Codes, words and what to do. The first that fits counts.
_ADVICE: Sequence[tuple[tuple[str, ...], str, str]] = (
    (
        ("53300",),
        r"too many clients|too many connections|connection slots are reserved|no more connections allowed",
        "end what needs none, or raise max_connections: each `newsbot run` takes up to five",
    ),
    (
        ("25006",),
        r"read-only transaction|during recovery|session is read-only|server is in hot standby",
        "name the server that takes writes, or several: HOST1,HOST2/NAME?target_session_attrs=read-write",
    ),
    (
        ("55P03",),
        r"lock timeout",
        "another process has been writing for long: try again in a moment",
    ),
    (
        ("57P03",),
        r"database system is (starting up|shutting down|in recovery mode|not yet accepting)",
        "try again in a moment",
    ),
    (("3D000",), r"database \".*\" does not exist", "make it first: CREATE DATABASE NAME OWNER USER"),
    (
        ("28000", "28P01"),
        r"password|authentication failed|role \".*\" (does not exist|is not permitted)|pg_hba\.conf|certificate",
        "check the user and the password in its address, and what the server lets in",
    ),
    (
        ("42501",),
        r"permission denied",
        "the role needs a database of its own: ALTER DATABASE NAME OWNER TO USER",
    ),
    (
        (),
        r"refused|timed? ?out|timeout|resolve|No route|unreachable|No such file or directory",
        "see that it runs and can be reached from here, and that its address is right",
    ),
)

# What says nothing that is not said already, or is said better below.
_FILLING = re.compile(
    r"^connection failed: |FATAL: +| Is the server running (on that host and accepting TCP/IP connections|"
    r"locally and accepting connections on that socket)\?"
)


def store_error(error: Exception, url: str) -> StoreError:
    """Return what the driver raised for a database: one line without its password or any row.

    StoreFull without room; StoreBusy for what may be over in a moment, else StoreError.
    """
    shown = ServerAddress(url).shown
    if isinstance(error, psycopg.ProgrammingError) and not is_understood(url):
        # What is said of it may hold a part of the password.
        return StoreError(f"cannot use the database {shown}: its address is not understood")
    said = _said(error)
    state = error.sqlstate or "" if isinstance(error, psycopg.Error) else ""
    line = f"cannot use the database {shown}: {said}"
    if (advice := _advice(state, said)) is not None:
        line = f"{line}; {advice}"
    if isinstance(error, errors.DiskFull):
        return StoreFull(line)
    is_lost = isinstance(error, psycopg.OperationalError) and not state
    return (StoreBusy if is_lost or state.startswith(_BUSY) else StoreError)(line)


def is_understood(url: str) -> bool:
    """Return whether the driver can read an address at all."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return False
    return True


def busy(what: str, url: str) -> StoreBusy:
    """Return the error for what we ourselves find wrong with a connection."""
    return StoreBusy(f"cannot use the database {ServerAddress(url).shown}: {what}")


def _said(error: Exception) -> str:
    """Return what the server says, without the row that it says it about."""
    primary = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return _FILLING.sub("", " ".join((primary or str(error)).split()))


def _advice(state: str, said: str) -> str | None:
    for states, words, advice in _ADVICE:
        if state in states or (not state and re.search(words, said)):
            return advice
    return None
