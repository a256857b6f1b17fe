"""Feeds and pages are read in a process of its own: what is read, what becomes of it when it fails, what it may do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from feed_samples import NAMESPACES, URL, atom, feed, json_feed, rss

from bot.content.feeds.items import MAX_ITEMS
from bot.content.feeds.reading import MAX_BYTES, NotAFeed
from bot.content.parsing.as_json import (
    feed_head,
    feed_lines,
    items_in,
    line_of,
    page_in,
    page_line,
    value_of,
)
from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web_pages.page_metadata import read_page
from bot.domain.article import Picture, Provider
from bot.domain.feed import Feed, FeedItem
from bot.domain.page import FeedLink, Obstacle, Page

PATIENCE = 60.0  # seconds, on a busy machine
FULL = rss(
    "<title>Maps &amp; more</title><link>https://blog.example/a</link><guid>7</guid><category>AI</category>"
    "<pubDate>Mon, 30 Nov 2026 08:00:00 GMT</pubDate><dc:creator>Ada</dc:creator><description>Of all.</description>"
    '<media:content url="/i.jpg" medium="image" width="640" height="480"/>',
    channel='<ttl>60</ttl><atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/f"/>',
    namespaces=NAMESPACES,
)
PAGE = """<!doctype html><title>Maps</title><meta property="og:title" content="Maps &amp; more">
<meta property="og:image" content="/i.jpg"><meta property="article:published_time" content="2026-11-30T08:00:00Z">
<link rel="alternate" type="application/rss+xml" href="/feed" title="News"><link rel="canonical" href="/a">"""


@pytest.fixture
async def parser() -> AsyncIterator[ParsingProcess]:
    process = ParsingProcess()
    yield process
    await process.close()
    assert process.pid is None


def is_there(pid: int) -> bool:
    """Return whether a process is there, and no zombie of this one's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(pid: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while is_there(pid):  # noqa: ASYNC110 (nobody tells when a process has ended that is not awaited here)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("document", [FULL, atom("<title>T</title>"), json_feed('{"id": 1, "title": "\\ud800"}')])
async def test_a_feed_is_the_same_as_if_it_had_been_read_here(parser: ParsingProcess, document: str) -> None:
    assert await parser.feed(document.encode(), "text/xml; charset=utf-8", URL) == feed(document)


async def test_a_page_is_the_same_as_if_it_had_been_read_here(parser: ParsingProcess) -> None:
    read = await parser.page(PAGE.encode(), "text/html", "https://blog.example/x")
    assert read == read_page(PAGE.encode(), "text/html", "https://blog.example/x")
    assert (read.title, read.feeds) == ("Maps & more", (FeedLink("https://blog.example/feed", "News"),))


async def test_what_is_no_feed_is_said_in_words_and_the_process_goes_on(parser: ParsingProcess) -> None:
    with pytest.raises(NotAFeed, match=r"^a web page, not a feed$"):
        await parser.feed(PAGE.encode(), None, URL)
    first = parser.pid
    with pytest.raises(NotAFeed, match="larger than 10 MiB"):
        await parser.feed(b" " * (MAX_BYTES + 1), None, URL)
    assert await parser.feed(FULL.encode(), None, URL) == feed(FULL)
    assert parser.pid == first


async def test_several_share_it_in_turn(parser: ParsingProcess) -> None:
    documents = [rss(f"<title>{number}</title>{'<category>x</category>' * number}") for number in range(20)]
    read = await asyncio.gather(*(parser.feed(one.encode(), None, URL) for one in documents))
    assert [one.items[0].title for one in read] == [str(number) for number in range(20)]


async def test_it_is_started_when_there_is_something_to_read_and_replaced_when_it_was_killed(
    parser: ParsingProcess,
) -> None:
    assert parser.pid is None
    await parser.feed(FULL.encode(), None, URL)
    first = parser.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert await parser.feed(FULL.encode(), None, URL) == feed(FULL)
    assert parser.pid not in (None, first)


async def _killed_while_it_reads(parser: ParsingProcess, kills: int) -> Feed:
    """Read a long feed, and kill the process so many times while it does."""
    await parser.feed(FULL.encode(), None, URL)
    long = f"<rss><channel>{'<item><title>a</title></item>' * 8_000}<item><title>b</title></item></channel></rss>"
    reading = asyncio.create_task(parser.feed(long.encode(), None, URL))
    killed: set[int | None] = set()
    async with asyncio.timeout(PATIENCE):
        while len(killed) < kills:
            await asyncio.sleep(0.005)
            pid = parser.pid
            if pid is not None and pid not in killed:
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
        return await reading


async def test_a_document_is_read_once_more_when_the_process_was_killed_over_it(parser: ParsingProcess) -> None:
    assert (await _killed_while_it_reads(parser, 1)).items[0].title == "a"


async def test_a_document_over_which_the_process_dies_twice_is_given_up_and_the_next_is_read(
    parser: ParsingProcess,
) -> None:
    with pytest.raises(NotAFeed, match="cannot be read"):
        await _killed_while_it_reads(parser, 2)
    assert await parser.feed(FULL.encode(), None, URL) == feed(FULL)


