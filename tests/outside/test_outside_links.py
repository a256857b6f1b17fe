"""A link that an editor sends to the running bot, over a real web server that is slow, and over a kill."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from street import Street, street
from web_site import Site, serving

PAGE = """<html><head><title>Two towns store heat in salt</title>
<meta property="og:description" content="July warms schools in January.">
<meta property="article:published_time" content="2026-02-28T08:15:00Z"></head></html>"""


class Gate:
    """A page that is not answered before it is told to be; `asked` is set when somebody waits for it."""

    def __init__(self) -> None:
        self.asked, self.opened = asyncio.Event(), asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.set()
        await self.opened.wait()
        return web.Response(text=PAGE, content_type="text/html")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Street]:
    async with street(tmp_path, FETCH_ALLOW="127.0.0.1") as town:
        yield town


async def _drafts(town: Street) -> list[str]:
    return [draft["title"] for draft in json.loads((await town.shell("drafts", "--json")).out)]


async def test_a_slow_page_keeps_no_command_waiting_and_becomes_a_draft(town: Street) -> None:
    gate = Gate()
    async with serving(Site()) as site:
        site.pages["/salt"] = gate.answer
        await town.open()
        edith = town.cast.edith
        await town.starts(edith)
        town.world.say(edith, edith, f"{site.url('/salt')}?utm_source=letter")
        await town.sees(edith, "Reading 127.0.0.1.")
        await gate.asked.wait()
        await town.asks(edith, "/drafts")
        await town.sees(edith, "No drafts.")
        gate.opened.set()
        await town.sees(edith, "is a draft.")
        await town.sees(edith, "Link: it can be opened from outside.")
    assert await _drafts(town) == ["Two towns store heat in salt"]
    assert site.asked[0].headers["User-Agent"].startswith("newsbot/")


async def test_a_page_that_was_being_read_when_the_bot_was_killed_is_read_by_the_next(town: Street) -> None:
    first, second = Gate(), Gate()
    second.opened.set()
    async with serving(Site()) as site:
        site.pages["/salt"] = first.answer
        await town.open()
        edith = town.cast.edith
        await town.starts(edith)
        town.world.say(edith, edith, site.url("/salt"))
        await first.asked.wait()
        await town.kill()
        site.pages["/salt"] = second.answer
        await town.open()
        await town.sees(edith, "is a draft.")
    assert await _drafts(town) == ["Two towns store heat in salt"]


async def test_without_the_setting_no_page_of_this_machine_is_asked_for(tmp_path: Path) -> None:
    async with serving(Site()) as site, street(tmp_path) as town:
        site.pages["/"] = lambda request: web.Response(text=PAGE, content_type="text/html")
        await town.open()
        edith = town.cast.edith
        await town.starts(edith)
        for host in ("127.0.0.1", "localhost", "2130706433"):
            await town.asks(edith, site.url("/", host))
            await town.sees(edith, "I cannot take this link")
        assert site.asked == []
        assert await _drafts(town) == []


async def test_a_wrong_value_of_the_setting_stops_the_start_in_one_line(tmp_path: Path) -> None:
    async with street(tmp_path, FETCH_ALLOW="http://wiki.local:8080/") as town:
        answer = await town.shell("run")
    assert answer.status == 2 and answer.err.startswith("newsbot: NEWSBOT_FETCH_ALLOW: ")
    assert answer.err.count("\n") == 1
