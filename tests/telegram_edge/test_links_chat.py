"""Links from editors: read while the chat goes on, drafts as readers will see them, and what is asked for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from desk_stories import Desk, plain
from press_room import press_room
from story import ANNA, EDITH, story_house
from web_site import Site, png, serving

from bot.domain.article import Article, ArticleState, Picture
from bot.domain.pasted_link import PastedLink
from bot.domain.role import Role
from bot.domain.topic import TopicFile
from bot.services.content import links as service
from bot.services.newsroom import takedown
from bot.services.sources import sources
from bot.store.content import articles, topics
from bot.store.desk import editors
from bot.telegram_edge.conversations.editor import links

HEAD = """<html><head><title>Salt | Northgate</title>
<meta property="og:site_name" content="Northgate"><meta property="og:title" content="Two towns store heat in salt">
<meta property="og:description" content="July warms schools in January."><meta property="og:image" content="/salt.png">
<meta property="article:published_time" content="2026-02-28T08:15:00Z"><meta name="keywords" content="Energy, Tulips">
{more}</head></html>"""
FEED = """<rss version="2.0"><channel><title>Northgate</title><item><title>Grid</title><guid>1</guid>
<link>https://news.example/grid</link><pubDate>Mon, 02 Mar 2026 11:00:00 GMT</pubDate></item></channel></rss>"""


@dataclass
class Links:
    """Edith's chat, and a web site that she sends links of."""

    desk: Desk
    site: Site

    def serve(self, path: str, text: str, **options: object) -> str:
        """Let the site have a page; return its address."""
        self.site.pages[path] = lambda request: web.Response(
            **{"text": text, "content_type": "text/html", **options}  # type: ignore[arg-type]
        )
        return self.site.url(path)

    async def drafts(self) -> list[Article]:
        async with self.desk.house.db.reading() as conn:
            return await articles.articles(conn, await articles.in_state(conn, ArticleState.DRAFT))

    @property
    def texts(self) -> list[str]:
        """What the bot has said in Edith's chat since she started it."""
        return self.desk.screens[1:]

    def button_rows(self, beginning: str) -> list[list[str]]:
        """Return the buttons under the newest message that begins so."""
        for message in reversed(self.desk.house.messages(EDITH)):
            if plain(message.get("text", message.get("caption", ""))).startswith(beginning):
                rows = message.get("reply_markup", {}).get("inline_keyboard", [])
                return [[button["text"] for button in row] for row in rows]
        raise AssertionError(self.texts)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site()) as one:
        one.pages["/salt.png"] = lambda request: web.Response(body=png(400, 300))
        yield one


@pytest.fixture
async def links_(tmp_path: Path, site: Site) -> AsyncIterator[Links]:
    async with (
        story_house(tmp_path, content=str(tmp_path), fetch_allow="127.0.0.1") as house,
        press_room(house, tmp_path) as room,
    ):
        await house.starts(EDITH)
        yield Links(Desk(house, room), site)


async def test_a_link_becomes_a_draft_with_what_its_page_says(links_: Links) -> None:
    desk = links_.desk
    await desk.room.follow(await desk.room.people(2), "Energy")
    url = links_.serve("/salt", HEAD.format(more=""))
    await desk.says(f"{url}?utm_source=letter#top")
    [draft] = await links_.drafts()
    story = draft.story
    assert (story.title, story.excerpt) == ("Two towns store heat in salt", "July warms schools in January.")
    assert (story.link, draft.slug) == (url, "salt")
    assert story.published_at == datetime(2026, 2, 28, 8, 15, tzinfo=UTC)
    assert (story.provider.name, story.provider.domain) == ("Northgate", "127.0.0.1")
    assert story.pictures == (Picture(links_.site.url("/salt.png")),)
    assert story.topics == ("Energy",)  # that somebody can follow; no page makes topics of its own
    said, card, note = links_.texts
    assert said == "#1 Two towns store heat in salt is a draft."
    assert card.startswith("Two towns store heat in salt\n\nJuly warms schools in January.")
    assert "Publish to 2" in str(desk.buttons) and "Picture: uploaded to Telegram." in note
    assert "Link: it can be opened from outside." in note


async def test_the_chat_goes_on_while_a_page_is_read(links_: Links) -> None:
    house, answer = links_.desk.house, asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await answer.wait()
        return web.Response(text=HEAD.format(more=""), content_type="text/html")

    links_.site.pages["/salt"] = slow
    house.world.say(EDITH, EDITH, links_.site.url("/salt"))
    house.world.say(EDITH, EDITH, "/drafts")
    await house.fetch()
    await house.application.update_queue.join()
    assert links_.texts[0] == "Reading 127.0.0.1. The draft comes here."
    assert links_.texts[1].startswith("No drafts.")
    answer.set()
    await house.settle()
    assert links_.texts[0] == "#1 Two towns store heat in salt is a draft."


