"""
Hundreds of copies corrected, corrected again meanwhile and taken back, on a bad day with a kill: all are accounted for.

The same with 20,000 copies and more kinds of trouble is `tests/bench/copies_under_faults.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from street import Json, Street, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import CutAfter, Refuse, Throttle

MANY = 200
EDITS = ("editMessageText", "editMessageCaption", "editMessageMedia")


class Crowd:
    """Readers who have a copy, and what is odd about some of them."""

    def __init__(self, here: Street) -> None:
        self.here = here
        self.people = [here.world.add_person(f"Reader {n}", id=20_000 + n).id for n in range(MANY)]
        self.removed = set(self.people[0::10])  # have deleted their copy
        self.gone = set(self.people[1::20])  # have blocked the bot
        self.fixed = set(self.people[2::30])  # what they have can be edited no more
        self.kept = set(self.people[3::30])  # what they have cannot be deleted
        self.reached = [one for one in self.people if one not in self.removed | self.gone]

    async def get_a_story(self) -> None:
        for person in self.people:
            self.here.world.start(person, "t_energy")
        await self.here.until(lambda: all(map(self.here.of_bot, self.people)), f"{MANY} answers")
        self.here.article("arrests.json", "Seven arrested")
        await self.here.until(lambda: all(map(self.copy, self.people)), f"{MANY} copies")
        faults = self.here.world.faults
        for person in self.removed:
            self.here.world.history.remove(person, self.copy(person)["message_id"])  # type: ignore[index]
        for person in self.gone:
            self.here.world.people[person].has_blocked = True
        for person in self.fixed:
            for method in EDITS:
                faults.add(Refuse(400, "Bad Request: message can't be edited"), method=method, chat=person)
        for person in self.kept:
            refusal = Refuse(400, "Bad Request: message can't be deleted for everyone")
            faults.add(refusal, method="deleteMessage", chat=person)

    def trouble(self) -> None:
        """Let the next call about the copies of some others go wrong."""
        faults = self.here.world.faults
        others = [one for one in self.reached if one not in self.fixed | self.kept]
        for person in others[0::7]:
            faults.add(Refuse(500, "Internal Server Error"), chat=person, times=1)
        for person in others[3::7]:
            faults.add(CutAfter(), chat=person, times=1)
        for person in others[5:7]:  # of many chats Telegram would mean the whole bot
            faults.add(Throttle(1), chat=person, times=1)

    def copy(self, person: int) -> Json | None:
        found = [one for one in self.here.of_bot(person) if "arrested" in plain(one)]
        assert len(found) <= 1, f"{person} has it twice"
        return found[0] if found else None

    def showing(self, words: str) -> set[int]:
        return {one for one in self.people if (copy := self.copy(one)) is not None and words in plain(copy)}

    async def told(self, words: str) -> None:
        """Wait until the last message to the editor says so."""
        edith = self.here.cast.edith

        def last() -> str:
            return plain(self.here.of_bot(edith)[-1])

        await self.here.until(lambda: words in last(), last)

    async def delivery(self) -> dict[str, Any]:
        printed = await self.here.shell("delivery", "arrests", "--json")
        found: dict[str, Any] = json.loads(printed.out)["delivery"]
        return found


async def test_copies_corrected_twice_and_taken_back_on_a_bad_day_are_all_accounted_for(tmp_path: Path) -> None:
    async with street(tmp_path, RATE="200", UNDO="0s") as here:
        here.topic("energy", "Energy")
        await here.imported()
        await here.open(movable=True)
        await here.starts(here.cast.edith)
        crowd = Crowd(here)
        await crowd.get_a_story()

        crowd.trouble()
        here.world.say(here.cast.edith, here.cast.edith, "/correct arrests one was let go.")
        await here.until(lambda: len(crowd.showing("one was let go.")) >= 40, "40 copies corrected once")
        here.world.say(here.cast.edith, here.cast.edith, "/correct arrests two were let go.")
        await here.until(lambda: len(crowd.showing("two were let go.")) >= 40, "40 copies corrected twice")
        await here.kill()
        assert len(crowd.showing("two were let go.")) < len(crowd.reached) - len(crowd.fixed)
        await here.open(movable=True)
        here.later(120)  # where an answer never came it is tried again in a minute
        corrected = set(crowd.reached) - crowd.fixed
        await here.until(
            lambda: crowd.showing("two were let go.") == corrected,
            lambda: f"{sorted(corrected - crowd.showing('two were let go.'))} are left",
        )
        here.later(240)
        await crowd.told(f"Corrected on {len(corrected)} of ")
        counted = await crowd.delivery()
        assert (counted["corrected"], counted["correcting"], counted["not_corrected"]) == (
            len(corrected),
            0,
            MANY - len(corrected),
        )
        assert {one["reason"]: one["copies"] for one in counted["copies_reasons"]} == {
            "message to edit not found": len(crowd.removed),
            "message can't be edited": len(crowd.fixed & set(crowd.reached)),
            "the chat cannot be reached": len(crowd.gone),
        }

        crowd.trouble()
        here.world.say(here.cast.edith, here.cast.edith, "/retract arrests delete it was another city")
        noticed = crowd.kept & set(crowd.reached) - crowd.fixed
        await here.until(
            lambda: (
                {one for one in crowd.people if crowd.copy(one) is not None} == noticed | crowd.gone
                and crowd.showing("taken back: it was another city") == noticed
            ),
            lambda: f"{sorted(crowd.showing('arrested'))} are left",
        )
        here.later(360)
        await crowd.told(f"{len(noticed)} copies become notices, because Telegram does not let them be deleted.")
        counted = await crowd.delivery()
        assert (counted["deleted"], counted["noticed"]) == (MANY - len(noticed) - len(crowd.gone), len(noticed))
        assert (counted["retracting"], counted["not_retracted"]) == (0, len(crowd.gone))
