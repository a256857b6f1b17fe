"""How lists of news look in a chat: chosen by a word or a button, with an example to see whether one's app shows it."""

from __future__ import annotations

from bot.domain.chat import Chat, DigestForm
from bot.domain.message import Message
from bot.render.reader import digest_settings as screens
from bot.render.reader.digest import example
from bot.services.readers import preferences
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def digest_typed(ctx: BotContext, request: Request, wish: str) -> None:
    """Set the look that a word names; without one, or with a wrong one, show the page."""
    form = screens.form_called(request.words, wish)
    if form is None:
        await request.answer(screens.digest_page(request.words, request.chat, wish))
        return
    await preferences.set_digest(ctx.db, request.chat, form)
    chat = request.chat._replace(digest=form)
    if form is DigestForm.RICH:
        await request.answer(await _example(ctx, chat))
    await request.answer(screens.digest_page(request.words, chat))


async def set_digest(ctx: BotContext, press: PressRequest) -> None:
    number = press.numbers[0] if press.numbers else -1
    if 0 <= number < len(screens.FORMS):
        form = screens.FORMS[number]
        await preferences.set_digest(ctx.db, press.chat, form)
        press.chat = press.chat._replace(digest=form)
        await press.toast(screens.digest_set(press.words, form))
    await press.redraw(screens.digest_page(press.words, press.chat))


async def show_example(ctx: BotContext, press: PressRequest) -> None:
    """Show a list of today's stories in the rich look, which is the one of which nobody knows how it comes out."""
    await press.answer(await _example(ctx, press.chat._replace(digest=DigestForm.RICH)), as_reply=True)


async def _example(ctx: BotContext, chat: Chat) -> Message:
    stories, pictures = await preferences.digest_example(ctx.db, ctx.picture_source)
    return example(stories, ctx.look(chat), ctx.clock(), pictures)


CONVERSATION = Conversation(
    name="digest_looks",
    presses=(
        PressRule(screens.DIGEST, set_digest, admins_only=True),
        PressRule(screens.EXAMPLE, show_example, admins_only=True),
    ),
)
