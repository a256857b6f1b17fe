"""`newsbot setup`: asks for the bot's token, checks it with Telegram, writes it to `.env`, and never shows it."""

from __future__ import annotations

import asyncio
import getpass
import sys
from dataclasses import replace
from pathlib import Path

from bot.cli.dotenv import write_variable
from bot.cli.shell import me, now, opened, say
from bot.domain.role import INVITATION_LASTS
from bot.services.newsroom import roles
from bot.settings import Settings, checked, read_settings
from bot.store.engine import metadata
from bot.telegram_edge.token_check import check_token

DOTENV = Path(".env")
_MAX_ANSWER_LENGTH = 200  # characters of an answer that is read at all


def setup() -> int:
    """Ask for the token, try it, and leave everything ready for `newsbot run`."""
    settings = read_settings()
    asyncio.run(_setup(replace(settings, token=checked(token=_asked()).token)))
    return 0


def _asked() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Token from @BotFather (it will not be shown): ")
    return sys.stdin.readline(_MAX_ANSWER_LENGTH)


async def _setup(settings: Settings) -> None:
    token = settings.token
    assert token is not None
    async with check_token(settings) as bot, opened(settings, create=True) as db:
        async with db.transaction() as conn:
            await metadata.claim_for(conn, bot.id)
        write_variable(DOTENV, "NEWSBOT_TOKEN", token)
        say(f"@{bot.username} answers. Its token is in {DOTENV.absolute()}, readable by you only.")
        if read_settings().token != token:
            say("Another NEWSBOT_TOKEN is set in the environment and goes before it; unset that one.")
        if await bot.register_menus(db, settings):
            say("Its commands and descriptions are set.")
        else:
            say("Its commands and descriptions could not be set now; `newsbot run` does it.")
        code = await roles.owner_code(db, now(), me())
    minutes = int(INVITATION_LASTS.total_seconds() // 60)
    say(f"Start `newsbot run`, then open this link within {minutes} minutes to become the owner. It works once:")
    say(f"https://t.me/{bot.username}?start=o_{code}")
