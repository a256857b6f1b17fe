"""The related articles that an article names, added and taken out by their links."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from edit_desk import Desk, edit_desk
from newsroom_samples import plain
from story import ANNA, BEN, EDITH
from web_site import Site, serving

from bot.domain.article import Provider, Related
from bot.domain.press import press

PAGE = """<html><head><title>Two towns | Northgate</title><meta property="og:site_name" content="Northgate">
<meta property="og:title" content="Two towns &lt;b&gt;store&lt;/b&gt; heat in salt">
<meta property="og:description" content="It is not taken.">
<meta property="article:published_time" content="2026-02-28T08:15:00Z"></head></html>"""


class RelatedDesk(Desk):
    """A desk, and a web site whose pages can be named."""

    site: Site

    def serve(self, path: str, text: str = PAGE, **options: object) -> str:
        """Let the site have a page; return its address."""
        self.site.pages[path] = lambda request: web.Response(
            **{"text": text, "content_type": "text/html", **options}  # type: ignore[arg-type]
        )
        return self.site.url(path)

    async def related(self) -> list[tuple[str, str]]:
        return [(one.title, one.link) for one in (await self.article()).story.related]

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))

    async def publish_another(self) -> None:
        """Publish a second story, #2."""
        other = await self.room.draft("cells", "Energy", title="Cells that last")
        await self.room.publish(other, by=EDITH)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[RelatedDesk]:
    async with serving(Site()) as site, edit_desk(tmp_path, fetch_allow="127.0.0.1") as desk:
        related = RelatedDesk(desk.room)
        related.site = site
        yield related


async def test_a_page_is_named_by_its_title_its_source_and_its_date(desk: RelatedDesk) -> None:
    link = desk.serve("/salt")
    assert await desk.chooses("Related articles") == (
        "#1 Grid names no related articles.\nSend a link to add one; a minus before it takes one out."
    )
    await desk.says(link)
    [named] = (await desk.article()).story.related
    at = datetime(2026, 2, 28, 8, 15, tzinfo=UTC)
    assert named == Related("Two towns store heat in salt", link, Provider("Northgate", "127.0.0.1"), at)
    copy = plain(desk.house.messages(EDITH)[-2]["caption"])
    assert "Also: Northgate: Two towns store heat in salt" in copy
    assert desk.screen.startswith("#1 Grid (draft)")
    [entry] = await desk.edits()
    assert (entry.detail, entry.before, entry.after) == ("related", "", "Two towns store heat in salt")
    assert (await desk.says(f"/edit 1 related {link}#top")).startswith(
        "#1 Grid says that already; nothing was changed."
    )
    assert (await desk.says("/edit 1 related https://news.example/grid")).startswith("That is #1 Grid itself")
    assert desk.site.paths == ["/salt"]


async def test_a_story_of_our_own_is_named_as_it_is_called_here_without_its_page_being_read(desk: RelatedDesk) -> None:
    await desk.publish_another()
    await desk.says("/edit 1 related https://www.news.example/cells/?utm_source=feed")
    [named] = (await desk.article()).story.related
    assert (named.title, named.link, named.provider) == (
        "Cells that last",
        "https://news.example/cells",
        Provider("Northgate News", "news.example"),
    )
    assert desk.site.asked == []


async def test_a_story_that_is_not_out_is_not_named_by_what_is_known_here(desk: RelatedDesk) -> None:
    await desk.room.draft("secret", "Energy", title="A secret", link=desk.site.url("/secret"))
    desk.site.pages["/secret"] = lambda request: web.Response(status=404)
    await desk.says(f"/edit 1 related {desk.site.url('/secret')}")
    assert desk.screen.endswith("Nothing was changed.") and "secret" not in desk.screen.lower()
    assert await desk.related() == []
    desk.serve("/secret")
    await desk.says(f"/edit 1 related {desk.site.url('/secret')}")
    assert await desk.related() == [("Two towns store heat in salt", desk.site.url("/secret"))]


async def test_what_is_named_is_taken_out_with_its_button_or_a_minus(desk: RelatedDesk) -> None:
    await desk.publish_another()
    link = desk.serve("/salt")
    await desk.says("/edit 1 related https://news.example/cells")
    await desk.says(f"/edit 1 related {link}")
    assert [title for title, _ in await desk.related()] == ["Cells that last", "Two towns store heat in salt"]
    asked = await desk.says("/edit 1 related")
    assert asked.startswith("Related to #1 Grid:\n1. Cells that last\n2. Two towns store heat in salt\n")
    assert desk.house.buttons(EDITH) == [["Remove 1", "Remove 2"], ["Cancel"]]
    message_id, first = desk.house.button(EDITH, "Remove 1")
    await desk.house.presses(EDITH, "Remove 1")
    assert await desk.related() == [("Two towns store heat in salt", link)]
    redrawn = next(one for one in desk.house.messages(EDITH) if one["message_id"] == message_id)
    assert plain(redrawn["text"]).startswith("Related to #1 Grid:\n1. Two towns")
    toast = await desk.house.presses_data(EDITH, first, message_id)  # it is gone already
    assert toast == "That list was out of date. Here is the current one."
    assert len(await desk.related()) == 1
    await desk.says(f"/edit 1 related -{link}")
    assert await desk.related() == []
    assert (await desk.says(f"/edit 1 related - {link}")).startswith("#1 Grid does not name that article")
    await desk.says(f"/edit 1 related {link}")
    await desk.says("/edit 1 related none")
    assert await desk.related() == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("https://news.example/grid", "That is #1 Grid itself; nothing was changed."),
        ("some words", "One link is wanted"),
        ("words", "I cannot take this link: “words” is not a link"),
        ("javascript:alert(1)", "I cannot take this link: “javascript:alert(1)” is a javascript: link"),
        ("http://10.0.0.1/admin", "I cannot take this link: “http://10.0.0.1/admin” is "),
        ("https://a.example/1 https://a.example/2", "One link is wanted"),
        ("-", "One link is wanted"),
        ("-https://a.example/1", "#1 Grid does not name that article; nothing was changed."),
    ],
)
async def test_what_cannot_be_named_is_refused_once_and_changes_nothing(
    desk: RelatedDesk, typed: str, answer: str
) -> None:
    await desk.room.take({"grid.md": (await desk.article()).story})
    await desk.room.publish(await desk.article(), by=EDITH)
    said = len(desk.house.messages(EDITH))
    assert (await desk.says(f"/edit 1 related {typed}")).startswith(answer)
    assert len(desk.house.messages(EDITH)) == said + 1
    assert await desk.related() == [] and desk.site.asked == []


