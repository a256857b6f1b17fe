"""Replying to an article's message stands for naming it."""

from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import EDITH, StoryHouse


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path):
    async with press_room(house, tmp_path) as room:
        yield room


async def test_a_reply_to_a_copy_or_an_opened_article_names_it(room: PressRoom) -> None:
    house = room.house
    await house.starts(EDITH)
    first = await room.draft("grid-storage", "Energy")
    await room.draft("quiet-robots", "Robotics")
    await house.says(EDITH, f"/preview {first.number}")
    copy = next(message for message in house.messages(EDITH) if "Grid storage" in message.get("caption", ""))
    await house.says(EDITH, "/publish", reply_to=copy["message_id"])
    assert await _state(room, first.number) == "published"
    await house.says(EDITH, f"/start a_{first.number}")
    opened = house.messages(EDITH)[-1]
    await house.says(EDITH, "/retract", reply_to=opened["message_id"])
    assert await _state(room, first.number) == "retracted"


async def _state(room: PressRoom, number: int) -> str:
    async with room.db.reading() as conn:
        [row] = await conn.execute_fetchall("SELECT state FROM articles WHERE number = ?", (number,))
    return str(row["state"])
