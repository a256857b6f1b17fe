"""What is checked and done once before the bot is at work: settings, folders, an older database, the token."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path

import telegram
from telegram.error import InvalidToken, TelegramError

from bot.domain.delivery import backoff
from bot.domain.publishing import PushWindow
from bot.domain.role import Role
from bot.errors import SettingsError
from bot.render.locale import languages
from bot.running_store import RunningStore
from bot.services.content.imports import Policy
from bot.services.newsroom import arriving_news, campaign_control, weekly_reports
from bot.settings import TELEGRAM, Settings
from bot.store.content import sources
from bot.store.desk import editors
from bot.store.engine import metadata
from bot.store.readers import pending_updates
from bot.telegram_edge.botapi.proxies import proxy_fault
from bot.telegram_edge.kit.context import BotContext

log = logging.getLogger(__name__)


def refuse_what_cannot_work(settings: Settings) -> None:
    """Check the settings against what Telegram and this installation support. Raises: SettingsError."""
    if settings.language not in languages():
        known = ", ".join(languages())
        raise SettingsError(f'NEWSBOT_LANGUAGE: newsbot does not speak "{settings.language}"; write one of {known}')
    if (fault := proxy_fault(settings.api_url)) is not None:
        raise SettingsError(fault)
    # https://core.telegram.org/bots/api#setwebhook (only a server of one's own takes others)
    is_telegrams = settings.api_url == TELEGRAM
    if settings.webhook_url is not None and is_telegrams and not settings.webhook_url.startswith("https:"):
        raise SettingsError(
            f'NEWSBOT_WEBHOOK_URL: "{settings.webhook_url}" is not https, and Telegram posts to no other address'
        )


def make_folder(variable: str, folder: Path) -> None:
    """Create a folder unless it exists. Raises: SettingsError, which names the variable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{variable}: cannot make the folder {folder.absolute()}: {error.strerror}") from error


def policy_of(settings: Settings) -> Policy:
    """Return what the operator chose about files that become news."""
    return Policy(window=PushWindow(settings.push_window), burst=settings.burst, undo=settings.undo)


async def has_owner(ctx: BotContext) -> bool:
    async with ctx.db.reading() as conn:
        return Role.OWNER in (await editors.editors(conn, ctx.settings.admins)).values()


async def hold_if_older(store: RunningStore, settings: Settings, now: datetime) -> None:
    """Hold all that a restored database would send: it may have been sent before."""
    db = store.db
    async with db.transaction() as conn:
        if await metadata.generation(conn) < store.generation:
            await metadata.put(conn, "restored", "1")
        is_restored = await metadata.is_restored(conn)
        await metadata.count_start(conn)
        store.remember(await metadata.generation(conn))
        if is_restored:
            await pending_updates.forget_all(conn)  # they are as old as the copy
            await sources.hold_next(conn)
    if is_restored:
        await weekly_reports.skip_missed(db, zone=settings.timezone, now=now)
        held = await campaign_control.hold_everything(db, now=now)
        policy = policy_of(settings)
        held += len(await arriving_news.end_embargoes(db, now=now, burst=policy.burst, undo=policy.undo, push=True))
        log.warning(
            "this database is an older copy: %d publishes it had on their way, and what its files bring now, are held "
            "until an editor decides",
            held,
        )


async def introduce(bot: telegram.Bot) -> None:
    """Fetch the bot's user name with getMe, repeated until Telegram can be reached.

    Raises: SettingsError when Telegram refuses the token.
    """
    failures = 0
    while True:
        try:
            await bot.initialize()
            return
        except InvalidToken as error:
            raise SettingsError("NEWSBOT_TOKEN: Telegram refuses it; ask @BotFather for the current one") from error
        except TelegramError as error:
            failures += 1
            if failures == 1:
                log.warning("Telegram cannot be reached (%s); trying again until it can", type(error).__name__)
            await asyncio.sleep(backoff(failures).total_seconds())
