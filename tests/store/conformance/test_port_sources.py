"""Sources and their items on any engine: what was chosen, when each is asked, and what is known of what it listed."""

from dataclasses import replace
from datetime import timedelta

from port_samples import DAY, HOUR, MINUTE, NOW, SECOND, Engine, put_article, put_topics, story

from bot.domain.article import ArticleState
from bot.domain.feed_items import MAX_IDS, KnownItem, KnownItems, Standing
from bot.domain.ingestion import SourceItem
from bot.domain.source import Origin, SourceChoices, SourceCounts, SourceState, TakenAs
from bot.store.content import articles, imports, source_hubs, source_items, sources, topics
from bot.store.content.source_hubs import HubState
from bot.store.content.source_items import article_item
from bot.store.content.sources import Answered, Polling
from bot.store.engine.connection import Connection

URL = "https://blog.example/feed.xml"
CHOICES = SourceChoices("Blog", ("AI", "Food, Drink"), TakenAs.DRAFTS, timedelta(minutes=5), ("quantum dots",), ("ad",))
ITEM = KnownItem("k1", "Title", "https://blog.example/1", NOW - DAY, "h", "00ff", "f1", place=0)


async def put_source(conn: Connection, url: str = URL, choices: SourceChoices = CHOICES) -> int:
    return await sources.add(conn, url, choices, Origin.SHELL, NOW)


def well(**given: object) -> Answered:
    return Answered(
        **{  # type: ignore[arg-type]
            "state": SourceState.ACTIVE,
            "polling": Polling("e", "m", "b"),
            "next_at": NOW + HOUR,
            "read_at": NOW,
            "title": "Its title",
            "site": "https://blog.example/",
            **given,
        }
    )


async def test_a_source_is_stored_with_all_that_was_chosen_and_is_due_at_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await sources.sources(conn) == [] and await sources.next_due(conn) is None
        number = await put_source(conn)
        found = await sources.source(conn, number)
        assert found is not None and await sources.sources(conn) == [found]
        assert (found.url, found.choices, found.origin, found.name) == (URL, CHOICES, Origin.SHELL, "Blog")
        assert (found.state, found.added_at, found.next_at, found.read_at) == (SourceState.ACTIVE, NOW, NOW, None)
        assert await sources.with_polling(conn, number) == (found, Polling())
        assert await sources.due(conn, NOW, 10) == [(number, URL, False)]
        assert await sources.due(conn, NOW - SECOND, 10) == []
        assert await sources.next_due(conn) == NOW
        await sources.choose(conn, number, SourceChoices())
        changed = await sources.source(conn, number)
        assert changed is not None and changed.choices == SourceChoices() and changed.name == URL
        assert await sources.source(conn, number + 1) is None
        assert await sources.with_polling(conn, number + 1) is None


async def test_every_address_that_a_source_had_leads_to_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await sources.name_address(conn, number, "https://blog.example/")
        await sources.move(conn, number, "https://news.example/feed")
        asked = [
            "http://www.blog.example/feed.xml/",
            "https://blog.example",
            "https://news.example/feed",
            "https://x.example",
        ]
        assert await sources.at_address(conn, asked) == dict.fromkeys(asked[:3], number)
        assert await sources.at_address(conn, []) == {}
        assert await sources.is_asked_at(conn, "https://news.example/feed")
        assert not await sources.is_asked_at(conn, URL)
        other = await put_source(conn, "https://other.example/feed", SourceChoices())
        await sources.name_address(conn, other, URL)  # an address that leads to another keeps doing so
        assert (await sources.at_address(conn, [URL]))[URL] == number
        await sources.lead_to(conn, other, number)
        assert await sources.at_address(conn, ["https://other.example/feed"]) == {"https://other.example/feed": number}


async def test_a_removed_source_gives_its_address_to_one_that_moves_there(engine: Engine) -> None:
    async with engine.transaction() as conn:
        gone, here = await put_source(conn), await put_source(conn, "https://here.example/", SourceChoices())
        await sources.set_state(conn, gone, SourceState.REMOVED)
        assert not await sources.is_asked_at(conn, URL)
        await sources.move(conn, here, URL)
        assert await sources.at_address(conn, [URL]) == {URL: here} and await sources.is_asked_at(conn, URL)
        assert [one.url for one in await sources.sources(conn)] == [URL]


