"""What the bot's people write to everybody, from a real process that is killed on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from street import Street, buttons, street

from bot.sandbox.tour.stage import plain

WORDS = "We move on Friday"


async def _crowd(here: Street, readers: int) -> list[int]:
    """Start the bot with an owner and so many readers."""
    here.topic("energy", "Energy")
    await here.imported()
    await here.open()
    await here.starts(here.cast.edith)
    crowd = await here.crowd(readers)
    return crowd


def _got(here: Street, crowd: list[int]) -> Counter[int]:
    """Return how often each reader has got it; who has not is not there."""
    return Counter({person: many for person in crowd if (many := len(here.screens(person, WORDS)))})


async def test_an_announcement_waits_through_a_restart_is_stopped_and_reaches_everybody_once(tmp_path: Path) -> None:
    async with street(tmp_path, RATE="40", UNDO="3s") as here:
        crowd, edith = await _crowd(here, 120), here.cast.edith
        off = crowd.pop()
        await here.asks(off, "/settings announcements off")
        at = len("/announce ")
        bold = {"type": "bold", "offset": at + 3, "length": 4}
        here.world.say(edith, edith, f"/announce {WORDS}", formatting=[bold])
        asked = await here.sees(edith, "It goes to 119 chats")
        assert buttons(asked) == ["To a topic’s readers", "Leave it", "Send to 119"]
        await here.presses(edith, "Send to 119", asked)
        await here.until(lambda: "goes to 119 chats in" in plain(here.now(asked)), lambda: plain(here.now(asked)))
        await here.kill()
        assert not _got(here, crowd)
        await here.open()
        await here.until(lambda: len(_got(here, crowd)) >= 10, lambda: f"{len(_got(here, crowd))} of 119")
        await here.presses(edith, "Stop", asked)
        await here.until(lambda: "will not get it" in plain(here.now(asked)), lambda: plain(here.now(asked)))
        stopped = _got(here, crowd)
        await here.close()
        assert 10 <= len(stopped) < 119 and _got(here, crowd) == stopped
        await here.open()
        await here.asks(edith, "/help")  # it is at work: what was pressed before would be asked again
        await here.presses(edith, "Send the rest", asked)
        await here.until(lambda: "is out. 119 sent" in plain(here.now(asked)), lambda: plain(here.now(asked)))
        assert _got(here, crowd) == Counter(crowd)
        assert not here.screens(off, WORDS) and len(here.screens(edith, WORDS)) == 2  # the preview and the account
        [got] = here.screens(crowd[0], WORDS)
        assert got["entities"] == [{"type": "bold", "offset": 3, "length": 4}]
        log = await here.shell("log")
        assert "announce" in log.out and WORDS in log.out
        assert WORDS not in here.log.read_text()


async def test_after_a_kill_on_the_way_nobody_is_missing_and_only_what_was_on_the_wire_comes_twice(
    tmp_path: Path,
) -> None:
    async with street(tmp_path, RATE="40", UNDO="0s") as here:
        crowd, edith = await _crowd(here, 100), here.cast.edith
        here.world.say(edith, edith, f"/announce {WORDS}")
        asked = await here.sees(edith, "It goes to 100 chats")
        await here.presses(edith, "Send to 100", asked)
        await here.until(lambda: len(_got(here, crowd)) >= 20, lambda: f"{len(_got(here, crowd))} of 100")
        await here.kill()
        assert len(_got(here, crowd)) < 100
        await here.open()
        await here.until(lambda: "is out. 100 sent" in plain(here.now(asked)), lambda: plain(here.now(asked)))
        got = _got(here, crowd)
        assert set(got) == set(crowd)
        assert got.total() - 100 <= 8  # answered, and not yet written down
