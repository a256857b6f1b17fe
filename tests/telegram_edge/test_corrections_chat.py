"""Copies that were delivered, as editors correct them or take them back, and as readers see it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from copy_desk import CopyDesk, copy_desk
from newsroom_samples import plain
from press_room import again
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Picture
from bot.domain.chat import ChatState
from bot.domain.copies import ChangedCopies
from bot.sandbox.world.faults import Refuse
from bot.store.content import articles
from bot.store.readers import chats

WHY = "one person was arrested, not seven."


@pytest.fixture
async def desk(house: StoryHouse, tmp_path: Path) -> AsyncIterator[CopyDesk]:
    async with copy_desk(house, tmp_path) as desk:
        yield desk


async def test_a_changed_title_is_asked_about_and_every_copy_is_corrected(desk: CopyDesk) -> None:
    article, people = await desk.delivered()
    before = [desk.copy(person) for person in people]
    await desk.changes(article, title="Cells for the grid")
    asked = "#1 Cells for the grid was changed: title. Lists show it already. 3 delivered copies show what was there "
    assert desk.screen.startswith(asked)
    assert desk.house.buttons(EDITH) == [["Lists only", "Every copy", "Leave it"]]
    assert [desk.copy(person)["caption"] for person in people] == [one["caption"] for one in before]
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    for person, old in zip(people, before, strict=True):
        new = desk.copy(person)
        assert new["message_id"] == old["message_id"]
        assert plain(new["caption"]).startswith("Cells for the grid\n\n")
        assert plain(new["caption"]).splitlines()[-1].startswith("Corrected 12:0")
        assert plain(new["caption"]).endswith(": title")
        assert _labels(new) == _labels(old)
        assert new["photo"] == old["photo"]
    assert desk.screen.startswith(
        "#1 Cells for the grid: Corrected on 3 of 3 phones. Forwarded copies stay as they were."
    )
    assert await desk.copies(article) == ChangedCopies(corrected=3)


def _labels(message: dict[str, Any]) -> list[list[str]]:
    return [[key["text"] for key in row] for row in message["reply_markup"]["inline_keyboard"]]


async def test_a_reason_is_typed_and_stands_in_each_copy_and_the_last_three_are_kept(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered(pictures=())
    for why in ("first", "second", "third", WHY):
        await desk.house.says(EDITH, f"/correct {article.number} {why}")
        await desk.turn()
    lines = plain(desk.copy(anna)["text"]).splitlines()[-3:]
    assert [line.partition(": ")[2] for line in lines] == ["second", "third", WHY]
    assert all(line.startswith("Corrected 12:") for line in lines)
    assert "Corrected on 3 of 3 phones" in desk.screen


@pytest.mark.parametrize("button", ["Lists only", "Leave it"])
async def test_copies_stay_when_an_editor_says_so(desk: CopyDesk, button: str) -> None:
    article, [anna, *_] = await desk.delivered()
    await desk.changes(article, excerpt="Another text.")
    await desk.house.presses(EDITH, button)
    await desk.turn()
    assert "Another text." not in desk.copy(anna)["caption"]
    assert await desk.copies(article) == ChangedCopies()
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    assert "Another text." in desk.copy(anna)["caption"]


@pytest.mark.parametrize("fields", [{"heat": 900}, {"quality": 3}])
async def test_heat_and_quality_offer_nothing(desk: CopyDesk, fields: dict[str, Any]) -> None:
    article, _ = await desk.delivered()
    said = len(desk.house.screens(EDITH))
    await desk.changes(article, **fields)
    assert len(desk.house.screens(EDITH)) == said


async def test_what_nobody_has_offers_nothing(desk: CopyDesk) -> None:
    article = await desk.room.draft("grid", "Energy")
    await desk.room.publish(article, by=EDITH)
    await desk.turn()
    said = len(desk.house.screens(EDITH))
    await desk.changes(article, title="Another")
    assert len(desk.house.screens(EDITH)) == said


async def test_many_changes_at_once_are_told_in_one_message(desk: CopyDesk) -> None:
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    drafts = [await desk.room.draft(f"story-{n}", "Energy", pictures=()) for n in range(5)]
    for article in drafts:
        await desk.room.publish(article, by=EDITH)
    await desk.turn()
    said = len(desk.house.screens(EDITH))
    changed = {f"story-{n}.md": again(one.story, title=f"Changed {n}") for n, one in enumerate(drafts)}
    await desk.room.take(changed)
    await desk.turn()
    assert len(desk.house.screens(EDITH)) == said + 1
    assert desk.screen.startswith("5 delivered articles were changed: #1, #2, #3, #4, #5.")


async def test_a_corrected_picture_takes_the_place_of_the_old_one(desk: CopyDesk) -> None:
    article, people = await desk.delivered()
    before = [desk.copy(person)["photo"] for person in people]
    await desk.changes(article, pictures=(Picture("https://pictures.example/other.jpg"),))
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    after = [desk.copy(person)["photo"] for person in people]
    assert all(new != old for new, old in zip(after, before, strict=True))
    assert {photo[-1]["file_unique_id"] for photo in after} == {after[0][-1]["file_unique_id"]}
    assert await desk.copies(article) == ChangedCopies(corrected=3)


async def test_what_could_not_be_changed_is_accounted_for(desk: CopyDesk) -> None:
    article, [anna, ben, cara, dora] = await desk.delivered(4)
    desk.house.world.history.remove(anna, desk.copy(anna)["message_id"])
    desk.house.world.people[ben].has_blocked = True
    async with desk.house.db.transaction() as conn:
        await chats.switch_off(conn, ben, desk.house.clock())
        await chats.set_state(conn, cara, ChatState.PAUSED, desk.house.clock())
    await desk.house.says(EDITH, f"/correct {article.number} {WHY}")
    await desk.turn()
    assert WHY in desk.copy(cara)["caption"] and WHY in desk.copy(dora)["caption"]
    assert "Corrected on 2 of 4 phones; 2 could not be changed (1 deleted it, 1 left). Forwarded" in desk.screen
    found = await desk.copies(article)
    assert (found.corrected, found.correcting, found.not_corrected) == (2, 0, 2)
    assert [many for _, many in found.reasons] == [1, 1]
    await desk.house.says(EDITH, f"/delivery {article.number}")
    assert "Copies corrected: 2\nCopies not corrected: 2" in desk.screen


async def test_a_newer_correction_goes_on_where_an_older_one_is_under_way(desk: CopyDesk) -> None:
    article, people = await desk.delivered(5)
    for person in people[1:]:
        desk.house.world.faults.add(Refuse(500, "Internal"), chat=person, times=1)
    await desk.house.says(EDITH, f"/correct {article.number} first")
    await desk.room.run()
    await desk.house.says(EDITH, f"/correct {article.number} second")
    await desk.turn()
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.turn()
    for person in people:
        assert [line.partition(": ")[2] for line in plain(desk.copy(person)["caption"]).splitlines()[-2:]] == [
            "first",
            "second",
        ]
    assert await desk.copies(article) == ChangedCopies(corrected=5)


async def test_a_saved_articles_copy_keeps_the_button_that_says_so(desk: CopyDesk) -> None:
    article, [anna, ben, *_] = await desk.delivered()
    await desk.house.presses(anna, "Save")
    kept = [desk.house.buttons(person) for person in (anna, ben)]
    await desk.house.says(EDITH, f"/correct {article.number} {WHY}")
    await desk.turn()
    assert [desk.house.buttons(person) for person in (anna, ben)] == kept
    assert kept[0] != kept[1]


async def test_queued_messages_leave_with_the_newest_revision(desk: CopyDesk) -> None:
    people = await desk.room.people(3)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid", "Energy", pictures=())
    desk.house.world.faults.add(Refuse(500, "Internal"), chat=people[0], times=1)
    await desk.room.publish(article, by=EDITH)
    await desk.room.run()
    await desk.house.says(EDITH, f"/correct {article.number} {WHY}")
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.turn()
    assert all(WHY in desk.copy(person)["text"] for person in people)
    assert [len(desk.house.messages(person)) for person in people] == [1, 1, 1]


async def test_a_copy_in_a_list_of_which_nothing_is_known_is_left_and_accounted_for(desk: CopyDesk) -> None:
    people = await desk.room.people(1)
    await desk.room.follow(people, "Energy")
    drafts = [await desk.room.draft(f"story-{n}", "Energy", pictures=()) for n in range(2)]
    for one in drafts:
        await desk.room.publish(one, by=EDITH)
    await desk.room.spread()
    desk.house.clock.advance(timedelta(days=2))
    await desk.turn()
    text = desk.copy(people[0])["text"]
    assert "2 stories" in text
    async with desk.house.db.transaction() as conn:
        await conn.execute("UPDATE receipts SET list = NULL")  # as one that was sent before lists were remembered
    await desk.house.says(EDITH, f"/correct {drafts[0].number} {WHY}")
    await desk.turn()
    assert desk.copy(people[0])["text"] == text
    found = await desk.copies(drafts[0])
    assert (found.not_corrected, found.reasons) == (1, (("it stands in a list with others", 1),))


async def _forget(desk: CopyDesk, *people: int) -> None:
    """Let these chats' copies be older than NEWSBOT_KEEP, as `store.delivery.retention` leaves them."""
    async with desk.house.db.transaction() as conn:
        for person in people:
            await conn.execute(
                "UPDATE receipts SET message_id = NULL, sent_at = NULL, look = NULL WHERE chat = ?", (person,)
            )


