"""
Output at the shell: answers on standard output, refusals on standard error, one line each.

Titles, file names and Telegram's descriptions come from outside: no control character in them reaches the terminal.
"""

from __future__ import annotations

import json
import os
import pwd
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.audit import ShellUser
from bot.domain.database_place import Place
from bot.errors import AmbiguousArticle, ReaderError, SettingsError, TakenDown, UnknownArticle
from bot.settings import Settings
from bot.store.engine.database import Database
from bot.store.opening import open_database

PAUSED = "All pushes are held. `newsbot resume` releases them."
_ahead = timedelta(0)
"""How far the clock of the opened database's server is ahead of this machine's."""
_JOINERS = "\u200c\u200d"  # what emoji and some scripts are made of


def say(text: str) -> None:
    """Print lines of an answer."""
    print("\n".join(map(printable, text.split("\n"))), flush=True)


def say_json(value: object) -> None:
    """Print one JSON document."""
    print(json.dumps(value, ensure_ascii=True, indent=2))


def refuse(reason: str) -> None:
    """Print why something was refused."""
    print(printable(reason), file=sys.stderr)


def printable(text: str) -> str:
    """Return one line of text in which nothing moves the cursor, colours or turns the direction."""
    return "".join(char if char.isprintable() or char in _JOINERS else "\N{REPLACEMENT CHARACTER}" for char in text)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned columns; the last one is as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def number(n: int) -> str:
    """30,214"""
    return f"{n:,}"


def chats(n: int) -> str:
    """30,214 chats"""
    return f"{number(n)} {'chat' if n == 1 else 'chats'}"


def span(length: timedelta) -> str:
    """17 min 19 s"""
    from bot.render.locale import words_for

    return words_for("en").span(length)  # the shell speaks English


def moment(at: datetime, settings: Settings) -> str:
    """2026-11-22 14:05, in the operator's zone."""
    return f"{at.astimezone(settings.timezone):%Y-%m-%d %H:%M}"


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def me() -> ShellUser:
    """Return whose account this shell runs under, for the log."""
    try:
        return ShellUser(pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:  # as in a container that is started under any number
        return ShellUser(str(os.getuid()))


def now() -> datetime:
    """Return the time that counts: this machine's, or the server's once a database on one was opened."""
    return datetime.now(UTC) + _ahead


def refuse_article(error: ReaderError) -> None:
    """Print why an article could not be had, and below it those that may be meant, if there are several."""
    if isinstance(error, AmbiguousArticle):
        refuse(f"newsbot: several articles go by “{error}”; give the number of one:")
        for article, title in error.candidates:
            refuse(f"  #{article} {title}")
    elif isinstance(error, TakenDown):
        refuse(f"newsbot: {error} was taken down; `newsbot takedown {error.number}` says what became of its copies")
    elif isinstance(error, UnknownArticle):
        refuse(f"newsbot: no single article goes by “{error}”; give its number, its slug or its link")
    else:
        refuse(f"newsbot: {error}")


def file_of(place: Place, advice: str) -> Path:
    """Return the file of a database. Raises: SettingsError with the `advice` for one that is on a server."""
    if isinstance(place, Path):
        return place
    raise SettingsError(f"the database {place} is on a PostgreSQL server; {advice}")


@asynccontextmanager
async def opened(settings: Settings, *, create: bool = False) -> AsyncIterator[Database]:
    """Open the configured database for one command. Raises: StoreError, with the absolute path."""
    global _ahead
    is_pooled = settings.database_direct is not None
    db = await open_database(settings.database, create=create, readers=1, through_pool=is_pooled)
    try:
        _ahead = await db.ahead_of(datetime.now(UTC))
        yield db
    finally:
        await db.close()