async def test_what_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    parser = ParsingProcess(within=0.001)
    with pytest.raises(NotAFeed, match=r"within 0\.001 s"):
        await parser.feed(FULL.encode(), None, URL)
    assert parser.pid is None
    assert await parser.page(PAGE.encode(), None, URL) == Page(url=URL, is_html=False)
    await parser.close()


async def test_who_no_longer_waits_leaves_no_answer_to_the_next(parser: ParsingProcess) -> None:
    await parser.feed(FULL.encode(), None, URL)
    reading = asyncio.create_task(parser.feed(rss("<title>x</title>" * 1000).encode(), None, URL))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await parser.feed(FULL.encode(), None, URL) == feed(FULL)


async def test_it_ends_when_there_is_nothing_to_read() -> None:
    parser = ParsingProcess(idle=0.05)
    await parser.feed(FULL.encode(), None, URL)
    pid = parser.pid
    assert pid is not None
    await gone(pid)
    assert await parser.feed(FULL.encode(), None, URL) == feed(FULL)
    await parser.close()


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="limits are read from Linux's /proc")
async def test_it_has_no_settings_little_memory_and_may_write_no_file(
    parser: ParsingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSBOT_TOKEN", "424242:secret")
    await parser.feed(FULL.encode(), None, URL)
    about = Path(f"/proc/{parser.pid}")
    limits = {line[:25].strip(): line[26:].split()[0] for line in (about / "limits").read_text().splitlines()}
    assert limits["Max address space"] == str(1024 * 2**20)
    assert limits["Max file size"] == "0"
    assert 10 <= int(limits["Max cpu time"]) <= 60
    assert b"secret" not in (about / "environ").read_bytes()
    assert int((about / "stat").read_text().rpartition(")")[2].split()[16]) >= 5, "it is nice"


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory limited so")
async def test_a_document_that_takes_more_memory_than_there_is_is_given_up() -> None:
    parser = ParsingProcess(memory=64)
    with pytest.raises(NotAFeed, match="cannot be read"):
        await parser.feed(rss(f"<title>{'word ' * 2_000_000}</title>").encode(), None, URL)
    assert await parser.feed(FULL.encode(), None, URL) == feed(FULL)
    await parser.close()


# What a process that was taken over could answer

ITEM = FeedItem(
    "7", "T", URL, datetime(2026, 11, 30, 8, tzinfo=UTC), "e", "t", (Picture(URL, 1, 2, "c", "a"),), ("AI",), "Ada"
)
WHOLE = Feed("T", URL, (ITEM, replace(ITEM, id="8", link=None, pictures=())), timedelta(hours=1), URL, URL, ("w",))
WHOLE_PAGE = Page(
    url=URL,
    title="T",
    excerpt="e",
    published_at=ITEM.published_at,
    canonical=URL,
    provider=Provider("P", "p.example", ITEM.pictures),
    pictures=ITEM.pictures,
    keywords=("k",),
    feeds=(FeedLink(URL, "f"), FeedLink(URL)),
    refresh=URL,
    obstacle=Obstacle.LOGIN,
)


def test_values_are_the_same_after_they_have_been_lines() -> None:
    first, *lines = map(value_of, feed_lines(WHOLE))
    made, count = feed_head(first, MAX_ITEMS)
    assert count == 2
    assert made(tuple(item for line in lines for item in items_in(line))) == WHOLE
    assert page_in(value_of(page_line(WHOLE_PAGE))) == WHOLE_PAGE
    assert page_in(value_of(page_line(Page(url=URL)))) == Page(url=URL)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(
            (0, ""),
            (0, 7),
            (0, None),
            (0, "x" * 100_000),
            (1, None),
            (1, ["T"]),
            (2, "javascript:x"),
            (2, "file:///etc"),
        ),
        *(
            (2, "https://x.example/" + "x" * 5000),
            (3, "now"),
            (3, True),
            (3, 1e300),
            (3, float("nan")),
            (4, 5),
            (5, None),
        ),
        *(
            (6, [["javascript:x", 1, 1, None, None]]),
            (6, [[URL, -1, 1, None, None]]),
            (6, [[URL]]),
            (6, {}),
            (6, [[]] * 500),
        ),
        *((7, "AI"), (7, [1]), (7, ["a"] * 500), (8, {}), (9, None)),
    ],
)
def test_an_item_with_a_value_that_cannot_be_is_none(place: int, value: Any) -> None:
    items = value_of(list(feed_lines(WHOLE))[1])
    items[1][place] = value
    with pytest.raises(ValueError, match="no value of this kind"):
        items_in(value_of(line_of(items)))


@pytest.mark.parametrize(
    "head", [[], None, {}, ["T"] * 7, ["T", URL, -1, None, None, [], 1], [None] * 5 + [[], MAX_ITEMS + 1]]
)
def test_a_feed_with_a_value_that_cannot_be_is_none(head: Any) -> None:
    with pytest.raises(ValueError, match="no value of this kind"):
        feed_head(head, MAX_ITEMS)
