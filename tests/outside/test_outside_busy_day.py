"""A busy day at the desk with real processes, killed twice: whatever was begun is finished and accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from street import Json, Street, buttons, street

from bot.sandbox.tour.stage import plain

MANY = 120
WHY = "one person was arrested, not seven."
DRILL = "it was a drill."


class Day:
    """Readers of four stories, and what stands in their chats."""

    def __init__(self, here: Street, crowd: list[int]) -> None:
        self.here, self.crowd = here, crowd

    def copies(self, person: int, title: str) -> list[Json]:
        return [one for one in self.here.of_bot(person) if title in plain(one)]

    def showing(self, title: str, words: str = "") -> int:
        return sum(any(words in plain(one) for one in self.copies(person, title)) for person in self.crowd)

    def doubles(self, title: str) -> int:
        return sum(len(self.copies(person, title)) - 1 for person in self.crowd)

    def says(self, text: str) -> None:
        self.here.world.say(self.here.cast.edith, self.here.cast.edith, text)

    def read(self) -> str:
        """Return all that Edith can read in her chat."""
        return "\n".join(plain(one) for one in self.here.of_bot(self.here.cast.edith))

    async def publishes(self, slug: str) -> None:
        asked = await self.here.asks(self.here.cast.edith, f"/publish {slug}")
        while "Send now" not in buttons(asked):  # the copy comes first
            asked = await self.here.sees(self.here.cast.edith, "chats in", after=asked["message_id"])
        await self.here.presses(self.here.cast.edith, "Send now", asked)

    async def delivery(self, slug: str) -> dict[str, Any]:
        printed = await self.here.shell("delivery", slug, "--json")
        assert printed.status == 0, printed.err
        found: dict[str, Any] = json.loads(printed.out)["delivery"]
        return found


async def test_what_an_editor_began_on_a_busy_day_is_all_accounted_for_after_two_kills(tmp_path: Path) -> None:
    async with street(tmp_path, RATE="60", UNDO="60s", TIMEZONE="Europe/Berlin") as here:
        here.topic("energy", "Energy")
        for slug in ("bridge", "arrests", "canal", "dam"):
            here.article(f"{slug}.json", f"The {slug}", published=False)
        await here.imported()
        await here.open()
        edith = here.cast.edith
        await here.starts(edith)
        day = Day(here, await here.crowd(MANY))

        await day.publishes("bridge")
        await here.until(lambda: day.showing("The bridge") == MANY, lambda: f"{day.showing('The bridge')} bridges")
        await day.publishes("arrests")
        await here.until(lambda: day.showing("The arrests") >= 15, "15 of the second story")
        day.says(f"/correct arrests {WHY}")
        await here.until(lambda: day.showing("The arrests", WHY) >= 5, "5 copies corrected during the fan-out")
        await here.kill()
        assert day.showing("The arrests") < MANY

        day.says(f"/retract bridge notice {DRILL}")
        day.says("/settings language de")
        day.says("/schedule canal übermorgen um halb neun")
        await here.open()
        await here.until(lambda: day.showing("The bridge", DRILL) >= 5, "5 notices")
        await here.kill()
        assert day.showing("The bridge", DRILL) < MANY
        await here.open()

        day.says("/settings language en")
        undone = await here.asks(edith, "/publish dam")
        while "Stop" not in buttons(undone):
            undone = await here.sees(edith, "chats in", after=undone["message_id"])
        await here.presses(edith, "Stop", undone)
        await here.until(lambda: "Stopped. 0 chats have it" in day.read(), day.read)

        await here.until(
            lambda: (day.showing("The arrests", WHY), day.showing("The bridge", DRILL)) == (MANY, MANY),
            lambda: f"{day.showing('The arrests', WHY)} corrected, {day.showing('The bridge', DRILL)} notices",
        )
        await here.until(lambda: "Turned into a notice on" in day.read(), day.read)
        await here.until(lambda: "#1 is out." in day.read(), day.read)
        assert "Mittwoch" in day.read() or "08:30 (Ortszeit Berlin)." in day.read()

        arrests, bridge = await day.delivery("arrests"), await day.delivery("bridge")
        assert (arrests["correcting"], arrests["not_corrected"]) == (0, 0)
        assert (bridge["noticed"], bridge["retracting"], bridge["not_retracted"]) == (MANY, 0, 0)
        assert day.doubles("The bridge") == 0
        assert day.doubles("The arrests") <= arrests["perhaps_twice"]
        assert day.showing("The canal") == day.showing("The dam") == 0

        listed = plain(await here.asks(edith, "/drafts"))
        assert "The canal (scheduled for" in listed and "08:30" in listed
        log = plain(await here.asks(edith, "/log"))
        for act in ("published #1", "published #2", "corrected #1", "took back #2", "scheduled #3", "stopped #4"):
            assert act in log, log
        assert "articles went out" in plain(await here.asks(edith, "/stats"))
        printed = await here.shell("log", "--json")
        acts = [(one["act"], one["article"]) for one in json.loads(printed.out)]
        assert acts.count(("correct", 1)) == acts.count(("retract", 2)) == acts.count(("stop", 4)) == 1, acts
        newest = [day.copies(person, "The arrests")[-1] for person in day.crowd]
        assert all(plain(one).count(WHY) == 1 for one in newest), "no copy tells of it twice"
