"""`backup`, `restore`, `move`: the database as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def backup(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A new file, or - for the standard output.")],
) -> int:
    """Copy the database, also while the bot runs."""
    from bot.cli import backups

    return backups.backup(file)


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by `newsbot backup`.")]) -> int:
    """Put a copy of the database in place.

    The old one is kept beside it, and nothing is pushed before you say so."""
    from bot.cli import backups

    return backups.restore(file)


def move(
    database: Annotated[
        str | None,
        typer.Argument(metavar="DATABASE", help="Where to: a database that is empty, or not there."),
    ] = None,
    back: Annotated[
        bool, typer.Option("--back", help="Use this database again, which was moved.", show_default=False)
    ] = False,
    gone: Annotated[
        bool, typer.Option("--gone", help="With --back: the other one is gone for good.", show_default=False)
    ] = False,
) -> int:
    """Carry everything into another database.

    The bot is to be stopped. A move that was interrupted goes on when it is asked for again."""
    if database is None and not back:
        raise typer.BadParameter("name the database to move to, or --back", param_hint="DATABASE")
    if gone and not back:
        raise typer.BadParameter("stands with --back", param_hint="--gone")
    from bot.cli import moving

    return moving.back(database, is_gone=gone) if back or database is None else moving.move(database)