@pytest.mark.parametrize("around", ["{}", "Look at this: {}.", "({})", "New!\n{}\nfrom the town", "<{}>"])
async def test_words_may_stand_around_a_link(links_: Links, around: str) -> None:
    await links_.desk.says(around.format(links_.serve("/salt", HEAD.format(more=""))))
    assert [draft.story.link for draft in await links_.drafts()] == [links_.site.url("/salt")]


async def test_of_several_links_the_first_is_read_and_that_is_said(links_: Links) -> None:
    url = links_.serve("/salt", HEAD.format(more=""))
    house = links_.desk.house
    house.world.say(EDITH, EDITH, f"{url} and https://news.example/other")
    await house.fetch()
    await house.application.update_queue.join()
    assert links_.texts == [
        "Reading 127.0.0.1. The draft comes here. I read one link at a time: send the others by themselves."
    ]
    await house.settle()
    assert len(await links_.drafts()) == 1


async def test_a_reader_who_sends_a_link_gets_what_readers_get(links_: Links) -> None:
    url = links_.serve("/salt", HEAD.format(more=""))
    await links_.desk.house.starts(ANNA)
    await links_.desk.house.says(ANNA, url)
    assert links_.desk.house.screen(ANNA).startswith("No topic and no story for")
    assert links_.site.asked == [] and await links_.drafts() == []


@pytest.mark.parametrize(
    "again",
    [
        "{site}/salt",
        "{site}/salt/?utm_source=x",
        "{site}/short",  # leads there
        "{site}/amp",  # calls that its proper address
    ],
)
async def test_a_known_story_is_shown_and_not_doubled(links_: Links, again: str) -> None:
    url = links_.serve("/salt", HEAD.format(more=""))
    links_.site.pages["/short"] = lambda request: web.Response(status=302, headers={"Location": "/salt"})
    links_.serve("/amp", HEAD.format(more='<link rel="canonical" href="/salt">'))
    await links_.desk.says(url)
    before = len(links_.texts)
    await links_.desk.says(again.format(site=links_.site.url("")))
    said, card, note = links_.texts[before:]
    assert said == "This story is here already: #1 Two towns store heat in salt (draft)."
    assert card.startswith("Two towns") and note.startswith("#1 ")
    assert len(await links_.drafts()) == 1


async def test_a_short_link_is_known_once_it_was_followed(links_: Links) -> None:
    links_.serve("/salt", HEAD.format(more=""))
    links_.site.pages["/short"] = lambda request: web.Response(status=302, headers={"Location": "/salt"})
    await links_.desk.says(links_.site.url("/short"))
    await links_.desk.says(links_.site.url("/short"))
    assert [draft.story.link for draft in await links_.drafts()] == [links_.site.url("/salt")]
    assert [path for path in links_.site.paths if path == "/short"] == ["/short"]


async def test_a_feed_that_lists_a_known_story_by_a_link_that_was_followed_tells_nothing_new(links_: Links) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    links_.site.pages["/short"] = lambda request: web.Response(status=302, headers={"Location": "/salt"})
    links_.serve("/feed", FEED.replace("https://news.example/grid", links_.site.url("/short")), content_type="text/xml")
    await links_.desk.says(links_.serve("/salt", HEAD.format(more=link)))
    await links_.desk.says(links_.site.url("/short"))  # leads to what is known already
    await links_.desk.presses("Follow its feed")
    assert [one.source.url for one in await sources.listed(links_.desk.house.db)] == [links_.site.url("/feed")]
    async with links_.desk.house.db.reading() as conn:
        assert await articles.in_state(conn, ArticleState.ARCHIVED) == []
    [draft] = await links_.drafts()
    assert draft.story.link == links_.site.url("/salt")


async def test_a_story_of_a_file_is_shown(links_: Links) -> None:
    article = await links_.desk.room.draft("grid-storage", "Energy")
    await links_.desk.says("http://www.news.example/grid-storage/#part")
    assert links_.texts[0] == f"This story is here already: #{article.number} Grid storage (draft)."


