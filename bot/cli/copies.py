"""Backup and restore at the shell."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from bot.cli.shell import chats, now, number, refuse, say
from bot.errors import SettingsError
from bot.services.restoring import UnsoundCopy
from bot.services.restoring import restore as put_back
from bot.settings import Settings, read_settings
from bot.store.backup import copy_database, save
from bot.store.migrations import migrate


def backup(file: str) -> int:
    """Write a copy to a new file, or to the standard output for `-`."""
    settings = read_settings()
    migrate(settings.database, create=False)
    if file == "-":
        return _stream(settings)
    target = Path(file)
    save(settings.database, target)
    say(f"{target.absolute()}: {number(target.stat().st_size)} bytes")
    return 0


def _stream(settings: Settings) -> int:
    if sys.stdout.isatty():
        raise SettingsError("a database is nothing to read on a terminal; write `newsbot backup - > FILE`")
    # Beside the database: there is room for one there, and it is not readable by others.
    with tempfile.TemporaryDirectory(dir=settings.database.parent, prefix=".backup-") as folder:
        copy = Path(folder) / "newsbot.db"
        copy_database(settings.database, copy)
        with copy.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


def restore(file: Path) -> int:
    """Put a copy in place; 1 when it is not sound, and then nothing is changed."""
    settings = read_settings()
    try:
        restored = asyncio.run(put_back(file, settings.database, now()))
    except UnsoundCopy as error:
        refuse(f"newsbot: {error}")
        return 1
    articles = f"{number(restored.articles)} {'article' if restored.articles == 1 else 'articles'}"
    say(f"{settings.database.absolute()} is now the copy {file.absolute()}: {articles}, {chats(restored.chats)}.")
    if restored.kept is not None:
        say(f"The one it replaced is kept as {restored.kept}.")
    if restored.learnt is None:
        say("Who got what was published after the copy was made is not known: publishing it again sends it again.")
    elif restored.learnt:
        many = f"{number(restored.learnt)} {'delivery' if restored.learnt == 1 else 'deliveries'}"
        say(f"Learnt from it: {many} of what the copy has still to send; nobody gets those again.")
    say(f"Held until somebody decides: {number(restored.held)} on their way, and what its files bring at the start.")
    say("Next: `newsbot run`. Nothing is pushed unasked: `newsbot held` lists what waits, and decides.")
    return 0