ACCOUNT = (
    "#1 Grid: 1 copy can be changed. 2 copies are older than 90 days (NEWSBOT_KEEP), so it is not known any more which "
    "messages they are. 1 copy was deleted."
)


@pytest.mark.parametrize("text", [f"/correct 1 {WHY}", "/retract 1 notice", "/retract 1 delete"])
async def test_what_is_older_than_the_bot_remembers_is_said_before_it_starts(desk: CopyDesk, text: str) -> None:
    article, [anna, ben, _, dora] = await desk.delivered(4)
    desk.house.world.history.remove(dora, desk.copy(dora)["message_id"])
    await desk.house.says(EDITH, f"/correct {article.number} first")
    await desk.turn()
    await _forget(desk, anna, ben)
    said = len(desk.house.screens(EDITH))
    await desk.house.says(EDITH, text)
    first, progress = desk.house.screens(EDITH)[said:]
    assert plain(first) == ACCOUNT
    assert "1 copies" in plain(progress) or "1 phones" in plain(progress)
    await desk.turn()
    assert "of 1 phones." in desk.screen


async def test_what_the_question_said_is_not_said_again(desk: CopyDesk) -> None:
    article, [anna, ben, _] = await desk.delivered()
    await _forget(desk, anna)
    await desk.changes(article, title="Cells")
    assert "1 copy is older than 90 days (NEWSBOT_KEEP)" in desk.screen
    said = len(desk.house.screens(EDITH))
    message, data = desk.house.button(EDITH, "Every copy")
    await desk.house.presses_data(EDITH, data, message)
    await desk.turn()
    assert len(desk.house.screens(EDITH)) == said
    await _forget(desk, ben)  # and when it is more than was said, it is
    await desk.house.presses_data(EDITH, data, message)
    assert any("2 copies are older than 90 days" in text for text in desk.house.screens(EDITH)[said:])


