"""Fixtures for every room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from story import StoryHouse, story_house

from bot.zones import use_newest

use_newest()  # as the command does at its start

# A slow or busy machine is no failure.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    """The real bot among people; see `story`."""
    async with story_house(tmp_path) as house:
        yield house
