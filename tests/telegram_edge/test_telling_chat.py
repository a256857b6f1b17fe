"""Readers are told of a correction when an editor wants it so, and whoever saved what is taken back is told of that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import plain
from press_room import PressRoom, again, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Article
from bot.domain.change_note import Change
from bot.domain.chat import ChatState
from bot.domain.delivery_time import Quiet, Timing
from bot.store.content import articles
from bot.store.delivery import change_notes
from bot.store.desk import audit_log
from bot.store.readers import chat_settings, chats, timings
from bot.telegram_edge.notifications.notifier import Notifier

WHY = "one person was arrested, not seven."


class Desk:
    """A running bot with an editor, and people who follow Energy."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.house = room.house
        self.progress = Notifier(self.house.ctx)

    async def delivered(self, people: int = 3) -> tuple[Article, list[int]]:
        """Publish an article to so many people."""
        ids = await self.room.people(people)
        await self.room.follow(ids, "Energy")
        article = await self.room.draft("grid", "Energy", pictures=())
        await self.room.publish(article, by=EDITH)
        await self.room.run()
        return article, ids

    async def corrected(self, people: int = 3) -> tuple[Article, list[int]]:
        """Publish an article to so many people and correct their copies."""
        article, ids = await self.delivered(people)
        await self.says(f"/correct {article.number} {WHY}")
        await self.turn()
        return article, ids

    async def says(self, text: str, person: int = EDITH) -> None:
        await self.house.says(person, text)

    async def turn(self) -> None:
        """Let everything happen that is due, a few times: what is asked, sent and shown."""
        for _ in range(3):
            await self.room.run()
            await self.progress.turn()
            await self.progress.settled()
            self.house.clock.advance(timedelta(seconds=2))

    def notes(self, chat: int) -> list[dict[str, Any]]:
        """Return what a chat got that is no article."""
        return [one for one in self.house.messages(chat) if "excerpt" not in one["text"]]

    async def acts(self) -> list[tuple[str, int | None, str | None]]:
        async with self.house.db.reading() as conn:
            return [(one.act, one.article, one.detail) for one in await audit_log.latest(conn)]

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))


@pytest.fixture
async def desk(house: StoryHouse, tmp_path: Path) -> AsyncIterator[Desk]:
    await house.starts(EDITH)
    async with press_room(house, tmp_path) as room:
        yield Desk(room)


# Of a correction


async def test_all_who_have_it_are_told_in_an_answer_to_their_copy(desk: Desk) -> None:
    article, people = await desk.corrected()
    copies = {person: desk.house.messages(person)[0]["message_id"] for person in people}
    await desk.house.presses(EDITH, "Tell readers")
    assert desk.screen.startswith("#1 Grid: tell readers of the correction? It comes as an answer to the copy")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["3 who have it"]]
    await desk.house.presses(EDITH, "3 who have it")
    await desk.turn()
    for person in people:
        [note] = desk.notes(person)
        assert plain(note["text"]).startswith("Grid\n\nCorrected 12:0")
        assert plain(note["text"]).endswith(f": {WHY}")
        assert note["reply_to_message"]["message_id"] == copies[person]
        [[button]] = note["reply_markup"]["inline_keyboard"]
        assert (button["text"], button["url"]) == ("Open", f"https://t.me/{desk.house.ctx.bot_username}?start=a_1")
        assert not note.get("disable_notification")
    assert desk.screen.startswith("The note on the correction of #1 is out. 3 sent, 0 had blocked the bot, 0 failed")
    assert ("tell", article.number, "all") in await desk.acts()


async def test_only_who_saved_it_is_told_also_without_a_copy(desk: Desk) -> None:
    article, [anna, ben, _] = await desk.delivered()
    await desk.house.starts(ANNA, f"a_{article.number}")
    for person in (anna, ANNA):
        await desk.house.presses(person, "Save")
    await desk.says(f"/correct {article.number} {WHY}")
    await desk.turn()
    await desk.says(f"/tell {article.number} saved")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["2 who saved it"]]
    await desk.house.presses(EDITH, "2 who saved it")
    await desk.turn()
    assert WHY in plain(desk.notes(anna)[-1]["text"]) and "reply_to_message" in desk.notes(anna)[-1]
    assert WHY in plain(desk.notes(ANNA)[-1]["text"]) and "reply_to_message" not in desk.notes(ANNA)[-1]
    assert desk.notes(ben) == []


async def test_no_chat_is_told_the_same_twice(desk: Desk) -> None:
    article, [anna, ben, cara] = await desk.delivered()
    await desk.house.presses(anna, "Save")
    await desk.says(f"/correct {article.number} {WHY}")
    await desk.turn()
    await desk.says(f"/tell {article.number}")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["3 who have it", "1 who saved it"]]
    await desk.house.presses(EDITH, "1 who saved it")
    await desk.turn()
    await desk.says(f"/tell {article.number}")
    assert desk.house.buttons(EDITH) == [["Leave it"], ["2 who have it"]]
    await desk.house.presses(EDITH, "2 who have it")
    await desk.turn()
    await desk.says(f"/tell {article.number}")
    assert "there is nobody left to tell" in desk.screen
    assert [len(desk.notes(person)) for person in (anna, ben, cara)] == [1, 1, 1]
    await desk.says(f"/correct {article.number} the other way round")  # which is another one
    await desk.turn()
    await desk.says(f"/tell {article.number}")
    assert desk.house.buttons(EDITH)[-1] == ["3 who have it", "1 who saved it"]


