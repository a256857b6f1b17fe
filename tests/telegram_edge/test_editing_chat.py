"""Editing an article in chat: what is typed is done at once, and shown as readers will see it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, story_house

from bot.domain.article import Article, ArticleState, Story
from bot.domain.audit import Entry
from bot.store.content import articles, topics
from bot.store.desk import audit_log
from bot.telegram_edge.notifications.progress_messages import ProgressMessages


class Desk:
    """A running bot with Edith, an editor who owns it, Ben, and a draft about Energy."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.house = room.house
        self.progress = ProgressMessages(self.house.ctx)
        self.files: dict[str, Story] = {}

    async def says(self, text: str, person: int = EDITH, **how: int) -> str:
        await self.house.says(person, text, **how)
        return plain(self.house.screen(person))

    async def article(self, number: int = 1) -> Article:
        async with self.house.db.reading() as conn:
            return await articles.article(conn, number)

    async def topics(self, number: int = 1) -> list[str]:
        async with self.house.db.reading() as conn:
            article = await articles.article(conn, number)
            names = await topics.names(conn, article.topics)
        return [names[topic] for topic in article.topics]

    async def edits(self) -> list[Entry]:
        async with self.house.db.reading() as conn:
            return [entry for entry in await audit_log.latest(conn) if entry.act == "edit"]

    async def told(self, slug: str = "grid", **fields: Any) -> None:
        """Let an article's file say something else, and whatever is due because of it happen."""
        if slug not in self.files:
            async with self.house.db.reading() as conn:
                self.files[slug] = (await articles.find(conn, slug)).story
        self.files[slug] = replace(self.files[slug], **fields)
        await self.room.take({f"{slug}.md": self.files[slug]})
        await self.turn()

    async def turn(self) -> None:
        for _ in range(2):
            await self.room.run()
            await self.progress.turn()
            await self.progress.settled()
            self.house.clock.advance(timedelta(seconds=2))

    async def deliver(self) -> int:
        """Publish the draft to one reader, who is returned."""
        [reader] = await self.room.people(1)
        await self.room.follow([reader], "Energy")
        await self.room.publish(await self.article(), by=EDITH)
        await self.room.run()
        return reader


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with story_house(tmp_path, undo="0") as house, press_room(house, tmp_path) as room:
        for person in (EDITH, BEN, ANNA):
            await house.starts(person)
        await room.follow([ANNA], "Robotics")
        await room.draft("grid", "Energy")
        yield Desk(room)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("title", "Cells for  the grid", "Cells for the grid"),
        ("TITLE:", "Cells & <b>more</b>", "Cells & more"),
        ("excerpt", "One more\nword.", "One more word."),
        ("text", "One more word.", "One more word."),
        ("link", "https://news.example/another-path", "https://news.example/another-path"),
    ],
)
async def test_what_is_typed_is_done_shown_as_readers_see_it_and_logged(
    desk: Desk, field: str, value: str, shown: str
) -> None:
    before = await desk.article()
    note = await desk.says(f"/edit 1 {field} {value}")
    after = await desk.article()
    assert shown in (after.story.title, after.story.excerpt, after.story.link)
    assert (after.state, after.revision) == (ArticleState.DRAFT, before.revision + 1)
    assert note.startswith(f"#1 {after.story.title} (draft)")
    copy = desk.house.messages(EDITH)[-2]
    assert shown.split()[0] in plain(copy["caption"]) + json.dumps(copy)
    [entry] = await desk.edits()
    assert (entry.person, entry.article, entry.after) == (EDITH, 1, shown)
    assert entry.before in (before.story.title, before.story.excerpt, before.story.link)


async def test_topics_are_those_that_were_typed_and_no_others(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        numbers = await topics.resolve(conn, ["Robotics", "Added"])
        await articles.add_topic(conn, 1, numbers["Added"])
    assert await desk.topics() == ["Energy", "Added"]
    await desk.says("/edit 1 topics robotics, #energy, Robotics")
    assert await desk.topics() == ["Robotics", "Energy"]
    assert [(entry.before, entry.after) for entry in await desk.edits()] == [("Energy, Added", "Robotics, Energy")]
    revision = (await desk.article()).revision
    await desk.says("/edit 1 topics Robotics")
    assert await desk.topics() == ["Robotics"]
    assert (await desk.article()).revision == revision + 1


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("subtitle Another", "“subtitle” cannot be edited here: title, excerpt, link and topics can."),
        ("title", "The title would be empty; nothing was changed."),
        ("title <b></b>", "The title would be empty; nothing was changed."),
        (f"title {'long ' * 101}", "The title has at most 500 characters; nothing was changed."),
        ("title Grid", "#1 Grid says that already; nothing was changed."),
        ("excerpt ...", "The excerpt would be empty; nothing was changed."),
        ("excerpt Grid", "That says no more than the title; nothing was changed."),
        ("link", "The link would be empty; nothing was changed."),
        ("link nothing", "I cannot take this link: “nothing” is not a link"),
        ("link ftp://news.example/a", "I cannot take this link: “ftp://news.example/a” is not an http or https link"),
        ("link javascript:alert(1)", "I cannot take this link: “javascript:alert(1)” is a javascript: link"),
        ("link http://127.0.0.1/admin", "I cannot take this link: “http://127.0.0.1/admin” is "),
        ("link https://news.example/b and more", "One link is wanted, with nothing behind it; nothing was changed."),
        ("link https://news.example/other", "That is the link of #2, another article; nothing was changed."),
        ("topics ,", "The topics would be empty; nothing was changed."),
        ("topics Energy, Robotic", "No topic is called Robotic. Perhaps Robotics is meant; nothing was changed."),
        ("topics Gardening", "No topic is called Gardening; nothing was changed."),
    ],
)
async def test_what_cannot_be_is_answered_once_and_changes_nothing(desk: Desk, typed: str, answer: str) -> None:
    await desk.room.draft("other", "Energy")
    before, said = await desk.article(), len(desk.house.messages(EDITH))
    screen = await desk.says(f"/edit 1 {typed}")
    assert screen.startswith(answer)
    assert len(desk.house.messages(EDITH)) == said + 1
    assert await desk.article() == before
    assert await desk.topics() == ["Energy"]
    assert await desk.edits() == []


