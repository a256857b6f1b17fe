"""
Opening a database file: one function for every synchronous connection, so that none trusts what the file says.

A database may come from anywhere. With an untrusted schema, a view, trigger, index, default or check in it can call
no function that has an effect, and use no virtual table that could.
Source: https://sqlite.org/security.html#untrusted_sqlite_database_files
        https://sqlite.org/pragma.html#pragma_trusted_schema
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

DISTRUST = "PRAGMA trusted_schema = OFF"


def connect(
    path: Path, *, read_only: bool = False, timeout: float = 5.0, check_same_thread: bool = True
) -> sqlite3.Connection:
    """Open an existing file in autocommit mode. `timeout`: seconds to wait for a lock. Raises: sqlite3.Error."""
    conn = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        isolation_level=None,
        timeout=timeout,
        check_same_thread=check_same_thread,
    )
    conn.execute(DISTRUST)
    return conn
