"""
Digests that were delivered, after one of their stories was corrected or taken back.

Telegram edits text and blocks with the same method: https://core.telegram.org/bots/api#editmessagetext
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import plain
from press_room import PressRoom, again, eventually, press_room
from story import EDITH, StoryHouse

from bot.domain.article import Article
from bot.domain.chat import DigestForm
from bot.domain.copies import ChangedCopies
from bot.domain.delivery_time import Mode, Timing
from bot.sandbox.bot_api import rich_messages
from bot.sandbox.world.faults import Held, Refuse
from bot.services.readers import preferences
from bot.store.content import articles
from bot.store.delivery import copy_counts
from bot.store.readers import chats
from bot.telegram_edge.notifications.notifier import Notifier

MORNING = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


class Desk:
    """A running bot with an editor, and readers who get a digest in the morning."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.house = room.house
        self.progress = Notifier(self.house.ctx)

    async def readers(self, many: int, form: DigestForm = DigestForm.CLASSIC, first: int = 20_000) -> list[int]:
        ids = await self.room.people(many, first)
        await self.room.follow(ids, "Energy")
        for person in ids:
            async with self.house.db.reading() as conn:
                chat = await chats.chat(conn, person)
            assert chat is not None
            await preferences.set_delivery(self.house.db, chat, Timing(Mode.DAILY, minute=480), self.house.clock())
            await preferences.set_digest(self.house.db, chat, form)
        return ids

    async def published(self, *slugs: str) -> list[Article]:
        drafts = [await self.room.draft(slug, "Energy") for slug in slugs]
        for one in drafts:
            await self.room.publish(one, by=EDITH)
        await self.room.run()
        return drafts

    async def morning(self) -> None:
        self.house.clock.now = MORNING
        await self.turn()

    async def changes(self, article: Article, **fields: Any) -> None:
        """Let an article's file say something else, and every copy be corrected."""
        async with self.house.db.reading() as conn:
            now = (await articles.article(conn, article.number)).story
        await self.room.take({f"{article.slug}.md": again(now, **fields)})
        await self.house.says(EDITH, f"/correct {article.number} a slip")

    async def turn(self) -> None:
        for _ in range(3):
            await self.room.run()
            await self.progress.turn()
            await self.progress.settled()
            self.house.clock.advance(timedelta(seconds=2))

    async def copies(self, article: Article) -> ChangedCopies:
        async with self.house.db.reading() as conn:
            return await copy_counts.changed(conn, article.number)

    def digest(self, chat: int) -> dict[str, Any]:
        [only] = self.house.messages(chat)
        return only

    def says(self, chat: int) -> list[str]:
        one = self.digest(chat)
        return plain(rich_messages.plain(one) if "rich_message" in one else one["text"]).splitlines()


@pytest.fixture
async def desk(house: StoryHouse, tmp_path: Path) -> AsyncIterator[Desk]:
    await house.starts(EDITH)
    async with press_room(house, tmp_path) as room:
        yield Desk(room)


@pytest.mark.parametrize("form", [DigestForm.CLASSIC, DigestForm.RICH])
async def test_a_corrected_headline_stands_in_the_digest_that_was_delivered(desk: Desk, form: DigestForm) -> None:
    people = await desk.readers(2, form)
    first, _ = await desk.published("a-first", "b-second")
    await desk.morning()
    before, said = desk.digest(people[0]), desk.says(people[0])
    assert ("rich_message" in before) is (form is DigestForm.RICH)
    await desk.changes(first, title="A corrected headline")
    await desk.turn()
    for person in people:
        assert desk.digest(person)["message_id"] == before["message_id"] or person != people[0]
        assert desk.says(person) == [line.replace("A first", "A corrected headline") for line in said]
        assert ("rich_message" in desk.digest(person)) is (form is DigestForm.RICH)
    assert _buttons(desk.digest(people[0])) == _buttons(before)
    assert await desk.copies(first) == ChangedCopies(corrected=2)
    assert "Corrected on 2 of 2 phones." in plain(desk.house.screen(EDITH))


