"""Fixtures for every room."""

import compileall
from collections.abc import AsyncIterator
from pathlib import Path

import keep_bytecode  # noqa: F401
import pytest
from postgres_cluster import postgres_cluster, postgres_of_my_own, postgres_url
from properties import load_profile
from story import StoryHouse, story_house

import bot
from bot.time_zone_rules import use_newest

__all__ = ["postgres_cluster", "postgres_of_my_own", "postgres_url"]

use_newest()  # as the command does at its start


def pytest_configure(config: pytest.Config) -> None:
    load_profile(config)
    if not hasattr(config, "workerinput"):  # once, not in every test process
        # Also where an environment forbids Python to keep bytecode, hundreds of processes need not compile it each.
        compileall.compile_dir(Path(bot.__file__).parent, quiet=2)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    """The real bot among people; see `story`."""
    async with story_house(tmp_path) as house:
        yield house
