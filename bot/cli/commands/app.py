"""The shell's commands: one table of them all, and running the one that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Annotated

import typer

from bot.cli.commands import articles, database, keys, people, reports, running, sources
from bot.cli.process import DONE, wrong

TOUR = "main"

app = typer.Typer(
    name="newsbot", add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=False
)


def invoke(arguments: Sequence[str]) -> int:
    """Run the command that these arguments name and return its exit status."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("newsbot", _with_tour_named(arguments)) as context:
            status = command.invoke(context)
        return status if isinstance(status, int) else DONE
    except typer.Exit as finished:
        return finished.exit_code
    except typer.TyperException as error:
        asked = getattr(getattr(error, "ctx", None), "command_path", "newsbot")
        # Where a value is none of the choices, typer begins with words of pydantic's that say nothing to people.
        reason = " ".join(error.format_message().split()).rstrip(".").replace("Value error, ", "")
        return wrong(f"{reason}{'' if reason.endswith('?') else ';'} `{asked} --help` says what there is")


def _with_tour_named(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the main tour's name after a bare `--tour`: typer knows no optional values."""
    return [
        f"--tour={TOUR}" if argument == "--tour" and following.startswith("-") else argument
        for argument, following in zip_longest(arguments, arguments[1:], fillvalue="-")
    ]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from bot.time_zone_rules import use_newest

        print(f"newsbot {version('newsbot')}, time zone rules {use_newest()}")
        raise typer.Exit


@app.callback()
def newsbot(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A self-hosted news notifier on Telegram: every published article, to exactly the chats that want it."""


COMMANDS = (
    running.setup, running.run, running.sandbox,
    articles.check, articles.import_, articles.drafts, articles.publish, articles.retract, articles.correct,
    articles.takedown, articles.held, articles.delivery,
    reports.stats, reports.log,
    running.pause, running.resume,
    database.backup, database.restore, database.move,
)  # fmt: skip
"""In the order in which `newsbot --help` lists them; the groups come last."""
GROUPS = (people.people, sources.sources, keys.programs)

for _command in COMMANDS:
    app.command(_command.__name__.rstrip("_"))(_command)
for _group in GROUPS:
    app.add_typer(_group)
