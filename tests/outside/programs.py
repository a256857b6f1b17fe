"""A program at the door: real HTTP to the running bot, with a key that the shell made."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from street import PATIENCE, Street, street

ARTICLES = "/api/v1/articles"


@dataclass(frozen=True)
class Said:
    """What a program was answered."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Door:
    """The address of a running bot's HTTP server."""

    def __init__(self, here: Street, port: int, client: aiohttp.ClientSession) -> None:
        self.here, self.port, self.client = here, port, client
        self.url = f"http://127.0.0.1:{port}"

    async def key(self, name: str, *how: str) -> str:
        """Make a key at the shell and return it."""
        printed = await self.here.shell("keys", "add", name, *how)
        assert printed.status == 0, printed.err
        return printed.out.splitlines()[-1]

    async def asks(self, method: str, path: str, key: str | None = None, body: Any = None, **headers: str) -> Said:
        """Ask, with an object or bytes as body; `Idempotency_Key=` and the like are headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.request(method, self.url + path, data=data, headers=sent) as answer:
            return Said(answer.status, answer.headers, await answer.text())

    async def counts(self, key: str) -> None:
        """Wait until a key that the shell has just made is known."""
        async with asyncio.timeout(3):  # as the contract has it
            await self.until(lambda: self.asks("GET", f"{ARTICLES}/999999", key), lambda said: said.status != 401)

    async def until(self, ask: Callable[[], Awaitable[Said]], is_so: Callable[[Said], bool]) -> Said:
        """Ask again until the answer is as it should be, and return it: nobody is told when it changes."""
        async with asyncio.timeout(PATIENCE):
            while not is_so(said := await ask()):  # noqa: ASYNC110  nobody else knows
                await asyncio.sleep(0.05)
        return said

    async def opens(self) -> None:
        """Start the bot and wait until it answers."""
        await self.here.open()
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    if (await self.asks("GET", "/healthz")).status == 200:
                        return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.02)


def article(name: str = "lake", **fields: Any) -> dict[str, Any]:
    """Return an article of now as a program sends it; None takes a field out."""
    told = {
        "title": name.replace("-", " ").capitalize(),
        "publishedDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "webUrl": f"https://news.example/{name}",
        "topics": ["Energy"],
        **fields,
    }
    return {name: value for name, value in told.items() if value is not None}


@asynccontextmanager
async def door(folder: Path, **variables: str) -> AsyncIterator[Door]:
    """A bot that serves HTTP, with Edith, who edits, and Anna and Ben, who follow Energy."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    async with (
        street(folder, HTTP=f"127.0.0.1:{port}", UNDO="0", **variables) as here,
        aiohttp.ClientSession() as client,
    ):
        opened = Door(here, port, client)
        here.topic("energy", "Energy")
        await here.imported()
        await opened.opens()
        await here.starts(here.cast.edith)
        for person in (here.cast.anna, here.cast.ben):
            await here.starts(person, "t_energy")
        yield opened
