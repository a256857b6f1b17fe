"""The scheduler on its own: which sources it asks, and that none of them keeps others from being asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from feed_site import NOON, Site, item
from import_desk import POLICY
from source_desk import LOOPBACK, InThisProcess, SourceDesk, source_desk

from bot.content.web.fetching import AT_ONCE, Fetcher
from bot.domain.source import Origin, Source, SourceChoices, SourceState
from bot.services.sources import sources
from bot.services.sources.feed_web import FeedWeb
from bot.services.sources.scheduler import MAX_IN_HAND, Scheduler
from bot.store.content import source_hubs
from bot.store.content import sources as rows

Here = tuple[SourceDesk, Site]
SOON = 20.0  # seconds: far more than it takes on a busy machine


@pytest.fixture
async def here(tmp_path) -> AsyncIterator[Here]:
    async with source_desk(tmp_path) as both:
        yield both


@asynccontextmanager
async def scheduling(
    desk: SourceDesk, may_write: Callable[[], bool] = lambda: True, webhook_url: str | None = None
) -> AsyncIterator[asyncio.Event]:
    """Run a scheduler until the block ends; the event tells it that something may be due."""
    changed = asyncio.Event()
    scheduler = Scheduler(
        desk.db,
        lambda: FeedWeb(Fetcher(allow=LOOPBACK), InThisProcess()),  # type: ignore[arg-type]
        POLICY,
        clock=lambda: desk.now,
        wake=lambda: None,
        changed=changed,
        may_write=may_write,
        webhook_url=webhook_url,
    )
    running = asyncio.create_task(scheduler.run())
    try:
        yield changed
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def unread(desk: SourceDesk, *urls: str) -> None:
    """Add sources that nobody has read yet."""
    async with desk.db.transaction() as conn:
        for url in urls:
            await sources.add_unread(
                conn, url, SourceChoices(topics=("Energy",)), origin=Origin.OPML, now=desk.now, read_at=desk.now
            )


async def until(desk: SourceDesk, number: int, state: Callable[[Source], bool]) -> None:
    """Wait until a source is in a state; each look is a question to the database, which takes its time."""
    async with asyncio.timeout(SOON):
        while not state(await desk.source(number)):
            pass


async def test_what_is_due_is_asked_and_no_other(here: Here) -> None:
    desk, site = here
    for path in ("/a", "/b", "/later"):
        site.feed(item(path[1:]), path=path)
    await unread(desk, f"{site.url}/a", f"{site.url}/b", f"{site.url}/later")
    async with desk.db.transaction() as conn:
        await rows.read_first_at(conn, 3, desk.now + timedelta(hours=1))
    async with scheduling(desk):
        for number in (1, 2):
            await until(desk, number, lambda one: one.read_at is not None)
    assert await desk.states() == {"a": "archived", "b": "archived"} and site.times("/later") == 0
    for number in (1, 2, 3):
        assert (await desk.source(number)).next_at > desk.now


async def test_an_unchanged_source_and_one_that_fails_are_written_down_and_asked_later(here: Here) -> None:
    desk, site = here
    site.feed(item("a"))
    await desk.add(f"{site.url}/feed")
    await unread(desk, f"{site.url}/missing")
    desk.now += timedelta(days=2)
    async with scheduling(desk):
        await until(desk, 1, lambda one: one.read_at == desk.now)
        await until(desk, 2, lambda one: one.state is SourceState.FAILING)
    assert (site.times("/feed"), site.times("/missing")) == (2, 1)
    assert (await desk.source(1)).next_at > desk.now and (await desk.source(2)).next_at > desk.now


async def test_a_source_that_somebody_waits_for_is_asked_beside_many_that_never_answer(here: Here) -> None:
    desk, site = here
    site.feed(item("good"))
    await desk.add(f"{site.url}/feed")
    asked = asyncio.Semaphore(0)

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.release()
        with contextlib.suppress(ConnectionError):
            await reader.read()  # until the other side gives up
        writer.close()

    async with contextlib.AsyncExitStack() as stack:
        ports = []
        for _ in range(MAX_IN_HAND + 10):  # each port is another server
            server = await asyncio.start_server(never, "127.0.0.1", 0)
            stack.callback(server.close)
            ports.append(server.sockets[0].getsockname()[1])
        await unread(desk, *(f"http://127.0.0.1:{port}/feed" for port in ports))
        async with scheduling(desk) as changed:
            async with asyncio.timeout(SOON):
                for _ in range(AT_ONCE):
                    await asked.acquire()
            await sources.refresh(desk.db, 1, now=desk.now)
            changed.set()
            async with asyncio.timeout(SOON):
                await site.until(2)


async def test_nothing_is_asked_while_the_disk_is_full(here: Here) -> None:
    desk, site = here
    site.feed(item("a", at=NOON))
    await unread(desk, f"{site.url}/feed")
    has_room = False
    async with scheduling(desk, may_write=lambda: has_room) as changed:
        await asyncio.sleep(0.3)
        assert site.asked == []
        has_room = True
        changed.set()
        await until(desk, 1, lambda one: one.read_at is not None)


async def test_a_hub_hears_from_the_running_bot_that_a_source_was_paused_elsewhere(here: Here) -> None:
    desk, site = here
    site.feed(item("old"), Link=f'<{site.url}/hub>; rel="hub", <{site.url}/feed>; rel="self"')
    site.answer(202, path="/hub")
    await desk.add(f"{site.url}/feed")
    async with desk.db.transaction() as conn:
        hub = await source_hubs.hub_state(conn, 1)
        assert hub is not None
        await source_hubs.set_hub(conn, 1, replace(hub, until=desk.now + timedelta(days=9)))
    async with scheduling(desk, webhook_url="https://bot.example/hook"), asyncio.timeout(SOON):
        await sources.pause(desk.db, 1, by=None, now=desk.now)
        await site.until(1, "/hub")
    assert [form["hub.mode"] for form in site.forms] == ["unsubscribe"]
