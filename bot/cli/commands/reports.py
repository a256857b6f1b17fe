"""`stats` and `log`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.commands.arguments import Json


def stats(
    json: Json = False,
    days: Annotated[int, typer.Option(min=1, max=3660, help="The last so many days, today among them.")] = 7,
) -> int:
    """Print numbers: chats, topics, articles, messages."""
    from bot.cli import statistics

    return statistics.stats(days, as_json=json)


def log(json: Json = False) -> int:
    """Tell who did what, newest first."""
    from bot.cli import reports

    return reports.log_entries(as_json=json)
