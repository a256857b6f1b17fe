"""What an editor did, in the words of whoever reads the log, and an editor's own words as they were written."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from story import ANNA


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, undo="0") as desk:
        await desk.house.starts(ANNA)
        await desk.room.draft("first", "Energy")
        await desk.room.follow([ANNA], "Energy")
        yield desk


async def logged(desk: Desk) -> list[str]:
    """Return what the log says of the acts, newest first."""
    await desk.says("/log")
    return [line.split(": ", 2)[2] for line in desk.screen.splitlines()[1:]]


async def test_fields_and_what_became_of_copies_are_said_in_the_reader_s_language(desk: Desk) -> None:
    await desk.says("/settings language de")
    await desk.says("/edit 1 title Neuer Titel")
    await desk.says("/publish 1")
    await desk.run()
    await desk.says("/edit 1 excerpt Ein Satz.")
    await desk.says("/correct 1")
    await desk.says("/retract 1 notice falsche Person")
    said = await logged(desk)
    assert said[0] == "zugestellte Kopien zurückgeholt von #1 (zu Hinweisen gemacht: falsche Person)", said
    assert "berichtigt #1 (Anriss)" in said
    assert "bearbeitet #1 (Titel): First → Neuer Titel" in said


@pytest.mark.parametrize("why", ["broken", "all", "file", "changed, burst"])
async def test_a_reason_is_said_as_it_was_written(desk: Desk, why: str) -> None:
    await desk.says("/publish 1")
    await desk.run()
    await desk.says(f"/correct 1 {why}")
    assert f"corrected #1 ({why})" in await logged(desk)


async def test_who_previews_a_story_that_is_taken_back_is_not_told_that_nobody_follows_it(desk: Desk) -> None:
    await desk.says("/publish 1")
    await desk.run()
    await desk.says("/retract 1 delete")
    await desk.run()
    await desk.says("/preview 1")
    assert "It would go to nobody." in desk.screen and "Nobody follows" not in desk.screen
