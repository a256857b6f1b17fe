"""
The tour of all ways in: a feed over its life, a link, a folder of a static site, and a program.

What comes is served by a small web server of the tour's own. The feed's history is silent; a new item is pushed once,
whatever is edited in it and wherever else the story turns up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

import aiohttp

from bot.sandbox.tour.small_web import PICTURE, SmallWeb
from bot.sandbox.tour.stage import Stage, plain
from bot.sandbox.world.state import Cast

FEED, MIRROR, PAGE = "/feed.xml", "/mirror.xml", "/2026/ferry"
BRIDGE, CORRECTED = "Old bridge carries trams agian", "Old bridge carries trams again"
MARK = "A walk along the towpath"
FERRY, LOCK, GRANT = "The ferry goes electric", "A lock is given back to the river", "A grant for quiet streets"


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside of Telegram: a web server, the content folder, and the bot's HTTP API with a key."""

    web: SmallWeb
    content: Path
    api: str
    key: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the tour's feeds."""

    id: str
    title: str
    at: datetime
    picture: str | None = None


async def inlets(stage: Stage, cast: Cast, outside: Outside) -> None:
    """Play the tour."""
    stage.tell("Anna follows Energy.")
    stage.starts(cast.anna, "t_energy")
    await stage.sees(cast.anna, "Energy")
    stage.starts(cast.edith)
    await _a_feed_is_followed(stage, cast, outside)
    await _a_new_item_is_news_once(stage, cast, outside)
    await _the_feed_ends(stage, cast, outside)
    await _a_link_becomes_an_article(stage, cast, outside)
    await _a_page_of_a_hugo_site(stage, cast, outside)
    await _a_program_posts(stage, cast, outside)


async def _a_feed_is_followed(stage: Stage, cast: Cast, outside: Outside) -> None:
    stage.tell("Edith sends the address of a feed that lists two stories, and follows it.")
    _serve(outside, FEED, "River Notes", _history(outside))
    stage.types(cast.edith, outside.web.url(FEED))
    await stage.presses(cast.edith, "Follow its feed")
    await stage.sees(cast.edith, "River Notes is followed now")
    stage.types(cast.anna, "/latest Energy 5")
    await stage.sees(cast.anna, "Heat from the river")
    stage.check(_pushes(stage, cast, "Heat from the river") == 0, "its history is listed, and pushed to nobody")


async def _a_new_item_is_news_once(stage: Stage, cast: Cast, outside: Outside) -> None:
    stage.tell("The feed has a new story, with a picture. Edith does not wait until it is asked again.")
    link = outside.web.url("/bridge")
    new = Entry("bridge", BRIDGE, outside.now, picture=outside.web.url(PICTURE))
    _serve(outside, FEED, "River Notes", [new, *_history(outside)])
    stage.types(cast.edith, "/sources")
    await stage.presses(cast.edith, "River Notes")
    await stage.presses(cast.edith, "Refresh")
    push = await stage.sees(cast.anna, BRIDGE)
    stage.check("photo" in push, "the picture is there")

    stage.tell("Its title is corrected, its address changed; a second feed lists it, and so does a file.")
    corrected = Entry("bridge", CORRECTED, outside.now, picture=outside.web.url(PICTURE))
    _serve(outside, FEED, "River Notes", [corrected, *_history(outside)])
    await stage.presses(cast.edith, "Refresh")
    await stage.asks_until(cast.anna, "/latest Energy 2", CORRECTED)
    _serve(outside, MIRROR, "River Mirror", [])
    stage.types(cast.edith, outside.web.url(MIRROR))
    await stage.presses(cast.edith, "Follow its feed")
    await stage.sees(cast.edith, "River Mirror is followed now")
    _serve(outside, MIRROR, "River Mirror", [corrected])
    stage.types(cast.edith, "/sources")
    await stage.presses(cast.edith, "River Mirror")
    await stage.presses(cast.edith, "Refresh")
    _write(
        outside.content / "bridge.md",
        f'title: "{CORRECTED}"\npublishedDateTime: {outside.now.isoformat()}\nwebUrl: "{link}"\n'
        "published: true\ntopics: [Energy]",
    )
    _write(
        outside.content / "towpath.md",
        f'title: "{MARK}"\npublishedDateTime: {outside.now.isoformat()}\nwebUrl: "https://walks.example/1"',
    )
    await stage.asks_until(cast.edith, "/drafts", MARK)  # so the folder was read
    stage.types(cast.edith, "/sources")
    await stage.presses(cast.edith, "River Mirror")
    await stage.sees(cast.edith, "Here from elsewhere: 1")
    stage.check(_pushes(stage, cast, BRIDGE) + _pushes(stage, cast, CORRECTED) == 1, "Anna was told of it once")


