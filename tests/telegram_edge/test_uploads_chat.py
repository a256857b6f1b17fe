"""Documents from editors: drafts, or refusals with their line and field."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from press_room import eventually
from story import ANNA, EDITH

from bot.content.files.uploads import MAX_ENTRIES
from bot.domain.article import ArticleState
from bot.domain.role import Role
from bot.sandbox.world.faults import Held
from bot.services.newsroom import roles
from bot.store.content import articles
from bot.store.desk import editors, notices

GOOD = b"""---
title: Cells for the grid
webUrl: https://news.example/%s
publishedDateTime: 2026-02-28T10:00:00Z
published: true
topics: [Energy]
---
"""
BAD = b"""---
title: Grid storage
webUrl: https://news.example/grid
publishedDateTime: 31.02.2026
---
"""
TOPIC = b"""---
taxonomy: topic
_id: energy
name: Energy
---
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


async def states(desk: Desk) -> dict[ArticleState, int]:
    async with desk.house.db.reading() as conn:
        return await articles.counts(conn)


async def test_a_document_becomes_a_draft_whatever_its_flag_says(desk: Desk) -> None:
    await desk.house.uploads(EDITH, "cells.md", GOOD % b"cells")
    assert desk.screen == "#1 Cells for the grid is a draft. New topics: Energy. Nobody follows these topics."
    assert desk.buttons == [["Open #1"]]
    assert await states(desk) == {ArticleState.DRAFT: 1}
    await desk.presses("Open #1")
    assert desk.screen.startswith("#1 Cells for the grid (draft)") and desk.buttons[-1] == ["Publish to 0"]


async def test_topics_that_somebody_follows_are_no_news_after_an_upload(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(2), "Energy")
    await desk.house.uploads(EDITH, "cells.md", GOOD % b"cells")
    assert desk.screen == "#1 Cells for the grid is a draft."


async def test_a_draft_without_topics_is_said_to_have_none(desk: Desk) -> None:
    await desk.house.uploads(EDITH, "cells.md", (GOOD % b"cells").replace(b"topics: [Energy]\n", b""))
    assert desk.screen == "#1 Cells for the grid is a draft. It has no topics."


async def test_a_refusal_names_file_line_and_field_and_is_told_once(desk: Desk) -> None:
    archive = zipped({"a.md": GOOD % b"a", "deep/b.md": GOOD % b"b", "grid-storage.md": BAD, "__MACOSX/x.md": b""})
    await desk.house.uploads(EDITH, "three.zip", archive)
    assert desk.screen.startswith(
        "2 of 3 files are drafts now. Not taken: grid-storage.md, line 4, publishedDateTime: “31.02.2026” is not a date"
    )
    assert desk.screen.endswith("Send the file again when fixed.")
    assert desk.buttons == [["Open drafts"]]
    messages = len(desk.screens)
    await desk.passes(700)
    assert len(desk.screens) == messages


async def test_several_drafts_are_named_with_a_button_each(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(2), "Energy")
    cities = (GOOD % b"b").replace(b"Energy", b"Energy, Night Trains").replace(b"Cells for the grid", b"Trains")
    alone = (GOOD % b"c").replace(b"Energy", b"Tulips").replace(b"Cells for the grid", b"Bulbs")
    await desk.house.uploads(EDITH, "three.zip", zipped({"a.md": GOOD % b"a", "b.md": cities, "c.md": alone}))
    assert desk.screen == (
        "3 of 3 files are drafts now. New topics: Night Trains, Tulips. Nobody follows the topics of #3.\n"
        "#1 Cells for the grid\n#2 Trains\n#3 Bulbs"
    )
    assert desk.buttons == [["Open #1", "Open #2", "Open #3"], ["Open drafts"]]


async def test_one_of_three_is_a_draft(desk: Desk) -> None:
    await desk.house.uploads(EDITH, "three.zip", zipped({"a.md": GOOD % b"a", "grid.md": BAD, "other.md": BAD}))
    assert desk.screen.startswith("1 of 3 files is a draft now. Not taken: ")


async def test_a_story_sent_twice_is_known_and_a_changed_one_changes(desk: Desk) -> None:
    await desk.house.uploads(EDITH, "cells.md", GOOD % b"cells")
    await desk.house.uploads(EDITH, "cells-again.md", GOOD % b"cells")
    assert desk.screen == "Known already, and not changed: #1."
    await desk.house.uploads(EDITH, "cells.md", (GOOD % b"cells").replace(b"for the grid", b"for cars"))
    assert desk.screen == "Changed: #1."


async def test_a_story_that_a_file_owns_is_reported_and_not_touched(desk: Desk) -> None:
    await desk.room.draft("grid", "Energy")
    await desk.house.uploads(EDITH, "mine.md", GOOD % b"grid")
    assert desk.screen.startswith("mine.md tells the story of #1, which a file of the content folder brought")
    messages = len(desk.screens)
    await desk.passes(700)
    assert len(desk.screens) == messages


