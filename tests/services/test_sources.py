"""What becomes of a feed's items from one reading to the next."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from feed_site import Site, item
from import_desk import NOON, POLICY, story
from source_desk import SourceDesk, source_desk

from bot.domain.article import ArticleState
from bot.domain.publishing import PushWindow
from bot.domain.source import Origin, SourceChoices, SourceState, TakenAs
from bot.errors import SourceFault
from bot.services.sources import reading, sources
from bot.store.desk import audit_log

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
Here = tuple[SourceDesk, Site]
OLD = [item(f"old{n}", at=NOON - n * DAY - 7 * MINUTE) for n in range(1, 4)]


@pytest.fixture
async def here(tmp_path) -> AsyncIterator[Here]:
    async with source_desk(tmp_path) as both:
        yield both


async def test_history_is_listed_in_silence_and_what_comes_later_is_news_once(here: Here) -> None:
    desk, site = here
    site.feed(item("fresh"), *OLD)
    added = await desk.add(f"{site.url}/feed")
    assert added.is_new and (await desk.source()).name == "The Blog"
    assert await desk.states() == dict.fromkeys(["old3", "old2", "old1", "fresh"], "archived")
    assert (await desk.article("fresh")).story.provider.name == "The Blog"
    site.feed(item("new", at=NOON, picture="https://blog.example/p.png"), item("fresh"), *OLD)
    report = await desk.read()
    new = await desk.article("new")
    assert report.published == [new.number] and new.story.pictures[0].url == "https://blog.example/p.png"
    assert new.story.provider.name == "The Blog" and new.story.provider.domain == "blog.example"
    assert (await desk.read()).is_empty and await desk.pushed() == ["new"]
    async with desk.db.reading() as conn:
        [entry] = [one for one in await audit_log.latest(conn) if one.act == "publish"]
    assert (entry.article, entry.detail) == (new.number, "source")


async def test_a_corrected_title_and_a_changed_address_push_nothing(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.feed(item("new", at=NOON + MINUTE), *OLD)
    await desk.read()
    site.feed(item("new", at=NOON + MINUTE, title="Corrected"), *OLD)
    report = await desk.read()
    corrected = await desk.article("new")
    assert report.updated == [corrected.number]
    assert (corrected.story.title, corrected.revision, corrected.state) == ("Corrected", 2, ArticleState.PUBLISHED)
    site.feed(item("moved", id="moved", at=NOON + MINUTE, title="Corrected"), *OLD)
    await desk.read()
    assert (await desk.article("https://blog.example/moved")).number == corrected.number
    assert (await desk.article("https://blog.example/new")).number == corrected.number
    assert len(await desk.states()) == 4 and await desk.pushed() == ["new"]


async def test_an_item_that_disappears_changes_nothing_and_is_known_when_it_comes_back(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.feed(item("new", at=NOON), *OLD)
    await desk.read()
    site.feed(*OLD)
    assert (await desk.read()).is_empty
    assert await desk.state("new") is ArticleState.PUBLISHED
    site.feed(item("elsewhere", id="new", at=NOON + 3 * HOUR), *OLD)
    await desk.read()
    assert await desk.pushed() == ["new"] and len(await desk.states()) == 4


async def test_ids_that_change_with_every_fetch_push_nothing_twice(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    for turn in range(4):
        site.feed(*(item(name, id=f"{name}{turn}", at=NOON) for name in ("a", "b")))
        await desk.read()
    assert sorted(await desk.pushed()) == ["a", "b"] and len(await desk.states()) == 5


async def test_two_sources_with_one_story_make_one_article(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    site.feed(*OLD, path="/other")
    await desk.add(f"{site.url}/feed")
    await desk.add(f"{site.url}/other")
    site.feed(item("new", at=NOON), *OLD)
    site.feed(item("new", id="theirs", at=NOON, title="Told otherwise"), *OLD, path="/other")
    await desk.read(1)
    report = await desk.read(2)
    assert report.doubled and not report.published
    assert (await desk.article("new")).story.title == "New" and await desk.pushed() == ["new"]
    assert await desk.rows("SELECT kind FROM notices") == []
    [first, second] = [one.counts for one in await sources.listed(desk.db)]
    assert (first.came, first.pushed, first.doubled) == (4, 1, 0)
    assert (second.came, second.doubled) == (0, 4)


async def test_a_file_and_a_feed_with_one_story_make_one_article(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    await desk.take({"by-file.md": story("by-file", link="https://blog.example/by-file")})
    site.feed(item("by-file", at=NOON), item("by-feed", at=NOON), *OLD)
    await desk.read()
    report = await desk.take({"by-feed.md": story("by-feed", link="https://blog.example/by-feed")})
    assert [path for path, _ in report.doubled] == ["by-feed.md"]
    assert sorted(await desk.pushed()) == ["by-feed", "by-file"]


async def test_drafts_wait_for_an_editor_and_history_is_no_draft(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed", taken_as=TakenAs.DRAFTS)
    assert set((await desk.states()).values()) == {"archived"}
    site.feed(item("new", at=NOON), *OLD)
    report = await desk.read()
    assert report.drafts and await desk.state("new") is ArticleState.DRAFT
    site.feed(item("new", at=NOON, title="Corrected"), *OLD)
    await desk.read()
    assert (await desk.article("new")).story.title == "Corrected" and await desk.pushed() == []


async def test_a_draft_that_people_wrote_is_left_to_them(here: Here) -> None:
    desk, site = here
    from bot.services.content import imports

    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    mine = story("mine", link="https://blog.example/new", title="As I wrote it", published=False)
    await imports.add_drafts(desk.db, [imports.Seen("upload:x", "", mine, ("mine",))], now=desk.now)
    site.feed(item("new", at=NOON), *OLD)
    assert (await desk.read()).doubled
    assert (await desk.article("mine")).story.title == "As I wrote it"
    assert await desk.state("mine") is ArticleState.DRAFT and await desk.pushed() == []


async def test_topics_are_the_sources_and_the_categories_that_name_known_ones(here: Here) -> None:
    desk, site = here
    site.feed()
    await desk.add(f"{site.url}/feed", topics=("Energy",))
    site.feed(
        item("a", at=NOON, categories=("robotics", "Uncategorized", "Gardening")),
        item("b", at=NOON, categories=("SOLAR", "misc")),
    )
    await desk.read()
    assert (await desk.article("a")).story.topics == ("Energy", "Robotics")
    assert (await desk.article("b")).story.topics == ("Energy",)
    assert [name for (name,) in await desk.rows("SELECT name FROM topics ORDER BY number")] == ["Energy", "Robotics"]


async def test_phrases_keep_items_out(here: Here) -> None:
    desk, site = here
    site.feed()
    await desk.add(f"{site.url}/feed", only=("quantum dots", "量子点"), never=("sponsored", "WERBUNG"))
    site.feed(
        item("story-a", at=NOON, title="Quantum  DOTS shine"),
        item("story-b", at=NOON, title="Quantum dotsies"),
        item("story-c", at=NOON, title="Quantum dots", text="A Sponsored story."),
        item("story-d", at=NOON, title="Quantum", text="Dots are in another place."),
        item("story-e", at=NOON, title="Ｑｕａｎｔｕｍ dots", text="Werbung, nicht mehr."),
        item("story-f", at=NOON, title="新量子点发光"),
    )
    await desk.read()
    assert sorted(await desk.states()) == ["story-a", "story-f"]
    [listed] = await sources.listed(desk.db)
    assert (listed.counts.came, listed.counts.refused) == (2, 4)
    site.feed(item("story-b", at=NOON, title="Quantum dots, corrected"))
    await desk.read()
    assert sorted(await desk.states()) == ["story-a", "story-b", "story-f"]


async def test_an_item_without_a_link_is_a_draft_until_it_has_one(here: Here) -> None:
    desk, site = here
    site.feed(*OLD, item("bare-old", link=None))
    await desk.add(f"{site.url}/feed")
    assert "bare-old" not in await desk.states()
    site.feed(*OLD, item("bare", link=None, at=NOON), item("bare-old", link=None))
    await desk.read()
    bare = await desk.article("bare")
    assert (bare.state, bare.story.link) == (ArticleState.DRAFT, "")
    site.feed(*OLD, item("bare", at=NOON))
    await desk.read()
    found = await desk.article("https://blog.example/bare")
    assert (found.number, found.state) == (bare.number, ArticleState.PUBLISHED)
    assert await desk.pushed() == ["bare"]


async def test_an_undated_item_counts_as_new_when_it_is_first_seen_but_not_in_history(here: Here) -> None:
    """At once, also in the midst of a second: its time is not one to come, which would be an embargo."""
    desk, site = here
    desk.now += timedelta(milliseconds=250)
    site.feed(item("a", at=None))
    await desk.add(f"{site.url}/feed")
    assert await desk.states() == {"a": "archived"}
    site.feed(item("b", at=None), item("a", at=None))
    report = await desk.read()
    assert await desk.states() == {"a": "archived", "b": "published"}
    new = await desk.article("b")
    assert report.published == [new.number] and not report.scheduled
    assert new.story.published_at == desk.now.replace(microsecond=0)


async def test_a_feed_that_suddenly_lists_ten_years_pushes_none_of_it(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    years = [item(f"y{n}", at=NOON - 30 * n * DAY - 11 * MINUTE) for n in range(1, 130)]
    site.feed(*(item(f"n{n}", at=NOON - n * MINUTE) for n in range(11)), *years)
    report = await desk.read()
    assert len(report.archived) == 129 and len(report.held) == 11 and await desk.pushed() == []


async def test_the_burst_guard_counts_files_and_feeds_together_over_ten_minutes(here: Here) -> None:
    desk, site = here
    policy = replace(POLICY, burst=3, undo=HOUR)
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed", policy=policy)
    await desk.follow(range(600, 710))
    site.feed(item("a", at=NOON), item("b", at=NOON), *OLD)
    assert len((await desk.read(policy=policy)).published) == 2
    desk.now += MINUTE
    await desk.take({"c.md": story("c", published_at=desk.now)}, policy=policy)
    site.feed(item("d", at=NOON), item("a", at=NOON), item("b", at=NOON), *OLD)
    report = await desk.read(policy=policy, after=MINUTE)
    assert len(report.held) == 4  # all that had not left
    site.feed(item("e", at=NOON), item("d", at=NOON), *OLD)
    await desk.read(policy=policy, after=7 * MINUTE)
    assert await desk.state("e") is ArticleState.HELD
    site.feed(item("f", at=NOON), item("e", at=NOON), *OLD)
    await desk.read(policy=policy, after=11 * MINUTE)
    assert await desk.state("f") is ArticleState.PUBLISHED


async def test_with_no_push_window_feeds_push_nothing_by_themselves(here: Here) -> None:
    desk, site = here
    policy = replace(POLICY, window=PushWindow(timedelta(0)))
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed", policy=policy)
    site.feed(item("new", at=NOON), item("later", at=NOON + 5 * HOUR), *OLD)
    await desk.read(policy=policy)
    desk.now += DAY
    await desk.read(policy=policy)
    await desk.embargoes(policy)
    assert await desk.states() == {"old3": "archived", "old2": "archived", "old1": "archived"} | {
        "new": "archived",
        "later": "archived",
    }


# Dates to come --------------------------------------------------------------------------------------------------------


async def test_a_date_to_come_is_an_embargo_that_ends_once_its_source_was_read_again(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.feed(item("soon", at=NOON + 3 * HOUR), *OLD)
    await desk.read()
    assert await desk.state("soon") is ArticleState.SCHEDULED
    desk.now = NOON + 3 * HOUR
    await desk.embargoes()
    assert await desk.state("soon") is ArticleState.SCHEDULED
    assert (await desk.source()).next_at == desk.now  # asked at once
    await desk.read(after=timedelta(seconds=4))
    await desk.embargoes()
    assert await desk.pushed() == ["soon"]


async def test_a_source_that_cannot_be_had_does_not_keep_a_due_item_for_ever(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.feed(item("soon", at=NOON + 3 * HOUR), *OLD)
    await desk.read()
    site.answer(503)
    desk.now = NOON + 3 * HOUR
    await desk.embargoes()
    await desk.read(after=timedelta(minutes=14))
    paused_until = (await desk.source()).next_at
    await desk.embargoes()
    assert await desk.pushed() == [] and (await desk.source()).next_at == paused_until > desk.now
    desk.now += 2 * MINUTE
    await desk.embargoes()
    assert await desk.pushed() == ["soon"]


async def test_one_that_was_withdrawn_before_its_date_is_a_draft_and_news_if_it_comes_back(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    soon = item("soon", at=NOON + 3 * HOUR)
    site.feed(soon, *OLD)
    await desk.read()
    site.feed(*OLD)
    await desk.read()
    desk.now = NOON + 3 * HOUR
    await desk.embargoes()
    assert await desk.state("soon") is ArticleState.DRAFT and await desk.pushed() == []
    site.feed(soon, *OLD)
    await desk.read()
    assert await desk.pushed() == ["soon"]


async def test_a_moved_embargo_ends_at_its_new_date(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.feed(item("soon", at=NOON + 3 * HOUR), *OLD)
    await desk.read()
    site.feed(item("soon", at=NOON + 9 * HOUR), *OLD)
    await desk.read()
    desk.now = NOON + 4 * HOUR
    await desk.embargoes()
    assert await desk.state("soon") is ArticleState.SCHEDULED
    assert (await desk.article("soon")).scheduled_at == NOON + 9 * HOUR


async def test_a_listed_story_that_moves_to_the_future_is_no_news_on_that_day(here: Here) -> None:
    """Hexo 3.0 and Material blog 9.8: id and link change with the day."""
    desk, site = here
    text = "A text of some length, so that a story is told by it and by its title, whatever becomes of its day and id."
    site.feed(item("day1", title="Same", text=text, at=NOON - DAY - 3 * MINUTE), *OLD[1:])
    await desk.add(f"{site.url}/feed")
    site.feed(item("day9", id="9", title="Same", text=text, at=NOON + 8 * DAY), *OLD[1:])
    await desk.read()
    desk.now = NOON + 9 * DAY
    await desk.read()
    await desk.embargoes()
    assert await desk.pushed() == [] and len(await desk.states()) == 3


async def test_history_that_is_dated_ahead_is_listed_in_silence_when_its_day_comes(here: Here) -> None:
    desk, site = here
    site.feed(item("soon", at=NOON + 2 * HOUR), *OLD)
    await desk.add(f"{site.url}/feed")
    assert await desk.state("soon") is ArticleState.SCHEDULED
    await desk.read(after=3 * HOUR)
    await desk.embargoes()
    assert await desk.state("soon") is ArticleState.ARCHIVED and await desk.pushed() == []


@pytest.mark.parametrize(
    ("date", "state"),
    [("Mon, 01 Jan 0001 00:00:00 GMT", "published"), ("Thu, 01 Jan 2099 00:00:00 GMT", "scheduled")],
)
async def test_dates_that_nobody_means_have_one_answer(here: Here, date: str, state: str) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    odd = item("odd", at=None).replace("<description>", f"<pubDate>{date}</pubDate><description>")
    site.feed(odd, *OLD)
    await desk.read()
    assert (await desk.states())["odd"] == state


# Servers --------------------------------------------------------------------------------------------------------------


async def test_an_unchanged_feed_is_asked_for_conditionally_and_not_parsed(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    await desk.read()
    assert site.asked[-1][1]["If-None-Match"] == site.answers["/feed"].headers["ETag"]
    assert (await desk.source()).read_at == desk.now


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html><body><form><input type=password></form></body></html>"),
        (200, "Database error: too many connections"),
        (200, ""),
        (500, "no"),
        (404, "no"),
        (401, "no"),
        (200, '<rss version="2.0"><channel><title>The Blog</title></channel></rss>'),
    ],
)
async def test_what_is_no_feed_is_a_fault_of_the_source_and_changes_nothing(here: Here, status: int, body: str) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    before = await desk.rows("SELECT * FROM source_items"), await desk.states()
    site.answer(status, body)
    await desk.read()
    source = await desk.source()
    assert source.state is SourceState.FAILING and source.last_error
    assert (await desk.rows("SELECT * FROM source_items"), await desk.states()) == before
    site.feed(item("new", at=NOON), *OLD)
    await desk.read()
    source = await desk.source()
    assert (source.state, source.last_error) == (SourceState.ACTIVE, None) and await desk.pushed() == ["new"]


async def test_410_ends_a_source_and_editors_are_told(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.answer(410)
    await desk.read()
    assert (await desk.source()).state is SourceState.GONE
    assert await desk.rows("SELECT kind, subject, detail FROM notices") == [
        ("source gone", "The Blog", f"{site.url}/feed")
    ]
    assert set((await desk.states()).values()) == {"archived"}


async def test_a_source_that_fails_for_a_day_is_named_once(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.answer(500)
    for hours in (1, 12, 11, 2, 24, 48):
        await desk.read(after=hours * HOUR)
    assert [kind for (kind,) in await desk.rows("SELECT kind FROM notices")] == ["source fails"]
    site.feed(*OLD)
    await desk.read()
    site.answer(500)
    await desk.read()
    await desk.read(after=25 * HOUR)
    assert len(await desk.rows("SELECT kind FROM notices")) == 2


async def test_a_source_that_fails_is_asked_ever_more_rarely(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed", every=15 * MINUTE)
    site.answer(500)
    pauses = []
    for _ in range(4):
        await desk.read()
        pauses.append((await desk.source()).next_at - desk.now)
    assert pauses == sorted(pauses) and pauses[-1] >= 4 * pauses[0]


async def test_retry_after_binds_a_refresh(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.answer(429, Retry_After="7200")
    await desk.read()
    refreshed = await sources.refresh(desk.db, 1, now=desk.now)
    assert refreshed.next_at >= desk.now + 2 * HOUR


@pytest.mark.parametrize(("status", "is_remembered"), [(301, True), (308, True), (302, False), (307, False)])
async def test_only_a_permanent_redirect_seen_twice_changes_the_address(
    here: Here, status: int, is_remembered: bool
) -> None:
    desk, site = here
    site.feed(*OLD)
    site.feed(*OLD, path="/moved")
    await desk.add(f"{site.url}/feed")
    site.answer(status, Location="/moved")
    await desk.read()
    assert (await desk.source()).url == f"{site.url}/feed"
    await desk.read()
    assert (await desk.source()).url == (f"{site.url}/moved" if is_remembered else f"{site.url}/feed")
    assert not (await desk.add(f"{site.url}/feed")).is_new  # the old address still leads to it
    assert await desk.pushed() == [] and len(await desk.states()) == 3


async def test_a_pages_address_is_replaced_by_its_feeds_and_known_again(here: Here) -> None:
    desk, site = here
    site.answer(200, '<html><link rel="alternate" type="application/rss+xml" href="/feed"></html>', path="/")
    site.feed(*OLD)
    assert (await desk.add(f"{site.url}/")).source.url == f"{site.url}/feed"
    assert not (await desk.add(f"{site.url}/")).is_new and not (await desk.add(f"{site.url}/feed/")).is_new
    assert len(await sources.listed(desk.db)) == 1


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/feed", "ftp://x.example/", "https://user:pw@x.example/", "javascript:1"]
)
async def test_an_address_that_may_not_be_asked_adds_nothing(here: Here, url: str) -> None:
    desk, _ = here
    with pytest.raises(SourceFault):
        await desk.add(url)
    assert await sources.listed(desk.db) == []


# Acts -----------------------------------------------------------------------------------------------------------------


async def test_a_removed_source_keeps_what_came_and_goes_on_in_silence_when_it_is_added_again(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    await sources.remove(desk.db, 1, by=None, now=desk.now)
    assert await sources.listed(desk.db) == [] and len(await desk.states()) == 3
    site.feed(item("meanwhile", at=NOON), *OLD)
    added = await desk.add(f"{site.url}/feed")
    assert added.is_new and added.source.number == 1
    assert (await desk.states())["meanwhile"] == "archived" and len(await desk.states()) == 4
    site.feed(item("new", at=NOON), item("meanwhile", at=NOON), *OLD)
    await desk.read()
    assert await desk.pushed() == ["new"]


async def test_another_source_may_go_on_with_the_stories_of_a_removed_one(here: Here) -> None:
    desk, site = here
    site.feed(item("a", at=NOON), *OLD)
    site.feed(item("a", at=NOON), *OLD, path="/other")
    await desk.add(f"{site.url}/feed")
    await sources.remove(desk.db, 1, by=None, now=desk.now)
    await desk.add(f"{site.url}/other")
    site.feed(item("a", at=NOON, title="Corrected"), *OLD, path="/other")
    await desk.read(2)
    assert (await desk.article("a")).story.title == "Corrected" and await desk.pushed() == []


async def test_a_paused_source_takes_what_came_meanwhile_when_it_goes_on(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    assert (await sources.pause(desk.db, 1, by=None, now=desk.now)).state is SourceState.PAUSED
    site.feed(item("new", at=NOON), *OLD)
    assert (await sources.resume(desk.db, 1, by=None, now=desk.now)).next_at <= desk.now
    await desk.read()
    assert await desk.pushed() == ["new"]


async def test_a_page_that_names_the_feed_of_a_removed_source_takes_its_place(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    await sources.remove(desk.db, 1, by=None, now=desk.now)
    async with desk.db.transaction() as conn:
        number = await sources.add_unread(
            conn, f"{site.url}/page", SourceChoices(), origin=Origin.OPML, now=desk.now, read_at=desk.now
        )
    assert number == 2
    assert await sources.replace_address(desk.db, await desk.source(2), f"{site.url}/feed", desk.now)
    assert (await desk.source(2)).url == f"{site.url}/feed"
    assert not (await desk.add(f"{site.url}/feed")).is_new


async def test_a_page_that_names_the_feed_of_a_known_source_is_that_source(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    async with desk.db.transaction() as conn:
        await sources.add_unread(
            conn, f"{site.url}/page", SourceChoices(), origin=Origin.OPML, now=desk.now, read_at=desk.now
        )
    assert not await sources.replace_address(desk.db, await desk.source(2), f"{site.url}/feed", desk.now)
    assert [one.source.number for one in await sources.listed(desk.db)] == [1]
    assert not (await desk.add(f"{site.url}/page")).is_new


async def test_what_a_source_lists_while_it_is_removed_is_not_taken(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    site.feed(item("new", at=NOON), *OLD)
    async with desk.db.reading() as conn:
        poll = await reading.poll_of(conn, 1, desk.now, 0.0)
    assert poll is not None
    answer = await desk.web.ask(poll.source.url, poll.polling)
    await sources.remove(desk.db, 1, by=None, now=desk.now)
    assert answer.feed is not None
    assert (await reading.take_feed(desk.db, poll, answer, answer.feed, policy=POLICY)).is_empty
    assert len(await desk.states()) == 3 and await desk.pushed() == []


async def test_acts_are_logged(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    await sources.remove(desk.db, 1, by=7, now=desk.now)
    assert await desk.rows("SELECT act, person, detail FROM log WHERE act = 'source'") == [
        ("source", None, "add The Blog"),
        ("source", 7, "remove The Blog"),
    ]


async def test_what_is_new_in_an_older_copy_of_the_database_is_held(here: Here) -> None:
    desk, site = here
    site.feed(*OLD)
    await desk.add(f"{site.url}/feed")
    async with desk.db.transaction() as conn:
        from bot.store.content import sources as rows

        await rows.hold_next(conn)
    site.feed(item("perhaps-sent", at=NOON), *OLD)
    assert (await desk.read()).held
    site.feed(item("new", at=NOON), item("perhaps-sent", at=NOON), *OLD)
    await desk.read()
    assert await desk.pushed() == ["new"]
