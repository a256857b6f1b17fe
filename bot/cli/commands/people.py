"""`newsbot editors`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.commands.arguments import LAST_NUMBER, Json
from bot.cli.process import DONE
from bot.domain.role import Role

people = typer.Typer(name="editors", rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True)


@people.callback()
def editors(context: typer.Context, json: Json = False) -> int:
    """List who has a role, give and take roles, take links back.

    Without a command: the people, and the links that would give somebody a role."""
    if context.invoked_subcommand is not None:
        return DONE
    from bot.cli import people

    return people.editors(as_json=json)


PersonId = Annotated[
    int,
    typer.Argument(metavar="ID", min=1, max=LAST_NUMBER, help="A person's numeric Telegram id.", show_default=False),
]


@people.command("add")
def add_editor(
    person: PersonId,
    role: Annotated[Role, typer.Option(help="What they are from now on.")] = Role.EDITOR,
) -> int:
    """Give somebody a role, or another one."""
    from bot.cli import people

    return people.add(person, role)


@people.command()
def remove(person: PersonId) -> int:
    """Take away the role of somebody to whom it was given by link or by id."""
    from bot.cli import people

    return people.remove(person)


@people.command()
def withdraw(
    number: Annotated[
        int, typer.Argument(metavar="NUMBER", min=1, max=LAST_NUMBER, help="The link's number.", show_default=False)
    ],
) -> int:
    """Take back a link that nobody has used yet."""
    from bot.cli import people

    return people.withdraw(number)
