"""`newsbot keys`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.commands.arguments import Json
from bot.cli.process import DONE
from bot.domain.api_key import KeyRole

programs = typer.Typer(name="keys", rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True)


@programs.callback()
def keys(context: typer.Context, json: Json = False) -> int:
    """List the keys of the HTTP API; make and remove them."""
    if context.invoked_subcommand is not None:
        return DONE
    from bot.cli import keys

    return keys.listed(as_json=json)


def _key_name(name: str) -> str:
    from bot.domain.api_key import name_fault

    if (fault := name_fault(name)) is not None:
        raise typer.BadParameter(f'"{name}" {fault}')
    return name


KeyName = Annotated[
    str, typer.Argument(metavar="NAME", help="What the key is called.", callback=_key_name, show_default=False)
]


@programs.command("add")
def add_key(
    name: KeyName,
    role: Annotated[
        KeyRole | None,
        typer.Option(help="A contributor makes drafts, an editor publishes.", show_default="contributor"),
    ] = None,
    ghost: Annotated[bool, typer.Option("--ghost", help="For the webhooks of a Ghost site.")] = False,
) -> int:
    """Make a key and print it on the last line, this once."""
    from bot.cli import keys

    return keys.add(name, role, is_ghost=ghost)


@programs.command("remove")
def remove_key(name: KeyName) -> int:
    """Remove a key; it opens nothing any more."""
    from bot.cli import keys

    return keys.remove(name)
