"""The same bot without a token: its house put up in the sandbox's world, for the chat page or for a tour."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from bot.app import Clock, first_of, running, stop_on_signals, utc_now
from bot.errors import SettingsError
from bot.sandbox.page import add_page
from bot.sandbox.server import SandboxServer
from bot.sandbox.tour import TOURS, play
from bot.sandbox.world import World
from bot.settings import Settings, packaged_seeds
from bot.store import chats
from bot.telegram_edge.house import House

SANDBOX_BOT = 700000001
"""The bot's id on the pretend Telegram: a kept database belongs to it, while the secret is another one in each run."""


async def sandbox(settings: Settings, port: int, keep: bool, tour: str | None, *, clock: Clock = utc_now) -> int:
    """Be the bot against a pretend Telegram on this machine, with a chat page at `port`.

    With `tour`, play that tour instead of waiting for a person, and return 0 when every step went well, else 1.
    Raises: SettingsError when the port is taken or there is no such tour, StoreError.
    """
    if tour is not None and tour not in TOURS:
        raise SettingsError(f"--tour: there is no tour {tour!r}; there is {', '.join(TOURS)}")
    stop = stop_on_signals()
    world = World(token=f"{SANDBOX_BOT}:{secrets.token_urlsafe(26)}", clock=lambda: clock().timestamp())
    world.fetches = False  # only tests serve pictures on this machine
    cast = world.standard_cast()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path("data") if keep else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsbot-")))
        try:
            server = await stack.enter_async_context(
                SandboxServer(world, port=0 if tour is not None else port, mount=add_page)
            )
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error.strerror
            raise SettingsError(f"port {port} cannot be used: {reason}; choose another with --port") from error
        played = settings.model_copy(
            update={
                "token": world.token,
                "api_url": server.url,
                "admins": frozenset({cast.edith}),
                "database": folder / "sandbox.db",
                "content": settings.content or packaged_seeds(),
                "webhook_url": None,
                "http": None,
                "backup": None,
            }
        )
        imported, stopped = asyncio.Event(), asyncio.create_task(stop.wait())
        house = await stack.enter_async_context(running(played, clock=clock, imported=imported))
        await first_of(stopped, asyncio.create_task(imported.wait()))
        if tour is not None:
            playing = asyncio.create_task(play(world, cast, tour, print))
            await first_of(stopped, playing)
            return playing.result() if playing.done() else 1
        await _remember_people(house, world)
        print(f"newsbot runs in its sandbox: open {server.url} in a browser. Ctrl-C ends it.")
        await stopped
    return 0


async def _remember_people(house: House, world: World) -> None:
    """Let those who had started a kept sandbox's bot have started it now: the pretend Telegram forgets."""
    async with house.db.reading() as conn:
        for person in world.people.values():
            person.has_started = await chats.chat(conn, person.id) is not None
