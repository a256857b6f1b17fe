"""
Fetching updates by long polling, for as long as the process lives.

Telegram forgets an update once a later one is asked for. So the next poll begins at the oldest update that is not
worked through: whatever a killed process had in hand comes again at the next start, perhaps with some that were done.
What was waiting when we started is fetched first and marked as backlog: a press carries no time of its own, and an
editor's press from before an outage must not act hours later.
Source: https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application
from telegram.warnings import PTBUserWarning

from bot.domain.delivery import backoff
from bot.telegram_edge.intake import Intake

ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
PATIENCE = timedelta(seconds=50)
GLANCE = timedelta(milliseconds=150)
"""How long others wait at most while work goes on: until it is done, a poll is answered at once with what is known."""
BATCH = 100
LAST_WORD = timedelta(seconds=3)
LONGEST_PAUSE = timedelta(seconds=30)

log = logging.getLogger(__name__)
# Only the raw answer shows which of its updates cannot be read.
warnings.filterwarnings("ignore", r"Please use 'Bot\.getUpdates'", PTBUserWarning)


async def _tell_nobody(reason: str) -> None:
    """What an alarm is where nobody listens."""


async def poll(
    application: Application,  # type: ignore[type-arg]
    intake: Intake,
    patience: timedelta = PATIENCE,
    alarm: Callable[[str], Awaitable[None]] = _tell_nobody,
) -> None:
    """Hand every update to a started application until cancelled; then confirm what was worked through.

    Refused tokens, second instances and outages are waited out: the operator may put them right at any time. `alarm`
    is told of the first two, each time they show.
    """
    bot = application.bot
    place = _Place(intake)
    failures = 0
    is_backlog = True
    has_webhook = False  # found out when Telegram refuses: one call less at every start
    try:
        while True:
            try:
                if has_webhook:
                    await bot.delete_webhook()
                    has_webhook = False
                updates = await _fetch(bot, intake, place.offset, timedelta(0) if is_backlog else patience)
            except TelegramError as error:
                failures += 1
                has_webhook = has_webhook or _is_about_webhook(error)
                if isinstance(error, InvalidToken | Conflict) and not _is_about_webhook(error):
                    await alarm(error.message)
                await asyncio.sleep(_pause(error, failures).total_seconds())
                continue
            failures = 0
            if is_backlog and updates:
                intake.backlog_until = updates[-1].update_id
            fresh = [update for update in updates if intake.expect(update.update_id) is not None]
            is_backlog = is_backlog and len(updates) == BATCH
            place.saw(updates, is_jammed=len(updates) == BATCH and not fresh)
            for update in fresh:
                await application.update_queue.put(update)
            await _glance(intake)
    finally:
        await _end(bot, place, intake)


async def _fetch(
    bot: telegram.Bot, intake: Intake, offset: int | None, patience: timedelta
) -> tuple[telegram.Update, ...]:
    """Return the next batch. Raises: telegram.error.TelegramError."""
    try:
        return await bot.get_updates(offset=offset, limit=BATCH, timeout=patience, allowed_updates=ALLOWED_UPDATES)
    except TelegramError:
        raise
    except Exception:
        # python-telegram-bot stumbled over one of them, drops all, and does not say which.
        asked = {"offset": offset, "limit": BATCH, "allowed_updates": ALLOWED_UPDATES}
        batch: list[dict[str, Any]] = await bot.do_api_request("getUpdates", asked)
        return tuple(intake.read(one, bot) for one in batch)


class _Place:
    """How far Telegram may forget."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._next: int | None = None
        self._floor = 0
        self._has_warned = False

    @property
    def offset(self) -> int | None:
        """The oldest update that is not worked through, else the one after the last; None before the first."""
        unfinished = (id for id in self._intake.unfinished() if id >= self._floor)
        return next(unfinished, self._next)

    def saw(self, updates: tuple[telegram.Update, ...], is_jammed: bool) -> None:
        """Take note of a batch. Behind a whole batch of what is known nothing new could ever be seen.

        Then half of it is let go, for which a few updates may be lost if the process is killed just now.
        """
        if updates:
            self._next = updates[-1].update_id + 1
        if len(updates) < BATCH:
            self._has_warned = False
        if is_jammed:
            self._floor = updates[len(updates) // 2].update_id
            if not self._has_warned:
                log.warning("people say more than can be answered at once; a kill now would lose some of it")
                self._has_warned = True


async def _glance(intake: Intake) -> None:
    """Wait until something is worked through, if anything is not, but not for long."""
    unfinished = intake.unfinished()
    if unfinished:
        waits = [asyncio.ensure_future(done.wait()) for done in unfinished.values()]
        try:
            await asyncio.wait(waits, timeout=GLANCE.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


async def _end(bot: telegram.Bot, place: _Place, intake: Intake) -> None:
    """Wait a little for what is being worked on, and tell Telegram how far we came, or it would all come once more."""
    try:
        async with asyncio.timeout(LAST_WORD.total_seconds()):
            for done in intake.unfinished().values():
                await done.wait()
    except TimeoutError:
        log.warning("%d updates were not worked through; they come again", len(intake.unfinished()))
    if place.offset is None:
        return
    try:
        async with asyncio.timeout(LAST_WORD.total_seconds()):
            await bot.get_updates(offset=place.offset, limit=1, timeout=timedelta(0), allowed_updates=ALLOWED_UPDATES)
    except (TelegramError, TimeoutError) as error:
        log.warning("the last updates may come again at the next start: %s", type(error).__name__)


def _is_about_webhook(error: TelegramError) -> bool:
    """Return whether polling was refused because somebody has set a webhook meanwhile."""
    return isinstance(error, Conflict) and "webhook" in error.message.lower()


def _pause(error: TelegramError, failures: int) -> timedelta:
    """Return how long to wait after a failure, and say once per trouble what it is."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
        case InvalidToken():
            reason = "Telegram refuses the token"
        case Conflict() if _is_about_webhook(error):
            reason = "somebody has set a webhook; it is removed, because updates are fetched here"
        case Conflict():
            reason = "another instance fetches updates with the same token"
        case _:
            reason = f"updates could not be fetched: {type(error).__name__}"
    if failures == 1:
        log.warning("%s; trying again until it works", reason)
    return min(backoff(failures), LONGEST_PAUSE)
