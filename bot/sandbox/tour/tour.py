"""
The tours: the bot's main job played once, against the same bot that a person at the chat page uses.

A reader follows a topic and gets the article an editor publishes; publishing twice pushes nothing; a broadcast is
stopped half-way and taken up again; a muted topic stays quiet.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from bot.sandbox.tour.desk import desk
from bot.sandbox.tour.inlets import Outside, inlets
from bot.sandbox.tour.readers import Days, readers
from bot.sandbox.tour.stage import Stage, StepFailed, plain
from bot.sandbox.world.state import Cast
from bot.sandbox.world.world import World

SEED = "Met Police"
SECOND = "Cameras that forget"
CROWD = 100  # chats; from so many on a publish waits for its undo time
THIRD = "Old mine shaft"


async def play(
    world: World,
    cast: Cast,
    name: str,
    say: Callable[[str], None],
    *,
    outside: Outside | None = None,
    days: Days | None = None,
) -> int:
    """Play the tour called `name`; return 0, or 1 when a step failed.

    `outside` is for a tour of OUTSIDE, `days` for one of OVER_DAYS.
    """
    stage = Stage(world, {cast.anna: "Anna", cast.ben: "Ben", cast.edith: "Edith (editor)"}, say)
    watching = asyncio.create_task(stage.watch())
    try:
        if name in OUTSIDE:
            assert outside is not None
            await OUTSIDE[name](stage, cast, outside)
        elif name in OVER_DAYS:
            assert days is not None
            await OVER_DAYS[name](stage, cast, days)
        else:
            await TOURS[name](stage, cast)
    except StepFailed as failure:
        say(f"\nThe tour failed: {failure}")
        return 1
    finally:
        watching.cancel()
    say("\nThe tour went through. `newsbot sandbox` without --tour lets you do the same by hand.")
    return 0


async def _main_job(stage: Stage, cast: Cast) -> None:
    await _anna_follows(stage, cast.anna)
    await _edith_publishes(stage, cast)
    await _publishing_twice_pushes_nothing(stage, cast)
    crowd = await _a_crowd_follows(stage)
    await _stopped_and_taken_up_again(stage, cast, [cast.anna, *crowd])
    await _muted(stage, cast)


async def _anna_follows(stage: Stage, anna: int) -> None:
    stage.tell("Anna opens the bot and follows Energy, and of AI only Computer Vision.")
    stage.starts(anna)
    await stage.presses(anna, "Energy")
    await stage.presses(anna, "Choose parts")
    await stage.presses(anna, "Computer Vision")
    await stage.presses(anna, "Done")
    stage.tell("She asks for the latest.")
    await stage.presses(anna, "Latest")
    await stage.sees(anna, "Latest in")


async def _edith_publishes(stage: Stage, cast: Cast) -> None:
    stage.tell("Edith, the editor, opens an article from her drafts and publishes it.")
    stage.starts(cast.edith)
    stage.types(cast.edith, "/drafts")
    await stage.presses(cast.edith, f"Open #{await _number(stage, cast.edith, SEED)}")
    await stage.presses(cast.edith, "Publish to 1")
    push = await stage.sees(cast.anna, SEED)
    await stage.sees(cast.edith, "is out")
    links = [entity["url"] for entity in push.get("caption_entities", ()) if entity["type"] == "text_link"]
    stage.check("photo" in push, "the picture is there")
    stage.check("Deployments of facial recognition" in plain(push), "the excerpt is there")
    stage.check(any("dailymail" in link for link in links), "the related article is linked")


async def _publishing_twice_pushes_nothing(stage: Stage, cast: Cast) -> None:
    stage.tell("Edith publishes it a second time.")
    stage.types(cast.edith, f"/publish {await _number(stage, cast.edith, SEED)}")
    await stage.sees(cast.edith, "is out already")
    stage.check(_copies(stage, cast.anna, SEED) == 1, "Anna has it once")


async def _a_crowd_follows(stage: Stage) -> list[int]:
    stage.tell(f"{CROWD} more people follow Computer Vision through a link.")
    crowd = [stage.world.add_person(f"Reader {n}").id for n in range(1, CROWD + 1)]
    for person in crowd:
        stage.starts(person, "t_computer-vision")
    await stage.until(lambda: all(stage.of_bot(person) for person in crowd), "the crowd's answers")
    return crowd


async def _stopped_and_taken_up_again(stage: Stage, cast: Cast, readers: list[int]) -> None:
    stage.tell("Edith publishes a second article, stops it half-way, and sends the rest.")
    number = await _number(stage, cast.edith, SECOND)
    stage.types(cast.edith, f"/publish {number}")
    await stage.presses(cast.edith, "Send now")

    def reached() -> int:
        return sum(_copies(stage, reader, SECOND) for reader in readers)

    await stage.until(lambda: reached() >= len(readers) // 3, "a third of the readers")
    await stage.presses(cast.edith, "Stop")
    await stage.sees(cast.edith, "Stopped.")
    stopped_at = reached()
    stage.check(0 < stopped_at < len(readers), f"it stopped half-way: {stopped_at} of {len(readers)} have it")
    await stage.presses(cast.edith, "Send the rest")
    await stage.sees(cast.edith, f"#{number} is out")
    stage.check(
        all(_copies(stage, reader, SECOND) == 1 for reader in readers), f"all {len(readers)} have it, each of them once"
    )


async def _muted(stage: Stage, cast: Cast) -> None:
    stage.tell("Anna has had enough of Energy for today; Ben follows it. Edith publishes a third article.")
    stage.starts(cast.ben, "t_energy")
    await stage.until(lambda: stage.of_bot(cast.ben), "an answer to Ben")
    stage.types(cast.anna, "/latest Energy 1")
    await stage.sees(cast.anna, "#Energy")
    await stage.presses(cast.anna, "More")
    await stage.presses(cast.anna, "Less of this")
    await stage.presses(cast.anna, "Mute Energy")
    before = len(stage.of_bot(cast.anna))
    number = await _number(stage, cast.edith, THIRD)
    stage.types(cast.edith, f"/publish {number}")
    await stage.sees(cast.edith, f"#{number} is out. 1 sent")
    stage.check(_copies(stage, cast.ben, THIRD) == 1, "Ben has it")
    stage.check(len(stage.of_bot(cast.anna)) == before, "Anna got nothing more")


async def _number(stage: Stage, editor: int, title: str) -> str:
    """Read an article's number off the editor's list of drafts."""
    shown = plain(await stage.sees(editor, "Drafts"))
    match = re.search(rf"#(\d+) {re.escape(title)}", shown)
    if match is None:
        raise StepFailed(f"the drafts do not name “{title}”")
    return match[1]


def _copies(stage: Stage, person: int, title: str) -> int:
    return sum(plain(message).startswith(title) for message in stage.of_bot(person))


TOURS: dict[str, Callable[[Stage, Cast], Awaitable[None]]] = {"main": _main_job, "desk": desk}
BY_TWO = frozenset({"desk"})
"""Tours in which it takes two editors to publish, and there is a minute to think again."""
OUTSIDE: dict[str, Callable[[Stage, Cast, Outside], Awaitable[None]]] = {"inlets": inlets}
"""Tours of what comes from outside of Telegram."""
OVER_DAYS: dict[str, Callable[[Stage, Cast, Days], Awaitable[None]]] = {"readers": readers}
"""Tours in which days pass."""
