"""A document from an editor or contributor becomes drafts, or is refused with its line and field."""

from __future__ import annotations

import logging
from pathlib import Path

from telegram.error import TelegramError

from bot.content.articles.surroundings import ReadingRules
from bot.domain.limits import DOWNLOAD_BYTES
from bot.render import error_messages
from bot.render.editor import uploads as screens
from bot.services.content.uploads import add_document
from bot.telegram_edge.conversations.editor import sources
from bot.telegram_edge.conversations.reader import own_data
from bot.telegram_edge.kit.commands import Access, may
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.downloads import download
from bot.telegram_edge.kit.permission import role_of
from bot.telegram_edge.kit.registry import Conversation, DocumentRule
from bot.telegram_edge.kit.request import Request

log = logging.getLogger(__name__)


async def take(ctx: BotContext, request: Request) -> bool:
    """Fetch a document and store what it holds as drafts. Each file of an album comes and is answered by itself."""
    await _take(ctx, request)
    return True


async def _take(ctx: BotContext, request: Request) -> None:
    document = request.document
    assert document is not None  # only documents come here
    if document.size is not None and document.size > DOWNLOAD_BYTES:
        await request.answer(screens.too_large(request.words))
        return
    try:
        data = await download(ctx, document)
    except TelegramError as error:
        log.info("a document could not be fetched: %s", type(error).__name__)
        await request.answer(screens.not_fetched(request.words))
        return
    except OSError as error:
        log.warning("the Bot API server keeps files where newsbot may not read them: %s", error.strerror)
        await request.answer(screens.not_readable(request.words))
        return
    if len(data) > DOWNLOAD_BYTES:
        await request.answer(screens.too_large(request.words))
        return
    role = await role_of(ctx, request)  # a document takes a while, and they may have been let go meanwhile
    if role is None:
        await request.answer(error_messages.not_understood(request.words))
        return
    if await own_data.take_file(ctx, request, data):
        return
    if may(role, Access.EDITORS) and sources.is_list(document.name, data):
        await sources.take_list(ctx, request, data)
        return
    done = await add_document(
        ctx.db,
        Path(document.name.replace("\\", "/")).name or "document",
        data,
        root=(ctx.settings.content or Path("content")).resolve(),
        rules=ReadingRules(ctx.settings.timezone, ctx.settings.fetch_allow),
        now=ctx.clock(),
        by=request.person,
        role=role,
    )
    await request.answer(screens.report(request.words, done))


CONVERSATION = Conversation(name="uploads", documents=(DocumentRule(take, Access.CONTRIBUTORS),))
