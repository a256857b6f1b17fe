"""Fixtures for every room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story import StoryHouse, story_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    """The real bot among people; see `story`."""
    async with story_house(tmp_path) as house:
        yield house
