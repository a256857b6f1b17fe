"""Topics as authors misspell them, from the file to the telephones: held, asked, mended, and each reader once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from street import Street, buttons, street

from bot.sandbox.tour.stage import plain


async def _robotics(here: Street) -> int:
    """Start the bot with Anna following Robotics and Fence, AI known, and Edith who edits."""
    here.topic("robotics", "Robotics", shortname="Robots", hashtags=["#Automata"])
    here.topic("ai", "AI")
    here.topic("fence", "Fence")
    await here.open()
    await here.starts(here.cast.edith)
    await here.starts(here.cast.anna)
    await here.asks(here.cast.anna, "/subscribe Robotics, Fence")
    return here.cast.anna


def _front(here: Street, slug: str, *lines: str) -> None:
    """Write front matter as a person does, with these lines about topics and whatever else."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    head = f"title: {slug.capitalize()}\nwebUrl: https://news.example/{slug}\npublishedDateTime: {now}\npublished: true"
    here.write(f"{slug}.md", "---\n" + "\n".join([head, *lines]) + "\n---\nText.\n")


def _pushes(here: Street, chat: int, title: str) -> int:
    return len([one for one in here.screens(chat, title) if "Read" in buttons(one)])


@pytest.mark.parametrize(
    "line",
    [
        "topics: Robotics",
        "topics: AI, Robotics",
        'topics: "#Robotics"',
        "topics: '#AI #Robotics'",
        "topics: robots; ai",
        "topics: ['#automata']",
        "topics: |\n  AI\n  Robotics",
    ],
)
async def test_topics_in_another_tools_spelling_reach_their_readers(tmp_path: Path, line: str) -> None:
    async with street(tmp_path) as here:
        anna = await _robotics(here)
        _front(here, "arms", line)
        await here.sees(anna, "Arms")
        assert _pushes(here, anna, "Arms") == 1


@pytest.mark.parametrize("line", ["topics: [Robotik]", "tags: [Robotics]", "topics: ['Robotics, AI']", "topics:"])
async def test_what_would_reach_nobody_is_asked_at_once_and_mending_its_file_sends_it_once(
    tmp_path: Path, line: str
) -> None:
    async with street(tmp_path) as here:
        anna = await _robotics(here)
        here.write("bad.md", "---\ntitle: Bad\n---\n")  # a complaint, which waits for two minutes
        _front(here, "arms", line)
        asked = await here.sees(here.cast.edith, "so it would reach no one")
        assert "Robotics" in buttons(asked) and buttons(asked)[-3:-1] == ["Push anyway", "Archive"]
        await here.fence(anna)
        assert _pushes(here, anna, "Arms") == 0
        held = await here.shell("held")
        assert "arms" in held.out and "topic" in held.out
        for topics in ("topics: [Robotics]", "topics: [Robotics, AI]"):
            _front(here, "arms", topics)
            await here.sees(anna, "Arms")
            await here.fence(anna)
        assert _pushes(here, anna, "Arms") == 1


async def test_a_press_chooses_the_topic_and_a_second_editors_press_sends_nothing_twice(tmp_path: Path) -> None:
    grace = 515151
    async with street(tmp_path, ADMINS="7003,515151") as here:
        here.world.add_person("Grace", id=grace, has_started=True)
        anna = await _robotics(here)
        await here.starts(grace)
        _front(here, "arms", "topics: Robotik")
        questions = [await here.sees(editor, "“Robotik” is new here") for editor in (here.cast.edith, grace)]
        for editor, question in zip((here.cast.edith, grace), questions, strict=True):
            await here.presses(editor, "Robotics", question)
        await here.sees(anna, "Arms")
        await here.until(lambda: "is out. 1 sent" in plain(here.now(questions[0])), "the report")
        await here.fence(anna)
        assert _pushes(here, anna, "Arms") == 1
        assert "added a topic to #" in plain(await here.asks(here.cast.edith, "/log"))


