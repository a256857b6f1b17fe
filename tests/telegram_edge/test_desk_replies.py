"""Replying to an article's message stands for naming it."""

from pathlib import Path

import pytest
from desk_stories import plain
from press_room import PressRoom, press_room
from story import EDITH, StoryHouse

from bot.domain.article import HeldWhy
from bot.store.content import articles


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


async def test_a_reply_to_a_note_a_held_question_or_a_progress_stands_for_the_article(room: PressRoom) -> None:
    house = room.house
    await house.starts(EDITH)
    await room.draft("quiet-robots", "Robotics")
    article = await room.draft("grid-storage", "Energy")
    await house.says(EDITH, f"/preview {article.number}")
    note = house.messages(EDITH)[-1]["message_id"]
    await house.says(EDITH, "/publish", reply_to=note)
    assert await _state(room, article.number) == "published"
    progress = house.messages(EDITH)[-1]["message_id"]
    await house.says(EDITH, "/retract", reply_to=progress)
    assert await _state(room, article.number) == "retracted"
    async with room.db.transaction() as conn:
        await articles.hold(conn, 1, HeldWhy.BURST)
    await house.says(EDITH, "/drafts")
    await house.presses(EDITH, "Choose")
    await house.says(EDITH, "/publish", reply_to=house.messages(EDITH)[-1]["message_id"])
    assert await _state(room, 1) == "published"


async def test_a_reply_to_a_list_of_several_stands_for_none(room: PressRoom) -> None:
    house = room.house
    await house.starts(EDITH)
    for slug in ("grid-storage", "quiet-robots"):
        await room.draft(slug, "Energy")
    await house.says(EDITH, "/drafts")
    await house.says(EDITH, "/publish", reply_to=house.messages(EDITH)[-1]["message_id"])
    assert house.screen(EDITH).startswith("Which article?")


async def test_what_may_mean_several_articles_is_answered_with_three_of_them(room: PressRoom) -> None:
    house = room.house
    await house.starts(EDITH)
    for place in range(5):
        await room.draft(f"grid-{place}", "Energy", title=f"Grid story {place}")
    await house.says(EDITH, "/publish grid")
    assert plain(house.screen(EDITH)) == "Several articles go by “grid”. Which one?"
    assert [plain(label) for [label] in house.buttons(EDITH)] == [f"#{n + 1} Grid story {n}" for n in (4, 3, 2)]
    _, data = house.button(EDITH, house.buttons(EDITH)[0][0])
    await house.presses_data(EDITH, data, house.messages(EDITH)[-1]["message_id"])
    assert plain(house.screen(EDITH)).startswith("#5 Grid story 4 (draft)")
    await house.says(EDITH, "/publish grid-4")
    assert await _state(room, 5) == "published"
    await house.says(EDITH, "/retract grid")
    await house.presses_data(EDITH, house.button(EDITH, house.buttons(EDITH)[0][0])[1], _newest(house))
    assert plain(house.screen(EDITH)).startswith("Take #5 Grid story 4 back?")
    assert await _state(room, 5) == "published"


def _newest(house: StoryHouse) -> int:
    return int(house.messages(EDITH)[-1]["message_id"])
