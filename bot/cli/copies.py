"""
Delivered copies at the shell: correct them, take them back, and tell readers of it.

All of it only writes to the database; the bot that runs on it changes the messages, now or when it is started.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bot.cli.shell import chats, me, now, number, opened, refuse, refuse_article, say, span
from bot.domain.article import Article
from bot.domain.change_note import Whom
from bot.domain.copies import Copies, Corrected, Delivered
from bot.domain.correction import MAX_WHY, reason
from bot.domain.editing import EditField
from bot.errors import ReaderError
from bot.services.content import correcting
from bot.services.content.correcting import RefusedField
from bot.services.newsroom import corrections, newsroom, telling
from bot.services.newsroom.corrections import Changing
from bot.settings import Settings, read_settings
from bot.store.content import articles
from bot.store.engine.database import Database
from bot.store.opening import is_bot_running


def correct(
    name: str, values: Mapping[EditField, str], *, why: str | None, copies: Corrected, tell: Whom | None
) -> int:
    """Correct an article and its copies; 1 when something was refused, and then nothing was changed."""
    settings = read_settings()
    try:
        said = None if why is None else reason(why)
    except ValueError:
        refuse(f"newsbot: --why has at most {MAX_WHY} characters; nothing was changed")
        return 1

    async def act() -> int:
        async with opened(settings) as db:
            try:
                article = await _named(db, name)
                if copies is Corrected.EVERY and article.is_listed:
                    await _say_what_cannot(db, article, settings)
                changing = await correcting.correct(
                    db,
                    article.number,
                    values,
                    every_copy=copies is Corrected.EVERY,
                    why=said,
                    by=me(),
                    allow=settings.fetch_allow,
                    now=now(),
                )
                say(_corrected(changing, copies) + await _who_does_it(changing.campaign, settings))
                if tell is not None:
                    await _tell(db, article.number, tell, settings)
            except RefusedField as error:
                refuse(f"newsbot: {_refusal(error)}")
                return 1
            except ReaderError as error:
                refuse_article(error)
                return 1
        return 0

    return asyncio.run(act())


def retract(names: Sequence[str], how: Delivered | None, *, why: str | None, tell_savers: bool) -> int:
    """Retract articles, perhaps with their copies; 1 when one could not be."""
    settings = read_settings()
    try:
        said = None if why is None else reason(why)
    except ValueError:
        refuse(f"newsbot: --why has at most {MAX_WHY} characters; nothing was changed")
        return 1

    async def act() -> int:
        status = 0
        async with opened(settings) as db:
            for name in names:
                try:
                    article = await _named(db, name)
                    savers = await telling.savers(db, article.number, now=now()) if tell_savers else 0
                    if how is None:
                        await newsroom.retract(db, article.number, by=me(), now=now(), tell_savers=tell_savers)
                        say(f"#{article.number} is out of every list, and nothing more of it leaves")
                    else:
                        savers = await _take_back(db, article, how, said, settings, tell_savers=tell_savers)
                    if savers:
                        say(f"#{article.number}: {chats(savers)} saved it and will be told")
                except ReaderError as error:
                    refuse_article(error)
                    status = 1
        return status

    return asyncio.run(act())


async def _take_back(
    db: Database, article: Article, how: Delivered, why: str | None, settings: Settings, *, tell_savers: bool
) -> int:
    """Retract an article and take its copies back; return how many chats that saved it are told."""
    await _say_what_cannot(db, article, settings)
    changing = await corrections.retract(db, article.number, how, why=why, by=me(), now=now(), tell_savers=tell_savers)
    many = changing.copies.changeable
    line = f"#{article.number} is out of every list; "
    if changing.campaign is None:
        line += "no copy of it can be changed"
    elif how is Delivered.NOTICE:
        line += f"{_copies(many)} will become a notice"
    else:
        line += f"{_copies(many)} will be deleted"
        if left := max(changing.copies.too_old, changing.copies.in_lists):
            line += f", of which {number(left)}, too old or in lists, will become a notice"
    say(line + await _who_does_it(changing.campaign, settings))
    return changing.savers


async def _tell(db: Database, article: int, whom: Whom, settings: Settings) -> None:
    asked = await telling.question(db, article, now=now())
    told = await telling.tell(db, article, whom, by=me(), now=now(), undo=settings.undo)
    line = f"#{article}: the correction goes to {chats(asked.reach[whom])}"
    say(line + await _who_does_it(told.campaign, settings))


async def _named(db: Database, name: str) -> Article:
    async with db.reading() as conn:
        return await articles.find(conn, name)


async def _say_what_cannot(db: Database, article: Article, settings: Settings) -> None:
    """Say how many copies can be changed, and how many cannot and why, before any is."""
    _, _, copies = await corrections.pending(db, article.number)
    if lost := _lost(copies, settings):
        say(f"#{article.number}: {_copies(copies.changeable)} can be changed; {lost}")


def _lost(copies: Copies, settings: Settings) -> str:
    lost = []
    if copies.forgotten:
        age = "what newsbot remembers" if settings.keep is None else f"NEWSBOT_KEEP ({span(settings.keep)})"
        lost.append(f"{number(copies.forgotten)} cannot: older than {age}")
    if copies.deleted:
        lost.append(f"{number(copies.deleted)} cannot: deleted")
    return "; ".join(lost)


def _corrected(changing: Changing, copies: Corrected) -> str:
    name = f"#{changing.article.number}"
    if copies is Corrected.LISTS:
        return f"{name} is corrected in the lists; delivered copies stay as they are"
    if changing.campaign is None:
        return f"{name} is corrected in the lists; no copy of it can be changed"
    return f"{name} is corrected in the lists; {_copies(changing.copies.changeable)} will be corrected"


async def _who_does_it(campaign: int | None, settings: Settings) -> str:
    """Return what is added when nobody is there to change messages."""
    if campaign is None or await asyncio.to_thread(is_bot_running, settings.database):
        return ""
    return "; no bot is running on this database"


def _copies(many: int) -> str:
    return f"{number(many)} {'copy' if many == 1 else 'copies'}"


def _refusal(error: RefusedField) -> str:
    from bot.render.editor.edit_refusals import refused
    from bot.render.locale import words_for

    return refused(words_for("en"), error.article, error.field, error.refusal).text.string
