"""The bytes of a file that somebody sent, from the Bot API server that keeps it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import telegram

from bot.domain.limits import DOWNLOAD_BYTES
from bot.settings import TELEGRAM


async def read_sent(bot: telegram.Bot, api_url: str, file_id: str) -> bytes:
    """Return a file's bytes, one more than allowed at the most.

    A Bot API server of one's own that runs with `--local` keeps files on its disk and names the place.
    Source: https://core.telegram.org/bots/api#using-a-local-bot-api-server
    Raises: telegram.error.TelegramError; OSError when that place cannot be read here.
    """
    file = await bot.get_file(file_id)
    # What python-telegram-bot takes for no file of this machine it appends to the address of the server.
    place = (file.file_path or "").removeprefix(f"{bot.base_file_url}/")
    if api_url != TELEGRAM and place.startswith("/"):
        return await asyncio.to_thread(_read, Path(place))
    return bytes(await file.download_as_bytearray())


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(DOWNLOAD_BYTES + 1)
