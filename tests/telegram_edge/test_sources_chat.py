"""`/sources` in an editor's chat: the feeds, how each is doing, what can be done about it, and how new ones come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from desk_stories import Desk, plain
from press_room import POLICY, press_room
from story import ANNA, EDITH, story_house
from web_site import Site, serving

from bot.domain.role import Role
from bot.domain.source import ListedSource, Origin, SourceChoices, SourceState, TakenAs
from bot.domain.topic import TopicFile
from bot.render.editor.sources import PAGE
from bot.services.sources import sources
from bot.store.content import sources as rows
from bot.store.content import topics
from bot.store.desk import editors

ITEM = "<item><title>{name}</title><guid>{name}</guid>{more}</item>"
WHOLE = "<link>https://news.example/{name}</link><pubDate>Mon, 02 Mar 2026 11:00:00 GMT</pubDate>"
OPML = """<opml version="2.0"><body><outline text="One" xmlUrl="https://one.example/feed"/>
<outline text="Two" xmlUrl="https://two.example/feed"/></body></opml>"""


def feed(*names: str, title: str = "Northgate", more: str = WHOLE) -> str:
    items = "".join(ITEM.format(name=name, more=more.format(name=name)) for name in names)
    return f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'


@dataclass
class Sources:
    """Edith's chat, and a web site with feeds."""

    desk: Desk
    site: Site

    def serve(self, path: str, text: str, **options: object) -> str:
        """Let the site have a document; return its address."""
        self.site.pages[path] = lambda request: web.Response(
            **{"text": text, "content_type": "application/rss+xml", **options}  # type: ignore[arg-type]
        )
        return self.site.url(path)

    async def all(self) -> list[ListedSource]:
        return await sources.listed(self.desk.house.db)

    async def follows(self, *names: str, path: str = "/feed", choices: SourceChoices | None = None) -> int:
        """Let a feed be followed already; return its number."""
        ctx = self.desk.house.ctx
        added = await sources.add(
            *(ctx.db, ctx.feed_web, self.serve(path, feed(*names)), choices or SourceChoices()),
            origin=Origin.SHELL,
            by=None,
            now=ctx.clock(),
            policy=POLICY,
        )
        return added.source.number

    async def topic(self, name: str) -> None:
        async with self.desk.house.db.transaction() as conn:
            await topics.define(conn, TopicFile(name.lower(), name))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Sources]:
    async with (
        serving(Site()) as site,
        story_house(tmp_path, content=str(tmp_path), fetch_allow="127.0.0.1") as house,
        press_room(house, tmp_path) as room,
    ):
        await house.starts(EDITH)
        yield Sources(Desk(house, room), site)
        await house.ctx.parsing.close()


async def test_without_sources_one_can_be_added(here: Sources) -> None:
    await here.desk.says("/sources")
    assert here.desk.screen.startswith("No sources yet.")
    assert here.desk.buttons == [["Add a source"]]


async def test_a_new_source_is_tried_first_and_followed_when_the_editor_says_so(here: Sources) -> None:
    url = here.serve("/feed", feed("salt", "wind"))
    await here.desk.says("/sources")
    await here.desk.presses("Add a source")
    assert here.desk.screen.startswith("Send the address of a feed")
    await here.desk.says(url)
    said = here.desk.screen.splitlines()
    assert said[:4] == ["Northgate", url, "", "None has a picture."]
    assert said[5].startswith("It lists 2 stories. These are listed in /latest and pushed to nobody")
    assert said[7:] == ["– salt (2 Mar 2026)", "– wind (2 Mar 2026)"]
    assert await here.all() == []
    assert here.desk.buttons == [["Follow", "Follow, as drafts"], ["Leave it"]]
    await here.desk.presses("Follow")
    assert here.desk.screen.startswith("Northgate is followed now.")
    [listed] = await here.all()
    assert (listed.source.url, listed.source.origin, listed.source.choices.taken_as) == (url, Origin.CHAT, TakenAs.NEWS)
    assert listed.counts.came == 2 and listed.counts.pushed == 0
    assert here.desk.house.wakes


