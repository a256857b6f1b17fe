"""Watching a real folder: the bell rings for changes, and the watch outlives the folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.content.files.watch import DEBOUNCE, watch

PATIENCE = 25  # seconds, far more than any step here takes and less than the half-minute after which all is looked at


@asynccontextmanager
async def watching(root: Path, **how: Any) -> AsyncIterator[asyncio.Queue[None]]:
    """The bells of `root` as a queue, while it is watched."""
    stop = asyncio.Event()
    bells: asyncio.Queue[None] = asyncio.Queue()

    async def listen() -> None:
        async for _ in watch(root, stop, **how):
            bells.put_nowait(None)

    listening = asyncio.create_task(listen())
    try:
        yield bells
    finally:
        stop.set()
        await asyncio.wait_for(listening, PATIENCE)


async def bell(bells: asyncio.Queue[None]) -> None:
    await asyncio.wait_for(bells.get(), PATIENCE)


async def test_the_bell_rings_at_first_and_for_each_change(tmp_path):
    async with watching(tmp_path) as bells:
        await bell(bells)
        (tmp_path / "a.md").write_text("x")
        await bell(bells)
        (tmp_path / "new").mkdir()
        (tmp_path / "new/b.md").write_text("x")
        await bell(bells)
        (tmp_path / "a.md").unlink()
        await bell(bells)
        assert bells.empty()


async def test_passing_files_do_not_ring(tmp_path):
    async with watching(tmp_path) as bells:
        await bell(bells)
        for name in (".a.md.swp", "a.md~", "#a.md#", "news.db-wal"):
            (tmp_path / name).write_text("x")
        (tmp_path / "a.md").write_text("x")
        await bell(bells)
        assert bells.empty()


async def test_the_bell_rings_when_somebody_wants_to_look_again_and_nothing_happens(tmp_path):
    wanted: list[float | None] = [0.1, 0.0, None]
    async with watching(tmp_path, look_again=lambda: wanted.pop(0)) as bells:
        for _ in range(3):  # at first, and twice more without any event
            await bell(bells)
    assert wanted == []


async def test_a_file_that_has_been_written_for_long_rings_no_more_until_it_is_gone(tmp_path):
    asked = asyncio.Event()

    def ignores(path: str) -> bool:
        asked.set()
        return Path(path).name == "grows.md"

    async with watching(tmp_path, ignores=ignores) as bells:
        await bell(bells)
        (tmp_path / "grows.md").write_text("x")
        await asyncio.wait_for(asked.wait(), PATIENCE)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bells.get(), 2 * DEBOUNCE.total_seconds())
        (tmp_path / "a.md").write_text("x")
        await bell(bells)
        (tmp_path / "grows.md").unlink()
        await bell(bells)


async def test_the_watch_outlives_its_folder(tmp_path):
    root = tmp_path / "content"
    async with watching(root) as bells:
        root.mkdir()
        await bell(bells)
        shutil.rmtree(root)
        await bell(bells)
        root.mkdir()
        await bell(bells)
        while not bells.empty():
            bells.get_nowait()
        (root / "a.md").write_text("x")
        await bell(bells)


async def test_cancelling_ends_the_watch_and_nothing_else(tmp_path):
    stop = asyncio.Event()
    rung = asyncio.Event()

    async def listen() -> None:
        async for _ in watch(tmp_path, stop):
            rung.set()

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(rung.wait(), PATIENCE)
    listening.cancel()
    await asyncio.wait([listening], timeout=PATIENCE)
    assert listening.cancelled() and not stop.is_set()