@pytest.mark.parametrize("options", [{"status": 404}, {"status": 403}, {"text": "<p>nothing", "status": 200}])
async def test_a_page_without_a_title_is_named_by_nobody(desk: RelatedDesk, options: dict[str, object]) -> None:
    link = desk.serve("/gone", **options)
    await desk.says(f"/edit 1 related {link}")
    assert desk.screen.endswith("Nothing was changed.")
    assert await desk.related() == []


async def test_two_editors_who_each_add_one_take_nothing_from_each_other(desk: RelatedDesk) -> None:
    await desk.publish_another()
    link = desk.serve("/salt")
    await desk.says(f"/editors add {BEN} editor")
    for person in (EDITH, BEN):
        await desk.chooses("Related articles", person)
    await desk.says("/edit 1 title Cells for the grid", BEN)
    await desk.says("https://news.example/cells", BEN)
    await desk.says(link)
    assert [title for title, _ in await desk.related()] == ["Cells that last", "Two towns store heat in salt"]


async def test_what_was_added_stays_when_the_file_names_others_until_editors_decide(desk: RelatedDesk) -> None:
    theirs = (Related("Theirs", "https://a.example/theirs", Provider("A"), datetime(2026, 1, 2, tzinfo=UTC)),)
    await desk.told()
    await desk.publish_another()
    await desk.says("/edit 1 related https://news.example/cells")
    await desk.told(related=theirs)
    assert [title for title, _ in await desk.related()] == ["Cells that last"]
    assert "its file or feed says something else now (related articles): “Theirs”" in desk.screen
    await desk.house.presses(EDITH, "Take the other")
    assert (await desk.article()).story.related == theirs


async def test_what_is_related_is_no_correction_and_connects_the_stories(desk: RelatedDesk) -> None:
    reader = await desk.deliver()
    first = desk.house.messages(reader)[-1]["message_id"]
    other = await desk.room.draft("cells", "Energy", title="Cells that last")
    await desk.says("/edit 2 related https://news.example/grid")
    assert desk.screen.startswith("#2 Cells that last (draft)")
    await desk.room.publish(other, by=EDITH)
    await desk.room.run()
    assert desk.house.messages(reader)[-1]["reply_to_message"]["message_id"] == first
    await desk.says("/edit 1 related https://news.example/cells")
    assert desk.screen.startswith("#1 Grid (published)")
    await desk.turn()
    assert len(desk.house.messages(reader)) == 2


async def test_only_who_may_change_an_article_says_what_belongs_to_it(desk: RelatedDesk) -> None:
    link = desk.serve("/salt")
    await desk.says(f"/edit 1 related {link}", ANNA)
    await desk.says(f"/editors add {BEN} contributor")
    await desk.says(f"/edit 1 related {link}", BEN)
    await desk.house.presses_data(BEN, press("edit_related", 1, 5), 1)
    assert desk.site.asked == [] and await desk.related() == []
    # One who is let go while the page is being read.
    await desk.says(f"/editors add {BEN} editor")
    desk.house.world.say(BEN, BEN, f"/edit 1 related {link}")
    desk.site.pages["/salt"] = _after(desk, desk.site.pages["/salt"])
    await desk.house.settle()
    assert await desk.related() == []


def _after(desk: RelatedDesk, page: object) -> object:
    """Return a page that is answered once Ben has no role any more."""

    async def answer(request: web.Request) -> object:
        async with desk.house.db.transaction() as conn:
            await conn.execute("DELETE FROM editors WHERE person = :ben", {"ben": BEN})
        return page(request)  # type: ignore[operator]

    return answer


async def test_a_link_sent_while_newsbot_was_not_running_is_not_read(desk: RelatedDesk) -> None:
    await desk.chooses("Related articles")
    desk.house.world.say(EDITH, EDITH, desk.serve("/salt"))
    desk.house.clock.advance(timedelta(minutes=12))
    await desk.house.settle()
    assert desk.site.asked == [] and await desk.related() == []
