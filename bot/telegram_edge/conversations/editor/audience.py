"""To whom an article goes: to all who follow it, or to the followers of some topics alone, chosen with buttons."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.editing import Ticked
from bot.domain.message import Message
from bot.errors import OutOfTurn, UnknownTopic
from bot.render import error_messages
from bot.render.editor import audience as screens
from bot.render.editor.verbs import Verb
from bot.services.content import topic_ticks
from bot.services.delivery import delivery_reports
from bot.services.newsroom import chosen_audience
from bot.telegram_edge.conversations.editor.article_args import article_pressed
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest


async def ask(ctx: BotContext, press: PressRequest) -> None:
    """Ask below the message to whom an article is to go."""
    await press.answer(await _picker(ctx, press, await article_pressed(ctx, press), 0))


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Show another page of topics."""
    await press.redraw(await _picker(ctx, press, await article_pressed(ctx, press), number_of(press, 1)))


async def aim(ctx: BotContext, press: PressRequest) -> None:
    """Choose a topic or not, as the button said."""
    article = await article_pressed(ctx, press)
    topic, is_chosen = number_of(press, 1), bool(number_of(press, 2))
    others = tuple(one for one in article.only_to if one != topic)
    await _aim(ctx, press, article, (*others, topic) if is_chosen else others, topic)


async def aim_at_all(ctx: BotContext, press: PressRequest) -> None:
    """Let an article go to all who follow it."""
    await _aim(ctx, press, await article_pressed(ctx, press), (), 0)


async def ask_again(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show the choice as it stands when a press waited while newsbot was not running."""
    return LateAnswer(await _picker(ctx, press, await article_pressed(ctx, press), 0))


async def _aim(ctx: BotContext, press: PressRequest, article: Article, only_to: tuple[int, ...], topic: int) -> None:
    now = ctx.clock()
    try:
        after = await chosen_audience.choose_audience(ctx.db, article.number, only_to, by=press.person, now=now)
    except OutOfTurn:
        await press.redraw(screens.has_its_audience(press.words, article))
        return
    except UnknownTopic:  # merged into another since, or a forged number
        await press.toast(error_messages.list_out_of_date(press.words))
        after = article
    page = await topic_ticks.page(ctx.db, after, Ticked(after.only_to), number_of(press, 3))
    known = next((one for one, _ in page.choices if one.number == topic), None)
    if known is not None:
        await press.toast(screens.chosen_toast(press.words, known, is_chosen=topic in after.only_to))
    await press.redraw(await _picker(ctx, press, after, number_of(press, 3)))


async def _picker(ctx: BotContext, press: PressRequest, article: Article, page: int) -> Message:
    if article.pushed_at is not None:
        return screens.has_its_audience(press.words, article)
    reach = await delivery_reports.reach_of(ctx.db, article, ctx.clock())
    shown = await topic_ticks.page(ctx.db, article, Ticked(article.only_to), page)
    return screens.picker(press.words, article, shown, reach)


CONVERSATION = Conversation(
    name="audience",
    presses=(
        PressRule(Verb.AUDIENCE, ask, access=Access.EDITORS),
        PressRule(Verb.AUDIENCE_PAGE, turn, access=Access.EDITORS),
        PressRule(Verb.AIM, aim, access=Access.EDITORS, late=ask_again),
        PressRule(Verb.AIM_AT_ALL, aim_at_all, access=Access.EDITORS, late=ask_again),
    ),
)
