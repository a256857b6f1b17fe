"""
Checking a token with Telegram for `newsbot setup`: whether it works, which bot it is, and registering the bot's menus.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import telegram
from telegram.error import InvalidToken, TelegramError

from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.engine.database import Database
from bot.telegram_edge.botapi.transport import HttpTransport
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.menus import Menus


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """The bot that a token belongs to."""

    id: int
    username: str
    _bot: telegram.Bot

    async def register_menus(self, db: Database, settings: Settings) -> bool:
        """Tell Telegram commands and descriptions; False when it would not listen. The bot tries again at its start."""
        try:
            await Menus(db, self._bot, REGISTRY.commands, settings).register()
        except TelegramError:
            return False
        return True


@asynccontextmanager
async def check_token(settings: Settings) -> AsyncIterator[TokenCheck]:
    """Try the settings' token, once, and keep the connection for the block.

    Raises: SettingsError, when Telegram refuses the token or cannot be reached.
    """
    assert settings.token is not None
    transport = HttpTransport()
    bot = telegram.Bot(
        settings.token,
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=transport,
        get_updates_request=transport,
    )
    try:
        try:
            await bot.initialize()
        except InvalidToken:
            raise SettingsError("NEWSBOT_TOKEN: Telegram refuses it; ask @BotFather for the current one") from None
        except TelegramError as error:
            reason = f"{settings.api_url} cannot be reached ({error.message}); nothing was changed"
            raise SettingsError(f"NEWSBOT_API_URL: {reason}") from None
        yield TokenCheck(bot.id, bot.username, bot)
    finally:
        await bot.shutdown()
