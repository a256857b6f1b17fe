"""`newsbot sources`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.commands.arguments import Json
from bot.cli.process import DONE

Source = Annotated[
    str, typer.Argument(metavar="ID", help="A source's number, its address, or its name.", show_default=False)
]
sources = typer.Typer(
    name="sources", rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True
)


@sources.callback()
def list_sources(context: typer.Context, json: Json = False) -> int:
    """List the feeds that are read; add, try, pause and remove them.

    Without a command: all of them, and how each is doing."""
    if context.invoked_subcommand is not None:
        return DONE
    from bot.cli import sources

    return sources.list_sources(as_json=json)


@sources.command("add")
def add_source(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that names one.", show_default=False)],
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="NAME", help="A topic of all its items. May be repeated.", show_default=False),
    ] = None,
    taken_as: Annotated[str, typer.Option("--as", metavar="news|drafts", help="What a new item becomes.")] = "news",
    every: Annotated[
        str | None,
        typer.Option(metavar="15m", help="How often it is read; else as often as it publishes.", show_default=False),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What it is called; else its own title.", show_default=False)
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PHRASE", help="Take only items that hold it. May be repeated.", show_default=False),
    ] = None,
    never: Annotated[
        list[str] | None,
        typer.Option(metavar="PHRASE", help="Take no item that holds it. May be repeated.", show_default=False),
    ] = None,
) -> int:
    """Add a feed. What it lists now is archived; what comes later is news."""
    from bot.cli import sources

    try:
        choices = sources.choices_of(topic or (), taken_as, every, name, only or (), never or ())
    except ValueError as error:
        wrong = "--every" if taken_as in ("news", "drafts") else "--as"
        raise typer.BadParameter(str(error), param_hint=wrong) from error
    return sources.add(url, choices)


@sources.command("check")
def check_source(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that names one.", show_default=False)],
    json: Json = False,
) -> int:
    """Print what a feed would give, item by item; change nothing."""
    from bot.cli import sources

    return sources.check(url, as_json=json)


@sources.command("pause")
def pause_source(source: Source) -> int:
    """Read a feed no more until it is resumed."""
    from bot.cli import sources

    return sources.pause(source)


@sources.command("resume")
def resume_source(source: Source) -> int:
    """Go on with a feed that was paused, or has ended."""
    from bot.cli import sources

    return sources.resume(source)


@sources.command("refresh")
def refresh_source(source: Source) -> int:
    """Let the running bot read a feed now."""
    from bot.cli import sources

    return sources.refresh(source)


@sources.command("remove")
def remove_source(source: Source) -> int:
    """Remove a feed. What came of it stays."""
    from bot.cli import sources

    return sources.remove(source)


@sources.command("import")
def import_sources(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A list of feeds.", show_default=False)],
) -> int:
    """Add the feeds of an OPML file.

    Folders that bear a known topic's name become topics. What is known stays as it is."""
    from bot.cli import sources

    return sources.import_file(file)


@sources.command("export")
def export_sources() -> int:
    """Print all feeds as OPML."""
    from bot.cli import sources

    return sources.export()