async def test_a_page_without_a_date_is_of_now_and_one_of_tomorrow_too(links_: Links) -> None:
    links_.serve("/a", "<title>Undated</title>")
    links_.serve("/b", '<title>Tomorrow</title><meta property="article:published_time" content="2026-03-03">')
    for path in ("/a", "/b"):
        await links_.desk.says(links_.site.url(path))
    now = links_.desk.house.clock()
    assert {draft.story.published_at for draft in await links_.drafts()} == {now}


async def test_a_missing_excerpt_is_asked_for_and_the_next_words_are_it(links_: Links) -> None:
    desk = links_.desk
    await desk.says(links_.serve("/salt", "<title>Two towns store heat</title>"))
    assert desk.screen == "#1 Two towns store heat has no excerpt. Write one, or skip it."
    assert desk.buttons == [["Skip"]]
    await desk.says("Two  towns store heat")
    assert desk.screen == "That says no more than the title. Write something else, or skip it."
    await desk.says("July warms\nschools in January.")
    [draft] = await links_.drafts()
    assert draft.story.excerpt == "July warms schools in January."
    assert "#1 Two towns store heat has an excerpt now." in links_.texts
    await desk.says("Energy")  # taken as a topic or a search again
    assert (await links_.drafts())[0].story.excerpt == "July warms schools in January."


async def test_a_topics_name_is_no_excerpt_and_the_question_stands(links_: Links) -> None:
    desk = links_.desk
    async with desk.house.db.transaction() as conn:
        await topics.define(conn, TopicFile("energy", "Energy"))
    await desk.says(links_.serve("/salt", "<title>Two towns store heat</title>"))
    await desk.says("energy")
    assert desk.screen.startswith("Energy") and (await links_.drafts())[0].story.excerpt is None
    await desk.says("July warms schools in January.")
    assert (await links_.drafts())[0].story.excerpt == "July warms schools in January."


async def test_an_excerpt_may_be_skipped(links_: Links) -> None:
    desk = links_.desk
    await desk.says(links_.serve("/salt", "<title>Two towns store heat</title>"))
    await desk.presses("Skip")
    assert desk.screen == "#1 Two towns store heat stays without an excerpt."
    await desk.says("Some words to search for")
    assert (await links_.drafts())[0].story.excerpt is None


async def test_what_is_written_much_later_is_no_answer(links_: Links) -> None:
    desk = links_.desk
    await desk.says(links_.serve("/salt", "<title>Two towns store heat</title>"))
    desk.house.clock.advance(timedelta(minutes=31))
    await desk.says("Energy")
    assert (await links_.drafts())[0].story.excerpt is None


async def test_a_draft_that_went_out_meanwhile_is_left_as_it_is(links_: Links) -> None:
    desk = links_.desk
    await desk.says(links_.serve("/salt", "<title>Two towns store heat</title>"))
    await desk.room.publish((await links_.drafts())[0])
    await desk.says("An excerpt that is late.")
    assert desk.screen == "#1 Two towns store heat is a draft no longer, so it was not changed."


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"status": 404}, "127.0.0.1 has no page there."),
        ({"status": 403}, "127.0.0.1 does not let me read this page."),
        ({"status": 503}, "127.0.0.1 asks to be left alone for a while."),
        ({"status": 500}, "127.0.0.1 answered with an error."),
        ({"body": b"%PDF", "content_type": "application/pdf"}, "What 127.0.0.1 has there is a file, not a page."),
        ({"text": "<title> </title>"}, "The page at 127.0.0.1 names no title."),
        ({"text": "<title>Sign in</title><input type=password>"}, "127.0.0.1 wants a login before it shows this page."),
        ({"text": "<title>Just a moment...</title>"}, "127.0.0.1 shows this page to people only."),
        ({"status": 302, "headers": {"Location": "/salt"}}, "127.0.0.1 redirects too often."),
        ({"status": 302, "headers": {"Location": "http://10.0.0.1/"}},
         "127.0.0.1 leads into a private network, where I do not go."),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_says_why_and_becomes_a_draft_by_its_title(
    links_: Links, page: dict[str, object], why: str
) -> None:
    desk = links_.desk
    links_.site.pages["/salt"] = lambda request: web.Response(**{"content_type": "text/html", **page})
    if "headers" in page:
        links_.site.pages["/salt"] = lambda request: web.Response(**page)
    await desk.says(links_.site.url("/salt"))
    assert desk.screen == f"{why} Write its title, and it becomes a draft; or send the link again later."
    assert desk.buttons == [["Leave it"]] and await links_.drafts() == []
    await desk.says("Two towns store heat")
    [draft] = await links_.drafts()
    assert (draft.story.title, draft.story.link) == ("Two towns store heat", links_.site.url("/salt"))
    assert draft.story.published_at == desk.house.clock()
    assert desk.screen == "#1 Two towns store heat has no excerpt. Write one, or skip it."


