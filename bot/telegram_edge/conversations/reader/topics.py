"""The topic picker: under the greeting and after `/topics`, one message edited in place until Done."""

from __future__ import annotations

from bot.domain.chat import Chat, ChatKind
from bot.domain.message import Message
from bot.domain.text import Text
from bot.errors import UnknownTopic
from bot.render import error_messages
from bot.render.locale import Words
from bot.render.reader import onboarding
from bot.render.reader import picker as screens
from bot.render.reader.picker import Opening
from bot.services.readers import subscribing
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def topics(ctx: BotContext, request: Request) -> None:
    await request.answer(await first_page(ctx, request.chat, request.words))


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn to a page of the picker; one that is not there (any more) becomes the nearest that is."""
    await _redraw(ctx, press, number(press, 0), number(press, 1), number(press, 2))


async def pick(ctx: BotContext, press: PressRequest) -> None:
    """Follow a topic or not, as the button said."""
    topic, on, now = number(press, 0), number(press, 1) == 1, ctx.clock()
    try:
        if on:
            known, _ = await subscribing.follow(ctx.db, press.chat.id, topic, thread=press.route, now=now)
            await press.toast(screens.following(press.words, known))
        else:
            known, _ = await subscribing.unfollow(ctx.db, press.chat.id, topic, now=now)
            await press.toast(screens.no_longer_following(press.words, known))
    except UnknownTopic:
        await press.toast(error_messages.list_out_of_date(press.words))
    await _redraw(ctx, press, number(press, 2), number(press, 3), number(press, 4))


async def finish(ctx: BotContext, press: PressRequest) -> None:
    """Let the picker become one line of what is followed and when news of it comes."""
    follows = await subscribing.follows(ctx.db, press.chat.id, now=ctx.clock())
    await press.redraw(screens.done(press.words, press.chat, follows.topics, ctx.look(press.chat).zone))


async def first_page(ctx: BotContext, chat: Chat, words: Words, opening: Opening = Opening.NONE) -> Message:
    """Return the picker's first page. Under the greeting, all its pages keep the greeting above them."""
    shown = await subscribing.picker(ctx.db, chat.id, now=ctx.clock())
    return screens.picker(words, shown, opening) if shown.choices else screens.no_topics(words)


async def _redraw(ctx: BotContext, press: PressRequest, parent: int, page: int, above: int) -> None:
    shown = await subscribing.picker(ctx.db, press.chat.id, parent=parent, page=page, now=ctx.clock())
    opening = Opening.GREETING if above == Opening.GREETING else Opening.NONE
    message = screens.picker(press.words, shown, opening) if shown.choices else screens.no_topics(press.words)
    if opening is Opening.GREETING:
        message = onboarding.above([_greeting(ctx, press)], message)
    await press.redraw(message)


def _greeting(ctx: BotContext, press: PressRequest) -> Text:
    if press.chat.kind is ChatKind.PRIVATE:
        return onboarding.greeting(press.words, ctx.bot.first_name)
    return onboarding.greeting_of_group(press.words, ctx.bot.first_name)


CONVERSATION = Conversation(
    name="topics",
    commands=(Command("topics", msgid("pick what to follow"), topics, in_menu=True, admins_only=True, for_one=True),),
    presses=(
        PressRule(screens.TOPICS, turn, admins_only=True),
        PressRule(screens.PICK, pick, admins_only=True),
        PressRule(screens.DONE, finish, admins_only=True),
    ),
)