def _buttons(message: dict[str, Any]) -> list[str]:
    keys = [key["text"] for row in message["reply_markup"]["inline_keyboard"] for key in row]
    inner = rich_messages.buttons(message) if "rich_message" in message else []
    return keys + [key["text"] for row in inner for key in row]


@pytest.mark.parametrize("form", [DigestForm.CLASSIC, DigestForm.RICH])
@pytest.mark.parametrize("how", ["notice", "delete"])
async def test_the_line_of_what_is_taken_back_becomes_the_notice_and_the_others_stay(
    desk: Desk, form: DigestForm, how: str
) -> None:
    [anna] = await desk.readers(1, form)
    first, _ = await desk.published("a-first", "b-second")
    await desk.morning()
    message, said = desk.digest(anna)["message_id"], desk.says(anna)
    [others] = [line for line in said if "B second" in line]
    await desk.house.says(EDITH, f"/retract {first.number} {how} it was made up")
    await desk.turn()
    assert desk.digest(anna)["message_id"] == message
    now = desk.says(anna)
    assert others in now and now[0] == said[0] == "Your 08:00 news: 2 stories" and now[-1] == said[-1]
    at = next(place for place, line in enumerate(now) if line.endswith("A first"))
    assert now[at + 1] == "This story was taken back: it was made up"
    number = now[at].split(".")[0]
    assert f"Open {number}" not in _buttons(desk.digest(anna)) and len(_buttons(desk.digest(anna))) == 2
    assert first.story.link not in str(desk.digest(anna))
    assert (await desk.copies(first)).noticed == 1 and (await desk.copies(first)).not_retracted == 0


async def test_a_list_stays_and_single_copies_are_deleted(desk: Desk) -> None:
    [anna] = await desk.readers(1)
    [ben] = await desk.room.people(1, 30_000)
    await desk.room.follow([ben], "Energy")
    first, _ = await desk.published("a-first", "b-second")
    await desk.morning()
    await desk.house.says(EDITH, f"/retract {first.number}")
    await desk.house.presses(EDITH, "Delete copies")
    await desk.turn()
    assert [plain(one["caption"]).splitlines()[0] for one in desk.house.messages(ben)] == ["B second"]
    assert "This story was taken back." in desk.says(anna)
    counted = await desk.copies(first)
    assert (counted.deleted, counted.noticed, counted.not_retracted, counted.retracting) == (1, 1, 0, 0)


async def test_the_question_says_how_many_stand_in_digests(desk: Desk) -> None:
    await desk.readers(2)
    first, _ = await desk.published("a-first", "b-second")
    await desk.morning()
    await desk.room.take({"a-first.md": again(first.story, published=True)})
    await desk.room.take({"a-first.md": again(first.story, published=False)})
    await desk.turn()
    said = plain(desk.house.screen(EDITH))
    assert "2 of them stand in a list with other stories, where their line becomes a notice." in said


async def test_two_stories_of_a_digest_that_are_corrected_at_once_both_stand_in_it(desk: Desk) -> None:
    """The answer to the edit for the one is held back until the other was corrected too."""
    [anna] = await desk.readers(1)
    first, second = await desk.published("a-first", "b-second")
    await desk.morning()
    arrive = asyncio.Event()
    desk.house.world.faults.add(Held(arrive), chat=anna, times=1)
    await desk.changes(first, title="One")
    await desk.room.spread()
    desk.room.dispatcher.wake()
    await eventually(lambda: desk.house.world.faults.happened)
    await desk.changes(second, title="Two")
    arrive.set()
    await desk.turn()
    said = "\n".join(desk.says(anna))
    assert "One (" in said and "Two (" in said
    assert await desk.copies(first) == await desk.copies(second) == ChangedCopies(corrected=1)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("how", ["notice", "delete"])
async def test_a_digest_that_is_on_the_wire_when_a_story_is_taken_back_says_so_when_it_has_arrived(
    desk: Desk, how: str, which: int
) -> None:
    [anna] = await desk.readers(1)
    drafts = await desk.published("a-first", "b-second")
    arrive = asyncio.Event()
    desk.house.world.faults.add(Held(arrive), chat=anna, times=1)
    desk.house.clock.now = MORNING
    desk.room.dispatcher.wake()
    await eventually(lambda: desk.house.world.faults.happened)
    await desk.house.says(EDITH, f"/retract {drafts[which].number} {how}")
    arrive.set()
    await desk.turn()
    other = drafts[1 - which].story.title
    assert "This story was taken back." in desk.says(anna) and any(f"{other} (" in line for line in desk.says(anna))