async def test_nothing_is_said_where_every_copy_can_be_changed(desk: CopyDesk) -> None:
    article, _ = await desk.delivered()
    said = len(desk.house.screens(EDITH))
    await desk.house.says(EDITH, f"/correct {article.number} {WHY}")
    assert len(desk.house.screens(EDITH)) == said + 1


# Taking back


async def test_copies_become_a_notice_with_the_reason_and_another_picture(desk: CopyDesk) -> None:
    article, people = await desk.delivered()
    before = [desk.copy(person) for person in people]
    await desk.house.says(EDITH, f"/retract {article.number} notice the quote was made up")
    await desk.turn()
    for person, old in zip(people, before, strict=True):
        new = desk.copy(person)
        assert new["message_id"] == old["message_id"]
        assert plain(new["caption"]) == "Grid\n\nThis story was taken back: the quote was made up"
        assert "reply_markup" not in new
        assert new["photo"] != old["photo"]
    assert await desk.copies(article) == ChangedCopies(noticed=3)
    assert "Turned into a notice on 3 of 3 phones." in desk.screen
    await desk.house.says(ANNA, "/latest")
    assert "Grid" not in desk.house.screen(ANNA)


async def test_what_becomes_of_copies_is_said_in_the_editors_language(desk: CopyDesk) -> None:
    article, people = await desk.delivered()
    await desk.house.says(EDITH, "/settings language de")
    await desk.house.says(EDITH, f"/retract {article.number} Hinweis: das Zitat war erfunden")
    await desk.turn()
    for person in people:
        assert plain(desk.copy(person)["caption"]) == "Grid\n\nThis story was taken back: das Zitat war erfunden"


