"""Editing an article in chat: what is typed is done at once, and shown as readers will see it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from edit_desk import Desk, edit_desk
from newsroom_samples import plain
from story import ANNA, BEN, EDITH

from bot.domain.article import ArticleState
from bot.services.content import links
from bot.store.content import articles, topics


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with edit_desk(tmp_path) as desk:
        yield desk


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
        (
            "subtitle Another",
            "“subtitle” cannot be edited here: title, excerpt, link, topics, picture, ",
        ),
        ("title <b></b>", "The title would be empty; nothing was changed."),
        (f"title {'long ' * 101}", "The title has at most 500 characters; nothing was changed."),
        ("title Grid", "#1 Grid says that already; nothing was changed."),
        ("excerpt ...", "The excerpt would be empty; nothing was changed."),
        ("excerpt Grid", "That says no more than the title; nothing was changed."),
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
    assert (await desk.says("/edit 1 Titel <b></b>")).startswith("Dieses Feld wäre dann leer: Titel.")


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


# Beside what the file says

ASKED = (
    "#1 Cells for the grid: its file or feed says something else now (title): “Grid, revised”. "
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
    assert plain(desk.house.screen(EDITH)) == "#1 Cells for the grid: what was edited stays (title)."
    await desk.told(heat=902)
    assert (await desk.article()).story.title == "Cells for the grid"
    assert len(desk.house.messages(EDITH)) == said
    await desk.told(title="Grid, revised again")
    assert "“Grid, revised again”" in plain(desk.house.screen(EDITH))


async def test_the_files_words_are_taken_on_and_from_then_on_the_file_counts(desk: Desk) -> None:
    await edited(desk)
    await desk.house.presses(EDITH, "Take the other")
    assert (await desk.article()).story.title == "Grid, revised"
    assert "#1 Grid, revised: now as its file or feed says (title)." in map(plain, desk.house.screens(EDITH))
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


async def test_what_was_edited_of_a_links_draft_outlives_its_excerpt_and_the_file_that_brings_it(desk: Desk) -> None:
    told = replace(
        (await desk.article()).story, title="As the page says", link="https://news.example/page", excerpt=None
    )
    drafted = await links.draft(desk.house.db, told, now=desk.house.clock(), by=EDITH)
    number = drafted.article.number
    await desk.says(f"/edit {number} title Cells for the grid")
    await links.add_excerpt(desk.house.db, number, "Some words.", now=desk.house.clock())
    await desk.room.take({"page.md": told})
    story = (await desk.article(number)).story
    assert (story.title, story.excerpt) == ("Cells for the grid", None)


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


# With buttons


async def test_a_field_is_chosen_with_buttons_and_the_next_words_are_its_value(desk: Desk) -> None:
    assert await desk.chooses() == "Write the new title of #1 Grid. It says now: Grid"
    assert desk.house.buttons(EDITH) == [["Cancel"]]
    assert (await desk.says("Cells for the grid")).startswith("#1 Cells for the grid (draft)")
    await desk.chooses("Excerpt")
    assert (await desk.says("...")).startswith("The excerpt would be empty")
    await desk.says("Another text.")  # it is still asked for
    assert (await desk.article()).story.excerpt == "Another text."
    await desk.says("Robotics")  # and now no more
    assert (await desk.article()).story.excerpt == "Another text."


@pytest.mark.parametrize(
    ("field", "words"), [("Link", "https://news.example/new"), ("Title", "Robotics"), ("Excerpt", "Robotics")]
)
async def test_each_field_takes_its_own_kind_of_words(desk: Desk, field: str, words: str) -> None:
    await desk.chooses(field)
    await desk.says(words)
    story = (await desk.article()).story
    assert {"Link": story.link, "Excerpt": story.excerpt, "Title": story.title}[field] == words
    assert [entry.detail for entry in await desk.edits()] == [field.lower()]


async def test_what_is_cancelled_or_long_ago_takes_no_words_and_a_link_is_no_title(desk: Desk) -> None:
    await desk.chooses()
    await desk.house.presses(EDITH, "Cancel")
    assert plain(desk.house.screen(EDITH)) == "#1 Grid stays as it is."
    await desk.says("Not a title")
    await desk.chooses()
    await desk.says("https://news.example/grid")  # known already: it is shown
    assert (await desk.article()).story.title == "Grid"
    desk.house.clock.advance(timedelta(minutes=31))
    await desk.says("Not a title")
    assert (await desk.article()).story.title == "Grid"
    assert await desk.edits() == []


async def test_without_a_field_or_a_value_they_are_asked_for(desk: Desk) -> None:
    assert await desk.says("/edit 1") == "What of #1 Grid is to change?"
    assert desk.house.buttons(EDITH) == [
        ["Title", "Excerpt"],
        ["Link", "Topics"],
        ["Picture", "Credit"],
        ["Related articles"],
        ["Cancel"],
    ]
    assert await desk.says("/edit 1 title") == "Write the new title of #1 Grid. It says now: Grid"
    await desk.says("Cells for the grid")
    assert (await desk.article()).story.title == "Cells for the grid"
    assert (await desk.says("/edit")).startswith("Which article?")


async def test_of_two_editors_the_later_one_sees_what_changed_and_decides(desk: Desk) -> None:
    await desk.says(f"/editors add {BEN} editor")
    for person in (EDITH, BEN):
        await desk.chooses(person=person)
    await desk.says("By Ben", person=BEN)
    asked = await desk.says("By Edith")
    assert asked == (
        "#1 By Ben was changed while you wrote.\n"
        "Ben Okafor (7002) changed the title: Grid → By Ben\n"
        "It says now (title): By Ben\n"
        "Yours: By Edith"
    )
    assert (await desk.article()).story.title == "By Ben"
    assert desk.house.buttons(EDITH) == [["Use mine", "Leave it"], ["Open #1"]]
    mine = desk.house.button(EDITH, "Use mine")
    await desk.says("Some other words")  # nothing is asked for but the decision
    await desk.house.presses_data(EDITH, mine[1], mine[0])
    assert (await desk.article()).story.title == "By Edith"
    await desk.house.presses_data(EDITH, mine[1], mine[0])
    assert len(await desk.edits()) == 2


async def test_the_later_one_leaves_it_and_is_asked_again_when_it_changed_once_more(desk: Desk) -> None:
    await desk.says(f"/editors add {BEN} editor")
    await desk.chooses()
    await desk.told(heat=5)  # readers see nothing of that: there is nothing to decide
    await desk.told(excerpt="By the file.")
    asked = await desk.says("By Edith")
    assert asked.startswith("#1 Grid was changed while you wrote.\nIt says now (title): Grid\n")
    await desk.says("/edit 1 title By Ben", person=BEN)
    await desk.house.presses(EDITH, "Use mine")
    assert "Ben Okafor (7002) changed the title: Grid → By Ben" in plain(desk.house.screen(EDITH))
    await desk.house.presses(EDITH, "Leave it")
    assert plain(desk.house.screen(EDITH)) == "#1 By Ben stays as it is."
    assert (await desk.article()).story.title == "By Ben"


async def test_contributors_have_the_button_at_their_own_drafts_only_and_forged_ones_change_nothing(desk: Desk) -> None:
    await desk.says(f"/editors add {BEN} contributor")
    story = {"title": "Ben's", "webUrl": "https://news.example/ben", "publishedDateTime": "2026-03-02T10:00Z"}
    await desk.house.uploads(BEN, "ben.json", json.dumps(story).encode())
    await desk.says("/preview 2", person=BEN)
    assert desk.house.buttons(BEN) == [["Edit"]]
    message_id = desk.house.messages(BEN)[-1]["message_id"]
    await desk.says("/publish 2")
    await desk.says("/preview 2", person=BEN)
    assert desk.house.buttons(BEN) == []
    for data in ("1:edit:2", "1:edit_field:2:0", "1:edit_field:2:99", "1:edit_field:1:0", "1:edit_anyway:2"):
        await desk.house.presses_data(BEN, data, message_id)
        await desk.says("Forged", person=BEN)
    assert {(await desk.article(1)).story.title, (await desk.article(2)).story.title} == {"Grid", "Ben's"}
