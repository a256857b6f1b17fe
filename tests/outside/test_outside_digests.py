"""News at times of the reader's own, with the real process: digests that outlive a kill, and quiet hours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from street import Street, buttons, street

from bot.sandbox.tour.stage import plain


async def _moves_on(here: Street, seconds: float) -> None:
    """Let it be so many seconds later, and the bot look at its clock: a command of the shell wakes it."""
    here.later(seconds)
    assert (await here.shell("pause")).status == (await here.shell("resume")).status == 0


def _in(hours: float) -> str:
    """Return the time of day by UTC in so many hours."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%H:%M")


async def test_a_digest_outlives_kills_and_comes_once_with_what_is_still_published(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, ben = await here.move_in("one", "two", "three")
        edith, at = here.cast.edith, _in(2)
        assert "“25:00”" in plain(await here.asks(anna, "/settings daily 25:00"))
        await here.asks(anna, "/settings zone UTC")
        assert f"News: daily at {at}" in plain(await here.asks(anna, f"/settings daily {at}"))
        for name in ("one", "two", "three"):
            await here.asks(edith, f"/publish {name}")
            await here.sees(ben, name.capitalize())
        told = plain(await here.asks(edith, "/delivery one"))
        assert "Reached: 1" in told and "1 chat gets it at its own time" in told
        assert "1: for a time of their own" in (await here.shell("delivery", "one")).out
        as_json = json.loads((await here.shell("delivery", "one", "--json")).out)["delivery"]
        assert (as_json["state"], as_json["waiting"], as_json["for_their_time"]) == ("waiting", 1, 1)
        await here.asks(edith, "/retract two")
        assert not here.screens(anna, "Three")
        await here.kill()
        await here.open(movable=True)
        await _moves_on(here, 2 * 3600 + 30)
        digest = await here.sees(anna, f"Your {at} news: 2 stories")
        text = plain(digest)
        assert "One" in text and "Three" in text and "Two" not in text
        assert text.splitlines()[-1].startswith("Next: tomorrow, ") and text.endswith("UTC.")
        assert buttons(digest) == ["Open 1", "Open 2", "Change time"]
        await here.presses(anna, "Open 1", digest)
        while "Reached: 2" not in plain(await here.asks(edith, "/delivery one")):
            pass  # it is written down within a moment, and until then a kill may double it
        await here.kill()
        await here.open(movable=True)
        await _moves_on(here, 27 * 3600)
        await here.asks(anna, "/help")
        assert [plain(one) for one in here.screens(anna, f"Your {at} news")] == [text]
        assert "Reached: 2" in plain(await here.asks(edith, "/delivery one"))


async def test_what_falls_into_quiet_hours_comes_after_them(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, ben = await here.move_in("one", "two", "three", "four", movable=True)
        edith = here.cast.edith
        for person in (anna, ben):
            await here.asks(person, "/settings zone UTC")
            await here.asks(person, f"/settings quiet {_in(-1)}-{_in(1)}")
        for name in ("one", "two", "three"):
            await here.asks(edith, f"/publish {name}")
        await here.asks(ben, "/settings quiet off")  # Ben is awake after all, and gets them one by one
        for name in ("One", "Two", "Three"):
            await here.sees(ben, name)
        await here.asks(edith, "/publish four")
        await here.sees(ben, "Four")
        assert not here.screens(anna, "One")
        await _moves_on(here, 3700)
        text = plain(await here.sees(anna, "news: 4 stories"))
        assert all(name in text for name in ("One", "Two", "Three", "Four"))


async def test_a_delivered_digest_follows_what_is_corrected_and_taken_back_while_no_bot_runs(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in("one", "two", "three", movable=True)
        edith, at = here.cast.edith, _in(2)
        await here.asks(anna, "/settings zone UTC")
        await here.asks(anna, f"/settings daily {at}")
        for name in ("one", "two", "three"):
            await here.asks(edith, f"/publish {name}")
        await _moves_on(here, 2 * 3600 + 30)
        digest = await here.sees(anna, f"Your {at} news: 3 stories")
        while "Reached: 2" not in plain(await here.asks(edith, "/delivery three")):
            pass  # only what is written down is known after a kill
        await here.kill()
        assert (await here.shell("correct", "one", "--title", "One after all")).status == 0
        assert (await here.shell("retract", "two", "--copies", "delete", "--why", "it was made up")).status == 0
        assert plain(here.now(digest)) == plain(digest)
        await here.open(movable=True)
        await here.until(
            lambda: "One after all" in plain(here.now(digest)) and "taken back" in plain(here.now(digest)), "both"
        )
        lines = plain(here.now(digest)).splitlines()
        assert lines[0] == plain(digest).splitlines()[0] and lines[-1] == plain(digest).splitlines()[-1]
        assert "This story was taken back: it was made up" in lines and any(
            line.startswith("Three (", 3) for line in lines
        )
        assert len(buttons(here.now(digest))) == len(buttons(digest)) - 1