async def test_young_copies_are_deleted_and_older_ones_become_notices(desk: CopyDesk) -> None:
    article, [anna, ben] = await desk.delivered(2)
    async with desk.house.db.transaction() as conn:
        await conn.execute("UPDATE receipts SET sent_at = sent_at - 3 * 86400 WHERE chat = ?", (ben,))
    await desk.house.says(EDITH, f"/retract {article.number} delete")
    await desk.turn()
    assert desk.house.messages(anna) == []
    assert plain(desk.copy(ben)["caption"]) == "Grid\n\nThis story was taken back."
    assert await desk.copies(article) == ChangedCopies(deleted=1, noticed=1)


async def test_a_copy_that_its_reader_had_deleted_counts_as_deleted(desk: CopyDesk) -> None:
    article, [anna, ben] = await desk.delivered(2)
    desk.house.world.history.remove(anna, desk.copy(anna)["message_id"])
    await desk.house.says(EDITH, f"/retract {article.number} notice")
    await desk.turn()
    found = await desk.copies(article)
    assert (found.noticed, found.deleted, found.not_retracted, found.retracting) == (1, 1, 0, 0)
    assert "This story was taken back." in desk.copy(ben)["caption"]


async def test_a_file_that_retracts_stops_at_once_and_asks_about_the_copies(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered()
    await desk.room.take({"grid.md": again(article.story, published=True)})
    await desk.changes(article, published=False)
    gone = "#1 Grid is in no list any more, and nothing more of it leaves. 3 delivered copies can be deleted"
    assert desk.screen.startswith(gone)
    assert desk.house.buttons(EDITH)[-1] == ["Delete copies", "Turn into a notice"]
    assert "Grid" in desk.copy(anna)["caption"]
    await desk.house.presses(EDITH, "Turn into a notice")
    await desk.turn()
    assert await desk.copies(article) == ChangedCopies(noticed=3)


async def test_take_back_asks_and_then_offers_what_becomes_of_the_copies(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered()
    await desk.turn()
    await desk.house.says(EDITH, f"/retract {article.number}")
    assert "3 chats have it. Their copies stay as they are until you decide." in desk.screen
    assert desk.house.buttons(EDITH)[-1] == ["Delete copies", "Turn into a notice"]
    assert "excerpt" in desk.copy(anna)["caption"]
    await desk.house.presses(EDITH, "Delete copies")
    await desk.turn()
    assert desk.house.messages(anna) == []
    assert "Deleted on 3 of 3 phones." in desk.screen


async def test_what_arrives_only_after_the_retraction_went_round_is_taken_back_too(desk: CopyDesk) -> None:
    """A message on the wire at that moment is settled late: its row was claimed before."""
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid", "Energy", pictures=())
    hang = desk.house.world.faults
    hang.add(Refuse(429, "Too Many Requests: retry after 3"), chat=people[1], times=1)
    await desk.room.publish(article, by=EDITH)
    await desk.room.run()
    await desk.house.says(EDITH, f"/retract {article.number} delete")
    await desk.turn()
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.turn()
    assert [desk.house.messages(person) for person in people] == [[], []]


async def test_a_correction_reaches_copies_that_are_on_the_wire_when_there_are_no_others(desk: CopyDesk) -> None:
    article, people, arrive = await desk.under_way()
    await desk.house.says(EDITH, f"/correct {article.number} {WHY}")
    arrive.set()
    await desk.turn()
    assert all(WHY in desk.copy(person)["text"] for person in people)
    assert await desk.copies(article) == ChangedCopies(corrected=3)
    assert "Corrected on 3 of 3 phones." in desk.screen


@pytest.mark.parametrize(("how", "left"), [("delete", 0), ("notice", 3)])
async def test_copies_that_are_on_the_wire_are_taken_back_when_there_are_no_others(
    desk: CopyDesk, how: str, left: int
) -> None:
    article, people, arrive = await desk.under_way()
    await desk.house.says(EDITH, f"/retract {article.number} {how}")
    arrive.set()
    await desk.turn()
    assert sum(bool(desk.house.messages(person)) for person in people) == left
    assert not any("excerpt" in str(desk.house.messages(person)) for person in people)
    assert await desk.copies(article) == (ChangedCopies(noticed=3) if left else ChangedCopies(deleted=3))


async def test_a_file_that_changes_while_the_first_copies_are_on_the_wire_asks_about_them(desk: CopyDesk) -> None:
    article, people, arrive = await desk.under_way()
    async with desk.house.db.reading() as conn:
        now = (await articles.article(conn, article.number)).story
    await desk.room.take({"grid.md": again(now, title="A pond")})
    arrive.set()
    await desk.turn()
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    assert all("A pond" in desk.copy(person)["text"] for person in people)


@pytest.mark.parametrize("text", ["/retract 1 burn it", "/retract 1 deleted"])
async def test_words_that_say_nothing_about_copies_change_nothing(desk: CopyDesk, text: str) -> None:
    article, [anna, *_] = await desk.delivered()
    await desk.house.says(EDITH, text)
    assert desk.screen.startswith("Nothing was changed. Write /retract 1, or with")
    await desk.turn()
    assert "Grid" in desk.copy(anna)["caption"]
    async with desk.house.db.reading() as conn:
        assert (await articles.article(conn, article.number)).is_listed


async def test_bad_corrections_get_one_answer_and_change_nothing(desk: CopyDesk) -> None:
    article, [anna, *_] = await desk.delivered()
    caption = desk.copy(anna)["caption"]
    await desk.house.says(EDITH, f"/correct {article.number} {'x' * 301}")
    assert desk.screen == "A reason has at most 300 characters; nothing was changed."
    await desk.house.says(EDITH, "/correct 99 why")
    assert desk.screen.startswith("No single article goes by “99”.")
    draft = await desk.room.draft("other", "Energy")
    await desk.house.says(EDITH, f"/correct {draft.number} why")
    assert desk.screen.endswith("is in no list, so there is nothing to correct.")
    await desk.turn()
    assert desk.copy(anna)["caption"] == caption


async def test_for_others_the_commands_do_not_exist(desk: CopyDesk) -> None:
    article, _ = await desk.delivered()
    await desk.house.says(BEN, f"/correct {article.number} {WHY}")
    assert desk.house.screen(BEN) == "There is nothing for that here. /help lists what there is."
    await desk.house.says(EDITH, f"/retract {article.number}")
    message, data = desk.house.button(EDITH, "Delete copies")
    await desk.house.presses_data(BEN, data, message)
    await desk.turn()
    assert await desk.copies(article) == ChangedCopies()


async def test_an_answer_to_the_articles_message_names_it(desk: CopyDesk) -> None:
    await desk.room.follow([EDITH], "Energy")
    article, _ = await desk.delivered(1)
    own = desk.house.messages(EDITH)[-1]
    assert "Grid" in own["caption"]
    await desk.house.says(EDITH, f"/correct {WHY}", reply_to=own["message_id"])
    await desk.turn()
    assert WHY in desk.copy(20_000)["caption"]
    assert replace(await desk.copies(article), reasons=()) == ChangedCopies(corrected=2)


async def test_taking_copies_back_is_stopped_and_goes_on(desk: CopyDesk) -> None:
    article, people = await desk.delivered(pictures=())
    await desk.house.says(EDITH, f"/retract {article.number} notice {WHY}")
    await desk.house.presses(EDITH, "Stop")
    await desk.turn()
    assert "stopped. 0 of 3 copies are changed, 3 stay as they are." in desk.screen
    assert await desk.house.presses(EDITH, "Go on") == "Sending the rest"
    await desk.turn()
    assert [WHY in plain(desk.copy(person)["text"]) for person in people] == [True] * 3
    assert "Turned into a notice on 3 of 3 phones." in desk.screen
