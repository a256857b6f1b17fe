"""
Staging a database file to be restored: copies it beside the database, and checks its header before SQLite opens it.

The original is only read. Opening it would make files beside it, bring its write-ahead log into it, or fail where
nothing may be written.
Source: https://sqlite.org/fileformat2.html#the_database_header
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.errors import StoreError
from bot.store.engine.lock import is_locked

_MAGIC = b"SQLite format 3\0"
_HEADER = 100  # bytes
_WAL = 2  # the version that a database with a write-ahead log needs of its readers


class UnsoundFile(StoreError):
    """The file is no database, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What lay beside the file: `log` was taken along, `foreign_log` is not the file's own. None: there was none."""

    log: Path | None = None
    foreign_log: Path | None = None


def stage(file: Path, copy: Path) -> Staged:
    """Copy a database file, with the write-ahead log that belongs to it, to `copy`, which is replaced.

    Raises: UnsoundFile; StoreError when there is no such file, it cannot be read or a bot runs on it;
    OSError when the copy cannot be written.
    """
    where = file.absolute()
    log = Path(f"{_readable(file)}-wal")
    if is_locked(file):
        raise StoreError(f"a newsbot runs on {where}; take a copy of it with `newsbot backup` and restore that")
    try:
        with file.open("rb") as given:
            beside = log if log.is_file() and log.stat().st_size else None
            is_its_own = _judge(where, given.read(_HEADER), given.seek(0, os.SEEK_END), beside)
            given.seek(0)
            _write(given, copy)
        if beside is None:
            return Staged()
        if not is_its_own:
            return Staged(foreign_log=beside)
        with beside.open("rb") as logged:
            _write(logged, Path(f"{copy}-wal"))
        return Staged(log=beside)
    except OSError as error:
        if str(error.filename) in (str(file), str(log)):
            raise StoreError(f"cannot read {error.filename}: {error.strerror}") from error
        raise


def _readable(file: Path) -> Path:
    """Return what a path stands for: a file, not a folder, pipe or link to nothing. Raises: StoreError."""
    where = file.absolute()
    try:
        kind = file.stat().st_mode
    except FileNotFoundError:
        if file.is_symlink():
            raise StoreError(f"{where} is a symbolic link to {file.readlink()}, which is not there") from None
        raise StoreError(f"there is no file {where}") from None
    except OSError as error:
        raise StoreError(f"cannot read {where}: {error.strerror}") from error
    if stat.S_ISDIR(kind):
        raise StoreError(f"{where} is a folder; name the copy in it")
    if not stat.S_ISREG(kind):
        raise StoreError(f"{where} is not a regular file; write the copy to one first")
    return file.resolve()


def _judge(where: Path, header: bytes, size: int, log: Path | None) -> bool:
    """Return whether the log beside a database belongs to it. Raises: UnsoundFile, when that is no whole database."""
    if size == 0:
        raise UnsoundFile(f"{where} is empty; take another copy")
    if not header.startswith(_MAGIC) or len(header) < _HEADER:
        raise UnsoundFile(f"{where} is not a database; `newsbot backup` makes the copies that can be restored")
    has_log = log is not None and header[19] == _WAL
    pages = int.from_bytes(header[28:32], "big")
    page_size = int.from_bytes(header[16:18], "big")
    whole = pages * (65_536 if page_size == 1 else page_size)
    # With its log, the file may still be about to grow; and an old SQLite did not keep the number of pages.
    if not has_log and header[24:28] == header[92:96] and size < whole:
        raise UnsoundFile(f"{where} is cut short: {size:,} of {whole:,} bytes are there; copy it again")
    return has_log


def _write(given: BinaryIO, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        shutil.copyfileobj(given, written, 1024 * 1024)
        written.flush()
        os.fsync(written.fileno())
