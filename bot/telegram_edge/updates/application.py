"""
python-telegram-bot's Application as newsbot configures it: every update goes through one handler, the router.

Left out on purpose: its rate limiter, which stops every chat on one 429; its job queue, because what must happen
later is a row in the database; its handlers for each command, because the registry is that table.
"""

from __future__ import annotations

import asyncio
import logging

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, TypeHandler
from telegram.request import BaseRequest

from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Registry
from bot.telegram_edge.updates.any_application import AnyApplication
from bot.telegram_edge.updates.routing import concerns_us, route
from bot.telegram_edge.updates.turned_away import TurnedAway
from bot.telegram_edge.updates.update_queue import UpdateQueue

log = logging.getLogger(__name__)


def build_application(token: str, api_url: str, transport: BaseRequest, update_queue: UpdateQueue) -> AnyApplication:
    """Return an application that uses the Bot API at `api_url` and processes updates through `update_queue`.

    Source: https://core.telegram.org/bots/api#making-requests (the paths below a server's root)
    """
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(transport)
        .get_updates_request(transport)
        .concurrent_updates(update_queue)
        .updater(None)
        .job_queue(None)
        .build()
    )


def connect_router(application: AnyApplication, ctx: BotContext, registry: Registry, update_queue: UpdateQueue) -> None:
    """Route every update to its conversation."""

    async def enter(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        await route(ctx, registry, update, is_backlog=update.update_id <= update_queue.backlog_until)

    update_queue.concerns = lambda update: concerns_us(ctx, update)
    update_queue.turned_away = TurnedAway(application, ctx.settings.language).press
    update_queue.asked = ctx.pacer.expect_reply
    application.add_handler(TypeHandler(Update, enter))


async def end_application(application: AnyApplication, update_queue: UpdateQueue, within: float) -> None:
    """Let people be answered for `within` seconds more, then stop. Nothing goes on that would find the database closed.

    What is not answered by then is not done, and comes at the next start.
    """
    try:
        async with asyncio.timeout(within):
            await application.stop()
            await application.shutdown()
    except TimeoutError:
        log.warning("some answers to people did not get through in time; what they asked comes again")
        await update_queue.abandon()
