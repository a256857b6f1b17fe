"""
A cable between a process and a server, that a test can pull out: from then on nothing arrives, and nobody is told.

A connection that is closed says so at once. One whose cable is pulled says nothing: neither end learns of it but by
waiting, which is what happens when a machine loses power or a switch fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Cable:
    """Connections to `port` of this machine's own, through a port of the cable's own."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._whole = asyncio.Event()
        self._whole.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.port = 0
        self.delay = 0.0
        """Seconds that everything takes on its way to the server."""

    def pull(self) -> None:
        """Let nothing through from now on, in either direction, of open connections and of new ones."""
        self._whole.clear()

    def plug(self) -> None:
        """Let everything through again, what waited as well."""
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            await self._whole.wait()
            beyond = await asyncio.open_connection("127.0.0.1", self._server)
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._pass_on(reader, beyond[1], is_to_server=True))
                    ways.create_task(self._pass_on(beyond[0], writer, is_to_server=False))
            finally:
                beyond[1].close()
        except* (OSError, asyncio.CancelledError):
            pass  # one end has gone
        finally:
            writer.close()
            self._carrying.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_to_server: bool) -> None:
        """Pass on what is said in one direction. What follows closely travels at the same time, as on a long line."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(1_000)
        now = asyncio.get_running_loop().time

        async def arrive() -> None:
            while True:
                at, data = await under_way.get()
                await asyncio.sleep(at - now())
                await self._whole.wait()
                if not data:
                    raise ConnectionResetError  # ends the other way too
                writer.write(data)
                await writer.drain()

        async with asyncio.TaskGroup() as ends:
            ends.create_task(arrive())
            while data := await reader.read(65_536):
                await under_way.put((now() + (self.delay if is_to_server else 0.0), data))
            await under_way.put((now(), b""))

    async def end(self) -> None:
        """Close every connection."""
        for task in list(self._carrying):
            task.cancel()
        with suppress(ValueError):
            await asyncio.wait(self._carrying)


@asynccontextmanager
async def cable(server: int) -> AsyncIterator[Cable]:
    """Lay a cable to a port."""
    laid = Cable(server)
    listening = await asyncio.start_server(laid.carry, "127.0.0.1", 0)
    laid.port = listening.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        listening.close()
        await laid.end()
