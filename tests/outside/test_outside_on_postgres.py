"""Stories that are told on a file elsewhere, told on PostgreSQL: nobody in them can tell which it is."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import test_outside_corrections
import test_outside_digests
import test_outside_files
import test_outside_newsroom
import test_outside_phrases
import test_outside_readers
import test_outside_sources
from postgres_cluster import Cluster
from street import ON_POSTGRES

Story = Callable[[Path], Awaitable[None]]


def _first(*modules: object) -> list[Story]:
    """Return the first story of each of these files that needs nothing but a folder."""
    found = []
    for module in modules:
        told = (one for name, one in vars(module).items() if name.startswith("test_") and callable(one))
        found.append(next(one for one in told if set(one.__annotations__) == {"tmp_path", "return"}))
    return found


@pytest.mark.parametrize(
    "story",
    _first(
        test_outside_corrections,
        test_outside_digests,
        test_outside_files,
        test_outside_newsroom,
        test_outside_phrases,
        test_outside_readers,
        test_outside_sources,
    ),
    ids=lambda story: story.__module__.removeprefix("test_outside_"),
)
async def test_a_story_is_the_same_on_postgresql(
    story: Story, tmp_path: Path, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = {"folder": str(postgres_cluster.folder), "port": postgres_cluster.port}
    monkeypatch.setenv(ON_POSTGRES, json.dumps(server))
    await story(tmp_path)