async def test_what_cannot_be_read_may_be_left(links_: Links) -> None:
    desk = links_.desk
    await desk.says(links_.serve("/gone", "", status=404))
    await desk.presses("Leave it")
    assert desk.screen == "Left. No draft was made."
    await desk.says("Words to search for")
    assert await links_.drafts() == []


async def test_a_link_sent_again_later_is_read_again(links_: Links) -> None:
    desk = links_.desk
    await desk.says(links_.serve("/salt", "", status=503))
    await desk.says(links_.serve("/salt", HEAD.format(more="")))
    assert [draft.story.title for draft in await links_.drafts()] == ["Two towns store heat in salt"]


@pytest.mark.parametrize(
    "link", ["http://10.0.0.1/a", "http://localhost.example@127.0.0.2/", "https://wiki.local/a", "http://[::1]/"]
)
async def test_a_link_into_a_private_network_is_refused(links_: Links, link: str) -> None:
    await links_.desk.says(link)
    assert links_.desk.screen.startswith("I cannot take this link: ")
    assert await links_.drafts() == []


async def test_a_feed_is_no_story(links_: Links) -> None:
    url = links_.serve("/feed", "<rss><channel><title>News</title></channel></rss>", content_type="text/xml")
    await links_.desk.says(url)
    assert links_.desk.screen == "127.0.0.1 has a feed there, not a story."
    assert links_.desk.buttons == [["Follow its feed"]] and await links_.drafts() == []
    assert await links_.desk.presses("Follow its feed") == "Reading the feed"
    assert links_.desk.screen.startswith("News is followed now.")


async def test_a_page_that_names_a_feed_offers_to_follow_it(links_: Links) -> None:
    """The draft and the feed are two things: nothing that the feed lists today is a draft or news."""
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    url = links_.serve("/salt", HEAD.format(more=link))
    links_.serve("/feed", FEED, content_type="text/xml")
    await links_.desk.says(url)
    assert links_.button_rows("#1 Two towns store heat in salt is a draft.")[-1] == ["Follow its feed"]
    await links_.desk.presses("Follow its feed")
    assert links_.texts[0] == ("Northgate is followed now. What it lists today is in /latest; what comes next is news.")
    assert [one.source.url for one in await sources.listed(links_.desk.house.db)] == [links_.site.url("/feed")]
    assert [draft.story.title for draft in await links_.drafts()] == ["Two towns store heat in salt"]
    await links_.desk.says(links_.serve("/other", HEAD.format(more=link)))
    await links_.desk.presses("Follow its feed")
    assert "Northgate is followed already." in links_.texts


async def test_a_feed_that_cannot_be_read_is_not_followed_and_that_is_said(links_: Links) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    url = links_.serve("/salt", HEAD.format(more=link))
    links_.serve("/feed", "", status=404)
    await links_.desk.says(url)
    await links_.desk.presses("Follow its feed")
    assert links_.desk.screen.startswith("This feed cannot be followed: ")
    assert await sources.listed(links_.desk.house.db) == []


async def test_a_page_that_only_sends_elsewhere_is_followed_once(links_: Links) -> None:
    links_.serve("/old", '<title>Redirecting</title><meta http-equiv="refresh" content="0; url=/salt">')
    links_.serve("/salt", HEAD.format(more=""))
    await links_.desk.says(links_.site.url("/old"))
    assert [draft.story.link for draft in await links_.drafts()] == [links_.site.url("/salt")]


async def test_a_page_that_was_being_read_when_the_process_ended_is_read_by_the_next(links_: Links) -> None:
    house, began = links_.desk.house, asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        began.set()
        return await asyncio.Future()

    links_.site.pages["/salt"] = never
    house.world.say(EDITH, EDITH, links_.site.url("/salt"))
    await house.fetch()
    await began.wait()
    await house.application.update_queue.join()
    await house.ctx.side_work.close()
    assert await links_.drafts() == [] and links_.texts == ["Reading 127.0.0.1. The draft comes here."]
    links_.serve("/salt", HEAD.format(more=""))
    await links.resume(house.ctx)
    await house.ctx.side_work.idle()
    assert links_.texts[0] == "#1 Two towns store heat in salt is a draft."
    await links.resume(house.ctx)
    await house.ctx.side_work.idle()
    assert len(links_.texts) == 3


