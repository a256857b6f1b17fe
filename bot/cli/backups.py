"""Backup and restore at the shell."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from bot.cli.people import named, say_people
from bot.cli.shell import chats, file_of, now, number, opened, refuse, say
from bot.errors import SettingsError
from bot.services.newsroom import roles
from bot.services.newsroom.restoring import Restored, UnsoundCopy
from bot.services.newsroom.restoring import restore as put_back
from bot.settings import Settings, read_settings
from bot.store.engine.backup import copy_database, save
from bot.store.engine.migrations import migrate


def backup(file: str) -> int:
    """Write a copy to a new file, or to the standard output for `-`."""
    database = file_of(read_settings().database, "`pg_dump --format=custom` makes a copy of it while bots run")
    migrate(database, create=False)
    if file == "-":
        return _stream(database)
    target = Path(file)
    save(database, target)
    say(f"{target.absolute()}: {number(target.stat().st_size)} bytes")
    return 0


def _stream(database: Path) -> int:
    if sys.stdout.isatty():
        raise SettingsError("a database is nothing to read on a terminal; write `newsbot backup - > FILE`")
    # Beside the database: there is room for one there, and it is not readable by others.
    with tempfile.TemporaryDirectory(dir=database.parent, prefix=".backup-") as folder:
        copy = Path(folder) / "newsbot.db"
        copy_database(database, copy)
        with copy.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


def restore(file: Path) -> int:
    """Put a copy in place; 1 when it is not sound, and then nothing is changed."""
    settings = read_settings()
    database = file_of(settings.database, "stop its bots and put the copy back with `pg_restore --clean --if-exists`")
    try:
        restored = asyncio.run(put_back(file, database, now()))
    except UnsoundCopy as error:
        refuse(f"newsbot: {error}")
        return 1
    articles = f"{number(restored.articles)} {'article' if restored.articles == 1 else 'articles'}"
    say(f"{database.absolute()} is now the copy {file.absolute()}: {articles}, {chats(restored.chats)}.")
    if restored.beside.log is not None:
        say(f"What was in its write-ahead log {restored.beside.log} is in it.")
    elif restored.beside.foreign_log is not None:
        say(f"{restored.beside.foreign_log} is not its own and was left out: a copy of `newsbot backup` has none.")
    if restored.kept is not None:
        say(f"The one it replaced is kept as {restored.kept}.")
    if restored.learnt is None:
        say("Who got what was published after the copy was made is not known: publishing it again sends it again.")
    elif restored.learnt:
        many = f"{number(restored.learnt)} {'delivery' if restored.learnt == 1 else 'deliveries'}"
        say(f"Learnt from it: {many} of what the copy has still to send; nobody gets those again.")
    if restored.forgotten:
        many = f"{number(restored.forgotten)} {'chat' if restored.forgotten == 1 else 'chats'}"
        say(f"Forgotten again, as they were after the copy was made: {many}.")
    if restored.taken_down:
        many = f"{number(restored.taken_down)} {'article' if restored.taken_down == 1 else 'articles'}"
        say(f"Taken down again, as they were after the copy was made: {many}.")
    asyncio.run(_say_roles(restored, settings))
    say(f"Held until somebody decides: {number(restored.held)} on their way, and what its files bring at the start.")
    say("Next: `newsbot run`. Nothing is pushed unasked: `newsbot held` lists what waits, and decides.")
    return 0


async def _say_roles(restored: Restored, settings: Settings) -> None:
    """Print who may publish now, and who was left out."""
    async with opened(settings) as db:
        people, _, names = await roles.roster(db, settings.admins, now())
    if restored.roles is None:
        say("There is no database of this bot to compare it with: editors, and owners by link, are those of the copy.")
        say("No invitation link of the copy works any more.")
    else:
        for person in restored.roles.removed:
            is_less = any(one.person == person for one in people)
            what = "had more rights in the copy than now" if is_less else "was let go after the copy was made"
            say(f"{named(person, names)} {what}, and stays so.")
        for person in restored.roles.missing:
            say(f"{named(person, names)} got a role after the copy was made and has none now; invite them again.")
    say("Who may publish:")
    say_people(people, names, settings)
