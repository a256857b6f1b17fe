"""`newsbot takedown`: an article is deleted for good with every copy of it, and what cannot be reached is printed."""

from __future__ import annotations

import asyncio
import sys

from bot.cli.following import follow_takedown
from bot.cli.process import DONE, REFUSED, wrong
from bot.cli.shell import me, now, number, opened, refuse, refuse_article, say
from bot.domain.article import Article
from bot.domain.copies import Copies
from bot.domain.correction import MAX_WHY, reason
from bot.errors import ReaderError, TakenDown
from bot.render.editor.takedown import report
from bot.render.locale import words_for
from bot.services.delivery import takedown_reports
from bot.services.newsroom import takedown
from bot.settings import Settings, read_settings
from bot.store.content import articles
from bot.store.engine.database import Database
from bot.store.opening import is_bot_running

_INVISIBLE = str.maketrans("", "", "\u2060\u2066\u2067\u2068\u2069")
"""What keeps names apart in a chat."""


def take_down(name: str, *, why: str, yes: bool, wait: bool) -> int:
    """Take an article down, and print the report. One that is down already is reported about.

    1 when there is none or the answer is no, 2 where nobody can be asked.
    """
    try:
        said = reason(why)
    except ValueError:
        return wrong(f"--why: a reason has at most {MAX_WHY} characters")
    return asyncio.run(_take_down(name, said, read_settings(), yes=yes, wait=wait))


async def _take_down(name: str, why: str | None, settings: Settings, *, yes: bool, wait: bool) -> int:
    async with opened(settings) as db:
        try:
            async with db.reading() as conn:
                article = await articles.find(conn, name)
            _, copies = await takedown.ask(db, article.number, by=None, why=None, now=now())
        except TakenDown as error:
            return await _report(db, error.number)
        except ReaderError as error:
            refuse_article(error)
            return REFUSED
        if not yes and (refusal := _asked(article, copies)) is not None:
            return refusal
        try:
            down = await takedown.take_down(db, article.number, why=why, by=me(), now=now())
        except ReaderError as error:  # it was forgotten meanwhile
            refuse_article(error)
            return REFUSED
        say(f"#{down.number} is taken down: its text is deleted here, and nothing brings it back.")
        if down.named_by:
            say(f"Taken out of what others name as related: {', '.join(f'#{one}' for one in down.named_by)}.")
        await takedown.scrub(db)
        is_running = await asyncio.to_thread(is_bot_running, settings.database)
        if down.campaign is not None and not is_running:
            say("Its copies change when a bot runs on this database: none does. `newsbot run` goes on with them.")
        elif down.campaign is not None and wait:
            await follow_takedown(db, settings.database, down.number)
        return await _report(db, down.number)


def _asked(article: Article, copies: Copies) -> int | None:
    """Say what is to be done and ask for a yes; the exit status without one, and where nobody can be asked."""
    say(f"#{article.number} {article.story.title}")
    many = "1 copy was" if copies.delivered == 1 else f"{number(copies.delivered)} copies were"
    say(
        f"{many} delivered: {number(copies.changeable)} can be changed, of which {number(copies.too_old)} too old to "
        f"be deleted become a notice that names nothing and {number(copies.in_lists)} in lists lose the headline; "
        f"{number(copies.out_of_reach)} cannot be reached."
    )
    say("Its text, picture, search entry and saved copies are deleted here for good, and nothing brings it back.")
    if not sys.stdin.isatty():
        return wrong("nothing was done: nobody can be asked here; add --yes to take it down")
    if input("Take it down? [y/N] ").strip().lower() not in ("y", "yes"):
        refuse("newsbot: nothing was done")
        return REFUSED
    return None


async def _report(db: Database, article: int) -> int:
    say(report(words_for("en"), await takedown_reports.report(db, article)).string.translate(_INVISIBLE))
    return DONE
