"""With four eyes, announcements and notes on corrections wait until another editor approves them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH

from bot.domain.announcement import AnnouncementState
from bot.domain.delivery import ANNOUNCEMENT, CORRECTION_NOTE
from bot.domain.press import press
from bot.domain.role import Role
from bot.render.editor.second_editor import SecondVerb
from bot.store.delivery import announced, campaigns
from bot.store.desk import audit_log, editors
from bot.telegram_edge.notifications.notifier import Notifier

MOVE = "/announce We move on Friday"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, four_eyes="1", undo="0") as desk:
        async with desk.house.db.transaction() as conn:
            await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        for person in (ANNA, BEN):
            await desk.house.starts(person)
        await desk.house.says(BEN, "/drafts")  # from then on his name is known
        yield desk


async def _kinds(desk: Desk) -> list[str]:
    async with desk.house.db.reading() as conn:
        found = [await campaigns.campaign(conn, number) for number in range(1, 20)]
    return [one.kind for one in found if one is not None]


async def _state(desk: Desk) -> AnnouncementState:
    async with desk.house.db.reading() as conn:
        found = await announced.announcement(conn, 1)
    assert found is not None
    return found.state


async def _acts(desk: Desk) -> list[tuple[str, int | None, str | None]]:
    async with desk.house.db.reading() as conn:
        return [(entry.act, entry.person, entry.detail) for entry in reversed(await audit_log.latest(conn))]


def _screen(desk: Desk, person: int) -> str:
    return plain(desk.house.screen(person))


async def _presses(desk: Desk, person: int, label: str) -> None:
    await desk.house.presses(person, label)
    await desk.run()


async def _asked(desk: Desk) -> None:
    """Let Edith ask for an announcement."""
    await desk.says(MOVE)
    await _presses(desk, EDITH, "Send to 1")


async def test_an_announcement_waits_and_goes_out_once_another_editor_approves_it(desk: Desk) -> None:
    await _asked(desk)
    assert await _state(desk) is AnnouncementState.WAITING and await _kinds(desk) == []
    waits = "The announcement “We move on Friday” waits for another editor. 1 other editor can approve it, and is told."
    assert _screen(desk, EDITH) == waits
    shown, question = desk.house.messages(BEN)[-2:]
    assert shown["text"] == "We move on Friday"
    assert plain(question["text"]).startswith("The announcement “We move on Friday” is to go to 1 chat, asks ")
    assert desk.house.buttons(BEN) == [["Decline"], ["Approve to 1"]]
    assert desk.house.screens(ANNA)[-1] != "We move on Friday"
    await _presses(desk, BEN, "Approve to 1")
    await desk.run()
    assert desk.house.screens(ANNA)[-1] == "We move on Friday"
    assert await _kinds(desk) == [ANNOUNCEMENT]
    await desk.passes(10)
    for person in (EDITH, BEN):
        assert "The announcement “We move on Friday” is out. 1 sent" in _screen(desk, person)
    assert [one for one in await _acts(desk) if one[0] in ("ask", "approve", "announce")] == [
        ("ask", EDITH, "announcement"),
        ("announce", EDITH, None),
        ("approve", BEN, "announcement"),
    ]


async def test_nobody_approves_their_own(desk: Desk) -> None:
    await _asked(desk)
    message = desk.house.messages(EDITH)[-1]["message_id"]
    await desk.house.presses_data(EDITH, press(SecondVerb.APPROVE, 0, 1), message)
    assert _screen(desk, EDITH) == "You asked for that yourself; another editor approves it."
    assert await _kinds(desk) == []


async def test_one_that_is_declined_is_not_sent_and_who_asked_is_told(desk: Desk) -> None:
    await _asked(desk)
    await _presses(desk, BEN, "Decline")
    assert _screen(desk, BEN) == "Declined. The announcement “We move on Friday” is not sent, and who asked is told."
    assert _screen(desk, EDITH).endswith(" declined: The announcement “We move on Friday” is not sent.")
    assert await _state(desk) is AnnouncementState.LEFT and await _kinds(desk) == []
    message = desk.house.messages(BEN)[-1]["message_id"]
    await desk.house.presses_data(BEN, press(SecondVerb.APPROVE, 0, 1), message)
    assert _screen(desk, BEN) == "The announcement “We move on Friday”: nothing waits for approval any more."
    assert await _kinds(desk) == []


async def test_who_asked_can_withdraw_it(desk: Desk) -> None:
    await _asked(desk)
    await _presses(desk, EDITH, "Withdraw")
    assert _screen(desk, EDITH) == "The announcement “We move on Friday”: you no longer ask for it. Nothing was sent."
    await _presses(desk, BEN, "Approve to 1")
    assert _screen(desk, BEN).endswith("nothing waits for approval any more.") and await _kinds(desk) == []


async def test_two_who_approve_at_once_send_it_once(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.EDITOR, EDITH, desk.house.clock())
    [cara] = await desk.room.people(1)
    await _asked(desk)
    for person in (BEN, ANNA):
        message, data = desk.house.button(person, "Approve to 1")
        await desk.house.presses_data(person, data, message)
    await desk.run()
    assert await _kinds(desk) == [ANNOUNCEMENT]
    assert desk.room.got(cara) == ["We move on Friday"]


async def test_without_another_editor_it_waits_until_there_is_one(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.remove(conn, BEN)
    await desk.says(MOVE)
    await _presses(desk, EDITH, "Send to 2")
    assert _screen(desk, EDITH).endswith("Nobody else may approve it yet; an owner invites editors with /editors.")
    said = len(desk.house.screens(BEN))
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    desk.house.clock.advance(timedelta(minutes=11))
    await desk.turn()
    assert len(desk.house.screens(BEN)) > said
    await _presses(desk, BEN, "Approve to 1")
    assert await _kinds(desk) == [ANNOUNCEMENT]


async def test_a_request_survives_a_restart_and_a_demoted_editors_button_does_nothing(desk: Desk) -> None:
    await desk.house.says(EDITH, MOVE)
    await desk.house.presses(EDITH, "Send to 1")
    again = Notifier(desk.house.ctx)
    await again.turn()
    await again.settled()
    message, data = desk.house.button(BEN, "Approve to 1")
    async with desk.house.db.transaction() as conn:
        await editors.remove(conn, BEN)
    await desk.house.presses_data(BEN, data, message)
    await desk.run()
    assert await _kinds(desk) == [] and await _state(desk) is AnnouncementState.WAITING


async def test_what_cannot_be_sent_now_goes_on_waiting(desk: Desk) -> None:
    await _asked(desk)
    await desk.house.says(ANNA, "/settings announcements off")
    await _presses(desk, BEN, "Approve to 1")
    assert _screen(desk, BEN).startswith("The announcement “We move on Friday” cannot be sent now")
    assert await _state(desk) is AnnouncementState.WAITING
    await desk.house.says(ANNA, "/settings announcements on")
    await _presses(desk, BEN, "Look again")
    assert await _kinds(desk) == [ANNOUNCEMENT]


@pytest.mark.parametrize("data", ["1:second_yes", "1:second_yes:9:1", "1:second_no:0:404", "1:second_yes:1:-1"])
async def test_forged_buttons_send_nothing(desk: Desk, data: str) -> None:
    await _asked(desk)
    message = desk.house.messages(BEN)[-1]["message_id"]
    await desk.house.presses_data(BEN, data, message)
    await desk.run()
    assert await _kinds(desk) == [] and await _state(desk) is AnnouncementState.WAITING


# Notes on corrections


async def _corrected(desk: Desk) -> None:
    """Let Anna have an article that was corrected, and Edith want to tell her."""
    await desk.room.follow([ANNA], "Energy")
    article = await desk.room.draft("first", "Energy", pictures=())
    await desk.room.publish(article, by=EDITH)
    await desk.run()
    await desk.says("/correct 1 one person was arrested")
    await desk.run()
    await desk.says("/tell 1 all")
    await _presses(desk, EDITH, "1 who has it")


async def test_a_note_waits_and_goes_out_once_another_editor_approves_it(desk: Desk) -> None:
    await _corrected(desk)
    assert CORRECTION_NOTE not in await _kinds(desk)
    assert _screen(desk, EDITH).startswith("The note on the correction of #1 waits for another editor.")
    await desk.says("/tell 1 all")
    assert _screen(desk, EDITH) == "The note on the correction of #1 waits for another editor."
    assert _screen(desk, BEN).startswith("The note on the correction of #1 is to go to 1 chat, asks ")
    await _presses(desk, BEN, "Approve to 1")
    await desk.run()
    assert plain(desk.house.screens(ANNA)[-1]).endswith(": one person was arrested")
    assert (await _kinds(desk)).count(CORRECTION_NOTE) == 1
    assert ("approve", BEN, "note") in await _acts(desk)


async def test_a_note_on_what_was_corrected_again_is_asked_for_anew(desk: Desk) -> None:
    await _corrected(desk)
    desk.house.clock.advance(timedelta(seconds=30))
    await desk.says("/correct 1 two were")
    await _presses(desk, BEN, "Approve to 1")
    assert _screen(desk, BEN) == "It was corrected again since, so nothing was sent. Ask anew."
    assert CORRECTION_NOTE not in await _kinds(desk)
    await desk.says("/tell 1 all")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["1 who has it"]]


async def test_a_note_that_is_declined_can_be_asked_for_again(desk: Desk) -> None:
    await _corrected(desk)
    await _presses(desk, BEN, "Decline")
    assert _screen(desk, EDITH).endswith(" declined: The note on the correction of #1 is not sent.")
    await desk.says("/tell 1 all")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["1 who has it"]]
    assert CORRECTION_NOTE not in await _kinds(desk)
