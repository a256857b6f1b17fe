"""
Ten thousand sources asked every 15 minutes, 50 ms away, of which nine in ten have nothing new.

    python tests/bench/sources.py [--sources 10000] [--seconds 120]

The scheduler with its database, fetcher and parsing process, without the rest of the bot. Each source is a host of its
own. Meanwhile somebody reads from the database 20 times a second, as a reader's command does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import resource
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import table

from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web.fetching import Fetcher, FetchRules
from bot.domain.feed import Feed, FeedItem
from bot.domain.feed_intake import intake, topics_of_items
from bot.domain.feed_items import KnownItems, recognise
from bot.domain.publishing import PushWindow
from bot.domain.source import Origin, SourceChoices, SourceState
from bot.domain.topic import TopicFile
from bot.services.content.imports import Policy
from bot.services.sources.feed_web import FeedWeb
from bot.services.sources.scheduler import Scheduler
from bot.store.content import source_items, sources, topics
from bot.store.content.sources import Answered, Polling
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate

EVERY = timedelta(minutes=15)
ROUND_TRIP = 0.05
ITEMS = 20
POLICY = Policy(PushWindow(timedelta(hours=48)), burst=10**6, undo=timedelta(0))
SERVER = """
import asyncio, random, sys
late, changed = float(sys.argv[1]), float(sys.argv[2])
open_now = most = answered = 0
def item(n, host, when):
    return f'<item><title>Story {n} of {host}</title><link>https://{host}/{n}</link><guid>{host}-{n}</guid>' \\
        f'<pubDate>{when}</pubDate><description>{"What there is to say of it. " * 12}</description></item>'
new = 0
async def serve(reader, writer):
    global open_now, most, answered, new
    try:
        while (head := await reader.readuntil(b"\\r\\n\\r\\n")):
            text = head.decode()
            if text.startswith("GET /stats"):
                body = f"{answered} {most}".encode()
                writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body))
                continue
            open_now += 1
            most = max(most, open_now)
            await asyncio.sleep(late)
            open_now -= 1
            answered += 1
            if random.random() >= changed:
                writer.write(b"HTTP/1.1 304 Not Modified\\r\\nETag: \\"e\\"\\r\\n\\r\\n")
                continue
            host = text.split("Host: ")[1].split("\\r\\n")[0].split(":")[0]
            new += 1
            from email.utils import formatdate
            items = item(f"new{new}", host, formatdate(usegmt=True))
            items += "".join(item(n, host, "Mon, 02 Mar 2026 12:00:00 GMT") for n in range(19))
            body = f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'.encode()
            writer.write(b'HTTP/1.1 200 OK\\r\\nETag: "e"\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % (len(body), body))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def far_side(changed: float) -> AsyncIterator[int]:
    """Serve feeds in a process of its own; return its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(ROUND_TRIP), str(changed), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def fill(db: Database, many: int, port: int, now: datetime) -> None:
    """Let so many sources be known, each read before, and due within the next 15 minutes."""
    at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    text = "What there is to say of it. " * 12
    hosts: dict[int, str] = {}
    async with db.transaction() as conn:
        await topics.define(conn, TopicFile("energy", "Energy"))
    for start in range(0, many, 500):
        async with db.transaction() as conn:
            for n in range(start, min(start + 500, many)):
                host = f"feed{n}.example"
                url = f"http://{host}:{port}/feed"
                number = await sources.add(
                    conn, url, SourceChoices(topics=("Energy",), every=EVERY), Origin.OPML, now - EVERY
                )
                items = [
                    FeedItem(
                        f"{host}-{k}", f"Story {k} of {host}", f"https://{host}/{k}", at, text.strip(), text.strip()
                    )
                    for k in range(ITEMS)
                ]
                source = await sources.source(conn, number)
                assert source is not None
                read = replace(source, read_at=now - EVERY)
                known = [
                    intake(one, read, None, topics=topics_of_items((), {}), now=now).kept
                    for one in recognise(Feed(None, None, tuple(items)).items, KnownItems())
                ]
                await source_items.keep(conn, number, known, {one.key: one.key for one in known}, now)
                hosts[number] = host
    now = datetime.now(UTC)
    async with db.transaction() as conn:
        polling = Polling('"e"', None, "a body")
        await sources.answered(
            conn,
            {
                number: Answered(SourceState.ACTIVE, polling, now + EVERY * random.random(), now - EVERY, host, None)
                for number, host in hosts.items()
            },
        )


async def read_meanwhile(db: Database, waits: list[float]) -> None:
    while True:
        await asyncio.sleep(0.05)
        began = time.perf_counter()
        async with db.reading() as conn:
            await topics.topics(conn)
        waits.append(time.perf_counter() - began)


async def measure(many: int, seconds: float, changed: float, folder: Path) -> list[tuple[str, str, str, str]]:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    migrate(folder / "news.db", create=True)
    db = await Database.open(folder / "news.db")
    async with far_side(changed) as port:
        await fill(db, many, port, datetime.now(UTC))
        allow = FetchRules.parse("127.0.0.0/8")
        scheduler = Scheduler(
            db,
            lambda: FeedWeb(Fetcher(allow=allow, resolve=resolve), ParsingProcess()),
            POLICY,
            clock=lambda: datetime.now(UTC),
            wake=lambda: None,
            changed=asyncio.Event(),
        )
        waits: list[float] = []
        before = table.resident()
        running = asyncio.create_task(scheduler.run())
        reading = asyncio.create_task(read_meanwhile(db, waits))
        await asyncio.sleep(10)
        waits.clear()
        asked, _ = await stats(port)
        began, used = time.monotonic(), _used()
        await asyncio.sleep(seconds)
        took, spent = time.monotonic() - began, _used() - used
        after, most = await stats(port)
        grown = table.resident() - before
        for task in (running, reading):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    await db.close()
    share, p99 = 100 * spent / took, 1000 * table.percentile(waits, 0.99)
    rate = (after - asked) / took
    return [
        ("asked a second", f"{rate:.1f}", f"{many / EVERY.total_seconds():.1f}", ""),
        ("of one core, %", f"{share:.1f}", "≤ 15", table.verdict(share <= 15)),
        ("processor time of one, ms", f"{1000 * spent / max(1, after - asked):.2f}", "", ""),
        ("more resident, MiB", f"{grown:.0f}", "≤ 40", table.verdict(grown <= 40)),
        ("at once, most", f"{most}", "≤ 32", table.verdict(most <= 32)),
        ("a reader's question, p99 ms", f"{p99:.1f}", "≤ 50", table.verdict(p99 <= 50)),
    ]


async def stats(port: int) -> tuple[int, int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /stats HTTP/1.1\r\n\r\n")
    text = (await reader.read(4096)).decode().rsplit("\r\n", 1)[1]
    writer.close()
    answered, most = map(int, text.split())
    return answered, most


def _used() -> float:
    """Return the seconds of processor time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--changed", type=float, default=0.1)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        rows = asyncio.run(measure(asked.sources, asked.seconds, asked.changed, Path(folder)))
    table.print_table(
        f"{asked.sources:,} sources at 15 min, {100 - 100 * asked.changed:.0f} % unchanged",
        ("what", "seen", "target", ""),
        rows,
        f"{asked.seconds:g} s; a round trip of {ROUND_TRIP * 1000:g} ms; without the parsing process",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