async def test_what_became_of_a_request_is_kept(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        polling = Polling("e", "m", "b", HOUR, NOW + MINUTE, 3, "https://moved.example", 1, True, NOW - DAY)
        one = well(state=SourceState.FAILING, polling=polling, failing_since=NOW - DAY, last_error="no feed")
        await sources.answered(conn, {number: one})
        await sources.answered(conn, {})
        found = await sources.with_polling(conn, number)
        assert found is not None and found[1] == polling
        source = found[0]
        assert (source.state, source.title, source.site) == (SourceState.FAILING, "Its title", "https://blog.example/")
        assert (source.next_at, source.read_at) == (NOW + HOUR, NOW)
        assert (source.failing_since, source.last_error) == (NOW - DAY, "no feed")
        assert await sources.due(conn, NOW + HOUR, 10) == [(number, URL, False)]


async def test_who_wants_a_source_asked_while_it_is_asked_is_not_overruled(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await sources.ask_at(conn, [number], NOW - DAY)
        await sources.answered(conn, {number: well(due_at=NOW)})
        assert await sources.next_due(conn) == NOW - DAY
        await sources.answered(conn, {number: well(due_at=NOW - DAY)})
        assert await sources.next_due(conn) == NOW + HOUR


async def test_how_a_source_stands_with_its_hub_is_kept_and_found_by_our_address(engine: Engine) -> None:
    hub = HubState("https://hub.example/", URL, "token", "secret", NOW, NOW + DAY)
    async with engine.transaction() as conn:
        number = await put_source(conn)
        assert (
            await source_hubs.hub_state(conn, number) is None and await source_hubs.by_hub_token(conn, "token") is None
        )
        await source_hubs.set_hub(conn, number, hub)
        assert await source_hubs.hub_state(conn, number) == hub
        found = await source_hubs.by_hub_token(conn, "token")
        assert found is not None and (found[0].number, found[1]) == (number, hub)
        await source_hubs.set_hub(conn, number, None)
        assert (
            await source_hubs.hub_state(conn, number) is None and await source_hubs.by_hub_token(conn, "token") is None
        )


async def test_subscriptions_to_end_are_those_of_sources_that_are_asked_no_more(engine: Engine) -> None:
    async with engine.transaction() as conn:
        paused, removed, active, unconfirmed = [
            await put_source(conn, url=f"https://{name}.example/") for name in ("paused", "removed", "active", "not")
        ]
        for number in (paused, removed, active, unconfirmed):
            until = None if number == unconfirmed else NOW + DAY
            await source_hubs.set_hub(
                conn, number, HubState("https://hub.example/", URL, f"t{number}", "s", NOW, until)
            )
        assert await source_hubs.unwanted_hubs(conn, 10) == []
        await sources.set_state(conn, paused, SourceState.PAUSED)
        await sources.set_state(conn, removed, SourceState.REMOVED)
        await sources.set_state(conn, unconfirmed, SourceState.GONE)
        found = await source_hubs.unwanted_hubs(conn, 10)
        assert [(number, hub.token) for number, hub in found] == [(paused, f"t{paused}"), (removed, f"t{removed}")]
        assert [number for number, _ in await source_hubs.unwanted_hubs(conn, 1)] == [paused]
        assert await source_hubs.unwanted_hubs(conn, 0) == []


async def test_a_source_that_was_paused_while_it_was_asked_stays_so(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await sources.set_state(conn, number, SourceState.PAUSED)
        await sources.answered(conn, {number: well()})
        found = await sources.source(conn, number)
        assert found is not None and found.state is SourceState.PAUSED
        assert await sources.due(conn, NOW + DAY, 10) == [] and await sources.next_due(conn) is None


async def test_a_source_can_be_asked_earlier_but_never_before_its_server_admits_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        free, told = await put_source(conn), await put_source(conn, "https://told.example/", SourceChoices())
        await sources.answered(conn, {free: well(), told: well(polling=Polling(not_before=NOW + 9 * MINUTE))})
        await sources.ask_at(conn, [free, told, 404], NOW + MINUTE)
        assert [one.next_at for one in await sources.sources(conn)] == [NOW + MINUTE, NOW + 9 * MINUTE]
        await sources.read_first_at(conn, free, NOW + DAY)  # it was read
        assert (await sources.sources(conn, [free]))[0].next_at == NOW + MINUTE
        new = await put_source(conn, "https://new.example/", SourceChoices())
        await sources.read_first_at(conn, new, NOW + DAY)
        assert (await sources.sources(conn, [new]))[0].next_at == NOW + DAY


async def test_who_waits_for_a_source_has_it_asked_before_all_others(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first, waited = await put_source(conn), await put_source(conn, "https://waited.example/", SourceChoices())
        told = await put_source(conn, "https://told.example/", SourceChoices())
        await sources.answered(conn, {told: well(polling=Polling(not_before=NOW + MINUTE))})
        for _ in range(3):  # again also while it is being asked
            before = (await sources.sources(conn, [waited]))[0].next_at
            await sources.ask_first(conn, waited, NOW)
            assert (await sources.sources(conn, [waited]))[0].next_at != before
        await sources.ask_first(conn, told, NOW)
        assert await sources.due(conn, NOW, 9) == [(waited, "https://waited.example/", True), (first, URL, False)]
        assert (await sources.sources(conn, [told]))[0].next_at == NOW + MINUTE
        await sources.ask_first(conn, told, NOW + MINUTE)
        assert (told, "https://told.example/", True) in await sources.due(conn, NOW, 9)


async def test_a_removed_source_is_not_listed_and_starts_anew_when_it_is_added_again(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await sources.set_file(conn, number, "blog.md")
        assert await sources.defined_by(conn, ["blog.md", "x"]) == {"blog.md": number}
        await sources.answered(conn, {number: well(polling=Polling("e", "m", "b", failures=2), last_error="x")})
        await sources.set_state(conn, number, SourceState.REMOVED)
        await sources.set_file(conn, number, None)
        assert await sources.sources(conn) == [] and await sources.defined_by(conn, ["blog.md"]) == {}
        assert [one.number for one in await sources.sources(conn, [number, 404])] == [number]
        await sources.start_anew(conn, number, Origin.CHAT, NOW + DAY)
        found = await sources.with_polling(conn, number)
        assert found is not None
        assert (found[0].state, found[0].origin, found[0].read_at) == (SourceState.ACTIVE, Origin.CHAT, None)
        assert (found[0].next_at, found[0].last_error) == (NOW + DAY, None)
        assert found[1] == Polling()


async def test_what_is_new_next_is_held_in_an_older_copy(engine: Engine) -> None:
    async with engine.transaction() as conn:
        read, unread = await put_source(conn), await put_source(conn, "https://new.example/", SourceChoices())
        await sources.answered(conn, {read: well()})
        await sources.hold_next(conn)
        held = [(await sources.with_polling(conn, number) or (None, None))[1] for number in (read, unread)]
        assert [one.hold_next for one in held if one is not None] == [True, False]


# Items ----------------------------------------------------------------------------------------------------------------


async def test_items_are_known_by_their_ids_links_and_presence(engine: Engine) -> None:
    gone = replace(ITEM, key="k2", link="https://blog.example/2", place=None, is_history=True, published_at=None)
    by_link = replace(ITEM, key="k3", link="https://blog.example/3", place=None, standing=Standing.NO_LINK)
    unseen = replace(ITEM, key="k4", link=None, place=None, embargo=NOW + DAY)
    async with engine.transaction() as conn:
        number = await put_source(conn)
        assert await source_items.known(conn, number, [], []) == KnownItems({}, {})
        ids = {"k1": "k1", "k2": "k2", "k3": "k3", "k4": "k4", "other": "k2"}
        await source_items.keep(conn, number, [ITEM, gone, by_link, unseen], ids, NOW)
        found = await source_items.known(conn, number, ["other", "nobody"], ["https://blog.example/3"])
        assert found == KnownItems({"k1": ITEM, "k2": gone, "k3": by_link}, {"other": "k2"})
        assert (await source_items.known(conn, number, ["k4"], [])).items["k4"] == unseen
        assert (await source_items.known(conn, number + 1, ["k1"], ["https://blog.example/1"])).items == {}
        await source_items.keep(conn, number, [replace(ITEM, title="Corrected")], {}, NOW)
        assert (await source_items.known(conn, number, [], [])).items["k1"].title == "Corrected"


async def test_ids_that_change_with_every_fetch_do_not_pile_up(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await source_items.keep(conn, number, [ITEM], {"k1": "k1"}, NOW)
        for turn in range(3 * MAX_IDS):
            await source_items.keep(conn, number, [], {f"id{turn}": "k1"}, NOW + turn * MINUTE)
        asked = ["k1", *(f"id{turn}" for turn in range(3 * MAX_IDS))]
        found = (await source_items.known(conn, number, asked, [])).ids
        assert "k1" in found and f"id{3 * MAX_IDS - 1}" in found
        assert len(found) == MAX_IDS


async def test_when_items_were_published_is_their_date_or_when_they_were_new(engine: Engine) -> None:
    undated, old = (
        replace(ITEM, key="k2", published_at=None),
        replace(ITEM, key="k3", published_at=None, is_history=True),
    )
    left = replace(ITEM, key="k4", place=None)
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await source_items.keep(conn, number, [ITEM, undated, old, left], {f"k{n}": f"k{n}" for n in range(1, 5)}, NOW)
        assert await source_items.published_lately(conn, number, 9) == [NOW, NOW - DAY]
        assert await source_items.published_lately(conn, number, 1) == [NOW]


async def _scheduled(conn: Connection, source: int) -> None:
    """Store two articles: one waits for its item's date, one for the time that an editor chose."""
    for number, key in ((1, "k1"), (2, "k2")):
        await put_article(conn, number, state=ArticleState.SCHEDULED, scheduled_at=NOW + HOUR)
        await imports.remember(conn, [SourceItem(article_item(source, key), "f", number, True, True, None)])
    waiting = replace(ITEM, embargo=NOW + HOUR)
    await source_items.keep(conn, source, [waiting, replace(waiting, key="k2", embargo=NOW)], {}, NOW)


async def test_an_embargo_of_a_feed_is_told_from_an_editors(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        await _scheduled(conn, number)
        [one] = await source_items.embargoed(conn, [1, 2, 404])
        assert (one.article, one.source, one.item.key, one.due_at) == (1, number, "k1", NOW + HOUR)
        await source_items.postpone(conn, [one], NOW + 2 * HOUR)
        [later] = await source_items.embargoed(conn, [1, 2])
        assert later.due_at == NOW + 2 * HOUR and (await articles.article(conn, 1)).scheduled_at == NOW + 2 * HOUR
        await source_items.withdraw(conn, later)
        assert await source_items.embargoed(conn, [1, 2]) == []
        item = (await source_items.known(conn, number, [], [])).items["k1"]
        assert (item.standing, item.embargo) == (Standing.WITHDRAWN, None)
        path = article_item(number, "k1")
        assert (await imports.files(conn, [path]))[path].last_flag is False


async def test_a_removed_sources_stories_may_be_gone_on_with(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        for ten in (1, 10):  # of source 1, not of 10
            await imports.remember(conn, [SourceItem(article_item(ten, "k1"), "f", None, True, True, None)])
        await imports.remember(conn, [SourceItem("file.md", "f", None, True, True, None)])
        await source_items.keep(conn, number, [ITEM], {"k1": "k1"}, NOW)
        await source_items.forget_content(conn, 1)
        files = await imports.files(conn, [article_item(1, "k1"), article_item(10, "k1"), "file.md"])
        assert {path: one.is_gone for path, one in files.items()} == {
            article_item(1, "k1"): True,
            article_item(10, "k1"): False,
            "file.md": False,
        }
        assert await imports.fingerprints(conn) == {"file.md": "f"}  # items of feeds are no files
        assert (await source_items.known(conn, number, ["k1"], [])).items["k1"].place is None


async def test_what_came_of_a_source_is_counted(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await put_source(conn)
        assert await sources.counts(conn, [number]) == {} == await sources.counts(conn, [])
        for n, state in enumerate((ArticleState.PUBLISHED, ArticleState.HELD, ArticleState.ARCHIVED), 1):
            await put_article(conn, n, state=state)
            await imports.remember(conn, [SourceItem(article_item(number, f"k{n}"), "f", n, True, True, None)])
        await imports.remember(conn, [SourceItem(article_item(number, "k4"), "f", 1, False, True, None)])
        await articles.fix_audience(conn, 1, NOW)
        items = [replace(ITEM, key=f"k{n}") for n in range(1, 5)]
        await source_items.keep(conn, number, [*items, replace(ITEM, key="k5", standing=Standing.REFUSED)], {}, NOW)
        assert await sources.counts(conn, [number, 404]) == {
            number: SourceCounts(came=3, pushed=1, held=1, doubled=1, refused=1)
        }


async def test_topics_are_found_by_all_the_names_they_go_by(engine: Engine) -> None:
    async with engine.transaction() as conn:
        numbers = await put_topics(conn, "Energy", "Robotics")
        assert await topics.called(conn, ["energy", "nobody"]) == {"energy": numbers["Energy"]}
        assert await topics.called(conn, []) == {}


async def test_a_story_without_a_link_leads_nowhere(engine: Engine) -> None:
    async with engine.transaction() as conn:
        bare = story(1, link="")
        await imports.add(conn, {1: ("one", bare)}, NOW)
        await imports.index(conn, {1: bare}, {})
        assert await imports.linked(conn, [""]) == {}
        assert (await imports.known(conn, [1]))[1].story.link == ""
