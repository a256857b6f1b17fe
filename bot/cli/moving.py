"""`newsbot move`: everything into another database, and the way back."""

from __future__ import annotations

from bot.cli.progress import progress_bar
from bot.cli.shell import now, number, say, span
from bot.domain.database_place import Place, ServerAddress, place_of
from bot.errors import SettingsError, StoreBusy, StoreError
from bot.settings import read_settings
from bot.store.engine.moved_mark import MOVED_TO
from bot.store.moving.carrying import carry, go_back
from bot.store.moving.opening import is_same, is_there, source_at, target_at
from bot.store.moving.port import MovableDatabase


def move(database: str) -> int:
    """Carry everything into another database, which is empty. 0 once the bot can be run there."""
    here, there = _here(), _place(database)
    if is_same(here, there):
        raise StoreError(f"{there} is the database itself; name another one")
    begun = now()
    with source_at(here) as source, target_at(there) as target:
        with progress_bar("Moving") as tell:
            moved = carry(source, target, tell)
        old, new = source.place, target.place
    what = ", ".join(_many(moved.rows[table], table[:-1]) for table in ("articles", "chats", "receipts"))
    say(f"{new} holds all that was in {old}: {what}.")
    rows = f"{number(sum(moved.rows.values()))} rows of {len(moved.rows)} tables"
    say(f"{rows} in {span(now() - begun)}; the counts and checksums of each table are the same in both.")
    secret = " with its password" if isinstance(there, ServerAddress) and there.url != there.shown else ""
    say(f"Next: set NEWSBOT_DATABASE={new}{secret}, and start `newsbot run`. What was on its way goes on from there.")
    say(f"Nothing runs on {old} any more; `newsbot move --back` lets it be used again.")
    return 0


def back(database: str | None, *, is_gone: bool) -> int:
    """Let the database that was moved be used again, instead of the one that it was moved to.

    `database` names that one with its password, if it has one. When it `is_gone` it is not looked at.
    """
    with source_at(_here()) as source:
        if (moved_to := source.fact(MOVED_TO)) is None:
            raise StoreError(f"{source.place} was not moved; `newsbot run` runs on it")
        there = _place(moved_to if database is None else database)
        if not is_same(there, _place(moved_to)):
            raise StoreError(f"{source.place} was moved to {moved_to}, not to {there}")
        if is_gone or not is_there(there):
            source.put_fact(MOVED_TO, None)
            say(f"{source.place} can be used again. Let nothing run on {there}. Next: `newsbot run`.")
            return 0
        _instead_of(source, there)
        say(f"{source.place} can be used again, and nothing runs on {there} any more. Next: `newsbot run`.")
    return 0


def _instead_of(source: MovableDatabase, there: Place) -> None:
    try:
        with target_at(there) as target, progress_bar("Comparing") as tell:
            go_back(source, target, tell)
    except StoreBusy as error:
        raise StoreBusy(
            f"{error}. With a password: `newsbot move --back DATABASE`; "
            "if that one is gone for good: `newsbot move --back --gone`"
        ) from error


def _here() -> Place:
    """Return where the bot's database is: the server itself, if there is a pool in front of it."""
    settings = read_settings()
    direct = settings.database_direct
    return ServerAddress(direct) if isinstance(settings.database, ServerAddress) and direct else settings.database


def _place(database: str) -> Place:
    try:
        return place_of(database)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _many(n: int, one: str) -> str:
    """30,214 chats"""
    return f"{number(n)} {one}{'' if n == 1 else 's'}"