@pytest.mark.parametrize("address", ["http://[", "https://blog.example:99999/feed"])
async def test_what_is_no_address_is_said_to_be_none(here: Sources, address: str) -> None:
    await here.desk.says(f"/sources {address}")
    assert "not a link" in here.desk.screen
    assert await here.all() == []


async def test_a_source_can_be_followed_as_drafts_or_left(here: Sources) -> None:
    url = here.serve("/feed", feed("salt"))
    await here.desk.says(f"/sources {url}")
    await here.desk.presses("Leave it")
    assert here.desk.screen == "Left. No source was added."
    assert await here.all() == []
    await here.desk.says(f"/sources {url}")
    await here.desk.presses("Follow, as drafts")
    [listed] = await here.all()
    assert listed.source.choices.taken_as is TakenAs.DRAFTS
    assert here.desk.screen.endswith("What comes next is a draft.")


async def test_a_preview_says_first_what_is_missing(here: Sources) -> None:
    await here.desk.says(f"/sources {here.serve('/feed', feed('salt', 'wind', more=''))}")
    assert here.desk.screen.splitlines()[3:6] == [
        "2 have no link; a new one like these becomes a draft.",
        "2 have no date; a new one like these is dated when it is first seen.",
        "None has a picture.",
    ]


async def test_the_page_of_a_site_leads_to_its_feed(here: Sources) -> None:
    url = here.serve("/feed", feed("salt"))
    page = '<html><head><title>N</title><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'
    await here.desk.says(f"/sources {here.serve('/', page, content_type='text/html')}")
    assert here.desk.screen.splitlines()[:2] == ["Northgate", url]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("<html><p>Hello</html>", "a web page, not a feed"), ("Oops", "a text, not a feed"), ("", "empty")],
)
async def test_an_address_without_a_feed_is_answered_with_the_reason(here: Sources, text: str, reason: str) -> None:
    await here.desk.says(f"/sources {here.serve('/x', text, content_type='text/html')}")
    assert here.desk.screen.startswith("127.0.0.1 gives no feed: it is ")
    assert reason in here.desk.screen


async def test_a_private_address_is_not_asked(here: Sources) -> None:
    await here.desk.says("/sources http://10.0.0.7/feed")
    assert here.desk.screen.startswith("10.0.0.7 gives no feed:")


async def test_a_known_address_is_said_to_be_known(here: Sources) -> None:
    await here.follows("salt")
    await here.desk.says("/sources")
    await here.desk.presses("Add a source")
    await here.desk.says(here.site.url("/feed"))
    assert here.desk.screen == "Northgate is a source already."
    await here.desk.presses("Open")
    assert here.desk.screen.startswith("Northgate\n")


async def test_a_link_is_a_link_again_when_no_address_is_asked_for_any_more(here: Sources) -> None:
    await here.desk.says("/sources")
    await here.desk.presses("Add a source")
    here.desk.house.clock.advance(timedelta(hours=1))
    await here.desk.says(here.serve("/feed", feed("salt")))
    assert here.desk.screen == "127.0.0.1 has a feed there, not a story."


async def test_each_source_opens_with_what_came_of_it(here: Sources) -> None:
    number = await here.follows("salt", "wind", choices=SourceChoices(topics=("Energy",)))
    await here.desk.says("/sources")
    assert here.desk.screen == "1 source\nNorthgate: active. 2 came, 0 pushed"
    await here.desk.presses("Northgate")
    said = here.desk.screen.splitlines()
    assert said[:5] == ["Northgate", here.site.url("/feed"), "", "State: active.", "Last read just now."]
    assert said[5].startswith("It is asked again in ")
    assert said[6:] == [
        "",
        "What is new is news.",
        "Topics: Energy.",
        "",
        "Came: 2. Pushed: 0. Held: 0. Here from elsewhere: 0. Refused: 0.",
    ]
    assert here.desk.buttons == [["Pause", "Refresh"], ["Topics", "Take as drafts"], ["Remove"], ["All sources"]]
    await here.desk.says(f"/sources #{number}")
    assert here.desk.screen.splitlines()[0] == "Northgate"