async def test_a_digest_that_is_on_the_wire_is_corrected_when_it_has_arrived(desk: Desk) -> None:
    [anna] = await desk.readers(1)
    _, second = await desk.published("a-first", "b-second")
    arrive = asyncio.Event()
    desk.house.world.faults.add(Held(arrive), chat=anna, times=1)
    desk.house.clock.now = MORNING
    desk.room.dispatcher.wake()
    await eventually(lambda: desk.house.world.faults.happened)
    await desk.changes(second, title="Corrected headline")
    arrive.set()
    await desk.turn()
    assert any("Corrected headline (" in line for line in desk.says(anna))


async def test_a_correction_after_a_retraction_of_another_keeps_the_notice(desk: Desk) -> None:
    [anna] = await desk.readers(1)
    first, second = await desk.published("a-first", "b-second")
    await desk.morning()
    await desk.house.says(EDITH, f"/retract {first.number} notice it was made up")
    await desk.turn()
    await desk.changes(second, title="Two")
    await desk.turn()
    said = "\n".join(desk.says(anna))
    assert "This story was taken back: it was made up" in said and "Two (" in said
    await desk.changes(second, title="Three")  # and again: it is still known that it is a list
    await desk.turn()
    assert "Three (" in "\n".join(desk.says(anna))


@pytest.mark.parametrize(("act", "shown"), [("/correct", "Corrected headline"), ("/retract", "B second")])
async def test_a_digest_that_waits_follows(desk: Desk, act: str, shown: str) -> None:
    [anna] = await desk.readers(1)
    first, _ = await desk.published("a-first", "b-second")
    if act == "/correct":
        await desk.changes(first, title="Corrected headline")
    else:
        await desk.house.says(EDITH, f"/retract {first.number} notice")
    await desk.morning()
    said = "\n".join(desk.says(anna))
    assert shown in said and "A first" not in said
    assert said.startswith("Your 08:00 news: 2 stories" if act == "/correct" else "Your 08:00 news: 1 story")


async def test_what_waited_too_long_to_be_news_is_changed_in_its_list_too(desk: Desk) -> None:
    [anna] = await desk.room.people(1)
    await desk.room.follow([anna], "Energy")
    drafts = [await desk.room.draft(f"story-{n}", "Energy") for n in range(2)]
    for one in drafts:
        await desk.room.publish(one, by=EDITH)
    await desk.room.spread()
    desk.house.clock.advance(timedelta(days=2))
    await desk.turn()
    assert desk.says(anna)[0] == "2 stories you have not had yet"
    await desk.changes(drafts[0], title="Corrected headline")
    await desk.house.says(EDITH, f"/retract {drafts[1].number} notice")
    await desk.turn()
    said = desk.says(anna)
    assert any(line.startswith("Corrected headline (") for line in said) and "This story was taken back." in said


async def test_blocks_that_are_refused_become_text(desk: Desk) -> None:
    [anna] = await desk.readers(1, DigestForm.RICH)
    first, _ = await desk.published("a-first", "b-second")
    await desk.morning()
    assert "rich_message" in desk.digest(anna)
    desk.house.world.faults.add(Refuse(400, "Bad Request: RICH_MESSAGE_INVALID"), chat=anna, times=2)
    await desk.changes(first, title="Corrected headline")
    await desk.turn()
    assert "Corrected headline" in desk.digest(anna)["text"]
    assert await desk.copies(first) == ChangedCopies(corrected=1)


async def test_a_digest_that_its_reader_deleted_is_accounted_for(desk: Desk) -> None:
    [anna] = await desk.readers(1)
    first, _ = await desk.published("a-first", "b-second")
    await desk.morning()
    desk.house.world.history.remove(anna, desk.digest(anna)["message_id"])
    await desk.changes(first, title="Corrected headline")
    await desk.turn()
    counted = await desk.copies(first)
    assert (counted.corrected, counted.not_corrected) == (0, 1)
