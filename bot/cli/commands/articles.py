"""`check`, `import`, and what is done to articles: from `drafts` to `delivery`."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from bot.cli.commands.arguments import Article, Articles, Json, Paths
from bot.domain.change_note import Whom
from bot.domain.copies import Corrected, Delivered
from bot.domain.editing import EditField


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


def import_(paths: Paths) -> int:
    """Import files and folders once.

    What is known and unchanged stays as it is."""
    gc.disable()  # until all is loaded: it stays
    from bot.cli import files

    return files.import_files(paths)


def drafts(json: Json = False) -> int:
    """List unpublished, scheduled and held articles."""
    from bot.cli import newsroom

    return newsroom.drafts(as_json=json)


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


def delivery(article: Article, json: Json = False) -> int:
    """Tell who got an article, who did not, and why."""
    from bot.cli import reports

    return reports.delivery(article, as_json=json)
