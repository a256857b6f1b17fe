"""Routing of what is neither a message nor a press: questions in other chats, and reactions."""

from __future__ import annotations

import logging

import telegram

from bot.render.locale import words_for
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.inline_request import InlineRequest
from bot.telegram_edge.kit.registry import Registry

log = logging.getLogger(__name__)


async def asked(ctx: BotContext, registry: Registry, query: telegram.InlineQuery, is_backlog: bool) -> None:
    """Answer a question that somebody asks in any chat. One that waited for the process is no longer asked."""
    if registry.inline is None or is_backlog:
        return
    words = words_for(query.from_user.language_code, ctx.settings.language)
    request = InlineRequest(ctx, query.from_user.id, words, words.language, query.id, query.query, query.offset)
    try:
        await registry.inline(ctx, request)
    except Exception as error:
        log.exception("a question in another chat failed: %s", type(error).__name__)