async def test_a_new_topic_by_itself_is_answered_with_a_press_and_can_then_be_picked(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _robotics(here)
        _front(here, "tulips", "topics: [Gardening]")
        question = await here.sees(here.cast.edith, "“Gardening” is new here")
        await here.presses(here.cast.edith, "New topic Gardening", question)
        await here.until(lambda: "sent to no one" in plain(here.now(question)), "the report")
        assert "Following Gardening" in plain(await here.asks(anna, "/subscribe gardening"))
        _front(here, "roses", "topics: Gardening")
        await here.sees(anna, "Roses")
        assert _pushes(here, anna, "Tulips") == 0


async def test_names_with_commas_are_one_where_they_are_defined_or_stand_in_a_list(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _robotics(here)
        here.topic("both", "AI, Robotics")
        await here.fence(anna)
        ben = here.cast.ben
        await here.starts(ben)
        assert "Following AI, Robotics" in plain(await here.asks(ben, "/subscribe AI, Robotics"))
        _front(here, "arms", "topics: AI, Robotics")
        await here.sees(ben, "Arms")
        _front(here, "legs", "topics: ['AI, Robotics', Fence]")
        await here.sees(anna, "Legs")
        await here.sees(ben, "Legs")
        assert _pushes(here, anna, "Arms") == 0


async def test_a_name_that_only_an_article_brought_never_stands_before_a_known_one(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _robotics(here)
        here.article("bogus.json", topics=["Robotics, AI", "Droids"], published=False)
        await here.fence(anna)
        ben = here.cast.ben
        await here.starts(ben)
        followed = plain(await here.asks(ben, "/subscribe Robotics, AI"))
        assert "Robotics and AI" in followed or "AI and Robotics" in followed
        # A file gives a known topic a name that so far only that article bears.
        here.topic("robotics", "Robotics", shortname="Droids")
        await here.fence(anna)
        _front(here, "arms", "topics: [droids]")
        await here.sees(ben, "Arms")
        await here.sees(anna, "Arms")


async def test_warnings_reach_editors_from_the_folder_an_import_and_an_upload(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _robotics(here)
        edith = here.cast.edith
        story = {"title": "Arms", "webUrl": "https://news.example/a", "publishedDateTime": "2021-02-12", "tags": ["AI"]}
        said = here.world.upload(edith, edith, "arms.json", json.dumps(story).encode())["message_id"]
        answer = plain(await here.sees(edith, "", after=said))
        assert "#1 Arms is a draft." in answer
        assert "arms.json, line 1, tags: is not read; perhaps topics is meant" in answer
        here.write(
            "legs.md",
            "---\ntitle: Legs\nwebUrl: https://news.example/l\npublishedDateTime: 2021-02-12\nTopics: AI\n---\n",
        )
        told = plain(await here.sees(edith, "legs.md"))
        assert "legs.md, line 5, Topics: is not read; perhaps topics is meant" in told
        away = tmp_path / "away.md"
        away.write_text(
            "---\ntitle: Away\nwebUrl: https://news.example/w\npublishedDateTime: 2021-02-12\ntopics: [Robotik]\n---\n"
        )
        imported = await here.shell("import", str(away))
        assert (imported.status, imported.err) == (
            0,
            f"{away}:5: topics: warning: “Robotik” is no known topic; perhaps Robotics is meant\n",
        )


async def test_while_pushes_are_paused_everything_that_would_push_says_so(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _robotics(here)
        here.article("grid.json", published=False, topics=["Robotics"])
        await here.fence(anna)
        assert (await here.shell("pause")).status == 0
        assert "newsbot resume" in (await here.shell("stats")).out
        edith = here.cast.edith
        assert "newsbot resume" in plain(await here.asks(edith, "/stats"))
        await here.asks(edith, "/preview grid")
        assert "newsbot resume" in plain(await here.sees(edith, "It would go to 1 chat"))
        await here.presses(edith, "Publish to 1")
        await here.until(lambda: "newsbot resume" in plain(here.of_bot(edith)[-1]), "that pushes are paused")
        assert (await here.shell("resume")).status == 0
        await here.sees(anna, "Grid")
        assert "newsbot resume" not in plain(await here.asks(edith, "/stats"))
