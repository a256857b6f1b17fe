"""Owners invite editors and let them go; to everybody else none of that is there."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import plain
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.store import editors
from bot.store.editors import Role

NOTHING = "There is nothing for that here."


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with story_house(tmp_path) as house:
        for person in (ANNA, BEN, EDITH):
            await house.starts(person)
        yield house


async def invited(house: StoryHouse) -> str:
    """Return the payload of a fresh link."""
    await house.says(EDITH, "/editors")
    await house.presses(EDITH, "Invite an editor")
    found = re.search(r"start=(e_[\w-]{22})$", plain(house.screen(EDITH)))
    assert found is not None, house.screen(EDITH)
    return found[1]


async def roles(house: StoryHouse) -> dict[int, Role]:
    async with house.db.reading() as conn:
        return await editors.editors(conn, house.inside.settings.admins)


async def test_who_opens_the_link_first_is_an_editor_until_an_owner_lets_them_go(house: StoryHouse) -> None:
    link = await invited(house)
    await house.starts(BEN, link)
    assert house.screen(BEN).startswith("You are an editor of ")
    await house.starts(ANNA, link)
    assert "used already" in house.screen(ANNA)
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    await house.says(BEN, "/drafts")
    assert house.screen(BEN).startswith("No drafts.")
    await house.says(EDITH, "/editors")
    assert house.screen(EDITH) == f"Who may publish\nowner {EDITH}\neditor {BEN}"
    assert await house.presses(EDITH, f"Let {BEN} go") == f"{BEN} is no editor any more"
    assert house.buttons(EDITH) == [["Invite an editor"]]
    await house.says(BEN, "/drafts")
    assert house.screen(BEN).startswith(NOTHING)
    person = house.world.people[BEN]
    assert "drafts" not in [one["command"] for one in house.world.commands_for(person, house.world.chats[BEN])]
    await house.says(EDITH, "/log")
    assert [line.rpartition(": ")[2] for line in plain(house.screen(EDITH)).split("\n")[1:]] == [
        f"let an editor go ({BEN})",
        "invited an editor",
    ]


async def test_a_link_lasts_for_fifteen_minutes(house: StoryHouse) -> None:
    link = await invited(house)
    house.clock.advance(timedelta(minutes=15))
    await house.starts(BEN, link)
    assert await roles(house) == {EDITH: Role.OWNER}


async def test_no_editor_adds_editors_or_lets_anybody_go(house: StoryHouse) -> None:
    await house.starts(BEN, await invited(house))
    await house.says(BEN, "/editors")
    assert house.screen(BEN).startswith(NOTHING)
    await house.says(BEN, "/help")
    assert "/drafts" in house.screen(BEN) and "/editors" not in house.screen(BEN)
    message_id = house.messages(BEN)[-1]["message_id"]
    said = len(house.messages(BEN))
    for data in ("1:editor_invite", f"1:editor_let_go:{BEN}", "1:editor_let_go"):
        await house.presses_data(BEN, data, message_id)
    assert len(house.messages(BEN)) == said
    assert await roles(house) == {EDITH: Role.OWNER, BEN: Role.EDITOR}


async def test_nobody_lets_an_owner_go(house: StoryHouse) -> None:
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.OWNER, None, house.clock())
    await house.says(EDITH, "/editors")
    message_id = house.messages(EDITH)[-1]["message_id"]
    for person in (ANNA, EDITH, 12345):
        await house.presses_data(EDITH, f"1:editor_let_go:{_base36(person)}", message_id)
    assert await roles(house) == {EDITH: Role.OWNER, ANNA: Role.OWNER}


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]
