"""
Fetching updates by long polling, for as long as the process lives.

What was waiting when we started is fetched first and marked as backlog: a press carries no time of its own, and an
editor's press from before an outage must not act hours later.
Source: https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from bot.domain.delivery import backoff
from bot.telegram_edge.intake import Intake

ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
PATIENCE = timedelta(seconds=50)
BATCH = 100
LAST_WORD = timedelta(seconds=3)

log = logging.getLogger(__name__)


async def poll(application: Application, intake: Intake, patience: timedelta = PATIENCE) -> None:  # type: ignore[type-arg]
    """Hand every update to a started application until cancelled; then confirm what was handed over.

    Refused tokens, second instances and outages are waited out: the operator may put them right at any time.
    """
    bot = application.bot
    offset: int | None = None
    failures = 0
    is_backlog = True
    has_webhook = True
    try:
        while True:
            try:
                if has_webhook:
                    await bot.delete_webhook()  # getUpdates is refused while one is set
                    has_webhook = False
                updates = await bot.get_updates(
                    offset=offset,
                    limit=BATCH,
                    timeout=timedelta(0) if is_backlog else patience,
                    allowed_updates=ALLOWED_UPDATES,
                )
            except TelegramError as error:
                failures += 1
                await asyncio.sleep(_pause(error, failures).total_seconds())
                continue
            failures = 0
            if is_backlog and updates:
                intake.backlog_until = updates[-1].update_id
            is_backlog = is_backlog and len(updates) == BATCH
            for update in updates:
                await application.update_queue.put(update)
                offset = update.update_id + 1
    finally:
        if offset is not None:
            await _confirm(bot, offset)


async def _confirm(bot: telegram.Bot, offset: int) -> None:
    """Tell Telegram how far we came, or the last batch would come once more at the next start."""
    try:
        async with asyncio.timeout(LAST_WORD.total_seconds()):
            await bot.get_updates(offset=offset, limit=1, timeout=timedelta(0), allowed_updates=ALLOWED_UPDATES)
    except (TelegramError, TimeoutError) as error:
        log.warning("the last updates may come again at the next start: %s", type(error).__name__)


def _pause(error: TelegramError, failures: int) -> timedelta:
    """Return how long to wait after a failure, and say once per trouble what it is."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
        case InvalidToken():
            reason = "Telegram refuses the token"
        case Conflict():
            reason = "another instance fetches updates with the same token"
        case _:
            reason = f"updates could not be fetched: {type(error).__name__}"
    if failures == 1:
        log.warning("%s; trying again until it works", reason)
    return min(backoff(failures), timedelta(seconds=30))
