"""Numbers that no row can have, typed: they are unknown numbers, and no fault of ours.

SQLite refuses to be asked for an integer beyond 64 bits. Source: https://sqlite.org/datatype3.html
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from newsroom_samples import SECTIONS, define, put
from story import ANNA, EDITH, StoryHouse, story_house

FAULT = "The fault is on this side"
ABSURD = (str(2**63), str(-(2**63) - 1), "-1", "0", "9" * 4000)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    async with story_house(tmp_path) as house:
        await define(house, *SECTIONS)
        await put(house, *(f"Story {place}" for place in range(3)), worn=["Energy"])
        for person in (ANNA, EDITH):
            await house.starts(person)
        yield house


@pytest.mark.parametrize("command", ["preview", "publish", "retract", "delivery", "log", "drafts", "editors"])
async def test_an_editor_who_types_a_number_that_no_article_has_is_answered(town: StoryHouse, command: str):
    for number in ABSURD:
        before = len(town.screens(EDITH))
        await town.says(EDITH, f"/{command} #{number}")
        said = town.screens(EDITH)[before:]
        assert said and FAULT not in " ".join(said), number[:30]


@pytest.mark.parametrize(
    "command",
    [
        "latest",
        "latest Energy",
        "top",
        "search",
        "subscribe",
        "unsubscribe",
        "settings calm",
        "settings zone",
        "topics",
    ],
)
async def test_a_reader_who_types_an_absurd_number_is_answered(town: StoryHouse, command: str):
    for number in ABSURD:
        before = len(town.screens(ANNA))
        await town.says(ANNA, f"/{command} {number}")
        said = town.screens(ANNA)[before:]
        assert said and FAULT not in " ".join(said), number[:30]


@pytest.mark.parametrize("prefix", ["a_", "t_", "o_", ""])
async def test_a_link_with_an_absurd_number_is_answered(town: StoryHouse, prefix: str):
    for number in ABSURD:
        before = len(town.screens(ANNA))
        await town.starts(ANNA, f"{prefix}{number}"[:64])
        said = town.screens(ANNA)[before:]
        assert said and FAULT not in " ".join(said), number[:30]
