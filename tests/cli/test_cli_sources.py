"""`newsbot sources`, as a person at a shell runs it, with a web server on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from conftest import Shell
from feed_site import NOON, Site, item, site


@pytest.fixture
async def web() -> AsyncIterator[Site]:
    async with site() as one:
        one.feed(
            item("b", at=NOON, title="Grid & wind", picture="https://blog.example/p.png", text="What it is."),
            item("a", at=None, link=None, text="Bare."),
        )
        yield one


@pytest.fixture
async def ready(shell: Shell) -> Shell:
    """A shell in a folder with a database in which Energy is a topic."""
    shell.variables["NEWSBOT_FETCH_ALLOW"] = "127.0.0.1"
    shell.write("energy.json", '{"taxonomy": "topic", "_id": "energy", "name": "Energy"}')
    assert (await shell("import", "energy.json")).status == 0
    return shell


async def listed(shell: Shell) -> list[dict[str, object]]:
    found = json.loads((await shell("sources", "--json")).out)
    assert isinstance(found, list)
    return found


async def test_a_feed_is_tried_without_a_database(shell: Shell, web: Site) -> None:
    shell.variables["NEWSBOT_FETCH_ALLOW"] = "127.0.0.1"
    answer = await shell("sources", "check", f"{web.url}/feed", "--json")
    assert answer.status == 0 and list(shell.folder.iterdir()) == []
    found = json.loads(answer.out)
    assert list(found) == ["url", "title", "items"]
    assert (found["url"], found["title"]) == (f"{web.url}/feed", "The Blog")
    assert found["items"][0] == {
        "title": "Grid & wind",
        "link": "https://blog.example/b",
        "published": "2026-03-02T12:00:00+00:00",
        "image": "https://blog.example/p.png",
        "excerpt": "What it is.",
        "warnings": [],
    }
    bare = found["items"][1]
    assert (bare["link"], bare["published"], bare["image"]) == (None, None, None) and len(bare["warnings"]) == 2
    said = await shell("sources", "check", f"{web.url}/feed")
    assert said.status == 0 and "Grid & wind" in said.out and "2 items, 1 with warnings" in said.out


async def test_a_pages_address_is_tried_by_the_feed_it_names(shell: Shell, web: Site) -> None:
    shell.variables["NEWSBOT_FETCH_ALLOW"] = "127.0.0.1"
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    web.answer(200, f"<!doctype html><html><head>{link}</head></html>", "/", Content_Type="text/html")
    answer = await shell("sources", "check", f"{web.url}/", "--json")
    assert json.loads(answer.out)["url"] == f"{web.url}/feed"


async def test_another_feed_of_a_page_is_taken_where_the_first_is_dead(shell: Shell, web: Site) -> None:
    shell.variables["NEWSBOT_FETCH_ALLOW"] = "127.0.0.1"
    dead, empty, live = (
        f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in ("/old", "/login", "/feed")
    )
    web.answer(200, "<html><body><form><input type='password'></form></body></html>", "/login")
    web.answer(200, f"<!doctype html><html><head>{dead}{empty}{live}</head></html>", "/", Content_Type="text/html")
    answer = await shell("sources", "check", f"{web.url}/", "--json")
    assert (answer.status, json.loads(answer.out)["url"]) == (0, f"{web.url}/feed")


async def test_a_date_that_is_years_away_is_warned_of(shell: Shell, web: Site) -> None:
    shell.variables["NEWSBOT_FETCH_ALLOW"] = "127.0.0.1"
    soon = datetime.now(UTC) + timedelta(days=300)
    web.feed(item("slip", at=datetime(2099, 1, 2, tzinfo=UTC)), item("embargo", at=soon), item("now", at=NOON))
    answer = await shell("sources", "check", f"{web.url}/feed", "--json")
    slip, embargo, today = json.loads(answer.out)["items"]
    assert slip["warnings"] == ["its date, 2099-01-02, is more than a year away; it would come out only then"]
    assert (embargo["warnings"], today["warnings"], answer.status) == ([], [], 0)
    said = await shell("sources", "check", f"{web.url}/feed")
    assert "  warning: its date, 2099-01-02, is more than a year away" in said.out and "1 with warnings" in said.out


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", "it is a web page, not a feed, and names no feed\n"),
        ("/login", "asks to log in"),
        ("/missing", "404"),
        ("/error", "500"),
        ("/gone", "410"),
        ("/nothing", "it is empty\n"),
        ("/list", "it is a list of feeds (OPML), not a feed; import it instead\n"),
        ("/dead", "the feed that this page names cannot be read: its server knows no such page (404)\n"),
        ("/all-dead", "none of the 2 feeds that this page names can be read; of the first, its server knows no such"),
    ],
)
async def test_what_gives_no_feed_is_refused_in_one_line(shell: Shell, web: Site, path: str, reason: str) -> None:
    shell.variables["NEWSBOT_FETCH_ALLOW"] = "127.0.0.1"
    web.answer(200, "<html><head><title>x</title></head><body>Hello</body></html>", "/page")
    web.answer(200, "<html><body><form><input type='password'></form></body></html>", "/login")
    web.answer(500, "", "/error")
    web.answer(200, "", "/nothing")
    web.answer(200, "<opml version='2.0'><head><title>x</title></head><body></body></opml>", "/list")
    link = "<link rel=alternate type='application/rss+xml' href='/missing'>"
    web.answer(200, f"<html><head>{link}</head></html>", "/dead")
    other = link.replace("/missing", "/gone")
    web.answer(200, f"<html><head>{link}{other}</head></html>", "/all-dead")
    web.answer(410, "", "/gone")
    for json_too in ((), ("--json",)):
        answer = await shell("sources", "check", f"{web.url}{path}", *json_too)
        assert (answer.status, answer.out) == (1, "")
        assert answer.err.count("\n") == 1 and reason in answer.err


async def test_a_private_address_that_is_not_allowed_is_refused(shell: Shell, web: Site) -> None:
    answer = await shell("sources", "check", f"{web.url}/feed")
    assert answer.status == 1 and "NEWSBOT_FETCH_ALLOW" in answer.err and web.asked == []


async def test_adding_lists_in_silence_and_a_second_time_adds_nothing(ready: Shell, web: Site) -> None:
    url = f"{web.url}/feed"
    added = await ready(
        "sources", "add", url, "--topic", "Energy", "--topic", "AI", "--as", "drafts", "--every", "30m", "--name", "B"
    )
    assert added.status == 0 and "1 listed without a push" in added.out and "No bot is running" in added.out
    assert await listed(ready) == [
        {
            "id": 1,
            "url": url,
            "name": "B",
            "state": "active",
            "every": "30m",
            "topics": ["Energy", "AI"],
            "as": "drafts",
            "last_error": None,
        }
    ]
    again = await ready("sources", "add", url)
    assert again.status == 0 and "known already" in again.out
    assert len(await listed(ready)) == 1 and json.loads((await ready("drafts", "--json")).out) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "Its history: 1 listed without a push. What comes from now on is new.\n"),
        (("--as", "drafts"), "Its history: 1 listed without a push. What comes from now on waits as drafts.\n"),
        (("--only", "Tides"), "Nothing of it is listed yet. What comes from now on is new.\n"),
        (
            ("--only", "Tides", "--as", "drafts"),
            "Nothing of it is listed yet. What comes from now on waits as drafts.\n",
        ),
    ],
)
async def test_adding_says_what_was_listed_and_what_becomes_of_what_comes(
    ready: Shell, web: Site, options: tuple[str, ...], says: str
) -> None:
    added = await ready("sources", "add", f"{web.url}/feed", *options)
    assert added.status == 0 and says in added.out


@pytest.mark.parametrize("id", ["1", "#1", "URL", "the blog"])
async def test_a_source_goes_by_number_address_or_name(ready: Shell, web: Site, id: str) -> None:
    url = f"{web.url}/feed"
    await ready("sources", "add", url)
    named = url if id == "URL" else id
    assert (await ready("sources", "pause", named)).status == 0
    assert (await listed(ready))[0]["state"] == "paused"
    assert (await ready("sources", "pause", named)).status == 1
    assert (await ready("sources", "resume", named)).status == 0
    assert "no bot is running" in (await ready("sources", "refresh", named)).out
    assert (await ready("sources", "remove", named)).status == 0
    assert await listed(ready) == []
    refused = await ready("sources", "remove", named)
    assert (refused.status, refused.err.count("\n")) == (1, 1)
    acts = [entry["detail"] for entry in json.loads((await ready("log", "--json")).out) if entry["act"] == "source"]
    assert acts == [f"{verb} The Blog" for verb in ("remove", "resume", "pause", "add")]


@pytest.mark.parametrize(
    "id", ["http://[", "https://blog.example:99999/", "https://blog.example/", "99", "", "no such"]
)
async def test_a_source_that_is_not_there_is_refused_in_one_line(ready: Shell, id: str) -> None:
    for command in ("pause", "resume", "refresh", "remove"):
        refused = await ready("sources", command, id)
        assert (refused.status, refused.out, refused.err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("options", [("--every", "10s"), ("--every", "often"), ("--as", "maybe"), ("--frobnicate",)])
async def test_a_wrong_option_is_wrong_usage(ready: Shell, web: Site, options: tuple[str, ...]) -> None:
    answer = await ready("sources", "add", f"{web.url}/feed", *options)
    assert (answer.status, answer.err.count("\n")) == (2, 1) and options[0] in answer.err
    assert await listed(ready) == []


async def test_sources_need_a_database_and_make_none(shell: Shell) -> None:
    for command in ((), ("add", "https://a.example/"), ("export",), ("pause", "1")):
        answer = await shell("sources", *command)
        assert answer.status == 2 and str(shell.database) in answer.err
    assert not shell.database.exists()


async def test_a_list_is_exported_and_imported_with_what_was_chosen(ready: Shell, web: Site) -> None:
    for n in range(3):
        web.feed(item(f"i{n}"), path=f"/{n}")
    await ready(
        "sources", "add", f"{web.url}/0", "--topic", "Food, Drink and Travel", "--topic", "AI", "--as", "drafts"
    )
    await ready("sources", "add", f"{web.url}/1", "--every", "90s", "--never", "ad & “sale”", "--only", "a, b")
    await ready("sources", "add", f"{web.url}/2", "--name", '<Third> & "last"')
    before = await listed(ready)
    exported = await ready("sources", "export")
    outlines = ElementTree.fromstring(exported.out).findall(".//outline")
    assert [one.get("xmlUrl") for one in outlines] == [f"{web.url}/{n}" for n in range(3)]
    file = ready.write("feeds.opml", exported.out)
    again = await ready("sources", "import", file)
    assert (again.status, again.out.splitlines()[0], again.err) == (0, "0 added, 3 known already", "")
    for n in range(3):
        await ready("sources", "remove", str(n + 1))
    assert (await ready("sources", "import", file)).out.splitlines()[0] == "3 added"
    restored = await listed(ready)
    assert [{**one, "name": None} for one in restored] == [{**one, "name": None} for one in before]
    phrases = ready.rows("SELECT only_phrases, never_phrases FROM sources ORDER BY number")[1]
    assert [json.loads(one) for one in phrases] == [["a, b"], ["ad & “sale”"]]


async def test_folders_that_bear_a_known_topics_name_are_topics(ready: Shell) -> None:
    file = ready.write(
        "feeds.opml",
        '<?xml version="1.0"?><opml version="1.0"><body><outline text="energy"><outline text="Deep">'
        '<outline text="One" type="rss" xmlUrl="https://one.example/feed"/></outline></outline>'
        '<outline text="My folder"><outline title="Two" xmlUrl="https://two.example/feed"/></outline>'
        '<outline text="no feed"/><outline text="bad" xmlUrl="javascript:alert(1)"/></body></opml>',
    )
    answer = await ready("sources", "import", file)
    assert answer.status == 1 and answer.out.splitlines()[0] == "2 added, 1 refused"
    assert answer.err.startswith(f"{file}:1: xmlUrl: ")
    assert [(one["name"], one["topics"]) for one in await listed(ready)] == [("One", ["Energy"]), ("Two", [])]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<opml><body><outline", "is no XML"),
        ("not xml", "is no XML"),
        ("", "is no XML"),
        ("<rss version='2.0'/>", "is no OPML"),
        ('<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "declares a document type"),
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml><body>&a;</body></opml>', "declares a document type"),
        ("<opml>" + "<outline text='x'>" * 100 + "</outline>" * 100 + "</opml>", "deep"),
    ],
)
async def test_a_list_that_is_none_is_refused_with_its_line(ready: Shell, text: str, reason: str) -> None:
    file = ready.write("feeds.opml", text)
    answer = await ready("sources", "import", file)
    assert (answer.status, answer.out) == (1, "") and answer.err.count("\n") == 1
    assert answer.err.startswith(f"{file}:") and reason in answer.err
    assert await listed(ready) == []


async def test_a_list_of_thousands_is_added_without_asking_any_of_them(ready: Shell) -> None:
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="https://feed{n}.example/rss"/>' for n in range(5_000))
    file = ready.write("feeds.opml", f"<opml><body>{outlines}</body></opml>")
    answer = await ready("sources", "import", file)
    assert (answer.status, answer.out.splitlines()[0], answer.err) == (0, "5,000 added", "")
    [(first, last)] = ready.rows("SELECT min(next_at), max(next_at) FROM sources")
    assert 300 < last - first <= 900  # seconds over which they are read for the first time
    again = await ready("sources", "import", file)
    assert (again.status, again.out.splitlines()[0]) == (0, "0 added, 5,000 known already")
    assert len(await listed(ready)) == 5_000


async def test_source_files_are_checked_and_imported(ready: Shell) -> None:
    good = ready.write("good.yaml", "taxonomy: source\nurl: https://a.example/feed\ntopics: [Energy]\n")
    bad = ready.write("bad.yaml", "taxonomy: source\nurl: https://b.example/feed\nas: maybe\n")
    checked = await ready("check", good, bad)
    assert checked.status == 1 and checked.err == f"{bad}:3: as: “maybe” is neither news nor drafts\n"
    assert (await ready("import", good)).out == "1 source\n"
    assert [one["url"] for one in await listed(ready)] == ["https://a.example/feed"]