async def test_two_editors_who_press_at_once_tell_once(desk: Desk) -> None:
    article, people = await desk.corrected()
    await desk.says(f"/tell {article.number}")
    message, data = desk.house.button(EDITH, "3 who have it")
    for _ in range(2):
        await desk.house.presses_data(EDITH, data, message)
    await desk.turn()
    await desk.house.presses_data(EDITH, data, message)
    await desk.turn()
    assert [len(desk.notes(person)) for person in people] == [1, 1, 1]


async def test_who_paused_or_takes_no_announcements_is_told_nothing_and_quiet_hours_come_first(desk: Desk) -> None:
    article, [anna, ben, cara, dora] = await desk.corrected(4)
    async with desk.house.db.transaction() as conn:
        await chats.set_state(conn, anna, ChatState.PAUSED, desk.house.clock())
        await chat_settings.set_announcements(conn, ben, False)
    await _asleep(desk, cara)
    await desk.says(f"/tell {article.number}")
    await desk.house.presses(EDITH, "2 who have it")
    await desk.turn()
    assert [len(desk.notes(person)) for person in (anna, ben, cara, dora)] == [0, 0, 0, 1]
    assert "1 chat gets it at its own time" in desk.screen
    desk.house.clock.advance(timedelta(hours=2))
    await desk.turn()
    assert [len(desk.notes(person)) for person in (anna, ben, cara, dora)] == [0, 0, 1, 1]


async def _asleep(desk: Desk, person: int) -> None:
    """Let a chat have quiet hours for two hours more."""
    async with desk.house.db.transaction() as conn:
        await timings.choose(conn, person, Timing(quiet=Quiet(11 * 60, 14 * 60)))


async def test_a_note_that_waits_is_dropped_when_the_article_is_taken_back(desk: Desk) -> None:
    article, [anna, ben, cara] = await desk.corrected()
    await _asleep(desk, anna)
    await desk.says(f"/tell {article.number} all")
    await desk.house.presses(EDITH, "3 who have it")
    await desk.turn()
    await desk.says(f"/retract {article.number}")
    desk.house.clock.advance(timedelta(hours=2))
    await desk.turn()
    assert [len(desk.notes(person)) for person in (anna, ben, cara)] == [0, 1, 1]


async def test_the_note_names_the_title_of_today(desk: Desk) -> None:
    article, [anna, *_] = await desk.corrected()
    await _asleep(desk, anna)
    await desk.says(f"/tell {article.number}")
    await desk.house.presses(EDITH, "3 who have it")
    await desk.turn()
    async with desk.house.db.reading() as conn:
        now = (await articles.article(conn, article.number)).story
    await desk.room.take({"grid.md": again(now, title="Cells")})
    desk.house.clock.advance(timedelta(hours=2))
    await desk.turn()
    assert plain(desk.notes(anna)[-1]["text"]).startswith("Cells\n\nCorrected ")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/tell 1 everybody", "Nothing was sent. Write /tell 1, /tell 1 all or /tell 1 saved."),
        ("/tell 99", "No single article goes by “99”."),
        ("/tell 1", "#1 Grid was not corrected since it came out, so there is nothing to tell readers."),
    ],
)
async def test_what_cannot_be_told_gets_one_answer(desk: Desk, text: str, answer: str) -> None:
    _, people = await desk.delivered()
    await desk.says(text)
    assert desk.screen.startswith(answer)
    await desk.turn()
    assert [desk.notes(person) for person in people] == [[], [], []]


async def test_for_others_it_does_not_exist(desk: Desk) -> None:
    article, people = await desk.corrected()
    await desk.says(f"/tell {article.number} all", person=BEN)
    assert desk.house.screen(BEN) == "There is nothing for that here. /help lists what there is."
    await desk.says(f"/tell {article.number} all")
    message, data = desk.house.button(EDITH, "3 who have it")
    await desk.house.presses_data(BEN, data, message)
    await desk.turn()
    assert [desk.notes(person) for person in people] == [[], [], []]


async def test_nobody_is_told_when_an_editor_leaves_it(desk: Desk) -> None:
    article, people = await desk.corrected()
    await desk.says(f"/tell {article.number}")
    await desk.house.presses(EDITH, "Leave it")
    await desk.turn()
    assert desk.screen == "#1 Grid: nobody is told. The line in each copy says it."
    assert [desk.notes(person) for person in people] == [[], [], []]


# Of a retraction


async def _saved(desk: Desk) -> tuple[Article, list[int]]:
    """Deliver an article of which two of three keep it."""
    article, people = await desk.delivered()
    for person in people[:2]:
        await desk.house.presses(person, "Save")
    return article, people


def _told(desk: Desk, people: list[int]) -> list[int]:
    return [sum("You saved this story." in one["text"] for one in desk.notes(person)) for person in people]


