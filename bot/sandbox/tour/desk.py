"""
The tour of the desk: an article from its draft to its correction and its withdrawal, on every phone it reached.

An edit of its words, its picture and its topics; a schedule in German that another editor approves; a publish that is
stopped before anything left, and corrected while it runs; copies that become a notice; and the log of it all.
"""

from __future__ import annotations

import re
from functools import partial

from bot.sandbox.tour.small_web import png
from bot.sandbox.tour.stage import Stage, StepFailed, plain
from bot.sandbox.world.state import Cast

TITLE = "Old mine shaft"
READERS = 500
EXCERPT = "An old shaft lifts and lowers weights, and keeps the town warm on a windless evening."
WHY = "the shaft is 580 metres deep, not 850."
REASON = "the operator has withdrawn the plan."


async def desk(stage: Stage, cast: Cast) -> None:
    """Play the tour, in a newsroom where it takes two to publish."""
    stage.tell(f"{READERS} people follow Energy through a link.")
    crowd = [stage.world.add_person(f"Reader {n}").id for n in range(1, READERS + 1)]
    for person in crowd:
        stage.starts(person, "t_energy")
    for many in range(READERS // 5, READERS + 1, READERS // 5):
        await stage.until(partial(_answered, stage, crowd, many), f"the answers to {many} of the crowd")
    number = await _edited(stage, cast)
    await _a_schedule_in_german(stage, cast, number)
    await _published_by_two(stage, cast, crowd, number)
    await _corrected_while_it_runs(stage, cast, crowd, number)
    await _taken_back(stage, cast, crowd, number)
    stage.tell("What was done, and by whom.")
    stage.types(cast.edith, "/log")
    log = plain(await stage.sees(cast.edith, "took back the delivered copies of"))
    stage.check(all(one in log for one in ("approved", "published", "corrected")), "the log names it all")


async def _edited(stage: Stage, cast: Cast) -> str:
    stage.tell("Edith, the editor, changes a draft: its text, its picture, its topics. Each time she sees the result.")
    stage.starts(cast.edith)
    stage.types(cast.edith, "/drafts")
    shown = plain(await stage.sees(cast.edith, TITLE))
    match = re.search(rf"#(\d+) {re.escape(TITLE)}", shown)
    if match is None:
        raise StepFailed(f"the drafts do not name “{TITLE}”")
    number = match[1]
    stage.types(cast.edith, f"/preview {number}")
    await stage.presses(cast.edith, "Edit")
    await stage.presses(cast.edith, "Excerpt")
    await stage.sees(cast.edith, "Write the new excerpt of")
    stage.types(cast.edith, EXCERPT)
    await stage.until(lambda: stage.newest(cast.edith, EXCERPT), "the new text")
    await stage.presses(cast.edith, "Edit")
    await stage.presses(cast.edith, "Picture")
    await stage.sees(cast.edith, "Send the new picture of")
    sent = stage.photographs(cast.edith, png(1200, 675))
    await stage.until(lambda: _shows(stage, cast.edith, sent), "the new picture")
    stage.check(True, "the copy shows the picture that she sent")
    await stage.presses(cast.edith, "Edit")
    await stage.presses(cast.edith, "Topics")
    await stage.sees(cast.edith, "Write a name to look for others.")
    stage.types(cast.edith, "robot")
    await stage.presses(cast.edith, "Robotics")
    await stage.presses(cast.edith, "Done")
    await stage.until(lambda: stage.newest(cast.edith, "#Robotics"), "the new hashtag")
    return number


async def _a_schedule_in_german(stage: Stage, cast: Cast, number: str) -> None:
    stage.tell("Here it takes two to publish. Ben becomes an editor, and Edith writes in German when it is to go out.")
    stage.starts(cast.ben)
    await stage.until(lambda: stage.of_bot(cast.ben), "the bot's greeting to Ben")
    stage.types(cast.edith, f"/editors add {cast.ben} editor")
    await stage.sees(cast.edith, "is an editor now")
    stage.types(cast.edith, "/settings language de")
    await stage.sees(cast.edith, "Sprache: Deutsch")
    stage.types(cast.edith, f"/schedule {number} morgen um 9")
    await stage.sees(cast.edith, "wartet auf")
    await stage.sees(cast.ben, "wants #")
    await stage.presses(cast.ben, "Approve")
    await stage.sees(cast.ben, "goes out on")
    await stage.sees(cast.edith, "09:00")
    stage.check(True, "Ben has approved it, and weekday, date, time and zone were said before that")
    stage.types(cast.edith, "/settings language en")
    await stage.sees(cast.edith, "Language: English")


async def _published_by_two(stage: Stage, cast: Cast, crowd: list[int], number: str) -> None:
    stage.tell("She wants it out now after all. Ben approves that too, and then she thinks again: she has a minute.")
    stage.types(cast.edith, f"/publish {number}")
    await stage.sees(cast.edith, "waits for another editor")
    await stage.sees(cast.ben, "wants to publish")
    await stage.presses(cast.ben, "Approve to")
    await stage.sees(cast.edith, "It goes out in")
    await stage.presses(cast.edith, "Stop")
    await stage.sees(cast.edith, "Stopped.")
    stage.check(_having(stage, crowd, TITLE) == 0, "nothing has left")


async def _corrected_while_it_runs(stage: Stage, cast: Cast, crowd: list[int], number: str) -> None:
    stage.tell("She lets it go after all, and corrects it while it is still going out.")
    await stage.presses(cast.edith, "Send the rest")
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


def _answered(stage: Stage, crowd: list[int], many: int) -> bool:
    return sum(bool(stage.of_bot(person)) for person in crowd) >= many


def _shows(stage: Stage, person: int, file_id: str) -> bool:
    """Return whether the bot has sent a person a picture by its file id."""
    return any(one["photo"][-1]["file_id"] == file_id for one in stage.of_bot(person) if "photo" in one)


def _has_come_to(stage: Stage, crowd: list[int], text: str, many: int) -> bool:
    return _having(stage, crowd, text) >= many


def _having(stage: Stage, crowd: list[int], text: str) -> int:
    return sum(any(text in plain(one) for one in stage.of_bot(person)) for person in crowd)
