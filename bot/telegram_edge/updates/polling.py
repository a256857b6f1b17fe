"""
Fetching updates by long polling, for as long as the process lives.

Telegram forgets an update once a later one is asked for. So the next poll begins at the oldest update that is neither
worked through nor written down: what a killed process was working on comes again at the next start, perhaps with some
that were done. A poll shows a hundred updates; when that many are on their way they are written down, so that nobody
behind them waits.
What was waiting when we started is fetched first and marked as backlog: a press carries no time of its own, and an
editor's press from before an outage must not act hours later.
Source: https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import telegram
from telegram.error import Conflict, EndPointNotFound, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application
from telegram.warnings import PTBUserWarning

from bot.domain.delivery import backoff
from bot.errors import StoreError
from bot.telegram_edge.botapi.lenient_json import first_update_id
from bot.telegram_edge.botapi.transport import Unreadable
from bot.telegram_edge.updates.update_queue import Admission, UpdateQueue

ALLOWED_UPDATES = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "chosen_inline_result",
    "message_reaction",
)
POLL_TIMEOUT = timedelta(seconds=50)
BACKLOG_POLL_TIMEOUT = timedelta(milliseconds=150)
"""The longest pause between polls while updates are unconfirmed: Telegram would answer at once, with the same ones."""
BATCH = 100
FINAL_CONFIRM_TIMEOUT = timedelta(seconds=3)
MAX_PAUSE = timedelta(seconds=30)

log = logging.getLogger(__name__)
# Only the raw answer shows which of its updates cannot be read, and who sent them before they are read.
warnings.filterwarnings("ignore", r"Please use 'Bot\.getUpdates'", PTBUserWarning)


async def _tell_nobody(reason: str) -> None:
    """Ignore an alarm; the default of `poll`."""


async def poll(
    application: Application,  # type: ignore[type-arg]
    update_queue: UpdateQueue,
    poll_timeout: timedelta = POLL_TIMEOUT,
    alarm: Callable[[str], Awaitable[None]] = _tell_nobody,
    confirm_timeout: timedelta = FINAL_CONFIRM_TIMEOUT,
    longest_pause: timedelta = MAX_PAUSE,
) -> None:
    """Hand every update to a started application until cancelled; then confirm what was worked through.

    A refused token, a second instance and an outage are waited out: the operator may put them right at any time.
    `alarm` is called for the first two, at every failed try. When cancelled, polling waits up to `confirm_timeout` for
    updates that are being worked on; `longest_pause` is the longest time between two tries.
    """
    bot = application.bot
    position = _Position(update_queue)
    failures = 0
    is_backlog = True
    has_webhook = False  # found out when Telegram refuses: one call less at every start
    try:
        while True:
            try:
                if has_webhook:
                    await bot.delete_webhook()
                    has_webhook = False
                batch = await _fetch(bot, position, timedelta(0) if is_backlog else poll_timeout)
                updates = tuple(_read(update_queue, batch, bot))
                if batch and not updates:
                    raise NetworkError("an answer without updates")
            except TelegramError as error:
                if isinstance(error, Unreadable) and position.passes_over(error.payload):
                    continue
                failures += 1
                has_webhook = has_webhook or _is_about_webhook(error)
                if isinstance(error, InvalidToken | Conflict) and not _is_about_webhook(error):
                    await alarm(error.message)
                await asyncio.sleep(_pause(error, failures, longest_pause).total_seconds())
                continue
            failures = 0
            if is_backlog and updates:
                update_queue.backlog_until = max(update_queue.backlog_until, updates[-1].update_id)
            is_full = len(batch) >= position.size
            is_backlog = is_backlog and is_full
            has_room = await _hand_over(application, update_queue, position, updates)
            # Behind a batch that is full there is more to come, which is seen only once this may be forgotten.
            if not has_room or not is_full or not await update_queue.write_down():
                await _wait_briefly(update_queue, has_room)
            position.read_well()
    finally:
        await _end(bot, position, update_queue, confirm_timeout.total_seconds())


async def _fetch(bot: telegram.Bot, position: _Position, poll_timeout: timedelta) -> list[Any]:
    """Return the next batch as Telegram sends it. Raises: telegram.error.TelegramError.

    python-telegram-bot would parse every update of a flood, and drop the whole batch when it fails at one.
    """
    seconds = int(poll_timeout.total_seconds())
    asked = {"offset": position.offset, "limit": position.size, "timeout": seconds, "allowed_updates": ALLOWED_UPDATES}
    try:
        batch = await bot.do_api_request("getUpdates", asked, read_timeout=seconds + (bot.request.read_timeout or 0))
    except EndPointNotFound as error:
        # The library cannot tell an unknown method from a refused token; this method is known.
        raise error.__cause__ if isinstance(error.__cause__, InvalidToken) else InvalidToken() from None
    if not isinstance(batch, list):
        raise NetworkError("an answer without updates")
    return batch


def _read(update_queue: UpdateQueue, batch: list[Any], bot: telegram.Bot) -> Iterator[telegram.Update]:
    """Yield the updates of a batch. One without an id is skipped, and confirmed with the update after it."""
    for raw in batch:
        try:
            # Of an update that is dropped only the id is needed, to confirm it.
            yield telegram.Update(raw["update_id"]) if update_queue.is_too_much(raw) else update_queue.read(raw, bot)
        except ValueError:
            log.warning("something without a number came instead of an update and is passed over")


async def _hand_over(
    application: Application,  # type: ignore[type-arg]
    update_queue: UpdateQueue,
    position: _Position,
    updates: tuple[telegram.Update, ...],
) -> bool:
    """Give new updates to the application, and return False when there was no room for all of them."""
    for update in updates:
        try:
            taken = await update_queue.admit(update)
        except StoreError as error:
            log.warning("what people say could not be taken: %s", error)
            taken = Admission.NO_ROOM
        if taken is Admission.NO_ROOM:
            position.next = update.update_id
            return False
        position.next = update.update_id + 1
        if taken is Admission.NEW:
            application.update_queue.put_nowait(update)
    return True


class _Position:
    """How far Telegram may forget, and how many updates are asked for at a time.

    An answer that cannot be read, though it came whole, holds an update that would keep all later ones from being
    seen. So they are asked for one by one until it stands alone, and only that one is passed over.
    """

    def __init__(self, update_queue: UpdateQueue) -> None:
        self._update_queue = update_queue
        self.next: int | None = None
        self.size = BATCH

    @property
    def offset(self) -> int | None:
        """The oldest update that would be lost with us, else the one after the last; None before the first."""
        at_risk = self._update_queue.at_risk()
        return self.next if at_risk is None else at_risk

    def read_well(self) -> None:
        self.size = min(BATCH, self.size * 2)

    def passes_over(self, payload: bytes) -> bool:
        """Return whether polling can go on after an unreadable answer; False when it did not come from Telegram."""
        number = first_update_id(payload)
        if number is None or number < (self.offset or 0):
            return False
        if self.size > 1:
            self.size = 1
        else:
            log.warning("update %d cannot be read at all and is passed over", number)
            self.next = number + 1
        return True


async def _wait_briefly(update_queue: UpdateQueue, has_room: bool) -> None:
    """Wait until something is worked through, if anything has to be, but not for long."""
    if not has_room or update_queue.at_risk() is not None:
        await update_queue.progress(BACKLOG_POLL_TIMEOUT.total_seconds())


async def _end(bot: telegram.Bot, position: _Position, update_queue: UpdateQueue, within: float) -> None:
    """Wait a little for updates at work, and confirm what is done: Telegram would send it again at the next start."""
    try:
        async with asyncio.timeout(within):
            for done in update_queue.unfinished().values():
                await done.wait()
    except TimeoutError:
        log.warning("%d updates were not worked through; they come again", len(update_queue.unfinished()))
    if position.offset is None:
        return
    try:
        async with asyncio.timeout(within):
            await bot.get_updates(
                offset=position.offset, limit=1, timeout=timedelta(0), allowed_updates=ALLOWED_UPDATES
            )
    except (TelegramError, TimeoutError) as error:
        log.warning("the last updates may come again at the next start: %s", type(error).__name__)


def _is_about_webhook(error: TelegramError) -> bool:
    """Return whether polling was refused because somebody has set a webhook meanwhile."""
    return isinstance(error, Conflict) and "webhook" in error.message.lower()


def _pause(error: TelegramError, failures: int, longest: timedelta) -> timedelta:
    """Return how long to wait after a failure, and log the first failure of a series."""
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
    return min(backoff(failures), longest)
