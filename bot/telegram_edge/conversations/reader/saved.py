"""What a person keeps. It is theirs, so it is shown in their own chat only."""

from __future__ import annotations

from bot.domain.browsing import PAGE, Turn
from bot.domain.chat import Chat
from bot.domain.message import Message
from bot.render import error_messages
from bot.render.reader import lists
from bot.services.readers import browsing
from bot.telegram_edge.kit.commands import Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import page_request
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def saved(ctx: BotContext, request: Request) -> None:
    await request.answer(await _page(ctx, request.chat, PAGE, None))


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn a page of what is saved."""
    if not press.is_private:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    asked = page_request(press)
    await press.redraw(await _page(ctx, press.chat, asked.size, asked.turn))


async def _page(ctx: BotContext, chat: Chat, size: int, turn: Turn | None) -> Message:
    look = ctx.look(chat)
    page = await browsing.saved(ctx.db, chat.id, size=size, turn=turn)
    return lists.saved(look, page, size, ctx.clock()) if page.articles else lists.nothing_saved(look.words)


CONVERSATION = Conversation(
    name="saved",
    commands=(Command("saved", msgid("what you saved"), saved, where=Where.PRIVATE, in_menu=True),),
    presses=(PressRule(lists.SAVED, turn),),
)
