"""What is published as feeds: asked by browsers, other programs and another newsbot."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from programs import ARTICLES, Door, article, door

from bot.content.feeds.reading import read_feed
from bot.sandbox.tour.stage import plain

ATOM = "{http://www.w3.org/2005/Atom}"
ODD = "R&D <b>now</b>: “Depth < 5 m” & &amp; ]]> ümlaut 🎉"
PICTURE = "https://pictures.example/a b&c.jpg"


async def _titles(at: Door, path: str) -> list[str]:
    said = await at.asks("GET", path)
    assert said.status == 200, said.text
    if path.startswith("/feed.json"):
        return [item["title"] for item in said.json["items"]]
    return [entry.findtext(f"{ATOM}title") or "" for entry in ElementTree.fromstring(said.text).iter(f"{ATOM}entry")]


async def _until_titles(at: Door, path: str, titles: list[str]) -> None:
    async with asyncio.timeout(10):
        while await _titles(at, path) != titles:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.json"])
async def test_what_is_published_is_what_another_newsbot_reads(tmp_path: Path, path: str) -> None:
    async with door(tmp_path, CONTACT="x") as at:
        key = await at.key("desk", "--role", "editor")
        await at.counts(key)
        then = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        story = article(
            *("odd",),
            title=ODD,
            excerpt="Five & six <i>seven</i>; it’s < 8.",
            publishedDateTime=then.isoformat(),
            images=[PICTURE, {"url": "https://pictures.example/second", "alt": "Nobody"}],
            provider={"name": "The Courier & Co", "domain": "courier.example"},
            topics=["Energy", "A & B"],
            published=True,
        )
        made = await at.asks("POST", ARTICLES, key, story)
        await at.asks("POST", ARTICLES, key, article("draft"))
        await at.asks("POST", ARTICLES, key, article("planned", published=True, publishedDateTime="2099-01-01"))
        said = await at.asks("GET", path)
        feed = read_feed(said.text.encode(), said.headers["Content-Type"], f"{at.url}{path}")
        [item] = feed.items
        assert item.title == made.json["title"] and "Depth < 5 m" in item.title
        assert item.excerpt == made.json["excerpt"]
        assert (item.link, item.published_at) == ("https://news.example/odd", then)
        assert item.pictures[0].url == "https://pictures.example/a%20b&c.jpg"
        assert item.categories == ("Energy", "A & B") and item.author == "The Courier & Co"
        assert item.id.startswith("urn:uuid:")
        assert feed.title == at.here.world.bot["first_name"]
        moved = await at.asks("PATCH", made.headers["Location"], key, {"webUrl": "https://news.example/moved"})
        assert moved.status == 200
        await at.until(lambda: at.asks("GET", path), lambda said: "moved" in said.text)
        again = await at.asks("GET", path)
        [after] = read_feed(again.text.encode(), again.headers["Content-Type"], f"{at.url}{path}").items
        assert (after.id, after.link) == (item.id, "https://news.example/moved")


async def test_a_feed_names_itself_and_is_both_of_its_formats(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        xml = ElementTree.fromstring((await at.asks("GET", "/feed.xml")).text)
        [self_link] = [one for one in xml.iter(f"{ATOM}link") if one.get("rel") == "self"]
        assert self_link.get("href") == f"{at.url}/feed.xml"
        assert all(xml.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        feed = (await at.asks("GET", "/feed.json?topic=energy", X_Forwarded_Proto="https", Host="news.example")).json
        assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["items"] == []
        assert feed["feed_url"] == "https://news.example/feed.json?topic=energy"
        assert feed["title"].endswith(": Energy")
        bad = await at.asks("GET", "/feed.xml", Host="a.example/<script>")
        assert bad.status == 400 and "script" not in bad.text
        assert (await at.asks("POST", "/feed.xml")).headers["Content-Type"] == "application/problem+json"
        assert (await at.asks("HEAD", "/feed.json")).status == 200


async def test_a_feed_is_of_a_topic_and_all_below_it(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        at.here.topic("solar", "Solar Power", shortname="Solar", parent="energy", hashtags="#sun")
        at.here.topic("sport", "Sport")
        key = await at.key("desk", "--role", "editor")
        await at.counts(key)
        async with asyncio.timeout(20):
            await at.until(lambda: at.asks("GET", "/feed.xml?topic=sport"), lambda said: said.status == 200)
        when = datetime.now(UTC)
        for n, (name, topic) in enumerate((("a", "Energy"), ("b", "Solar Power"), ("c", "Sport"), ("d", "Secret"))):
            told = article(name, topics=[topic], publishedDateTime=(when - timedelta(minutes=n)).isoformat())
            await at.asks("POST", ARTICLES, key, told | {"published": topic != "Secret"})
        await _until_titles(at, "/feed.xml", ["A", "B", "C"])
        for name in ("energy", "Energy", "ENERGY", "%23energy"):
            assert await _titles(at, f"/feed.json?topic={name}") == ["A", "B"]
        for name in ("solar", "Solar%20Power", "%23sun", "SOLAR"):
            assert await _titles(at, f"/feed.xml?topic={name}") == ["B"]
        assert await _titles(at, "/feed.json?topic=sport&topic=solar") == ["B", "C"]
        for name in ("nothing", "", "Secret", quote("'; DROP TABLE articles; --"), "x" * 5_000):
            said = await at.asks("GET", f"/feed.xml?topic={name}")
            assert said.status == 404 and said.headers["Content-Type"] == "application/problem+json"
        assert (await at.asks("GET", "/feed.xml?" + "&".join(f"topic={n}" for n in range(30)))).status == 400


async def test_who_has_a_feed_is_told_so_until_something_in_it_changes(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        key = await at.key("desk", "--role", "editor")
        await at.counts(key)
        place = (await at.asks("POST", ARTICLES, key, article(published=True))).headers["Location"]
        await _until_titles(at, "/feed.xml", ["Lake"])
        had = await at.asks("GET", "/feed.xml")
        etag, date = had.headers["ETag"], had.headers["Last-Modified"]
        for given in ({"If_None_Match": etag}, {"If_None_Match": f'"x", W/{etag}'}, {"If_Modified_Since": date}):
            said = await at.asks("GET", "/feed.xml", **given)
            assert (said.status, said.text, said.headers["ETag"]) == (304, "", etag)
        for given in ({"If_None_Match": '"x"', "If_Modified_Since": date}, {"If_Modified_Since": "yesterday"}):
            assert (await at.asks("GET", "/feed.xml", **given)).status == 200
        # A correction and a retraction have no date of their own, and are not overlooked.
        await at.asks("PATCH", place, key, {"title": "Pond"})
        await _until_titles(at, "/feed.xml", ["Pond"])
        new = await at.asks("GET", "/feed.xml", If_Modified_Since=date)
        assert (new.status, "Pond" in new.text) == (200, True) and new.headers["ETag"] != etag
        assert parsedate_to_datetime(new.headers["Last-Modified"]) > parsedate_to_datetime(date)
        await at.asks("POST", f"{place}/retract", key)
        await _until_titles(at, "/feed.xml", [])
        assert (await at.asks("GET", "/feed.xml", If_None_Match=new.headers["ETag"])).status == 200


async def test_the_newest_fifty_are_listed_those_that_were_never_pushed_too(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        for n in range(60):
            at.here.article(f"old-{n}.json", publishedDateTime=f"2021-02-12T08:{n:02}:00Z")
        printed = await at.here.shell("import", "content")
        assert printed.status == 0
        await _until_titles(at, "/feed.json", [f"Old {n}" for n in range(59, 9, -1)])
        assert json.loads((await at.here.shell("stats", "--json")).out)["articles"]["archived"] == 60


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.json?topic=energy"])
async def test_another_newsbot_follows_a_feed_of_this_one(tmp_path: Path, path: str) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    async with door(tmp_path / "here") as here, door(tmp_path / "there", FETCH_ALLOW="127.0.0.1") as there:
        key = await here.key("desk", "--role", "editor")
        await here.counts(key)
        anna = there.here.cast.anna
        await here.asks("POST", ARTICLES, key, article("old", title="Long known.", published=True))
        await _until_titles(here, "/feed.xml", ["Long known."])
        added = await there.here.shell("sources", "add", f"{here.url}{path}")
        assert added.status == 0, added.err
        await _until_titles(there, "/feed.json", ["Long known."])
        [source] = json.loads((await there.here.shell("sources", "--json")).out)
        place = (await here.asks("POST", ARTICLES, key, article("new", title="Brand new.", published=True))).headers
        await _until_titles(here, "/feed.xml", ["Brand new.", "Long known."])
        assert (await there.here.shell("sources", "refresh", str(source["id"]))).status == 0
        await there.here.sees(anna, "Brand new.")
        await here.asks(
            "PATCH", place["Location"], key, {"title": "Brand new, corrected.", "webUrl": "https://a.example/"}
        )
        assert (await there.here.shell("sources", "refresh", str(source["id"]))).status == 0
        await there.until(lambda: there.asks("GET", "/feed.json"), lambda said: "corrected" in said.text)
        pushed = [plain(one) for one in there.here.of_bot(anna) if "reply_markup" in one]
        assert len([one for one in pushed if "Brand new" in one]) == 1
        assert not [one for one in pushed if "Long known" in one]
