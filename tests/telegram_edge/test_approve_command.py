"""`/approve`, which names anything that waits for another editor, and what whoever asked is told after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH

from bot.domain.delivery import ANNOUNCEMENT, CORRECTION_NOTE
from bot.domain.press import press
from bot.domain.role import Role
from bot.render.editor.second_editor import SecondVerb
from bot.store.delivery import campaigns
from bot.store.desk import editors

NOTHING = "Nothing waits for approval."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, four_eyes="1", undo="10m") as desk:
        async with desk.house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        for person in (ANNA, BEN):
            await desk.house.starts(person)
        await desk.house.says(BEN, "/drafts")  # from then on his name is known
        yield desk


async def _says(desk: Desk, person: int, text: str, **how: object) -> str:
    await desk.house.says(person, text, **how)
    await desk.turn()
    return _screen(desk, person)


async def _presses(desk: Desk, person: int, label: str) -> None:
    await desk.house.presses(person, label)
    await desk.run()


def _screen(desk: Desk, person: int) -> str:
    return plain(desk.house.screen(person))


async def _kinds(desk: Desk) -> list[str]:
    async with desk.house.db.reading() as conn:
        found = [await campaigns.campaign(conn, number) for number in range(1, 20)]
    return [one.kind for one in found if one is not None]


async def _announced(desk: Desk, words: str, **how: object) -> None:
    """Let Edith ask for an announcement."""
    await _says(desk, EDITH, f"/announce {words}", **how)
    await _presses(desk, EDITH, "Send to 1")


async def _corrected(desk: Desk, slug: str = "first") -> int:
    """Let Anna have an article that was corrected, and Edith want to tell her; return its number."""
    await desk.room.follow([ANNA], "Energy")
    article = await desk.room.draft(slug, "Energy", pictures=())
    await desk.room.publish(article, by=EDITH)
    await desk.run()
    await _says(desk, EDITH, f"/correct {article.number} one person was arrested")
    await desk.run()
    await _says(desk, EDITH, f"/tell {article.number} all")
    await _presses(desk, EDITH, "1 who has it")
    return article.number


async def test_without_an_article_it_lists_all_that_waits_and_shows_each_by_a_button(desk: Desk) -> None:
    assert await _says(desk, BEN, "/approve") == NOTHING
    number = await _corrected(desk)
    draft = await desk.room.draft("second", "Energy")
    await _says(desk, EDITH, f"/publish {draft.number}")
    await _announced(desk, "We move on Friday")
    edith = f"Edith Lindqvist ({EDITH})"
    assert await _says(desk, BEN, "/approve") == (
        "3 wait for a second editor:\n\n"
        f"{edith} wants to publish #{draft.number} Second.\n\n"
        f"The announcement “We move on Friday” is to go to 1 chat, asks {edith}.\n\n"
        f"The note on the correction of #{number} is to go to 1 chat, asks {edith}."
    )
    looks = ["Look at “We move on Friday”", f"Look at the note on #{number}"]
    assert desk.house.buttons(BEN) == [[f"Open #{draft.number}"], *([look] for look in looks)]
    for label in looks:
        await _presses(desk, BEN, label)
        assert desk.house.buttons(BEN) == [["Decline"], ["Approve to 1"]]
    assert desk.house.screens(BEN)[-3] == "We move on Friday"  # as readers would get it
    await _presses(desk, BEN, f"Open #{draft.number}")
    assert ["Approve to 1"] in desk.house.buttons(BEN)
    await _says(desk, EDITH, "/approve")  # who asked sees the same, and can only take it back
    await _presses(desk, EDITH, looks[0])
    assert desk.house.buttons(EDITH) == [["Withdraw"]]


@pytest.mark.parametrize("typed", ["announcement", "Announcement we move", "announcement “We move on Fri…”"])
async def test_an_announcement_is_approved_by_what_it_is_called(desk: Desk, typed: str) -> None:
    await _announced(desk, "We move on Friday")
    assert _screen(desk, BEN).startswith("The announcement “We move on Friday” is to go to 1 chat")
    said = await _says(desk, BEN, f"/approve {typed}")
    assert said.startswith("The announcement “We move on Friday”: 0 of 1 sent") and ANNOUNCEMENT in await _kinds(desk)
    assert await _says(desk, BEN, "/approve") == NOTHING


async def test_which_announcement_is_asked_when_several_may_be_meant_and_who_asked_approves_none(desk: Desk) -> None:
    await _announced(desk, "We move on Friday")
    await _announced(desk, "We move on Monday")
    for typed in ("announcement", "announcement we", "announcement nothing like it", "note"):
        assert (await _says(desk, BEN, f"/approve {typed}")).startswith("2 wait for a second editor:"), typed
    assert await _kinds(desk) == []
    assert "asked for that yourself" in await _says(desk, EDITH, "/approve announcement we move on friday")
    await _says(desk, BEN, "/approve announcement we move on monday")
    await desk.run()
    assert await _kinds(desk) == [ANNOUNCEMENT] and desk.house.screens(ANNA)[-1] == "We move on Monday"


async def test_an_announcement_is_named_in_the_editors_language_too(desk: Desk) -> None:
    await _announced(desk, "We move on Friday")
    await _says(desk, BEN, "/settings language de")
    await _says(desk, BEN, "/approve Ankündigung")
    assert await _kinds(desk) == [ANNOUNCEMENT]


@pytest.mark.parametrize("typed", ["1", "note", "note 1", "note #1", "first"])
async def test_a_note_is_approved_by_its_article(desk: Desk, typed: str) -> None:
    assert await _corrected(desk) == 1
    assert CORRECTION_NOTE not in await _kinds(desk)
    assert "asked for that yourself" in await _says(desk, EDITH, f"/approve {typed}")
    await _says(desk, BEN, f"/approve {typed}")
    assert (await _kinds(desk)).count(CORRECTION_NOTE) == 1


async def test_what_is_typed_late_is_asked_again(desk: Desk) -> None:
    await _announced(desk, "We move on Friday")
    desk.house.world.say(BEN, BEN, "/approve announcement")
    desk.house.clock.advance(timedelta(minutes=11))
    await desk.house.settle()
    assert await _kinds(desk) == [] and desk.house.buttons(BEN) == [["Decline"], ["Approve to 1"]]


async def test_many_are_counted_behind_the_first_and_nothing_of_it_is_there_for_readers(desk: Desk) -> None:
    for at in range(12):
        draft = await desk.room.draft(f"story-{at}", "Energy")
        await _says(desk, EDITH, f"/publish {draft.number}")
    said = await _says(desk, BEN, "/approve")
    assert said.startswith("12 wait for a second editor:") and said.endswith("2 more wait behind these.")
    assert len(desk.house.buttons(BEN)) == 10
    assert (await _says(desk, ANNA, "/approve")).startswith("There is nothing for that here.")
    await _announced(desk, "We move on Friday")
    await _says(desk, ANNA, "/latest")
    message = desk.house.messages(ANNA)[-1]["message_id"]
    before = desk.house.screens(ANNA)
    await desk.house.presses_data(ANNA, press(SecondVerb.LOOK, 0, 1), message)
    assert desk.house.screens(ANNA) == before


# What whoever asked is told


async def _approved(desk: Desk) -> None:
    """Let Ben approve what goes to a hundred chats, so that it waits ten minutes first."""
    await desk.room.follow(await desk.room.people(100), "Energy")
    draft = await desk.room.draft("first", "Energy", pictures=())
    await _says(desk, EDITH, f"/publish {draft.number}")
    await _says(desk, BEN, "/approve 1")


async def test_who_asked_is_told_when_it_is_really_out(desk: Desk) -> None:
    await _approved(desk)
    assert desk.screen == f"Ben Okafor ({BEN}) approved #1 First. It goes out in 10 min; you are told then."
    assert desk.buttons == [["Stop", "Send now"], ["Open #1"]]
    said = len(desk.house.messages(EDITH))
    await desk.passes(300)
    assert len(desk.house.messages(EDITH)) == said
    await desk.passes(300)
    await desk.run()
    await desk.passes(3)
    assert len(desk.house.messages(EDITH)) == said + 1  # a message of its own, which makes its sound
    assert desk.screen.startswith("#1 is out. 100 sent")


async def test_who_asked_is_told_at_once_when_it_leaves_sooner_or_not_at_all(desk: Desk) -> None:
    await _approved(desk)
    said = len(desk.house.messages(EDITH))
    await desk.house.presses(BEN, "Send now")
    await desk.run()
    await desk.passes(3)
    assert len(desk.house.messages(EDITH)) == said + 1 and desk.screen.startswith("#1 is out. 100 sent")


async def test_who_asked_can_stop_what_was_approved(desk: Desk) -> None:
    await _approved(desk)
    await desk.presses("Stop")
    assert desk.screen.startswith("Stopped.")
    await desk.passes(700)
    await desk.run()
    assert not [screen for screen in desk.screens if "is out" in screen]


async def test_what_was_stopped_before_it_could_be_told_is_not_said_to_be_out(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(100), "Energy")
    draft = await desk.room.draft("first", "Energy", pictures=())
    await _says(desk, EDITH, f"/publish {draft.number}")
    await desk.house.says(BEN, "/approve 1")  # the process ends before anybody is told
    await desk.house.presses(BEN, "Stop")
    await desk.turn()
    assert f"Ben Okafor ({BEN}) approved #1 First. It was stopped since." in desk.screens


async def test_what_is_listed_without_a_push_is_not_said_to_go_out(desk: Desk) -> None:
    await desk.room.draft("first", "Energy")
    await _says(desk, EDITH, "/preview 1")
    await desk.presses("More")
    await desk.presses("List without pushing")
    await _says(desk, BEN, "/approve 1")
    assert desk.screen == f"Ben Okafor ({BEN}) approved #1 First. It is listed, without a push."
