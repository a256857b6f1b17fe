"""What goes on by itself while the bot runs: copies, numbers, tidying up, and a look at disk and database."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from street import buttons, street
from what_became import WHAT_BECAME


async def _seen(question: Callable[[], Any]) -> Any:
    """Wait for a yes to what shows only in files."""
    async with asyncio.timeout(20):
        while not (answer := question()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return answer


def _asked(database: Path, sql: str) -> Any:
    with closing(sqlite3.connect(database)) as conn, conn:
        return conn.execute(sql).fetchone()


async def test_the_numbers_of_a_running_bot_are_those_of_its_messages_and_answers(tmp_path: Path) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    async with street(tmp_path, UNDO="0", HTTP=place) as here, aiohttp.ClientSession() as client:
        anna, ben = await here.move_in("first")
        assert (await here.shell("publish", "--wait", "first")).status == 0
        for person in (anna, ben):
            assert "Save" in buttons(await here.sees(person, "First"))
        async with client.get(f"http://{place}/metrics") as answer:
            numbers = dict(re.findall(r"^(newsbot_\S+) (\S+)$", await answer.text(), re.MULTILINE))
        assert float(numbers['newsbot_deliveries_total{outcome="sent"}']) == 2
        assert float(numbers['newsbot_deliveries_waiting{lane="news"}']) == 0
        assert float(numbers["newsbot_reply_seconds_count"]) >= 2
        assert 900 < float(numbers["newsbot_rate"]) < 1000
        async with client.get(f"http://{place}/readyz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_a_running_bot_copies_its_database_and_forgets_old_messages(tmp_path: Path) -> None:
    database = tmp_path / "data" / "newsbot.db"
    async with street(tmp_path, UNDO="0", BACKUP="copies", KEEP="30d") as here:
        await here.move_in("first")
        [copy] = await _seen(lambda: list((tmp_path / "copies").glob("newsbot-*.db")))
        assert _asked(copy, "PRAGMA integrity_check") == ("ok",)
        assert (await here.shell("publish", "--wait", "first")).status == 0
        assert await here.close() == 0
        assert _asked(database, f"SELECT count(message_id) FROM {WHAT_BECAME}") == (2,)
        _asked(database, "UPDATE campaigns SET done_at = done_at - 31 * 86400 RETURNING id")
        await here.open()
        await _seen(lambda: _asked(database, f"SELECT count(message_id) FROM {WHAT_BECAME}") == (0,))
        assert _asked(database, f"SELECT count(*) FROM {WHAT_BECAME} WHERE status = 1") == (2,)


async def test_a_bot_whose_database_is_moved_away_ends_with_a_copy_of_what_it_held(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with street(tmp_path) as here:
        await here.move_in()
        (data / "newsbot.db").rename(tmp_path / "elsewhere.db")
        assert await here.ended() == 2
        [copy] = data.glob("newsbot.db.rescued-*")
        assert _asked(copy, "SELECT count(*) FROM subscriptions") == (2,)
        last = here.logged().splitlines()[-1]
        assert last.startswith("newsbot: the database") and str(copy) in last


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB where the database is to lie."""
    place = tmp_path / "data"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a file system of its own cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


async def test_a_running_bot_gives_up_its_reserve_on_a_full_disk_and_makes_it_again(
    tmp_path: Path, small_disk: Path
) -> None:
    reserve, filler = small_disk / "newsbot.db.reserve", small_disk / "filler"
    async with street(tmp_path) as here:
        await here.move_in()
        assert reserve.exists()
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        await _seen(lambda: not reserve.exists())
        filler.unlink()
        await _seen(reserve.exists)
        here.log.write_text("")  # that the disk was full has been said, as an error
