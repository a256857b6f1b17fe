"""Presses of buttons: whether the button may still do what it says, and what it does."""

from __future__ import annotations

from contextlib import suppress

import telegram
from telegram.error import TelegramError

from bot.domain.chat import ChatKind
from bot.domain.press import Press, read_press
from bot.render import error_messages
from bot.render.locale import words_for
from bot.telegram_edge.botapi.ephemeral import ephemeral_id
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.managing import may_act_for
from bot.telegram_edge.kit.permission import is_for, may_press, objection
from bot.telegram_edge.kit.registry import PressRule, Registry
from bot.telegram_edge.kit.request import PressRequest
from bot.telegram_edge.updates.failures import reporting_failure
from bot.telegram_edge.updates.incoming import (
    chat_of,
    language_of,
    thread_of,
)


async def pressed(ctx: BotContext, registry: Registry, query: telegram.CallbackQuery, is_backlog: bool) -> None:
    message = query.message
    if message is None:  # a button on a message sent through inline mode, which has none of ours
        words = words_for(query.from_user.language_code, ctx.settings.language)
        with suppress(TelegramError):  # too old, mostly: the person no longer waits for it
            await query.answer(error_messages.button_too_old(words), show_alert=True)
        return
    # A message too old for Telegram to show it to bots comes without its contents.
    shown = message if isinstance(message, telegram.Message) else None
    chat = await chat_of(ctx, message.chat, query.from_user)
    request = PressRequest(
        ctx=ctx,
        chat=chat,
        person=query.from_user.id,
        words=words_for(chat.language, ctx.settings.language),
        press=read_press(query.data or "") or Press(""),
        message_id=message.message_id,
        query_id=query.id,
        language=language_of(ctx, query.from_user),
        thread=thread_of(shown) if shown is not None else 0,
        is_photo=shown is not None and bool(shown.photo),
        is_late=is_backlog,
        name=query.from_user.full_name,
        ephemeral_id=ephemeral_id(shown),
    )
    rule = registry.press(request.press.verb)
    name = f"press of {rule.verb}" if rule else "unknown press"
    await reporting_failure(
        ctx, request, name, _run_press(ctx, request, rule, hangs_there=_hangs_on(shown, request.press))
    )
    await request.finish()


async def _run_press(ctx: BotContext, request: PressRequest, rule: PressRule | None, *, hangs_there: bool) -> None:
    """Run a button's handler. In a group or channel, a message is only changed by a button that it really has.

    A channel's posts are shared: what one reader changed would change for all others.
    """
    if not await may_press(ctx, request):
        return
    if request.press.channel is not None:
        if rule is None or not rule.works_for_channels:
            await request.toast(error_messages.button_too_old(request.words), alert=True)
        elif await may_act_for(ctx, request, request.press.channel):
            await rule.handler(ctx, request)
        return
    is_free = rule is not None and (hangs_there or rule.admins_only or request.is_private)
    is_admins = rule is not None and (rule.admins_only or request.chat.kind is ChatKind.CHANNEL)
    if rule is None or not is_free or not await is_for(ctx, request, rule.access):
        await request.toast(error_messages.button_too_old(request.words), alert=True)
    elif is_admins and (reason := await objection(ctx, request)) is not None:
        await request.toast(reason)  # no box to be closed: any of a group's people may touch these
    elif rule.late is not None and request.is_late and (instead := await rule.late(ctx, request)) is not None:
        if instead.toast:
            await request.toast(instead.toast)
        await (request.redraw(instead.message) if instead.in_place else request.answer(instead.message))
    else:
        await rule.handler(ctx, request)


def _hangs_on(message: telegram.Message | None, pressed: Press) -> bool:
    """Return whether a message has buttons of the pressed one's kind, and under an article, of the same article.

    A modified client can send callback data that no button has. A message that Telegram does not include any more
    cannot be checked.
    """
    if message is None:
        return True
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    shown = (button.callback_data for row in rows for button in row)
    there = (read_press(data) for data in shown if isinstance(data, str))
    return any(one is not None and _kind(one) == _kind(pressed) for one in there)


def _kind(button: Press) -> tuple[str, int]:
    family = button.verb.partition("_")[0]
    return family, button.numbers[0] if family == "card" and button.numbers else 0
