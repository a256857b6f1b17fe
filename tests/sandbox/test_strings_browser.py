"""The translators' page in a browser: every text of a language as a chat shows it, and what needs a look."""

import re
import shutil
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.render.samples import drawn
from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.page.page import add_page
from bot.sandbox.world.world import World

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
expect = playwright.expect
CHROMIUM = shutil.which("chromium")
PATIENCE = 60_000  # milliseconds: the first question reads the whole code

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def strings(language: str, is_stretched: bool) -> dict[str, Any]:
    return drawn(language, stretched=is_stretched)


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[SandboxServer]:
    world = World(token="700000001:AAsandbox-token")
    async with SandboxServer(world, mount=partial(add_page, strings=strings)) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def page(sandbox: SandboxServer) -> AsyncIterator[Any]:
    complaints: list[str] = []
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(base_url=sandbox.url, viewport={"width": 390, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        yield page
        await browser.close()
    assert complaints == []


async def test_what_the_page_asks_for_is_every_text_of_a_language_and_refused_for_none(sandbox: SandboxServer) -> None:
    async with aiohttp.ClientSession(sandbox.url) as client:
        async with client.get("/strings") as answer:
            assert answer.status == 200 and answer.content_type == "text/html"
        async with client.get("/page/strings", params={"language": "ar", "stretched": "yes"}) as answer:
            assert await answer.json() == drawn("ar", stretched=True)
        for wrong in ("tlh", "../en", ""):
            async with client.get("/page/strings", params={"language": wrong}) as answer:
                assert answer.status == 404


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH")
async def test_arabic_runs_from_right_to_left_also_where_a_title_begins_it(page: Any) -> None:
    await page.goto("/strings?language=ar")
    row = page.locator(".string", has=page.locator(".string-source", has_text="{title} ({when})")).first
    bubble = row.locator(".bubble")
    assert await bubble.evaluate("node => getComputedStyle(node).direction") == "rtl"
    # The title stands on the right of the parenthesis that follows it, and is itself from left to right.
    assert await left_of(bubble, "14:05") < await left_of(bubble, "Met Police")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH")
async def test_a_command_in_an_arabic_text_has_its_slash_on_the_left(page: Any) -> None:
    await page.goto("/strings?language=ar")
    for english in ("/export sends you all of it, /forget deletes it.", "/start begins anew."):
        row = page.locator(".string", has=page.locator(".string-source", has_text=english)).first
        for command in re.findall(r"/(\w+)", english):
            text = row.locator(".bubble")
            assert await left_of(text, f"/{command}") < await left_of(text, command)


async def left_of(bubble: Any, word: str) -> float:
    """Return where the first sign of a word is drawn."""
    text = await bubble.locator(".text").evaluate_handle("node => node.firstChild")
    return await text.evaluate(
        """(node, word) => {
            const range = document.createRange(), start = node.data.indexOf(word);
            range.setStart(node, start);
            range.setEnd(node, start + 1);
            return range.getBoundingClientRect().left;
        }""",
        word,
    )


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH")
async def test_the_language_the_stretching_and_what_needs_a_look_are_chosen_and_kept_in_the_address(page: Any) -> None:
    await page.goto("/strings")
    await expect(page.locator("#sum")).to_contain_text("English: read.")
    before = await page.locator(".key-label").first.inner_text()
    await page.locator("#language").select_option("de")
    await expect(page.locator("#sum")).to_contain_text("Deutsch")
    await page.get_by_label("40 % longer").check()
    await page.get_by_label("Only what needs a look").check()
    await expect(page.locator(".string")).to_have_count(await page.locator(".string-notes").count())
    assert page.url.endswith("/strings?language=de&stretched=yes&noted=yes")
    await page.reload()
    await expect(page.locator("#stretched")).to_be_checked()
    assert len(await page.locator(".key-label").first.inner_text()) > len(before)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH")
@pytest.mark.parametrize("language", ["de", "ru", "ar"])
async def test_no_text_is_wider_than_a_phone_even_when_it_is_stretched(page: Any, language: str) -> None:
    await page.goto(f"/strings?language={language}&stretched=yes")
    await expect(page.locator(".string").first).to_be_visible()
    assert await page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
