"""
Servers that drip: each has a port of its own, takes every request, and sends a byte of an answer now and then.

    python tests/bench/drips.py 200

Prints the ports on one line and goes on until its standard input is closed. On the far side's core.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import table

EVERY = 0.05  # seconds from one byte to the next
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 1000000\r\n\r\n"


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_HEAD)
        while True:
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(EVERY)
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def _serve(many: int) -> None:
    servers = [await asyncio.start_server(_drip, "127.0.0.1", 0) for _ in range(many)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # its answers have no end


@contextmanager
def dripping(many: int) -> Iterator[list[str]]:
    """Run so many servers until the block ends; the addresses of their feeds."""

    def on_the_other_core() -> None:
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {table.CLIENT_CORE + 1})

    words = [sys.executable, __file__, str(many)]
    with Popen(words, stdin=PIPE, stdout=PIPE, text=True, preexec_fn=on_the_other_core) as process:
        assert process.stdout is not None and process.stdin is not None
        yield [f"http://127.0.0.1:{port}/feed" for port in process.stdout.readline().split()]
        process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