async def test_a_link_of_days_ago_is_read_no_more(links_: Links) -> None:
    """As in a copy of the database that is put back."""
    house = links_.desk.house
    pasted = PastedLink(EDITH, 5, links_.serve("/salt", HEAD.format(more="")), house.clock() - timedelta(days=2))
    await service.keep(house.db, pasted, house.clock())
    await links.resume(house.ctx)
    await house.ctx.side_work.idle()
    assert links_.site.asked == [] and await service.unread(house.db) == []


async def test_two_editors_who_write_a_title_for_one_link_make_one_draft(tmp_path: Path, site: Site) -> None:
    async with story_house(tmp_path, fetch_allow="127.0.0.1") as house:
        async with house.db.transaction() as conn:
            await editors.add(conn, ANNA, Role.EDITOR, EDITH, house.clock())
        site.pages["/salt"] = lambda request: web.Response(status=404)
        for person in (ANNA, EDITH):
            await house.starts(person)
            await house.says(person, site.url("/salt"))
        await house.says(ANNA, "Two towns store heat")
        await house.says(EDITH, "Heat in salt")
        async with house.db.reading() as conn:
            assert await articles.counts(conn) == {ArticleState.DRAFT: 1}
        assert any(plain(text).startswith("This story is here already: #1 Two towns") for text in house.screens(EDITH))


async def test_an_editor_who_was_let_go_while_a_page_is_read_gets_no_draft(tmp_path: Path, site: Site) -> None:
    async with story_house(tmp_path, fetch_allow="127.0.0.1") as house:
        await house.starts(ANNA)
        async with house.db.transaction() as conn:
            await editors.add(conn, ANNA, Role.EDITOR, EDITH, house.clock())
        go, began = asyncio.Event(), asyncio.Event()

        async def slow(request: web.Request) -> web.Response:
            began.set()
            await go.wait()
            return web.Response(text=HEAD.format(more=""), content_type="text/html")

        site.pages["/salt"] = slow
        house.world.say(ANNA, ANNA, site.url("/salt"))
        await house.fetch()
        await began.wait()
        async with house.db.transaction() as conn:
            await editors.remove(conn, ANNA)
        go.set()
        await house.settle()
        async with house.db.reading() as conn:
            assert await articles.counts(conn) == {}
        assert "draft" not in house.screen(ANNA)


async def test_a_draft_without_topics_is_given_one_in_a_press(links_: Links) -> None:
    desk = links_.desk
    async with desk.house.db.transaction() as conn:
        await topics.define(conn, TopicFile("energy", "Energy"))
    await desk.room.follow(await desk.room.people(2), "Energy")
    await desk.says(links_.serve("/salt", HEAD.format(more="").replace("Energy, Tulips", "Tulips")))
    assert links_.button_rows("#1 Two towns store heat in salt is a draft.") == [["Choose a topic"]]
    await desk.presses("Choose a topic")
    assert links_.texts[0] == "Topics for #1 Two towns store heat in salt:"
    await desk.presses("Energy")
    assert links_.texts[0] == "#1 Two towns store heat in salt has the topic Energy now."
    await desk.says("/preview 1")
    assert desk.buttons[-1] == ["Publish to 2"]


async def test_a_link_that_leads_to_what_was_taken_down_makes_no_draft_and_is_not_kept(links_: Links) -> None:
    desk = links_.desk
    url = links_.serve("/salt", HEAD.format(more=""))
    await desk.says(url)
    [draft] = await links_.drafts()
    await takedown.take_down(desk.house.db, draft.number, by=EDITH, now=desk.house.clock())
    said = f"This story was taken down as #{draft.number}. Nothing of it is taken again."
    await desk.says(f"{url}/?fbclid=x")
    assert links_.texts[-1] == said
    elsewhere = links_.serve("/short", HEAD.format(more='<link rel="canonical" href="/salt">'))
    await desk.says(elsewhere)
    assert links_.texts[-1] == said, "the page says what it is"
    assert await links_.drafts() == []
    untitled = links_.serve("/untitled", "<html></html>")
    await desk.says(untitled)
    other = await desk.room.draft("other", "Energy", link=untitled)
    await takedown.take_down(desk.house.db, other.number, by=EDITH, now=desk.house.clock())
    await desk.says("A title for it")
    assert await links_.drafts() == [], "what was asked for is forgotten with it"
    async with desk.house.db.reading() as conn:
        kept = await conn.execute_fetchall("SELECT link, story FROM pasted_links")
    assert not any("salt" in f"{row['link']}{row['story']}" or "untitled" in row["link"] for row in kept)
