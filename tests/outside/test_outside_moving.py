"""Operators who carry a running installation into another database: readers notice nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from street import buttons, street


@pytest.fixture(params=["a file", "a server"])
def new(request: pytest.FixtureRequest) -> str:
    """Where a bot is moved to."""
    return "data/new.db" if request.param == "a file" else str(request.getfixturevalue("postgres_url"))


async def test_a_broadcast_goes_on_in_the_new_database_and_nobody_gets_it_twice(tmp_path: Path, new: str) -> None:
    async with street(tmp_path, UNDO="0", RATE="20", DATABASE="data/newsbot.db") as here:
        here.topic("energy", "Energy")
        here.article("first.json", published=False)
        here.article("second.json", published=False)
        await here.imported()
        await here.open()
        await here.starts(here.cast.edith)
        crowd = await here.crowd(90)
        assert (await here.shell("publish", "first")).status == 0

        def got(person: int, title: str) -> int:
            return len([one for one in here.screens(person, title) if "Save" in buttons(one)])

        await here.until(lambda: sum(got(person, "First") for person in crowd) >= 30, "30 of 90")
        running = await here.shell("move", new)
        assert running.status == 2 and running.err.count("\n") == 1 and "another newsbot runs" in running.err
        assert await here.close() == 0
        half = sum(got(person, "First") for person in crowd)
        assert 30 <= half < 90
        assert (await here.shell("pause")).status == 0
        moved = await here.shell("move", new)
        assert moved.status == 0, moved.err
        old = await here.shell("run")
        assert old.status == 2 and old.err.count("\n") == 1 and "was moved to" in old.err
        await here.open(DATABASE=new)
        assert (await here.shell("publish", "second", DATABASE=new)).status == 0
        await here.fence(here.cast.edith)
        assert sum(got(person, "First") for person in crowd) == half  # the pause came along
        assert (await here.shell("resume", DATABASE=new)).status == 0
        await here.until(lambda: all(got(person, "Second") for person in crowd), "all of the second")
        await here.until(lambda: all(got(person, "First") for person in crowd), "all of the first")
        assert [got(person, title) for person in crowd for title in ("First", "Second")] == [1] * 180
        assert "is held" not in here.logged()
        back = await here.shell("move", "data/back.db", DATABASE=new)
        assert back.status == 2 and back.err.count("\n") == 1 and "another newsbot runs" in back.err