async def test_a_source_is_paused_resumed_and_refreshed(here: Sources) -> None:
    await here.follows("salt")
    await here.desk.says("/sources northgate")
    assert await here.desk.presses("Pause") == "Northgate is paused"
    assert "State: paused." in here.desk.screen
    assert here.desk.buttons[0] == ["Resume"]
    assert await here.desk.presses("Resume") == "Northgate is read again"
    assert await here.desk.presses("Refresh") == "Northgate is asked now"
    assert "It is asked now." in here.desk.screen


async def test_a_second_tap_on_pause_pauses_nothing_else(here: Sources) -> None:
    number = await here.follows("salt")
    await here.desk.says("/sources northgate")
    message, data = here.desk.house.button(EDITH, "Pause")
    await here.desk.house.presses_data(EDITH, data, message)
    assert plain(await here.desk.house.presses_data(EDITH, data, message) or "") == "Northgate is paused already"
    [listed] = await here.all()
    assert (listed.source.number, listed.source.state) == (number, SourceState.PAUSED)


async def test_a_failing_source_shows_its_last_error(here: Sources) -> None:
    number = await here.follows("salt")
    async with here.desk.house.db.transaction() as conn:
        await conn.execute(
            "UPDATE sources SET state = 'failing', failing_since = :at, last_error = :error WHERE number = :number",
            {"at": int(here.desk.house.clock().timestamp()), "error": "its server answered 503", "number": number},
        )
    await here.desk.says("/sources")
    assert here.desk.screen.endswith("Northgate: failing. 1 came, 0 pushed")
    await here.desk.presses("Northgate")
    assert "Since 2 Mar 2026, 12:00: its server answered 503." in here.desk.screen


async def test_what_is_new_can_be_taken_as_drafts_and_get_topics(here: Sources) -> None:
    await here.topic("Energy")
    await here.topic("Robotics")
    await here.follows("salt")
    await here.desk.says("/sources northgate")
    assert await here.desk.presses("Take as drafts") == "What is new becomes a draft."
    assert await here.desk.presses("Take as news") == "What is new is news."
    await here.desk.presses("Topics")
    assert here.desk.buttons == [["Energy"], ["Robotics"], ["Done"]]
    assert await here.desk.presses("Energy") == "What comes has the topic Energy now"
    assert here.desk.buttons[0] == ["✓ Energy"]
    assert await here.desk.presses("Robotics") == "What comes has the topic Robotics now"
    assert await here.desk.presses("✓ Energy") == "What comes has the topic Energy no more"
    await here.desk.presses("Done")
    assert "Topics: Robotics." in here.desk.screen
    [listed] = await here.all()
    assert listed.source.choices.topics == ("Robotics",)


async def test_a_source_is_removed_only_after_a_question_and_what_came_of_it_stays(here: Sources) -> None:
    await here.follows("salt")
    await here.desk.says("/sources northgate")
    await here.desk.presses("Remove")
    assert here.desk.screen == "Remove Northgate? It is asked no more. What came of it stays."
    await here.desk.presses("Keep it")
    assert len(await here.all()) == 1
    await here.desk.presses("Remove")
    await here.desk.presses("Remove it")
    assert here.desk.screen == "Northgate is removed. What came of it stays."
    assert await here.all() == []
    await here.desk.says("/latest")
    assert "salt" in here.desk.screen


async def test_a_button_of_a_source_that_is_gone_shows_the_list(here: Sources) -> None:
    number = await here.follows("salt")
    await here.desk.says("/sources northgate")
    shown = [here.desk.house.button(EDITH, label) for label in ("Pause", "Refresh", "Topics", "Remove")]
    await sources.remove(here.desk.house.db, number, by=None, now=here.desk.house.clock())
    for message, data in shown:
        toast = await here.desk.house.presses_data(EDITH, data, message)
        assert toast == "That list was out of date. Here is the current one."
        assert here.desk.screen.startswith("No sources yet.")


async def test_a_source_from_a_file_is_changed_there(here: Sources) -> None:
    number = await here.follows("salt")
    async with here.desk.house.db.transaction() as conn:
        await rows.set_file(conn, number, "sources/northgate.yaml")
    await here.desk.says("/sources northgate")
    assert "It is defined by sources/northgate.yaml; change it there." in here.desk.screen.splitlines()
    assert here.desk.buttons == [["Pause", "Refresh"], ["All sources"]]


