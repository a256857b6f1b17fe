"""Feeds as an operator and readers meet them: the real bot, the shell, a web server on loopback."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession
from feed_site import Site, item, site
from street import Street, plain, street

PICTURE = "https://pictures.example/lake.png"


def now(**before: int) -> datetime:
    return datetime.now(UTC) - timedelta(**before)


@asynccontextmanager
async def newsroom(folder: Path, **variables: str) -> AsyncIterator[tuple[Street, Site, int]]:
    """A running bot that Anna follows Energy with, and a site."""
    async with street(folder, FETCH_ALLOW="127.0.0.1", **variables) as here, site() as web:
        anna, _ = await here.move_in()
        yield here, web, anna


async def sources(here: Street) -> list[dict[str, object]]:
    found = json.loads((await here.shell("sources", "--json")).out)
    assert isinstance(found, list)
    return found


async def came(here: Street) -> list[int]:
    """Return how many items came of each source."""
    return sorted(one["came"] for one in json.loads((await here.shell("stats", "--json")).out)["sources"])


async def refreshed(here: Street, web: Site) -> None:
    """Let the bot ask the feed once more, and wait until it has."""
    before = web.times()
    printed = await here.shell("sources", "refresh", "1")
    assert printed.status == 0, printed.err
    async with asyncio.timeout(15):
        await web.until(before + 1)


async def test_a_feed_from_its_silent_history_to_its_end(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (here, web, anna):
        old = [item(f"old{n}", at=now(days=n, minutes=7)) for n in (1, 2, 3)]
        web.feed(*old)
        added = await here.shell("sources", "add", f"{web.url}/feed", "--topic", "Energy")
        assert added.status == 0 and "3 listed without a push" in added.out, added
        latest = await here.asks(anna, "/latest")
        assert "Old1" in plain(latest)

        lake = {"at": now(minutes=5), "picture": PICTURE}
        web.feed(item("lake", **lake), *old)
        await refreshed(here, web)
        push = await here.sees(anna, "Lake")
        assert "photo" in push and web.asked[-1][1].get("If-None-Match")

        web.feed(item("lake", title="The lake, corrected", **lake), *old)
        await refreshed(here, web)
        web.feed(item("lake-froze", id="lake-froze", title="The lake, corrected", **lake), *old)
        await refreshed(here, web)
        web.feed(item("lake-froze", id="theirs", **lake), *old, path="/other")
        assert (await here.shell("sources", "add", f"{web.url}/other", "--topic", "Energy")).status == 0
        here.article("lake.json", "The lake by file", webUrl="https://blog.example/lake-froze")
        web.feed(item("end", at=now(minutes=4)), item("lake-froze", title="The lake, corrected", **lake), *old)
        await refreshed(here, web)
        await here.sees(anna, "End")
        assert [one for one in here.of_bot(anna) if "lake" in plain(one).lower() and "photo" in one] == [push]

        web.answer(410)
        await here.shell("sources", "refresh", "1")
        await here.sees(here.cast.edith, "The Blog has ended")
        assert [one["state"] for one in await sources(here)] == ["gone", "active"]
        stats = json.loads((await here.shell("stats", "--json")).out)["sources"]
        assert [(one["came"], one["pushed"], one["doubled"]) for one in stats] == [(5, 2, 0), (0, 0, 4)]


async def test_a_kill_at_any_point_loses_nothing_and_pushes_nothing_twice(tmp_path: Path) -> None:
    async with newsroom(tmp_path, BURST="100") as (here, web, anna):
        web.feed(item("old", at=now(days=1)))
        assert (await here.shell("sources", "add", f"{web.url}/feed", "--topic", "Energy")).status == 0
        for turn in range(3):
            items = [item(f"story-{n}", title=f"Story {n}", at=now(minutes=5)) for n in range(4 * turn + 4)]
            web.feed(*items, item("old", at=now(days=1)))
            await refreshed(here, web)
            await here.kill()  # while it stores them, or has begun to send
            await here.open()
            await here.shell("sources", "refresh", "1")
            for n in range(4 * turn + 4):
                await here.sees(anna, f"Story {n}")
        titles = [plain(one).split("\n")[0] for one in here.of_bot(anna) if "Story " in plain(one)]
        assert len(set(titles)) == 12 and "Old" not in " ".join(titles)
        # Messages on the wire at a kill may come twice, and no others.
        assert len(titles) <= 12 + 3 * 4


async def test_what_a_list_of_feeds_brings_is_read_by_the_running_bot_in_silence(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (here, web, anna):
        for n in range(12):
            web.feed(item(f"story{n}", at=now(hours=1)), path=f"/feed{n}")
        outlines = "".join(f'<outline text="Feed {n}" xmlUrl="{web.url}/feed{n}"/>' for n in range(12))
        page = f'<outline text="Energy"><outline text="Page" xmlUrl="{web.url}/page"/></outline>'
        web.feed(item("paged", at=now(hours=1)), path="/paged")
        web.answer(
            200, '<html><head><link rel="alternate" type="application/rss+xml" href="/paged"></head></html>', "/page"
        )
        opml = tmp_path / "feeds.opml"
        opml.write_text(f'<opml version="2.0"><body>{outlines}{page}</body></opml>')
        printed = await here.shell("sources", "import", opml)
        assert (printed.status, printed.out) == (0, "13 added\n"), printed
        async with asyncio.timeout(60):
            await web.until(1, "/paged")
            for n in range(12):
                await web.until(1, f"/feed{n}")
            while await came(here) != [1] * 13:
                pass  # a command takes its time
        assert "Paged" in plain(await here.asks(anna, "/latest Energy"))
        [paged] = [one for one in await sources(here) if one["name"] == "Page"]
        assert (paged["url"], paged["topics"]) == (f"{web.url}/paged", ["Energy"])
        assert (await here.shell("sources", "import", opml)).out == "0 added, 13 known already\n"
        exported = await here.shell("sources", "export")
        again = tmp_path / "again.opml"
        again.write_text(exported.out)
        assert (await here.shell("sources", "import", again)).out == "0 added, 13 known already\n"
        assert not [one for one in here.of_bot(anna) if "photo" in one]


async def test_a_story_dated_ahead_goes_out_at_its_time_unless_it_was_withdrawn(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (here, web, anna):
        web.feed(item("old", at=now(days=1)))
        assert (await here.shell("sources", "add", f"{web.url}/feed", "--topic", "Energy")).status == 0
        at = datetime.now(UTC) + timedelta(seconds=20)
        kept, withdrawn = item("kept", at=at), item("withdrawn", at=at + timedelta(seconds=1))
        web.feed(kept, withdrawn, item("old", at=now(days=1)))
        await refreshed(here, web)
        assert "Kept" not in plain(await here.asks(anna, "/latest"))
        web.feed(kept, item("old", at=now(days=1)))
        await here.sees(anna, "Kept")
        assert datetime.now(UTC) >= at
        states = {one["slug"]: one["state"] for one in json.loads((await here.shell("drafts", "--json")).out)}
        while states.get("withdrawn") == "scheduled":
            states = {one["slug"]: one["state"] for one in json.loads((await here.shell("drafts", "--json")).out)}
        assert states == {"withdrawn": "draft"}


async def test_drafts_phrases_and_stories_without_a_link_wait_for_editors(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as (here, web, anna):
        here.write(
            "blog.yaml", f"taxonomy: source\nurl: {web.url}/feed\ntopics: Energy\nas: drafts\nnever: [sponsored]\n"
        )
        web.feed(item("old", at=now(days=1)))
        async with asyncio.timeout(60):
            await web.until(1)
            while await came(here) != [1]:
                pass  # a command takes its time
        web.feed(
            item("mine", at=now(minutes=3)),
            item("bare", link=None, at=now(minutes=2)),
            item("theirs", title="A sponsored story", at=now(minutes=1)),
            item("old", at=now(days=1)),
        )
        await refreshed(here, web)
        async with asyncio.timeout(60):
            while await came(here) != [3]:
                pass
        drafts = json.loads((await here.shell("drafts", "--json")).out)
        assert sorted((one["slug"], one["state"], one["link"]) for one in drafts) == [
            ("bare", "draft", ""),
            ("mine", "draft", "https://blog.example/mine"),
        ]
        preview = await here.asks(here.cast.edith, "/preview bare")
        assert "Bare" in "".join(map(plain, here.of_bot(here.cast.edith)[-2:])), preview
        await here.sees(here.cast.edith, "missing")
        refused = await here.shell("publish", "bare")
        assert refused.status == 1 and "no link" in refused.err
        assert (await here.shell("publish", "mine")).status == 0
        await here.sees(anna, "Mine")


async def test_a_hub_tells_the_bot_at_its_webhook_that_a_feed_has_changed(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hook = f"http://127.0.0.1:{port}/hook"
    variables = {"FETCH_ALLOW": "127.0.0.1", "WEBHOOK_URL": hook, "LISTEN": f"127.0.0.1:{port}"}
    async with street(tmp_path, **variables) as here, site() as web, ClientSession() as client:
        await here.imported()
        web.feed(item("old", at=now(days=1)), Link=f'<{web.url}/hub>; rel="hub", <{web.url}/feed>; rel="self"')
        web.answer(202, path="/hub")
        assert (await here.shell("sources", "add", f"{web.url}/feed")).status == 0
        await here.open()
        assert (await here.shell("sources", "refresh", "1")).status == 0
        async with asyncio.timeout(60):
            await web.until(1, "/hub")
        [form] = web.forms
        assert form["hub.callback"].startswith(f"{hook}/websub/") and form["hub.topic"] == f"{web.url}/feed"
        said = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "c",
            "hub.lease_seconds": "99999",
        }
        async with client.get(form["hub.callback"], params=said) as answer:
            assert (answer.status, await answer.text()) == (200, "c")
        before = web.times()
        signed = "sha256=" + hmac.new(form["hub.secret"].encode(), b"<rss/>", "sha256").hexdigest()
        async with client.post(form["hub.callback"], data=b"<rss/>", headers={"X-Hub-Signature": signed}) as answer:
            assert answer.status == 202
        async with asyncio.timeout(30):
            await web.until(before + 1)
