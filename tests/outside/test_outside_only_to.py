"""Publishing to the followers of chosen topics alone, from the shell and over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from programs import ARTICLES, Door, article, door
from street import Street, street


async def _follows_robots(here: Street) -> tuple[int, int]:
    """Return Anna, who follows Energy, and Ben, who follows Robotics alone."""
    anna, ben = here.cast.anna, here.cast.ben
    await here.asks(ben, "/unsubscribe Energy")
    await here.asks(ben, "/subscribe Robotics")
    return anna, ben


async def _open(here: Street, *drafts: str) -> tuple[int, int]:
    here.topic("robotics", "Robotics", hashtags="Robots", shortname="robo")
    await here.move_in(*drafts)
    return await _follows_robots(here)


async def test_the_shell_publishes_to_who_follows_the_named_topics_and_to_nobody_else(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await _open(here, "one", "two", "three", "four")
        printed = await here.shell("publish", "one", "two", "--only", "robo")
        assert printed.status == 0, printed.err
        assert [line.partition(" ")[2] for line in printed.out.splitlines()] == ["goes to 1 chat; queued"] * 2
        for title in ("One", "Two"):
            await here.sees(ben, title)
        assert (await here.shell("publish", "three", "--only", "#Robots", "--only", "Energy")).status == 0
        for person in (anna, ben):
            await here.sees(person, "Three")
        assert not here.screens(anna, "One") and not here.screens(anna, "Two")
        log = (await here.shell("log")).out
        assert "audience  #" in log and "Robotics" in log
        assert (await here.shell("publish", "four", "--only", "all")).status == 0
        await here.sees(anna, "Four")


async def test_the_shell_refuses_topics_that_nobody_knows_and_publishes_the_others_of_no_kind(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await _open(here, "one", "two")
        for only, reason in (
            (["Robotix"], "no topic is called “Robotix”; perhaps “Robotics” is meant"),
            (["Energy", "Zzyzx"], "no topic is called “Zzyzx”"),
            ([","], "names no topic"),
            ([""], "names no topic"),
        ):
            named = [word for one in only for word in ("--only", one)]
            printed = await here.shell("publish", "one", *named)
            assert (printed.status, printed.out) == (1, "")
            assert printed.err.startswith("newsbot: #") and printed.err.endswith(
                f": --only: {reason}; it was not published\n"
            )
        assert (await here.shell("publish", "one", "--only")).status == 2
        printed = await here.shell("publish", "one", "nothing", "two", "--only", "Robotics")
        assert printed.status == 1 and "nothing" in printed.err and printed.out.count("goes to 1 chat") == 2
        await here.sees(ben, "Two")
        printed = await here.shell("publish", "two", "--only", "Energy")  # it has its audience
        assert printed.status == 1 and "is out already" in printed.err
        await here.shell("retract", "two")
        printed = await here.shell("publish", "two", "--only", "Energy")
        assert printed.status == 1 and "has its audience already" in printed.err
        assert not here.screens(anna, "Two") and not here.screens(anna, "One")


async def _told(at: Door, key: str, name: str, **fields: object) -> str:
    """Tell a draft; return its address."""
    said = await at.asks("POST", ARTICLES, key, article(name, **fields))
    assert said.status == 201, said.text
    return f"{ARTICLES}/{said.json['number']}"


@pytest.fixture
def robots(tmp_path: Path) -> None:
    folder = tmp_path / "content" / "topics"
    folder.mkdir(parents=True)
    (folder / "robotics.json").write_text('{"taxonomy": "topic", "_id": "robotics", "name": "Robotics"}')


@pytest.mark.usefixtures("robots")
async def test_a_program_publishes_and_schedules_to_chosen_topics(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        here = at.here
        anna, ben = await _follows_robots(here)
        key, writer = await at.key("cms", "--role", "editor"), await at.key("writer")
        await at.counts(writer)
        lake, shore, dune, reef = [await _told(at, key, name) for name in ("lake", "shore", "dune", "reef")]
        assert (await at.asks("POST", f"{lake}/publish", key, {"only": ["Robotics"]})).status == 200
        assert (await at.asks("POST", f"{shore}/publish", key, {"only": "Robotics, Energy"})).status == 200
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
        said = await at.asks("POST", f"{dune}/schedule", key, {"at": tomorrow, "only": ["Robotics"]})
        assert (said.status, said.json["state"]) == (200, "scheduled")
        await here.sees(ben, "Lake")
        for person in (anna, ben):
            await here.sees(person, "Shore")
        assert not here.screens(anna, "Lake")
        for only, reason in (
            (["Robotix"], "perhaps “Robotics” is meant"),
            (["Zzyzx"], "no topic is called “Zzyzx”"),
            ("", "only"),
            ({"name": "Robotics"}, "only"),
            ([7], "only"),
        ):
            wrong = await at.asks("POST", f"{reef}/publish", key, {"only": only})
            assert wrong.status == 422 and [one["field"] for one in wrong.json["errors"]] == ["only"], wrong.text
            assert reason in wrong.text
        assert (await at.asks("POST", f"{reef}/publish", key, b"only=Robotics")).status == 400
        assert (await at.asks("POST", f"{reef}/publish", writer, {"only": ["Robotics"]})).status == 403
        assert (await at.asks("GET", reef, key)).json["state"] == "draft"
        assert (await at.asks("POST", f"{lake}/retract", key)).status == 200
        late = await at.asks("POST", f"{lake}/publish", key, {"only": ["Energy"]})
        assert late.status == 409 and "has its audience already" in late.text
        # What was chosen before holds until it is taken back.
        assert (await at.asks("POST", f"{dune}/publish", key, {"only": []})).status == 200
        assert (await at.asks("POST", f"{reef}/publish", key)).status == 200
        for title in ("Dune", "Reef"):
            await here.sees(anna, title)
        log = (await here.shell("log")).out
        assert "cms" in log and "audience" in log


@pytest.mark.usefixtures("robots")
async def test_with_four_eyes_an_editor_approves_the_audience_of_a_program(tmp_path: Path) -> None:
    async with door(tmp_path, FOUR_EYES="1") as at:
        here = at.here
        anna, ben = await _follows_robots(here)
        key = await at.key("cms", "--role", "editor")
        await at.counts(key)
        lake = await _told(at, key, "lake")
        assert (await at.asks("POST", f"{lake}/publish", key, {"only": ["Robotics"]})).status == 202
        asked = await here.sees(here.cast.edith, "wants to publish")
        await here.presses(here.cast.edith, "Approve to 1", asked)
        await here.sees(ben, "Lake")
        assert not here.screens(anna, "Lake")