async def test_many_sources_come_in_pages(here: Sources) -> None:
    outlines = "".join(f'<outline text="Feed {n:02}" xmlUrl="https://s{n}.example/f"/>' for n in range(PAGE + 3))
    document = f"<opml><body>{outlines}</body></opml>".encode()
    await here.desk.house.uploads(EDITH, "feeds.opml", document)
    assert here.desk.screen.startswith(f"{PAGE + 3} sources added. 0 were here already.")
    await here.desk.presses("All sources")
    assert here.desk.screen.splitlines()[0] == f"{PAGE + 3} sources, page 1 of 2"
    await here.desk.presses("Next")
    assert here.desk.screen.splitlines()[1:] == [
        f"Feed {n:02}: not read yet. 0 came, 0 pushed" for n in range(PAGE, PAGE + 3)
    ]
    assert here.desk.buttons[-2:] == [["Previous"], ["Add a source"]]


async def test_a_document_with_a_list_of_feeds_adds_them_once(here: Sources) -> None:
    await here.desk.house.uploads(EDITH, "feeds.opml", OPML.encode())
    await here.desk.house.uploads(EDITH, "feeds.xml", OPML.encode())
    first, second = here.desk.screens[-2:]
    assert first.splitlines()[0] == "2 sources added. 0 were here already."
    assert second.splitlines()[0] == "0 sources added. 2 were here already."
    assert [one.source.origin for one in await here.all()] == [Origin.OPML, Origin.OPML]


async def test_a_broken_list_of_feeds_is_refused_with_its_line(here: Sources) -> None:
    await here.desk.house.uploads(EDITH, "feeds.opml", b"<opml>\n<body><outline></opml>")
    assert here.desk.screen.startswith("This list cannot be read: line 2, ")
    assert await here.all() == []


async def test_what_was_pressed_long_ago_is_asked_again(here: Sources) -> None:
    """A press that waited for more than ten minutes while the bot was down."""
    house = here.desk.house
    number = await here.follows("salt")
    await here.desk.says(f"/sources {here.serve('/other', feed('wind', title='Harbour Post'))}")
    follow = house.button(EDITH, "Follow")
    await here.desk.says(f"/sources #{number}")
    pause = house.button(EDITH, "Pause")
    house.update_queue.backlog_until = 10**9
    for message, data in (follow, pause):
        await house.presses_data(EDITH, data, message)
    house.update_queue.backlog_until = -1
    [listed] = await here.all()
    assert listed.source.state is SourceState.ACTIVE
    assert "Follow Harbour Post?" in here.desk.screens
    await here.desk.house.presses_data(EDITH, follow[1], follow[0])
    assert [one.source.name for one in await here.all()] == ["Northgate", "Harbour Post"]


async def test_for_readers_there_are_no_sources(here: Sources) -> None:
    await here.follows("salt")
    await here.desk.says("/sources northgate")
    house = here.desk.house
    await house.starts(ANNA)
    before = len(house.messages(ANNA))
    await house.says(ANNA, "/sources")
    assert house.screen(ANNA) == "There is nothing for that here. /help lists what there is."
    message = house.messages(ANNA)[-1]["message_id"]
    for data in (house.button(EDITH, label)[1] for label in ("Pause", "Refresh", "Remove", "All sources")):
        toast = await house.presses_data(ANNA, data, message)
        assert "Northgate" not in (toast or "")
    assert len(house.messages(ANNA)) == before + 1
    [listed] = await here.all()
    assert listed.source.state is SourceState.ACTIVE


async def test_who_is_let_go_meanwhile_is_not_told_what_a_source_would_give(here: Sources) -> None:
    house = here.desk.house
    await house.starts(ANNA)
    async with house.db.transaction() as conn:
        await editors.add(conn, ANNA, Role.EDITOR, by=EDITH, now=house.clock())

    async def slow(request: web.Request) -> web.Response:
        async with house.db.transaction() as conn:
            await editors.remove(conn, ANNA)
        return web.Response(text=feed("salt"), content_type="application/rss+xml")

    here.site.pages["/feed"] = slow
    await house.says(ANNA, f"/sources {here.site.url('/feed')}")
    assert house.screen(ANNA) == "There is nothing for that here. /help lists what there is."
