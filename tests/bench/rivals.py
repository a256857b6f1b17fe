"""
How others send the same message: python-telegram-bot as it comes, aiogram, and aiohttp with nothing around it.

    python tests/bench/rivals.py ptb http://127.0.0.1:8082 4

sends for so many seconds with 16 in flight and prints what it did as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import crew
import stub
import table
import town

IN_FLIGHT = 16
CAPTION = (
    "<b>Batteries in an old mine shaft</b>\n\n"
    + "A weight of forty tonnes goes up when power is cheap and comes down when it is dear. " * 3
    + "\nNorthgate News · 12 Feb\n\nWhat a kilowatt-hour of height costs (Northgate News)\n#Energy"
)
BUTTONS = [
    [{"text": "Read", "url": "https://news.example/a/1"}],
    [
        {"text": "Save", "callback_data": "s:412"},
        {"text": "Share", "url": "https://t.me/share/url?url=https://news.example/a/1"},
        {"text": "More", "callback_data": "m:412"},
    ],
]

Send = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def ptb(url: str) -> AsyncIterator[Send]:
    """python-telegram-bot with its own client, its pool large enough for all in flight."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup
    from telegram.ext import ExtBot
    from telegram.request import HTTPXRequest

    async with ExtBot(stub.TOKEN, base_url=f"{url}/bot", request=HTTPXRequest(connection_pool_size=256)) as bot:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(**button) for button in row] for row in BUTTONS])

        async def send(chat: int) -> object:
            return await bot.send_photo(chat, town.FILE_ID, caption=CAPTION, parse_mode="HTML", reply_markup=keyboard)

        yield send


@asynccontextmanager
async def aiogram(url: str) -> AsyncIterator[Send]:
    """aiogram as it comes."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    async with Bot(stub.TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url), limit=256)) as bot:
        keyboard = InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(**button) for button in row] for row in BUTTONS]
        )

        async def send(chat: int) -> object:
            return await bot.send_photo(chat, town.FILE_ID, caption=CAPTION, parse_mode="HTML", reply_markup=keyboard)

        yield send


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Send]:
    """aiohttp posting the same JSON and reading the answer; run under uvloop."""
    import aiohttp

    said = {
        "photo": town.FILE_ID,
        "caption": CAPTION,
        "parse_mode": "HTML",
        "reply_markup": {"inline_keyboard": BUTTONS},
    }
    where = f"{url}/bot{stub.TOKEN}/sendPhoto"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as session:

        async def send(chat: int) -> object:
            async with session.post(where, json={"chat_id": chat, **said}) as answer:
                return (await answer.json())["result"]["message_id"]

        yield send


async def main(name: str, url: str, seconds: float) -> None:
    async with {"ptb": ptb, "aiogram": aiogram, "bare": bare}[name](url) as send:
        for chat in range(50):
            await send(town.FIRST_CHAT + chat)
        sent = 0
        began, used = time.perf_counter(), crew.processor_time()

        async def work(chat: int) -> None:
            nonlocal sent
            while time.perf_counter() - began < seconds:
                await send(chat)
                sent += 1
                chat += 1

        await asyncio.gather(*(work(town.FIRST_CHAT + 1_000_000 * worker) for worker in range(IN_FLIGHT)))
        took, cpu = time.perf_counter() - began, crew.processor_time() - used
        print(json.dumps({"rate": sent / took, "cpu": cpu / sent * 1e6}))


if __name__ == "__main__":
    table.pin()
    asked = main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
    if sys.argv[1] == "bare":
        crew.run(asked)
    else:
        asyncio.run(asked)
