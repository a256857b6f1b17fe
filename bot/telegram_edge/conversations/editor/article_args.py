"""The ARTICLE argument of editors' commands, and the question that is asked when a press is late."""

from __future__ import annotations

from bot.domain.article import Article, ArticleState
from bot.domain.message import Button
from bot.domain.role import Role, may_read
from bot.errors import AmbiguousArticle, TakenDown, UnknownArticle
from bot.render.editor import desk, takedown
from bot.render.editor.verbs import TAKEN_BACK, Verb
from bot.services.newsroom import desk as newsdesk
from bot.telegram_edge.kit.commands import Access, may
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import role_of
from bot.telegram_edge.kit.registry import LateAnswer
from bot.telegram_edge.kit.request import PressRequest, Request


async def article_of(ctx: BotContext, request: Request, verb: Verb = Verb.OPEN) -> Article | None:
    """Return the article a command names or replies to; when there is none, say so and return None.

    When several may be meant, the newest are offered as buttons that do `verb` to one. What a contributor may not read
    is not there for them.
    """
    role = await role_of(ctx, request)
    try:
        if request.args:
            return _readable(await newsdesk.named(ctx.db, request.args), role, request.person)
        if request.replied_to is not None:
            number = request.replied_article or await newsdesk.article_of_message(
                ctx.db, request.chat.id, request.replied_to
            )
            if number is not None:
                return _readable(await newsdesk.article(ctx.db, number), role, request.person)
    except AmbiguousArticle as error:
        if may(role, Access.EDITORS):
            await request.answer(desk.several(request.words, request.args, error.candidates, verb))
            return None
    except TakenDown as error:
        await request.answer(takedown.was(request.words, error.number))
        return None
    except UnknownArticle:
        pass
    await request.answer(desk.no_such(request.words, request.args))
    return None


async def article_named(ctx: BotContext, request: Request, verb: Verb = Verb.OPEN) -> tuple[Article, str] | None:
    """Return the article that a command names with its first word, and the words behind it.

    An answer to an article's message is about that one, and all the words are what is said of it. When there is no such
    article, say so and return None.
    """
    if request.replied_to is not None:
        found = await article_of(ctx, request.with_args(""), verb)
        return None if found is None else (found, request.args)
    first, *rest = request.args.split(maxsplit=1) or [""]
    found = await article_of(ctx, request.with_args(first), verb)
    return None if found is None else (found, rest[0] if rest else "")


async def article_pressed(ctx: BotContext, press: PressRequest) -> Article:
    """Return the article that a button is about. Raises: UnknownArticle."""
    number = number_of(press)
    try:
        return _readable(await newsdesk.article(ctx.db, number), await role_of(ctx, press), press.person)
    except TakenDown as error:
        raise UnknownArticle(takedown.was_text(press.words, number)) from error
    except UnknownArticle as error:
        raise UnknownArticle(press.words("There is no article #{number} any more.", number=number)) from error


async def was_taken_back_meanwhile(press: PressRequest, article: Article, *, in_place: bool = True) -> bool:
    """Say so where an article was taken back after the button was drawn that makes it public; return whether it was."""
    if article.state is not ArticleState.RETRACTED or press.press.numbers[1:][-1:] == (TAKEN_BACK,):
        return False
    said = desk.taken_back_meanwhile(press.words, article)
    await (press.redraw(said) if in_place else press.answer(said))
    return True


async def may_open(ctx: BotContext, asked: Request | PressRequest, article: Article) -> bool:
    """Return whether the one who asks may know what an article says."""
    return _may_read(article, await role_of(ctx, asked), asked.person)


def _readable(article: Article, role: Role | None, person: int | None) -> Article:
    """Return an article that somebody may read. Raises: UnknownArticle."""
    if not _may_read(article, role, person):
        raise UnknownArticle(f"#{article.number}")
    return article


def _may_read(article: Article, role: Role | None, person: int | None) -> bool:
    return may_read(role, is_public=article.is_listed, is_own=article.made_by == person)


def asked_late(press: PressRequest, question: str, button: Button, *, in_place: bool = True) -> LateAnswer:
    """Return a confirmation, for a `PressRule.late`: the press was made while newsbot was not running."""
    return LateAnswer(desk.asked_late(press.words, question, button, None), in_place)
