"""
What an editor does on one process is noticed at once by the one that sends: by a wake-up, before it looks by itself.

Two processes on one PostgreSQL; Telegram posts everything to the one that does not send.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from instances import Instances, instances
from postgres_cluster import Cluster, free_port
from street import Json, Street, buttons, street

from bot.background import MAX_SLEEP
from bot.store.postgres.migrations import migrate

ARTICLES = 3


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
async def here(tmp_path: Path, database: str) -> AsyncIterator[Street]:
    async with street(tmp_path, DATABASE=database, UNDO="0") as here:
        here.topic("energy", "Energy")
        for number in range(ARTICLES):
            here.article(f"news-{number}.json", f"News {number}", published=False)
        await here.imported()
        yield here


@pytest.fixture
async def several(here: Street) -> AsyncIterator[Instances]:
    """One that sends, and another one to which Telegram posts."""
    port = free_port()
    hook = {"WEBHOOK_URL": f"http://127.0.0.1:{port}/hook", "WEBHOOK_SECRET": "a-secret-of-the-webhook"}
    async with instances(here) as several:
        leader = await several.start(looks=False, **hook)
        assert await several.leader() is leader
        other = await several.start(port, **hook)
        await here.until(lambda: here.world.webhook.url, "a webhook")
        await here.starts(here.cast.edith)
        await here.starts(here.cast.anna, "t_energy")
        yield several
        assert await leader.leads() and not await other.leads()
    assert "Traceback" not in several.log.read_text(encoding="utf-8")


async def _previewed(here: Street, article: str) -> Json:
    """Let the editor look at an article; return the message under which it can be published."""
    edith = here.cast.edith
    said = here.world.say(edith, edith, f"/preview {article}")["message_id"]

    def found() -> Json | None:
        later = (one for one in here.of_bot(edith) if one["message_id"] > said)
        return next((one for one in later if any(label.startswith("Publish to") for label in buttons(one))), None)

    message: Json = await here.until(found, f"a preview of {article}")
    return message


async def test_what_is_published_on_one_process_the_other_hears_at_once(several: Instances) -> None:
    """The one that sends never looks by itself here; without a word it would find it when it next wakes anyway."""
    here = several.here
    for number in range(ARTICLES):
        preview = await _previewed(here, f"news-{number}")
        waited, began = several.lateness.seconds, time.monotonic()
        await here.presses(here.cast.edith, "Publish to 1", preview)
        await here.sees(here.cast.anna, f"News {number}")
        took = time.monotonic() - began - 2 * (several.lateness.seconds - waited)
        assert took < MAX_SLEEP / 2, number
