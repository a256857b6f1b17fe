"""
Feeds: what it costs to read one, to find that nothing has changed, and to fetch and read many.

    pip install -e '.[bench]'
    python tests/bench/feeds.py [--rounds 5] [--feeds 200]

Everybody reads the same feeds, made here in the shapes of WordPress, Ghost, Hugo, jekyll-feed and Eleventy. newsbot's
figures hold its parsing process, the database and the comparison with what is stored; the others' hold no store.
Others take turns with it in each round, and the table shows the medians of the ratios within a round.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from io import BytesIO
from pathlib import Path

import table
from aiohttp import ClientSession, TCPConnector, web

from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web.fetching import Fetcher, FetchRules
from bot.domain.publishing import PushWindow
from bot.domain.source import Origin, SourceChoices
from bot.services.content.imports import Policy
from bot.services.sources import reading, sources
from bot.services.sources.feed_web import FeedWeb
from bot.store.content import sources as rows
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TEXT = (
    "the battery in an old mine shaft goes up when power is cheap and comes down when it is dear forty tonnes of steel "
    "copper was dug here until the price fell now engineers measure every metre and write their reports at night"
)
WORDS = TEXT.split()
SHAPES = ("wordpress", "ghost", "hugo", "jekyll", "eleventy")
POLICY = Policy(window=PushWindow(timedelta(hours=48)), burst=10, undo=timedelta(seconds=10))
# 200 real feeds, met in February 2026, had 33 entries of 7.6 kB each; an entry here has as much.
PARAGRAPHS = (6, 20)
ENTRIES = (10, 30, 60)


# The feeds


def document(feed: int, entries: int, *, build: int = 0) -> bytes:
    """Return one feed. Another `build` has another date of building and one more new entry, and is else the same."""
    shape = SHAPES[feed % len(SHAPES)]
    atom = shape in ("jekyll", "eleventy")
    items = "".join(
        (_entry if atom else _item)(shape, feed, number, random.Random(feed * 1000 + number))
        for number in range(entries + build, build, -1)
    )
    built = NOW + timedelta(minutes=build)
    if atom:
        return (
            f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>F {feed}</title>'
            f'<link href="https://site{feed}.example/"/><id>https://site{feed}.example/</id>'
            f"<updated>{built.isoformat()}</updated>{items}</feed>"
        ).encode()
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        f"<title>Feed {feed}</title><link>https://site{feed}.example/</link><description>News</description>"
        f"<lastBuildDate>{built:%a, %d %b %Y %H:%M:%S} +0000</lastBuildDate><sy:updatePeriod>hourly</sy:updatePeriod>"
        f"{items}</channel></rss>"
    ).encode()


def _sentence(draw: random.Random) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(8, 24))).capitalize() + "."


def _html(draw: random.Random, paragraphs: int) -> str:
    pieces = []
    for number in range(paragraphs):
        text = " ".join(_sentence(draw) for _ in range(draw.randint(2, 5)))
        link = f'<a href="/{draw.randint(1, 999)}" rel="noopener">{_sentence(draw)}</a>'
        pieces.append(f'<p class="wp-block">{text} <em>{_sentence(draw)}</em> {link} &#8220;R&amp;D&#8221;</p>\n')
        if number == 1:
            pieces.append(
                f'<figure><img src="/img/{draw.randint(1, 999)}.jpg" width="800" height="450" alt="A shaft"></figure>'
            )
    return "".join(pieces)


def _item(shape: str, feed: int, number: int, draw: random.Random) -> str:
    link = f"https://site{feed}.example/2026/{number}/"
    at = NOW - timedelta(hours=6) * (400 - number)
    whole = _html(draw, draw.randint(*PARAGRAPHS))
    summary = _html(draw, 1) if shape == "hugo" else _sentence(draw) + " [&#8230;]"
    content = "" if shape == "hugo" else f"<content:encoded><![CDATA[{whole}]]></content:encoded>"
    picture = f'<media:content url="{link}cover.jpg" medium="image"/>' if shape == "ghost" else ""
    return (
        f"<item><title>{escape(_sentence(draw))}</title><link>{link}</link><dc:creator><![CDATA[Ada]]></dc:creator>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate><category><![CDATA[Energy]]></category>"
        f'<guid isPermaLink="false">https://site{feed}.example/?p={number}</guid>'
        f"<description>{escape(summary)}</description>{content}{picture}</item>"
    )


def _entry(shape: str, feed: int, number: int, draw: random.Random) -> str:
    link = f"https://site{feed}.example/2026/{number}/"
    at = (NOW - timedelta(hours=6) * (400 - number)).isoformat()
    whole = _html(draw, draw.randint(*PARAGRAPHS))
    summary = f"<summary>{escape(_sentence(draw))}</summary>" if shape == "jekyll" else ""
    return (
        f'<entry><title type="html">{escape(_sentence(draw))}</title><link href="{link}" type="text/html"/>'
        f"<id>{link}</id><published>{at}</published><updated>{at}</updated><author><name>Ada</name></author>"
        f'<category term="Energy"/>{summary}<content type="html">{escape(whole)}</content></entry>'
    )


# What is measured: processor seconds of this process with all its threads, and of its parsing process


class Newsbot:
    """The bot as far as feeds go: a database, the web, a parsing process."""

    def __init__(self, db: Database, web: FeedWeb) -> None:
        self.db, self.web = db, web

    def processor(self) -> float:
        pid = self.web.parser.pid
        return time.process_time() + (table.processor_time(pid) if pid is not None else 0.0)

    async def follow(self, url: str) -> int:
        added = await sources.add(
            self.db, self.web, url, SourceChoices(), origin=Origin.SHELL, by=None, now=NOW, policy=POLICY
        )
        return added.source.number

    async def ask(self, numbers: list[int]) -> None:
        """Ask sources as the scheduler does, and store what became of it."""
        nothing_new = {}
        async with self.db.reading() as conn:
            polls = [await reading.poll_of(conn, number, NOW, 0.5) for number in numbers]
        for one in polls:
            assert one is not None
            answer = await self.web.ask(one.source.url, one.polling)
            if answer.feed is None:
                nothing_new[one.source.number] = reading.unchanged(one, answer)
            else:
                await reading.take_feed(self.db, one, answer, answer.feed, policy=POLICY)
        if nothing_new:
            async with self.db.transaction() as conn:
                await rows.answered(conn, nothing_new)


async def theirs(urls: list[str]) -> None:
    """Fetch and parse as RSS-to-Telegram-Bot 2.10 does.

    A session and a connector for each request, the answer read whole, feedparser without its cleaning of HTML, in a
    thread. Source: `src/web/req.py` and `src/web/feed.py` of https://github.com/Rongronggg9/RSS-to-Telegram-Bot
    """
    import feedparser

    for url in urls:
        headers = {"Accept": "application/rss+xml, application/atom+xml, */*;q=0.6", "Accept-Encoding": "gzip, deflate"}
        async with ClientSession(connector=TCPConnector(), headers=headers) as session, session.get(url) as response:
            body = await response.read()
            lower = {name.lower(): value for name, value in response.headers.items()}
        parse = partial(feedparser.parse, BytesIO(body), sanitize_html=False, response_headers=lower)
        await asyncio.to_thread(parse)


# The far side


def serve() -> None:
    """Answer feeds in a process of its own: `/FEED/ENTRIES/BUILD`, with validators unless `?blind`."""

    async def answer(request: web.Request) -> web.Response:
        feed, entries, build = (int(request.match_info[name]) for name in ("feed", "entries", "build"))
        if not counter["fixed"]:
            build = counter["build"]
        etag = f'"{feed}-{build}"'
        if request.headers.get("If-None-Match") == etag and "blind" not in request.query:
            return web.Response(status=304, headers={"ETag": etag})
        key = (feed, entries, build)
        if key not in made:
            made[key] = document(feed, entries, build=build)
        headers = {} if "blind" in request.query else {"ETag": etag}
        return web.Response(body=made[key], content_type="application/xml", headers=headers)

    async def rebuild(request: web.Request) -> web.Response:
        counter["build"] += 1
        return web.Response()

    made: dict[tuple[int, int, int], bytes] = {}
    counter = {"build": 0, "fixed": 0}
    app = web.Application()
    app.router.add_get("/{feed}/{entries}/{build}", answer)
    app.router.add_post("/rebuild", rebuild)

    async def start() -> None:
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()

    asyncio.run(start())


class FarSide:
    """The server of feeds, on a core of its own."""

    def __enter__(self) -> FarSide:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    async def rebuild(self) -> None:
        """Give every feed one more entry, and another date of building."""
        async with ClientSession() as session, session.post(f"{self.url}/rebuild"):
            pass


async def measure(rounds: int, feeds: int) -> dict[str, list[float]]:
    import feedparser

    seen: dict[str, list[float]] = {
        name: [] for name in ("ours", "parse", "ratio", "304", "same", "many", "theirs", "many ratio")
    }

    def spent(name: str, start: float, now: float, per: float = 1.0) -> float:
        seen[name].append((now - start) * 1000 / per)
        return now - start

    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        far = stack.enter_context(FarSide())
        migrate(Path(folder) / "bench.db", create=True)
        db = await Database.open(Path(folder) / "bench.db")
        stack.push_async_callback(db.close)
        fetcher = Fetcher(allow=FetchRules.parse("127.0.0.1"), contact=None)
        bot = Newsbot(db, FeedWeb(fetcher, ParsingProcess()))
        stack.push_async_callback(bot.web.close)
        single = [await bot.follow(f"{far.url}/{number}/100/0") for number in range(len(SHAPES))]
        blind = [await bot.follow(f"{far.url}/{number + 50}/100/0?blind") for number in range(len(SHAPES))]
        urls = [f"{far.url}/{number + 100}/{ENTRIES[number % len(ENTRIES)]}/0" for number in range(feeds)]
        for build in range(1, rounds + 1):
            await far.rebuild()
            bodies = [document(number, 100, build=build) for number in range(len(SHAPES))]
            start = bot.processor()
            await bot.ask(single)
            ours = spent("ours", start, bot.processor(), len(SHAPES))
            start = time.process_time()
            for body in bodies:
                feedparser.parse(body)
            alone = spent("parse", start, time.process_time(), len(SHAPES))
            seen["ratio"].append(ours / alone)
            await bot.ask(blind)
            for name, numbers in (("304", single), ("same", blind)):
                start = bot.processor()
                for _ in range(10):
                    await bot.ask(numbers)
                spent(name, start, bot.processor(), 10 * len(numbers))
            start = bot.processor()
            for url in urls:
                await bot.web.ask(url)
            ours = spent("many", start, bot.processor())
            start = time.process_time()
            await theirs(urls)
            alone = spent("theirs", start, time.process_time())
            seen["many ratio"].append(alone / ours)
    return seen


def main() -> int:
    words = argparse.ArgumentParser(description="What reading feeds costs.")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--feeds", type=int, default=200, help="fetched and read as others do")
    words.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.serve:
        serve()
        return 0
    table.pin()
    seen = asyncio.run(measure(asked.rounds, asked.feeds))
    ratio, beside = table.median(seen["ratio"]), table.median(seen["many ratio"])
    unchanged, same = table.median(seen["304"]), table.median(seen["same"])
    rows = [
        ("100 entries, fetched, read, compared and stored", f"{table.spread(seen['ours'], '.1f')} ms", "", ""),
        ("... feedparser.parse alone", f"{table.spread(seen['parse'], '.1f')} ms", "", ""),
        ("... ratio", table.spread(seen["ratio"], ".2f"), "0.5", table.verdict(ratio <= 0.5)),
        ("unchanged, 304", f"{table.spread(seen['304'], '.2f')} ms", "1 ms", table.verdict(unchanged <= 1)),
        ("unchanged, the same bytes", f"{table.spread(seen['same'], '.2f')} ms", "2 ms", table.verdict(same <= 2)),
        (f"{asked.feeds} feeds of 10 to 60 entries, fetched and read", f"{table.spread(seen['many'])} ms", "", ""),
        ("... as RSS-to-Telegram-Bot fetches and parses", f"{table.spread(seen['theirs'])} ms", "", ""),
        ("... ratio", table.spread(seen["many ratio"], ".1f"), "4", table.verdict(beside >= 4)),
    ]
    table.print_table("Feeds, in processor time", ("figure", "seen", "target", ""), rows)
    return 0 if all(row[3] != "MISSED" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
