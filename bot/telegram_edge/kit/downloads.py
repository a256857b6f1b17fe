"""Files that people send: fetched from the Bot API server."""

from __future__ import annotations

from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.request import Document
from bot.telegram_edge.kit.sent_files import read_sent


async def download(ctx: BotContext, document: Document) -> bytes:
    """Return a document's bytes, one more than allowed at the most.

    Raises: telegram.error.TelegramError; OSError when the Bot API server keeps it where newsbot may not read.
    """
    return await read_sent(ctx.bot, ctx.settings.api_url, document.file_id)
