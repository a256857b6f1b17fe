"""Runs a command or a button's handler, and tells the person what failed, where they can do something about it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from contextlib import suppress

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.domain.delivery import Restricted, ThreadGone, Unreachable
from bot.errors import NotAllowed, ReaderError
from bot.render import error_messages
from bot.services.readers import membership
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.request import PressRequest, Request

log = logging.getLogger(__name__)


async def reporting_failure(ctx: BotContext, request: Request | PressRequest, name: str, work: Awaitable[None]) -> None:
    """Run a handler, and report errors in the chat that the person can do something about.

    The top of the loop: a failure of ours is logged once, with its traceback, which shows code and no values.
    """
    try:
        await work
    except NotAllowed:  # the right was lost since it was looked up: there is no such command or button
        if isinstance(request, PressRequest):
            await _say(request, error_messages.button_too_old(request.words))
        else:
            await request.answer(error_messages.not_understood(request.words))
    except ReaderError as error:
        await _say(request, str(error))
    except ChatMigrated as error:
        await membership.move(ctx.db, request.place.id, error.new_chat_id, ctx.clock())
    except (Forbidden, BadRequest) as error:
        match classify_error(error):
            case Unreachable():
                await membership.mark_unreachable(ctx.db, request.place.id, ctx.clock())
            case Restricted():  # where anybody may ask for something; news that is refused is kept for later
                log.info("%s: the chat forbids writing", name)
            case ThreadGone():
                log.info("%s: the thread it was asked in is closed or gone", name)
            case _:
                log.exception("%s: Telegram refused the answer: %s", name, error.message)
    except RetryAfter:  # who pressed is told in the toast, which is never held
        log.info("%s: Telegram lets nothing be said there now", name)
    except NetworkError as error:
        log.warning("%s: the answer did not get through: %s", name, type(error).__name__)
    except Exception as error:
        log.exception("%s failed: %s", name, type(error).__name__)
        await _say(request, error_messages.fault(request.words))


async def _say(request: Request | PressRequest, reason: str) -> None:
    with suppress(TelegramError):
        if isinstance(request, PressRequest):
            await request.toast(reason, alert=True)
        else:
            await request.for_speaker().answer(error_messages.refused(reason))