@pytest.mark.parametrize("how", ["", " delete", " notice it was made up"])
async def test_who_saved_it_is_told_once_that_it_was_taken_back(desk: Desk, how: str) -> None:
    article, people = await _saved(desk)
    await desk.says(f"/retract {article.number}{how}")
    assert any("2 chats have saved it and are told." in plain(text) for text in desk.house.screens(EDITH)[-2:])
    await desk.turn()
    assert _told(desk, people) == [1, 1, 0]
    why = ": it was made up" if how.endswith("up") else "."
    assert plain(desk.notes(people[0])[-1]["text"]) == f"Grid\n\nYou saved this story. It was taken back{why}"
    if not how:
        await desk.house.presses(EDITH, "Turn into a notice")
        await desk.turn()
        assert _told(desk, people) == [1, 1, 0]
    await desk.says("/saved", person=people[0])
    assert "Grid" not in desk.house.screen(people[0])


@pytest.mark.parametrize("how", ["", " delete", " notice it was made up"])
async def test_nobody_is_told_when_it_is_taken_back_quietly(desk: Desk, how: str) -> None:
    article, people = await _saved(desk)
    await desk.says(f"/retract {article.number} quietly{how}")
    await desk.turn()
    if not how:
        await desk.house.presses(EDITH, "Delete copies")
        await desk.turn()
    assert _told(desk, people) == [0, 0, 0]


@pytest.mark.parametrize(("button", "told"), [("Take back", [1, 1, 0]), ("Take back, tell nobody", [0, 0, 0])])
async def test_the_question_before_says_who_is_told(desk: Desk, button: str, told: list[int]) -> None:
    article, people = await _saved(desk)
    await desk.turn()
    await desk.house.presses(EDITH, "Take back") if "Take back" in str(desk.house.buttons(EDITH)) else None
    message, data = await _take_back_button(desk, article)
    await desk.house.presses_data(EDITH, data, message)
    assert desk.screen.endswith("2 chats have saved it and are told.")
    await desk.house.presses(EDITH, button)
    await desk.turn()
    assert _told(desk, people) == told


async def _take_back_button(desk: Desk, article: Article) -> tuple[int, str]:
    await desk.says(f"/preview {article.number}")
    await desk.house.presses(EDITH, "More") if "Take back" not in str(desk.house.buttons(EDITH)) else None
    return desk.house.button(EDITH, "Take back")


@pytest.mark.parametrize(("is_quiet", "told"), [(False, [1, 1, 0]), (True, [0, 0, 0])])
async def test_of_what_a_file_takes_back_they_are_told_when_the_copies_are_decided_about(
    desk: Desk, is_quiet: bool, told: list[int]
) -> None:
    article, people = await _saved(desk)
    await desk.room.take({"grid.md": again(article.story, published=True)})
    await desk.room.take({"grid.md": again(article.story, published=False)})
    await desk.turn()
    assert _told(desk, people) == [0, 0, 0]
    assert desk.screen.endswith("2 chats have saved it, and are told when you decide.")
    if is_quiet:
        await desk.house.presses(EDITH, "Do not tell them")
        assert "saved it" not in desk.screen
    assert desk.house.buttons(EDITH)[-1] == ["Delete copies", "Turn into a notice"]
    await desk.house.presses(EDITH, "Turn into a notice")
    await desk.turn()
    assert _told(desk, people) == told
    assert (("tell nobody", article.number, None) in await desk.acts()) is is_quiet


async def test_what_is_published_again_is_not_told_and_taken_back_again_it_is(desk: Desk) -> None:
    article, people = await _saved(desk)
    await _asleep(desk, people[0])
    await desk.says(f"/retract {article.number}")
    await desk.turn()
    assert _told(desk, people) == [0, 1, 0]
    await desk.says(f"/publish {article.number}")
    desk.house.clock.advance(timedelta(hours=2))
    await desk.turn()
    assert _told(desk, people) == [0, 1, 0]
    await desk.says(f"/retract {article.number}")
    await desk.turn()
    assert _told(desk, people) == [1, 2, 0]


async def test_who_takes_no_announcements_is_told_of_a_retraction_and_who_paused_is_not(desk: Desk) -> None:
    article, [anna, ben, cara] = await _saved(desk)
    async with desk.house.db.transaction() as conn:
        await chat_settings.set_announcements(conn, anna, False)
        await chats.set_state(conn, ben, ChatState.PAUSED, desk.house.clock())
    await desk.says(f"/retract {article.number}")
    await desk.turn()
    assert _told(desk, [anna, ben, cara]) == [1, 0, 0]


async def test_what_was_decided_of_a_retraction_stays_decided(desk: Desk) -> None:
    article, _ = await _saved(desk)
    await desk.says(f"/retract {article.number} quietly")
    async with desk.house.db.reading() as conn:
        found = await change_notes.latest(conn, article.number, Change.RETRACTION)
    assert found is not None and found.is_decided
    await desk.says(f"/retract {article.number} notice")
    await desk.turn()
    assert not any("saved it" in text for text in desk.house.screens(EDITH)[-3:])
