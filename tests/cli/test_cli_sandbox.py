"""`newsbot sandbox` as a process: who may use the bot that it runs."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

PATIENCE = 20.0  # seconds for the sandbox to come up or to end
FORMER_TOKEN = "700000001:sandbox-token-of-nobody"  # what every sandbox once had


@asynccontextmanager
async def sandbox(folder: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A kept sandbox on a free port: its address, and the process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--keep", "--port", "0"),
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = b""
    try:
        async with asyncio.timeout(PATIENCE):
            while b"open http://" not in printed:
                line = await process.stdout.readline()
                assert line, printed.decode()
                printed += line
        yield printed.partition(b"open ")[2].split()[0].decode(), process
        process.terminate()
        async with asyncio.timeout(PATIENCE):
            printed += await process.stdout.read()
            assert await process.wait() == 0, printed.decode()
        assert b"700000001:" not in printed
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_kept_sandbox_has_another_token_each_time_and_the_same_bot(tmp_path: Path) -> None:
    for _ in range(2):
        async with sandbox(tmp_path) as (url, _process), aiohttp.ClientSession() as client:
            async with client.get(f"{url}/page/state") as answer:
                assert (await answer.json())["bot"]["id"] == 700000001
            async with client.get(f"{url}/bot{FORMER_TOKEN}/getMe") as answer:
                assert answer.status == 401
            for path in ("/", "/page/state"):
                async with client.get(url + path) as answer:
                    assert "700000001:" not in await answer.text()
    assert (tmp_path / "data" / "sandbox.db").exists()
