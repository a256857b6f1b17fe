"""Writers that take their time, under the final name, beside the real process: readers get the whole, once."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from street import PATIENCE, Json, Street, buttons, street

from bot.sandbox.tour.stage import plain

pytestmark = pytest.mark.slow  # real seconds pass between the pieces of a file

JPEG = next((Path(__file__).resolve().parents[2] / "seeds/articles").glob("*.jpg")).read_bytes()
PROMPT = 15.0  # seconds from the last write to the message: less than the half-minute of the next scan


def fields(name: str, *lines: str) -> str:
    """Return an article whose flag comes first, as the worst of orders has it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return "\n".join(
        ("published: true", f"publishedDateTime: {now}", f"webUrl: https://news.example/{name}", *lines, "")
    )


async def write_in_pieces(place: Path, *pieces: str | bytes, rest: float) -> float:
    """Write one piece after the other, `rest` seconds apart; return when the last was written."""
    with place.open("wb", buffering=0) as file:
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(rest)
            file.write(piece if isinstance(piece, bytes) else piece.encode())
    return time.monotonic()


async def pushed(here: Street, person: int, text: str) -> Json:
    """Return the one push about something, once everything before a fence has been looked at."""
    await here.sees(person, text)
    here.article("fence.json", "Fence")
    await here.sees(person, "Fence")
    (only,) = (one for one in here.screens(person, text) if "Read" in buttons(one))
    return only


async def test_a_headline_that_is_cut_for_four_seconds_goes_out_whole(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in()
        end = await write_in_pieces(
            here.content / "mayor.md",
            f"---\n{fields('mayor', 'topics: [Energy]')}title: Mayor says she is",
            " not the one to blame\n---",
            rest=4.0,
        )
        await here.sees(anna, "Mayor says")
        assert time.monotonic() - end < PROMPT
        assert "Mayor says she is not the one to blame" in plain(await pushed(here, anna, "Mayor says"))


@pytest.mark.parametrize("front", [True, False])
async def test_a_file_that_is_cut_before_its_topics_finds_its_readers(tmp_path: Path, front: bool) -> None:
    line = "---\n" if front else ""
    async with street(tmp_path) as here:
        anna, ben = await here.move_in()
        name = "grid.md" if front else "grid.yaml"
        head = f"{line}{fields('grid', 'title: Grid')}"
        await write_in_pieces(here.content / name, head, "topics:\n", f"  - Energy\n{line}", rest=1.0)
        for person in (anna, ben):
            await pushed(here, person, "Grid")


async def test_json_in_pieces_goes_out_whole_and_a_file_rewritten_with_its_flag_last_stays_out(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        text = f'{{"published": true, "publishedDateTime": "{now}", "webUrl": "https://news.example/wind", '
        await write_in_pieces(here.content / "wind.json", text, '"title": "Wind", "topics": ["Ener', 'gy"]}', rest=1.0)
        await pushed(here, anna, "Wind")
        (here.content / "wind.json").unlink()
        words = fields("wind", "title: Wind and waves", "topics: [Energy]").removeprefix("published: true\n")
        end = len(words) // 2
        await write_in_pieces(here.content / "wind.yaml", words[:end], words[end:], "published: true\n", rest=1.0)
        # Again in place, and this time the flag comes later than any quiet time.
        await asyncio.sleep(3.5)
        await write_in_pieces(here.content / "wind.yaml", words, "published: true\n", rest=3.5)
        await asyncio.sleep(3.0)
        await pushed(here, anna, "Wind")
        logged = (await here.shell("log", "--json")).out
        assert "retract" not in logged and logged.count('"publish"') == 2  # its own and the fence's
        assert "Wind and waves" in plain(await here.asks(anna, "/latest Energy"))


async def test_what_is_being_written_while_the_bot_starts_is_not_taken_half(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in()
        assert await here.close() == 0
        place = here.content / "late.yaml"
        writing = asyncio.create_task(
            write_in_pieces(place, fields("late", "topics: [Energy]"), "title: Late", " but whole\n", rest=1.0)
        )
        await asyncio.sleep(0.5)
        await here.open()
        await writing
        assert "Late but whole" in plain(await pushed(here, anna, "Late"))


async def test_a_picture_in_pieces_arrives_whole_with_its_story_and_nobody_is_troubled(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in()
        messages = len(here.screens(here.cast.edith))
        here.article("mine.json", images=[{"url": "mine.jpg"}])
        await asyncio.sleep(3.0)
        third = len(JPEG) // 3
        end = await write_in_pieces(
            here.content / "mine.jpg", JPEG[:third], JPEG[third : 2 * third], JPEG[2 * third :], rest=2.5
        )
        push = await here.sees(anna, "Mine")
        assert time.monotonic() - end < PROMPT
        assert here.file(push["photo"][-1]["file_id"]) == JPEG
        assert len(here.screens(here.cast.edith, "mine.")) == 0 and len(here.screens(here.cast.edith)) == messages


async def test_a_picture_that_is_not_there_is_named_by_check_and_its_story_does_not_leave_without_it(
    tmp_path: Path,
) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in()
        place = here.article("mine.json", images=[{"url": "mine.jpg"}])
        printed = await here.shell("check", place)
        assert printed.status == 0 and "images[0].url: warning: " in printed.err
        await asyncio.sleep(3.0)
        assert here.screens(anna, "Mine") == []


async def test_a_story_without_its_picture_at_the_start_of_a_restored_copy_is_held_like_the_others(
    tmp_path: Path,
) -> None:
    async with street(tmp_path, UNDO="0") as here:
        anna, _ = await here.move_in()
        assert (await here.shell("backup", "copy.db")).status == 0
        assert await here.close() == 0
        assert (await here.shell("restore", "copy.db")).status == 0
        here.article("meanwhile.json")
        here.article("mine.json", images=[{"url": "mine.jpg"}])
        await here.open()
        await here.sees(here.cast.edith, "held")
        here.write("mine.jpg", JPEG)
        async with asyncio.timeout(PATIENCE):
            while "Mine" not in (await here.shell("held")).out:
                pass
        assert here.screens(anna, "Mine") == [] and here.screens(anna, "Meanwhile") == []


async def test_a_cut_file_is_refused_at_once_at_the_shell(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        here.write("cut.md", "---\ntitle: Mayor says she is")
        for command in ("check", "import"):
            began = time.monotonic()
            printed = await here.shell(command, "content")
            assert printed.status == 1 and "cut.md:2: file: the front matter has no end" in printed.err
            assert time.monotonic() - began < 10