async def _the_feed_ends(stage: Stage, cast: Cast, outside: Outside) -> None:
    stage.tell("The feed is gone for good: its server answers 410.")
    outside.web.pages[FEED] = 410
    stage.types(cast.edith, "/sources")
    await stage.presses(cast.edith, "River Notes")
    await stage.presses(cast.edith, "Refresh")
    await stage.sees(cast.edith, "410")
    stage.types(cast.edith, "/sources")
    await stage.sees(cast.edith, "gone for good")


async def _a_link_becomes_an_article(stage: Stage, cast: Cast, outside: Outside) -> None:
    stage.tell("Edith sends the link of a page. It becomes a draft, and she publishes it.")
    outside.web.pages[PAGE] = "text/html", _page(FERRY, "From May on it crosses without a sound.", outside)
    stage.types(cast.edith, outside.web.url(PAGE))
    await stage.presses(cast.edith, "Choose a topic")
    await stage.presses(cast.edith, "Energy")
    await stage.sees(cast.edith, "has the topic Energy now")
    stage.types(cast.edith, "/publish ferry")
    push = await stage.sees(cast.anna, FERRY)
    stage.check("crosses without a sound" in plain(push), "with the page's own excerpt")


async def _a_page_of_a_hugo_site(stage: Stage, cast: Cast, outside: Outside) -> None:
    stage.tell("The content folder becomes a Hugo site. A draft is no news; without `draft` it is.")
    (outside.content / "newsbot.yaml").write_text("site: https://blog.example\n")
    (outside.content / "hugo.toml").write_text('baseURL = "https://blog.example/"\ntitle = "Northgate Blog"\n')
    page = f'title: "{LOCK}"\ndate: {outside.now.isoformat()}\ntags: [Energy]'
    _write(outside.content / "content" / "posts" / "lock.md", f"{page}\ndraft: true", "The keeper's house stays.")
    await stage.asks_until(cast.edith, "/drafts", LOCK)
    _write(outside.content / "content" / "posts" / "lock.md", page, "The keeper's house stays.")
    push = await stage.sees(cast.anna, LOCK)
    stage.check("keeper's house" in plain(push), "its first paragraph is the excerpt")


async def _a_program_posts(stage: Stage, cast: Cast, outside: Outside) -> None:
    stage.tell("A program posts an article over HTTP.")
    article = {
        "title": GRANT,
        "publishedDateTime": outside.now.isoformat(),
        "webUrl": "https://city.example/grant",
        "published": True,
        "topics": ["Energy"],
    }
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {outside.key}"}) as client:
        async with client.post(f"{outside.api}/api/v1/articles", json=article) as answer:
            stage.check(answer.status == 201, f"POST /api/v1/articles: {answer.status}")
        await stage.sees(cast.anna, GRANT)
        async with client.post(f"{outside.api}/api/v1/articles", json=article) as answer:
            stage.check(answer.status == 200, f"the same again: {answer.status}")
        async with client.get(f"{outside.api}/feed.xml") as answer:
            stage.check(GRANT in await answer.text(), "it is in /feed.xml, which others can follow")
    stage.check(_pushes(stage, cast, GRANT) == 1, "Anna has it once")


def _pushes(stage: Stage, cast: Cast, title: str) -> int:
    """Return how often Anna got a story as news: alone in a message, which a list is not."""
    return sum(plain(message).startswith(title) for message in stage.of_bot(cast.anna))


def _history(outside: Outside) -> list[Entry]:
    return [
        Entry("heat", "Heat from the river", outside.now - timedelta(days=1)),
        Entry("locks", "Seven locks, one key", outside.now - timedelta(days=30)),
    ]


def _serve(outside: Outside, path: str, name: str, entries: list[Entry]) -> None:
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{outside.web.url(f'/{one.id}')}</link>"
        f'<guid isPermaLink="false">{one.id}</guid><pubDate>{format_datetime(one.at)}</pubDate>'
        f"<description>More of it in the article.</description><category>Energy</category>"
        + (f'<enclosure url="{one.picture}" type="image/png" length="1"/>' if one.picture else "")
        + "</item>"
        for one in entries
    )
    outside.web.pages[path] = (
        "application/rss+xml",
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{name}</title>'
        f"<link>{outside.web.url('/')}</link><description>{name}</description>{items}</channel></rss>",
    )


def _page(title: str, excerpt: str, outside: Outside) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | River Notes</title>'
        f'<meta property="og:title" content="{escape(title)}"><meta property="og:site_name" content="River Notes">'
        f'<meta property="og:description" content="{escape(excerpt)}">'
        f'<meta property="og:image" content="{outside.web.url(PICTURE)}"></head><body></body></html>'
    )


def _write(path: Path, fields: str, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{fields}\n---\n\n{text}\n", encoding="utf-8")
