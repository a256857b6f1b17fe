"""What is stored about a chat: said, handed out as a file, put back from that file, and deleted."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict
from zoneinfo import ZoneInfo

from telegram.error import TelegramError

from bot.domain.limits import DOWNLOAD_BYTES
from bot.render import error_messages
from bot.render.locale import languages, words_for
from bot.render.reader import own_data as screens
from bot.services.readers import channels, exports, membership
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.downloads import download
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import objection, role_of
from bot.telegram_edge.kit.registry import Command, Conversation, DocumentRule, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

FILE_NAME = "newsbot"
"""With this the name of an export begins, until somebody changes it."""

log = logging.getLogger(__name__)


async def privacy(ctx: BotContext, request: Request) -> None:
    await request.answer(
        screens.privacy(
            request.words,
            chat=request.chat.id,
            person=request.person,
            contact=ctx.settings.contact,
            is_editor=await role_of(ctx, request) is not None,
            manages_channels=bool(await channels.managed_by(ctx.db, request.chat.id)),
        )
    )


async def export(ctx: BotContext, request: Request) -> None:
    """Send all that is stored about the chat as a JSON document."""
    document = await exports.export_of(ctx.db, request.chat.id, ctx.clock())
    data = json.dumps(document, ensure_ascii=False, indent=2).encode()
    caption = screens.exported(request.words, request.chat.kind)
    await request.answer_file(f"{FILE_NAME}-{abs(request.chat.id)}.json", data, caption)


async def take(ctx: BotContext, request: Request) -> bool:
    """Show what an export that was sent back holds. A file that does not look like one is not fetched."""
    document = request.document
    assert document is not None  # only documents come here
    name = document.name.casefold()
    if not name.endswith(".json") and not name.startswith(FILE_NAME):
        return False
    if not request.is_private and (reason := await objection(ctx, request)) is not None:
        await request.answer(error_messages.refused(reason))
        return True
    if document.size is not None and document.size > DOWNLOAD_BYTES:
        await request.answer(screens.too_large(request.words))
        return True
    try:
        data = await download(ctx, document)
    except (TelegramError, OSError) as error:
        log.info("an export could not be fetched: %s", type(error).__name__)
        await request.answer(screens.not_fetched(request.words))
        return True
    if not await take_file(ctx, request, data):
        await request.answer(screens.no_export(request.words))
    return True


async def take_file(ctx: BotContext, request: Request, data: bytes) -> bool:
    """Show what of a chat's own export can be restored; return whether the file is an export, damaged or not."""
    document = await asyncio.to_thread(exports.document_in, data)
    if document is None:
        if begins_export := exports.begins_export(data):
            await request.answer(screens.damaged_export(request.words))
        return begins_export
    exported = exports.understood(document, languages())
    if exported.chat != request.chat.id:
        await request.answer(screens.export_of_another(request.words))
        return True
    number = await exports.keep(ctx.db, request.chat.id, document, ctx.clock())
    zone = ZoneInfo(exported.settings.zone) if exported.settings.zone else ctx.settings.timezone
    await request.answer(screens.restore_question(request.words, number, exported, zone))
    return True


async def restore(ctx: BotContext, press: PressRequest) -> None:
    """Put back what a chat's export holds."""
    number = number_of(press)
    done = await exports.restore(ctx.db, press.chat.id, number, languages(), ctx.clock())
    if done is None:
        await press.toast(screens.restored_already(press.words), alert=True)
        return
    ctx.wake()
    chat = await membership.known(ctx.db, press.chat.id)
    await ctx.menus.retranslate(press.chat.id)
    words = words_for(chat.language if chat is not None else None, ctx.settings.language)
    await press.redraw(screens.restored(words, **asdict(done)))


async def leave(ctx: BotContext, press: PressRequest) -> None:
    number = number_of(press)
    await exports.leave(ctx.db, press.chat.id, number)
    await press.redraw(screens.not_restored(press.words))


async def ask_to_forget(ctx: BotContext, request: Request) -> None:
    await request.answer(screens.forget_question(request.words))


async def forget(ctx: BotContext, press: PressRequest) -> None:
    is_editor = await role_of(ctx, press) is not None
    await membership.forget(ctx.db, press.chat.id, ctx.clock())
    await press.redraw(screens.forgotten(press.words, is_editor))


async def keep(ctx: BotContext, press: PressRequest) -> None:
    await press.redraw(screens.kept(press.words))


CONVERSATION = Conversation(
    name="own data",
    commands=(
        Command("privacy", msgid("what is stored, and by whom"), privacy, for_one=True),
        Command(
            "export", msgid("all that is stored about this chat, as a file"), export, admins_only=True, for_one=True
        ),
        Command(
            "forget", msgid("delete all that is stored about this chat"), ask_to_forget, admins_only=True, for_one=True
        ),
    ),
    presses=(
        PressRule(screens.RESTORE, restore, admins_only=True),
        PressRule(screens.LEAVE, leave, admins_only=True),
        PressRule(screens.FORGET, forget, admins_only=True),
        PressRule(screens.KEEP, keep, admins_only=True),
    ),
    documents=(DocumentRule(take, in_groups=True),),
)
