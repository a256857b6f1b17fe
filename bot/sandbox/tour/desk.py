"""
The tour of the desk: an article from its draft to its correction and its withdrawal, on every phone it reached.

A schedule in German, taken back; a publish to hundreds of readers that is corrected while it runs; copies that become a
notice; and the log of it all.
"""

from __future__ import annotations

import re
from functools import partial

from bot.sandbox.tour.stage import Stage, StepFailed, plain
from bot.sandbox.world.world import Cast

TITLE = "Old mine shaft"
READERS = 500
WHY = "the shaft is 580 metres deep, not 850."
REASON = "the operator has withdrawn the plan."


async def desk(stage: Stage, cast: Cast) -> None:
    """Play the tour."""
    stage.tell(f"{READERS} people follow Energy through a link.")
    crowd = [stage.world.add_person(f"Reader {n}").id for n in range(1, READERS + 1)]
    for person in crowd:
        stage.starts(person, "t_energy")
    await stage.until(lambda: all(stage.of_bot(person) for person in crowd), "the crowd's answers")
    number = await _a_schedule_in_german(stage, cast)
    await _corrected_while_it_runs(stage, cast, crowd, number)
    await _taken_back(stage, cast, crowd, number)
    stage.tell("What was done, and by whom.")
    stage.types(cast.edith, "/log")
    log = plain(await stage.sees(cast.edith, "took back the delivered copies of"))
    stage.check("published" in log and "corrected" in log, "the log names it all")


async def _a_schedule_in_german(stage: Stage, cast: Cast) -> str:
    stage.tell("Edith, the editor, writes when an article is to go out, in German. Then she thinks again.")
    stage.starts(cast.edith)
    stage.types(cast.edith, "/settings language de")
    await stage.sees(cast.edith, "Sprache: Deutsch")
    stage.types(cast.edith, "/drafts")
    shown = plain(await stage.sees(cast.edith, TITLE))
    match = re.search(rf"#(\d+) {re.escape(TITLE)}", shown)
    if match is None:
        raise StepFailed(f"the drafts do not name “{TITLE}”")
    number = match[1]
    stage.types(cast.edith, f"/schedule {number} morgen um 9")
    await stage.sees(cast.edith, "09:00")
    stage.check(True, "weekday, date, time and zone are repeated before it counts")
    stage.types(cast.edith, "/settings language en")
    await stage.sees(cast.edith, "Language: English")
    return number


async def _corrected_while_it_runs(stage: Stage, cast: Cast, crowd: list[int], number: str) -> None:
    stage.tell("She publishes it after all, and corrects it while it is still going out.")
    stage.types(cast.edith, f"/publish {number}")
    await stage.presses(cast.edith, "Send now")
    await stage.until(lambda: _having(stage, crowd, TITLE) >= READERS // 5, "a fifth of the readers")
    stage.types(cast.edith, f"/correct {number} {WHY}")
    await _everywhere(stage, crowd, WHY)
    once = all(sum(TITLE in plain(one) for one in stage.of_bot(person)) == 1 for person in crowd)
    stage.check(once, f"all {READERS} have it once, and each copy tells of the correction")
    stage.types(cast.edith, f"/delivery {number}")
    await stage.sees(cast.edith, "Copies corrected:")


async def _taken_back(stage: Stage, cast: Cast, crowd: list[int], number: str) -> None:
    stage.tell("The story does not hold. She takes it back: every copy becomes a notice that says why.")
    stage.types(cast.edith, f"/retract {number} notice {REASON}")
    await _everywhere(stage, crowd, REASON)
    await stage.sees(cast.edith, f"Turned into a notice on {READERS} of {READERS} phones.")
    stage.check(_having(stage, crowd, WHY) == 0, "nothing of the story is left in the copies but its title")


async def _everywhere(stage: Stage, crowd: list[int], text: str) -> None:
    """Wait for a text on every phone, a part of them after the other: at thirty a second that takes a while."""
    for many in range(READERS // 5, READERS + 1, READERS // 5):
        await stage.until(partial(_has_come_to, stage, crowd, text, many), f"“{text}” on {many} phones")


def _has_come_to(stage: Stage, crowd: list[int], text: str, many: int) -> bool:
    return _having(stage, crowd, text) >= many


def _having(stage: Stage, crowd: list[int], text: str) -> int:
    return sum(any(text in plain(one) for one in stage.of_bot(person)) for person in crowd)
