"""
Every command of `newsbot`, as typer reads it.

What a command needs is imported when it runs, so that `newsbot --help` answers at once.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import process
from bot.cli.process import DONE, wrong
from bot.cli.source_commands import sources
from bot.domain.api_key import KeyRole
from bot.domain.change_note import Whom
from bot.domain.copies import Corrected, Delivered
from bot.domain.editing import EditField
from bot.domain.role import Role

TOUR = "main"
LAST_NUMBER = 2**63 - 1  # of a row: https://sqlite.org/datatype3.html

Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.", show_default=False)]
Article = Annotated[
    str,
    typer.Argument(
        metavar="ARTICLE",
        help="A number, a slug, the beginning of a slug if only one fits, or a link.",
        show_default=False,
    ),
]
Articles = Annotated[
    list[str],
    typer.Argument(
        metavar="ARTICLE",
        help="Numbers, slugs, beginnings of slugs if only one fits, or links.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

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


@app.command()
def setup() -> int:
    """Ask for the bot's token, and make you its owner.

    The token is not shown; it is tried, and written to .env. Prints a one-time link that makes you the owner."""
    from bot.cli import setup

    return setup.setup()


@app.command()
def run() -> int:
    """Run the bot until it is told to stop (Ctrl-C, SIGTERM)."""
    return process.run()


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the chat page on 127.0.0.1.")] = 8081,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the sandbox's database for the next time.")] = False,
    tour: Annotated[
        str | None,
        typer.Option(metavar="[NAME]", help="Play a tour without a browser, print it and exit.", show_default=False),
    ] = None,
) -> int:
    """Try newsbot in the browser: no token, no internet."""
    from bot.cli import running

    return running.sandbox(port, keep=keep, tour=tour)


@app.command()
def check(
    paths: Paths,
    online: Annotated[
        bool, typer.Option("--online", help="Compare a site's links with its sitemap or feed.", show_default=False)
    ] = False,
) -> int:
    """Validate article and topic files; change nothing.

    Of the pages of a static site it shows the links."""
    from bot.cli import files

    return files.check(paths, online=online)


@app.command("import")
def import_(paths: Paths) -> int:
    """Import files and folders once.

    What is known and unchanged stays as it is."""
    gc.disable()  # until all is loaded: it stays
    from bot.cli import files

    return files.import_files(paths)


@app.command()
def drafts(json: Json = False) -> int:
    """List unpublished, scheduled and held articles."""
    from bot.cli import newsroom

    return newsroom.drafts(as_json=json)


@app.command()
def publish(
    articles: Articles,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until every message has left.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="TOPIC",
            help="Push only to who follows this topic; may be given again. `all` takes such a choice back.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Publish articles and push them to who follows them."""
    from bot.cli import newsroom

    return newsroom.publish(articles, wait=wait, only=only or ())


@app.command()
def retract(
    articles: Articles,
    copies: Annotated[
        Delivered | None, typer.Option(help="What becomes of the delivered copies.", show_default="they stay")
    ] = None,
    why: Annotated[
        str | None, typer.Option(metavar="WHY", help="What copies say that become a notice.", show_default=False)
    ] = None,
    quietly: Annotated[bool, typer.Option("--quietly", help="Do not tell whoever saved them.")] = False,
) -> int:
    """Take articles back: nothing more of them leaves.

    Whoever saved one is told, unless it is done quietly."""
    if why is not None and copies is None:
        raise typer.BadParameter("copies say it only with --copies", param_hint="--why")
    from bot.cli import copies as delivered

    return delivered.retract(articles, copies, why=why, tell_savers=not quietly)


@app.command()
def correct(
    article: Article,
    title: Annotated[str | None, typer.Option(help="Its new title.", show_default=False)] = None,
    excerpt: Annotated[str | None, typer.Option(help="Its new excerpt.", show_default=False)] = None,
    link: Annotated[str | None, typer.Option(help="Its new link.", show_default=False)] = None,
    topics: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Its new topics, with commas.", show_default=False)
    ] = None,
    why: Annotated[
        str | None, typer.Option(metavar="WHY", help="What each copy says of it.", show_default=False)
    ] = None,
    copies: Annotated[Corrected, typer.Option(help="What is corrected.")] = Corrected.EVERY,
    tell: Annotated[Whom | None, typer.Option(help="Who also gets a note about it.", show_default="nobody")] = None,
) -> int:
    """Correct an article in lists and in every delivered copy."""
    given = {EditField.TITLE: title, EditField.EXCERPT: excerpt, EditField.LINK: link, EditField.TOPICS: topics}
    values = {field: value for field, value in given.items() if value is not None}
    if not values and why is None:
        raise typer.BadParameter("give what is to be changed, or the reason", param_hint="--title or --why")
    if copies is Corrected.LISTS and (tell is not None or why is not None):
        raise typer.BadParameter("only corrected copies say why, and are told of", param_hint="--copies")
    from bot.cli import copies as delivered

    return delivered.correct(article, values, why=why, copies=copies, tell=tell)


@app.command()
def takedown(
    article: Article,
    why: Annotated[str, typer.Option(metavar="WHY", help="The reason, for the log.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until every copy is done with.")] = False,
) -> int:
    """Delete an article for good, with every copy of it.

    Prints what cannot be reached; once it is down, how that stands now."""
    from bot.cli import takedown

    return takedown.take_down(article, why=why, yes=yes, wait=wait)


@app.command()
def held(
    push: Annotated[bool, typer.Option("--push", help="Push all of it.")] = False,
    archive: Annotated[bool, typer.Option("--archive", help="List all of it without pushing.")] = False,
    json: Json = False,
) -> int:
    """List what is held until somebody decides; decide."""
    if push and archive:
        raise typer.BadParameter("choose one of --push and --archive", param_hint="--archive")
    from bot.cli import newsroom

    if push or archive:
        return newsroom.decide_held(push=push, as_json=json)
    return newsroom.held(as_json=json)


@app.command()
def delivery(article: Article, json: Json = False) -> int:
    """Tell who got an article, who did not, and why."""
    from bot.cli import reports

    return reports.delivery(article, as_json=json)


@app.command()
def stats(
    json: Json = False,
    days: Annotated[int, typer.Option(min=1, max=3660, help="The last so many days, today among them.")] = 7,
) -> int:
    """Print numbers: chats, topics, articles, messages."""
    from bot.cli import statistics

    return statistics.stats(days, as_json=json)


@app.command()
def log(json: Json = False) -> int:
    """Tell who did what, newest first."""
    from bot.cli import reports

    return reports.log_entries(as_json=json)


people = typer.Typer(name="editors", rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True)
app.add_typer(people)


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


app.add_typer(sources)


programs = typer.Typer(name="keys", rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True)
app.add_typer(programs)


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


@app.command()
def pause() -> int:
    """Hold all pushes; replies go on."""
    from bot.cli import pausing

    return pausing.pause()


@app.command()
def resume() -> int:
    """Release the pushes that `pause` holds."""
    from bot.cli import pausing

    return pausing.resume()


@app.command()
def backup(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A new file, or - for the standard output.")],
) -> int:
    """Copy the database, also while the bot runs."""
    from bot.cli import backups

    return backups.backup(file)


@app.command()
def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by `newsbot backup`.")]) -> int:
    """Put a copy of the database in place.

    The old one is kept beside it, and nothing is pushed before you say so."""
    from bot.cli import backups

    return backups.restore(file)


@app.command()
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