async def test_fields_go_by_their_names_in_the_editors_language(desk: Desk) -> None:
    await desk.says("/settings language de")
    await desk.says("/edit 1 Titel Zellen für das Netz")
    await desk.says("/edit 1 themen Robotics")
    await desk.says("/edit 1 excerpt Ein Satz.")
    story = (await desk.article()).story
    assert (story.title, story.excerpt, story.topics) == ("Zellen für das Netz", "Ein Satz.", ("Robotics",))
    assert (await desk.says("/edit 1 Titel")).startswith("Dieses Feld wäre dann leer: Titel.")


async def test_an_answer_to_an_articles_message_is_about_that_one(desk: Desk) -> None:
    await desk.says("/preview 1")
    await desk.says("/edit title Cells for the grid", reply_to=desk.house.messages(EDITH)[-2]["message_id"])
    assert (await desk.article()).story.title == "Cells for the grid"


async def test_what_somebody_has_is_asked_about_at_once_and_nobody_else_is_asked(desk: Desk) -> None:
    await desk.says(f"/editors add {BEN} editor")
    reader = await desk.deliver()
    others = len(desk.house.messages(BEN))
    asked = await desk.says("/edit 1 title Cells for the grid")
    assert asked.startswith("#1 Cells for the grid was changed: title. Lists show it already. 1 delivered copy shows ")
    assert desk.house.buttons(EDITH) == [["Lists only", "Every copy", "Leave it"]]
    await desk.turn()
    assert len(desk.house.messages(BEN)) == others
    assert plain(desk.house.messages(reader)[-1]["caption"]).startswith("Grid")
    await desk.house.presses(EDITH, "Every copy")
    await desk.turn()
    assert plain(desk.house.messages(reader)[-1]["caption"]).startswith("Cells for the grid")


async def test_topics_of_what_somebody_has_are_no_correction(desk: Desk) -> None:
    reader = await desk.deliver()
    note = await desk.says("/edit 1 topics Robotics")
    assert note.startswith("#1 Grid (published)")
    await desk.room.run()
    assert len(desk.house.messages(reader)) == 1
    assert desk.house.messages(ANNA)[-1]["from"]["is_bot"] and "Grid" not in str(desk.house.messages(ANNA))


async def test_contributors_edit_their_own_drafts_and_to_readers_there_is_no_such_command(desk: Desk) -> None:
    assert (await desk.says("/edit 1 title Mine", person=BEN)).startswith("There is nothing for that here.")
    await desk.says(f"/editors add {BEN} contributor")
    assert (await desk.says("/edit 1 title Mine", person=BEN)).startswith("No single article goes by “1”")
    story = {"title": "Ben's", "webUrl": "https://news.example/ben", "publishedDateTime": "2026-03-02T10:00Z"}
    await desk.house.uploads(BEN, "ben.json", json.dumps(story).encode())
    await desk.says("/edit 2 title By Ben", person=BEN)
    assert (await desk.article(2)).story.title == "By Ben"
    await desk.says("/publish 2")
    assert (await desk.says("/edit 2 title Too late", person=BEN)).startswith("You can change drafts that you made")
    assert (await desk.article(2)).story.title == "By Ben"
    assert (await desk.article(1)).story.title == "Grid"


async def test_what_was_typed_while_newsbot_was_not_running_is_not_done(desk: Desk) -> None:
    desk.house.world.say(EDITH, EDITH, "/edit 1 title Another")
    desk.house.clock.advance(timedelta(minutes=11))
    await desk.house.settle()
    assert "#1 Grid was not changed; send it again if it is still meant." in plain(desk.house.screen(EDITH))
    assert (await desk.article()).story.title == "Grid"