async def test_topic_files_are_taken_too(desk: Desk) -> None:
    await desk.house.uploads(EDITH, "energy.md", TOPIC)
    assert desk.screen == "1 topic is stored."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("notes.docx", b"PK\x03\x04 no archive", "notes.docx is not a zip archive that can be read."),
        ("photo.jpg", b"\xff\xd8\xff", "photo.jpg is none of .json .markdown .md .txt .yaml .yml .zip."),
        ("empty.md", b"", "empty.md is empty."),
        ("latin.md", b"---\ntitle: caf\xe9\n---\n", "latin.md, line 2: is not UTF-8; save it as UTF-8."),
        ("nothing.zip", zipped({}), "nothing.zip"),
        ("many.zip", zipped({f"{n}.md": b"x" for n in range(MAX_ENTRIES + 1)}), "many.zip holds more than 200 files."),
        ("bomb.zip", zipped({f"{n}.md": b"0" * 2**20 for n in range(30)}), "bomb.zip unpacks to more than 20 MiB."),
        ("huge.zip", zipped({"huge.md": b"0" * 2**22}), "huge.md is larger than 1 MiB."),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_its_reason(desk: Desk, name: str, data: bytes, reason: str) -> None:
    await desk.house.uploads(EDITH, name, data)
    assert reason in desk.screen
    assert await states(desk) == {}


async def test_a_server_of_one_s_own_that_keeps_files_on_its_disk_has_them_read_from_there(
    desk: Desk, tmp_path
) -> None:
    """With `--local`, getFile gives an absolute path and the server hands out no files over HTTP.

    Source: https://core.telegram.org/bots/api#using-a-local-bot-api-server
    """
    desk.house.world.keeps_files_in = tmp_path / "files"
    (tmp_path / "files").mkdir()
    await desk.house.uploads(EDITH, "cells.md", GOOD % b"cells")
    assert desk.screen.startswith("#1 Cells for the grid is a draft.")


async def test_a_folder_of_that_server_which_newsbot_cannot_read_is_said_in_one_sentence(desk: Desk, tmp_path) -> None:
    desk.house.world.keeps_files_in = tmp_path / "nowhere"
    await desk.house.uploads(EDITH, "cells.md", GOOD % b"cells")
    assert desk.screen.startswith("The Bot API server keeps this document in a folder that I may not read.")
    assert await states(desk) == {}


async def test_names_in_an_archive_lead_nowhere(desk: Desk, tmp_path: Path) -> None:
    names = ("../../outside.md", "/etc/absolute.md", "..\\..\\windows.md", "C:\\drive.md")
    await desk.house.uploads(EDITH, "sly.zip", zipped({name: GOOD % name[-9:-3].encode() for name in names}))
    assert desk.screen.startswith("4 of 4 files are drafts now.")
    assert not any(tmp_path.parent.glob("outside.md"))
    async with desk.house.db.reading() as conn:
        found = await articles.desk(conn)
    assert {article.slug for article in found} == {"outside", "absolute", "windows", "drive"}


async def test_a_readers_document_is_nothing(desk: Desk) -> None:
    await desk.house.starts(ANNA)
    await desk.house.uploads(ANNA, "cells.md", GOOD % b"cells")
    assert await states(desk) == {}
    assert desk.house.screen(ANNA).startswith("There is nothing for that here.")


async def test_refusals_of_uploads_leave_nothing_for_others_to_be_told(desk: Desk) -> None:
    await desk.house.uploads(EDITH, "grid-storage.md", BAD)
    async with desk.house.db.reading() as conn:
        assert await notices.untold(conn) == []


async def test_who_is_let_go_while_their_document_is_fetched_adds_nothing(desk: Desk) -> None:
    """Whoever may act is asked when the act happens, not when it was asked for."""
    house = desk.house
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.EDITOR, EDITH, house.clock())
    await house.starts(ANNA)
    for name, is_let_go in (("kept.md", False), ("lost.md", True)):
        go_on = asyncio.Event()
        house.world.faults.add(Held(go_on), method="getFile", times=1)
        house.world.faults.happened.clear()
        house.world.upload(ANNA, ANNA, name, GOOD % name.encode())
        working = asyncio.create_task(house.settle())
        await eventually(lambda: bool(house.world.faults.happened))
        if is_let_go:
            await roles.change_role(house.db, ANNA, None, by=EDITH, admins=frozenset({EDITH}), now=house.clock())
        go_on.set()
        await working
    assert house.screen(ANNA) == "There is nothing for that here. /help lists what there is."
    async with house.db.reading() as conn:
        assert [article.story.link for article in await articles.desk(conn, limit=9)] == [
            "https://news.example/kept.md"
        ]
