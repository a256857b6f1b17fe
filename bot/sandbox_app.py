"""Runs the bot against the sandbox, without a token: for the chat page in a browser, or for a tour."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.app import Clock, running, utc_now
from bot.domain.api_key import KeyRole
from bot.domain.fetch_rules import FetchRules
from bot.errors import SettingsError
from bot.event_loop import first_of, stop_on_signals
from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.page.page import add_page
from bot.sandbox.tour.inlets import Outside
from bot.sandbox.tour.readers import START, Days
from bot.sandbox.tour.small_web import SmallWeb, small_web
from bot.sandbox.tour.tour import BY_TWO, OUTSIDE, OVER_DAYS, TOURS, play
from bot.sandbox.world.people import Json
from bot.sandbox.world.state_file import UnreadableState, keeping, recall
from bot.sandbox.world.world import World
from bot.services.api import keys
from bot.services.readers import subscribing
from bot.settings import Settings, packaged_seeds
from bot.store.desk import editors
from bot.store.readers import chats
from bot.telegram_edge.kit.context import BotContext

SANDBOX_BOT = 700000001
"""The bot's id on the pretend Telegram: a kept database belongs to it, while the secret is another one in each run."""


async def sandbox(settings: Settings, port: int, keep: bool, tour: str | None, *, clock: Clock = utc_now) -> int:
    """Be the bot against a pretend Telegram on this machine, with a chat page at `port`.

    With `tour`, play that tour instead of waiting for a person, and return 0 when every step went well, else 1.
    Raises: SettingsError when the port is taken, there is no such tour or the kept state cannot be read, StoreError.
    """
    if tour is not None and tour not in (*TOURS, *OUTSIDE, *OVER_DAYS):
        raise SettingsError(f"--tour: there is no tour {tour!r}; there is {', '.join((*TOURS, *OUTSIDE, *OVER_DAYS))}")
    if tour in OVER_DAYS:
        clock = moved = MovedClock(START)
    stop = stop_on_signals()
    world = World(token=f"{SANDBOX_BOT}:{secrets.token_urlsafe(26)}", clock=lambda: clock().timestamp())
    world.fetches = False  # only tests serve pictures on this machine
    cast = world.standard_cast()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path("data") if keep else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsbot-")))
        database, state = folder / "sandbox.db", folder / "sandbox.json"
        has_state = database.exists() and _recall(world, state)
        asked = _AskedByPage()
        mount = partial(add_page, topics=asked.topics, editors=asked.editors, strings=_strings)
        try:
            server = await stack.enter_async_context(
                SandboxServer(world, port=0 if tour is not None else port, mount=mount)
            )
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error.strerror
            raise SettingsError(f"port {port} cannot be used: {reason}; choose another with --port") from error
        played = replace(
            settings,
            token=world.token,
            api_url=server.url,
            admins=frozenset({cast.edith}),
            database=database,
            content=settings.content or packaged_seeds(),
            webhook_url=None,
            http=None,
            backup=None,
        )
        if tour in BY_TWO:
            played = replace(played, four_eyes=True, undo=timedelta(minutes=1))
        if tour in OVER_DAYS:
            content = folder / "content"
            shutil.copytree(packaged_seeds(), content)
            played = replace(played, content=content)
        if tour in OUTSIDE:
            web = await stack.enter_async_context(small_web())
            content = folder / "content"
            shutil.copytree(played.content or packaged_seeds(), content)
            allowed = FetchRules.parse("127.0.0.1")
            played = replace(played, content=content, http=("127.0.0.1", _free_port()), fetch_allow=allowed)
        imported, stopped = asyncio.Event(), asyncio.create_task(stop.wait())
        ctx = await stack.enter_async_context(running(played, clock=clock, imported=imported))
        asked.ctx = ctx
        stack.callback(asked.close)
        if not has_state:
            await _remember_people(ctx, world)
        if keep:
            await stack.enter_async_context(keeping(world, state))
        world.tell("people", 0, {"editors": True})  # for a page that was open before the bot
        await first_of(stopped, asyncio.create_task(imported.wait()))
        if tour is not None:
            outside = await _outside(ctx, web, content) if tour in OUTSIDE else None
            days = _days(ctx, moved, content) if tour in OVER_DAYS else None
            playing = asyncio.create_task(play(world, cast, tour, print, outside=outside, days=days))
            await first_of(stopped, playing)
            return playing.result() if playing.done() else 1
        print(f"newsbot runs in its sandbox: open {server.url} in a browser. Ctrl-C ends it.", flush=True)
        await stopped
    return 0


async def _outside(ctx: BotContext, web: SmallWeb, content: Path) -> Outside:
    """Return what a tour plays with outside of Telegram, with a key of its own for the HTTP API."""
    key = await keys.add(ctx.db, "tour", KeyRole.EDITOR, now=ctx.clock())
    assert isinstance(key, str) and ctx.settings.http is not None
    host, port = ctx.settings.http
    return Outside(web, content, f"http://{host}:{port}", key, ctx.clock().replace(microsecond=0))


class MovedClock:
    """A clock that goes on from a moment of its own, and from another one when it is moved there."""

    def __init__(self, start: datetime) -> None:
        self.move(start)

    def __call__(self) -> datetime:
        return self._from + timedelta(seconds=time.monotonic() - self._since)

    def move(self, at: datetime) -> None:
        self._from, self._since = at, time.monotonic()


def _days(ctx: BotContext, clock: MovedClock, content: Path) -> Days:
    """Return what a tour plays with in which days pass: what waits is looked at when it is another moment."""

    def move(at: datetime) -> None:
        clock.move(at)
        ctx.wake()

    return Days(content, move)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _AskedByPage:
    """What the chat page asks the bot. It gets nothing before the bot is open, nor once it closes."""

    def __init__(self) -> None:
        self.ctx: BotContext | None = None

    def close(self) -> None:
        self.ctx = None

    async def topics(self) -> list[str]:
        """Return the names of the sections that a new reader is offered, in the picker's order."""
        names: list[str] = []
        page, pages = 0, 1
        while self.ctx is not None and page < pages:
            shown = await subscribing.picker(self.ctx.db, 0, page=page, now=self.ctx.clock())
            names += [choice.topic.name for choice in shown.choices]
            page, pages = page + 1, shown.pages
        return names

    async def editors(self) -> set[int]:
        if self.ctx is None:
            return set()
        async with self.ctx.db.reading() as conn:
            return set(await editors.editors(conn, self.ctx.settings.admins))


async def _strings(language: str, is_stretched: bool) -> Json:
    """Return all texts in a language, for the translators' page. Raises: KeyError, for one the bot does not speak."""
    from bot.render.samples import drawn

    return await asyncio.to_thread(drawn, language, stretched=is_stretched)


def _recall(world: World, file: Path) -> bool:
    try:
        return recall(world, file)
    except UnreadableState as error:
        raise SettingsError(f"--keep: {file} cannot be read: {error}; move it away to begin with new people") from error


async def _remember_people(ctx: BotContext, world: World) -> None:
    """Let those who have a chat in the database have started the bot: all that a folder without a state can tell."""
    async with ctx.db.reading() as conn:
        for person in world.people.values():
            person.has_started = await chats.chat(conn, person.id) is not None