async def test_without_a_field_it_is_said_how_one_is_typed(desk: Desk) -> None:
    assert (await desk.says("/edit 1")).startswith("What of #1 Grid is to change? Write /edit 1, the field (title, ")
    assert (await desk.says("/edit")).startswith("Which article?")


# Beside what the file says

ASKED = (
    "#1 Cells for the grid: its file or feed has another title now: “Grid, revised”. "
    "Edited in chat, and still shown: “Cells for the grid”."
)


async def edited(desk: Desk) -> None:
    """Edit the title, then let the file change elsewhere, and then there."""
    await desk.told()
    await desk.says("/edit 1 title Cells for the grid")
    said = len(desk.house.messages(EDITH))
    await desk.told(heat=900, excerpt="Other words from the file.")
    story = (await desk.article()).story
    assert (story.title, story.excerpt, story.heat) == ("Cells for the grid", "Other words from the file.", 900)
    assert len(desk.house.messages(EDITH)) == said
    await desk.told(title="Grid, revised")
    assert (await desk.article()).story.title == "Cells for the grid"
    assert len(desk.house.messages(EDITH)) == said + 1
    assert plain(desk.house.screen(EDITH)) == ASKED
    assert desk.house.buttons(EDITH) == [["Keep ours", "Take the other"], ["Open #1"]]


async def test_what_was_edited_is_kept_and_asked_about_once_until_the_file_changes_there_again(desk: Desk) -> None:
    await edited(desk)
    await desk.told(heat=901)
    said = len(desk.house.messages(EDITH))
    await desk.house.presses(EDITH, "Keep ours")
    assert plain(desk.house.screen(EDITH)) == "#1 Cells for the grid: the title stays as it was edited."
    await desk.told(heat=902)
    assert (await desk.article()).story.title == "Cells for the grid"
    assert len(desk.house.messages(EDITH)) == said
    await desk.told(title="Grid, revised again")
    assert "“Grid, revised again”" in plain(desk.house.screen(EDITH))


async def test_the_files_words_are_taken_on_and_from_then_on_the_file_counts(desk: Desk) -> None:
    await edited(desk)
    await desk.house.presses(EDITH, "Take the other")
    assert (await desk.article()).story.title == "Grid, revised"
    assert "#1 Grid, revised: the title is what its file or feed says." in map(plain, desk.house.screens(EDITH))
    assert plain(desk.house.screen(EDITH)).startswith("#1 Grid, revised (draft)")
    [newest, _] = await desk.edits()
    assert (newest.before, newest.after) == ("Cells for the grid", "Grid, revised")
    await desk.told(title="Grid, once more")
    assert (await desk.article()).story.title == "Grid, once more"


async def test_an_old_question_redraws_what_is_true_now_and_changes_nothing(desk: Desk) -> None:
    await edited(desk)
    old = desk.house.button(EDITH, "Take the other")
    await desk.told(title="Grid, a third time")
    newer = desk.house.button(EDITH, "Keep ours")
    await desk.house.presses_data(EDITH, old[1], old[0])
    assert (await desk.article()).story.title == "Cells for the grid"
    redrawn = next(one for one in desk.house.messages(EDITH) if one["message_id"] == old[0])
    assert "“Grid, a third time”" in plain(redrawn["text"])
    await desk.house.presses_data(EDITH, newer[1], newer[0])
    await desk.house.presses_data(EDITH, newer[1].replace("edit_keep", "edit_take"), newer[0])
    assert plain(desk.house.screen(EDITH)) == "#1 Cells for the grid: nothing is to be decided there any more."
    assert (await desk.article()).story.title == "Cells for the grid"


async def test_the_files_words_of_what_somebody_has_ask_about_its_copies(desk: Desk) -> None:
    await desk.deliver()
    await desk.told()
    await desk.says("/edit 1 title Cells for the grid")
    await desk.house.presses(EDITH, "Leave it")
    await desk.told(title="Grid, revised")
    assert plain(desk.house.screen(EDITH)) == ASKED
    await desk.house.presses(EDITH, "Take the other")
    assert plain(desk.house.screen(EDITH)).startswith("#1 Grid, revised was changed: title")
    assert desk.house.buttons(EDITH) == [["Lists only", "Every copy", "Leave it"]]


async def test_many_edited_stories_that_change_at_once_are_told_in_one_message(desk: Desk) -> None:
    for n in range(2, 7):
        await desk.room.draft(f"story-{n}", "Energy")
        await desk.says(f"/edit {n} title Edited {n}")
    stories = {f"story-{n}.md": replace((await desk.article(n)).story, title=f"Changed {n}") for n in range(2, 7)}
    said = len(desk.house.messages(EDITH))
    await desk.room.take(stories)
    await desk.turn()
    assert len(desk.house.messages(EDITH)) == said + 1
    assert plain(desk.house.screen(EDITH)).startswith(
        "5 articles were edited in chat, and their files or feeds say something else there now: #2, #3, #4, #5, #6."
    )
