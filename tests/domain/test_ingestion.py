"""
What newly read content does, as a table: each row is a sentence that people rely on, and what is done because of it.

Below the table the same for every state, flag, date and window at once, and what holds whatever is read.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.articles.surroundings import FileContext, ReadingRules
from bot.content.files.reader import understood
from bot.domain.article import ArticleState, HeldWhy, Picture, Provider, Related, Story
from bot.domain.ingestion import Arrival, Before, Decision, KnownArticle, Observed, SourceItem, decide
from bot.domain.item_acts import (
    Act,
    Archive,
    Create,
    Double,
    Draft,
    Keep,
    OpenAudience,
    Publish,
    ResetAudience,
    Retract,
    Schedule,
    TakeOver,
    Update,
)
from bot.domain.publishing import PushWindow

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRESH, OLD, COMING = NOW - timedelta(hours=48), NOW - timedelta(hours=48, seconds=1), NOW + timedelta(seconds=1)
LATER = NOW + timedelta(days=1)
WINDOW, ANY, NEVER = PushWindow(timedelta(hours=48)), PushWindow(None), PushWindow(timedelta(0))
DRAFT, SCHEDULED, HELD, PUBLISHED, ARCHIVED, RETRACTED, _ = ArticleState
DATES, WINDOWS = (FRESH, OLD, COMING), (WINDOW, ANY, NEVER)
ME, OTHER = "this item", "another item"
NUMBER, NEXT = 7, 8


# What can be known ----------------------------------------------------------------------------------------------------


def story(published: bool | None = True, at: datetime = FRESH, **fields: object) -> Story:
    given = {"title": "Grid", "link": "https://news.example/grid", "topics": ("Energy",)}
    return Story(**{**given, **fields}, published=published, published_at=at)  # type: ignore[arg-type]


def article(state: ArticleState, at: datetime = FRESH, number: int = NUMBER, **known: object) -> KnownArticle:
    return KnownArticle(number, state, 1, story(at=at), **known)  # type: ignore[arg-type]


NOTHING = Before(None, None, None, None, NEXT)


def mine(state: ArticleState, last_flag: bool | None, at: datetime = FRESH, **known: object) -> Before:
    """Known under this id, which owns the story."""
    own, item = article(state, at, **known), SourceItem(ME, "before", NUMBER, True, last_flag, None)
    return Before(item, own, own, item, NEXT)


def of_another(state: ArticleState, last_flag: bool | None, *, gone: bool = False, at: datetime = FRESH) -> Before:
    """Known by its link, which another item told first."""
    owner = SourceItem(OTHER, "" if gone else "before", NUMBER, True, last_flag, None)
    return Before(None, None, article(state, at), owner, NEXT)


def without_owner(state: ArticleState) -> Before:
    return Before(None, None, article(state), None, NEXT)


def with_anothers_link(state: ArticleState, last_flag: bool) -> Before:
    """Known under this id, and the link is now that of another item's story."""
    before = mine(state, last_flag)
    return replace(before, linked=article(PUBLISHED, number=3), owner=SourceItem(OTHER, "x", 3, True, True, None))


def renamed_by_alias(state: ArticleState, last_flag: bool | None) -> Before:
    """New under this id, with a link of its own, and an alias that is the link of a story whose item is gone."""
    return replace(of_another(state, last_flag, gone=True), is_given_up=True)


def doubling(before: Before) -> Before:
    """Known under this id as one that tells another item's story."""
    return replace(before, item=SourceItem(ME, "before", NUMBER, False, True, None))


def decided(
    before: Before, seen: Story, window: PushWindow = WINDOW, flags_act: bool = True, of_a_site: bool = False
) -> Decision:
    return decide(
        before,
        Observed(ME, "now", seen, Arrival.PAGE if of_a_site else Arrival.FILE),
        now=NOW,
        window=window,
        flags_act=flags_act,
    )


# The table ------------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    says: str
    before: Before
    seen: Story
    acts: list[Act]
    window: PushWindow = WINDOW
    of_a_site: bool = False


NEW_LINK = "https://news.example/new"
TABLE = [
    # Identity
    Row("a story that nobody told before is a new article", NOTHING, story(False), [Create(), Draft()]),
    Row("a known link under a new id is a rename if its owner is gone",
        of_another(DRAFT, False, gone=True), story(False), [TakeOver(OTHER), Keep()]),
    Row("a rename publishes nothing again",
        of_another(PUBLISHED, True, gone=True), story(), [TakeOver(OTHER), Keep()]),
    Row("a rename does not undo an editor's retraction",
        of_another(RETRACTED, True, gone=True), story(), [TakeOver(OTHER), Keep()]),
    Row("a rename that turns the flag acts like any turn of it",
        of_another(DRAFT, False, gone=True), story(), [TakeOver(OTHER), Keep(), Publish()]),
    Row("a rename that takes the flag back retracts",
        of_another(PUBLISHED, True, gone=True), story(False), [TakeOver(OTHER), Keep(), Retract()]),
    Row("if the owner is still there the newcomer is reported, never pushed",
        of_another(DRAFT, False), story(), [Double(NUMBER)]),
    Row("a newcomer takes nothing back either",
        of_another(PUBLISHED, True), story(False), [Double(NUMBER)]),
    Row("what was a double takes over once the owner is gone",
        doubling(of_another(PUBLISHED, True, gone=True)), story(), [TakeOver(OTHER), Keep()]),
    Row("what was a double is one as long as the owner is there",
        doubling(of_another(PUBLISHED, True)), story(), [Double(NUMBER)]),
    Row("a story that no item owns belongs to the next that tells it",
        without_owner(PUBLISHED), story(None), [Keep()]),
    Row("a changed link in a known item is a correction",
        replace(mine(PUBLISHED, True), linked=None, owner=None), story(link="https://news.example/new"),
        [Update(corrects=True)]),
    Row("an item that takes another story's link keeps its own story, and acts on neither",
        with_anothers_link(DRAFT, False), story(title="New words"), [Double(3)]),
    # Identity of a site's pages: by their file and aliases before their link
    Row("a changed slug of a page is a correction", replace(mine(PUBLISHED, True), linked=None, owner=None),
        story(link=NEW_LINK), [Update(corrects=True)], of_a_site=True),
    Row("a page that takes the link of one which is gone keeps its own story",
        replace(with_anothers_link(PUBLISHED, True), owner=SourceItem(OTHER, "", 3, True, True, None)),
        story(link=NEW_LINK), [Update(corrects=True)], of_a_site=True),
    Row("two pages that swap their links keep their stories",
        replace(with_anothers_link(PUBLISHED, True), is_given_up=True),
        story(link=NEW_LINK), [Update(corrects=True)], of_a_site=True),
    Row("a page that takes the link of another one which is still there is reported",
        with_anothers_link(PUBLISHED, True), story(link=NEW_LINK), [Double(3)], of_a_site=True),
    Row("a file of ours that takes a link which was given up is reported all the same",
        replace(with_anothers_link(PUBLISHED, True), is_given_up=True), story(link=NEW_LINK), [Double(3)]),
    Row("a page that was renamed, and names its old address among its aliases, goes on with its story",
        renamed_by_alias(PUBLISHED, True), story(link=NEW_LINK), [TakeOver(OTHER), Update(corrects=True)],
        of_a_site=True),
    Row("a renamed draft that has become public is news",
        renamed_by_alias(DRAFT, False), story(link=NEW_LINK),
        [TakeOver(OTHER), Update(corrects=True), Publish()], of_a_site=True),
    Row("a new page at an address that another one has left is a story of its own",
        replace(of_another(PUBLISHED, True), is_given_up=True), story(), [Create(), Publish()], of_a_site=True),
    Row("a known draft page that its generator publishes now is pushed whatever its date",
        mine(DRAFT, False, OLD), story(at=OLD), [Keep(), Publish()], of_a_site=True),
    Row("a page that its generator does not publish any more is taken back",
        mine(PUBLISHED, True), story(False), [Keep(), Retract()], of_a_site=True),
    Row("a copy of a page with its address is reported, never pushed",
        of_another(PUBLISHED, True), story(), [Double(NUMBER)], of_a_site=True),
    # What it says
    Row("importing what has not changed again changes nothing", mine(PUBLISHED, True), story(), [Keep()]),
    Row("heat updates silently", mine(PUBLISHED, True), story(heat=9), [Update(corrects=False)]),
    Row("quality updates silently", mine(PUBLISHED, True), story(quality=-1), [Update(corrects=False)]),
    Row("related articles update silently",
        mine(PUBLISHED, True), story(related=(Related("More", "https://a.example/"),)), [Update(corrects=False)]),
    Row("a new title is a correction", mine(PUBLISHED, True), story(title="Grids"), [Update(corrects=True)]),
    Row("a new excerpt is one", mine(PUBLISHED, True), story(excerpt="Of wires."), [Update(corrects=True)]),
    Row("a new source is one", mine(PUBLISHED, True), story(provider=Provider("N")), [Update(corrects=True)]),
    Row("a new date is one", mine(PUBLISHED, True), story(at=OLD), [Update(corrects=True)]),
    Row("a new picture is one",
        mine(PUBLISHED, True), story(pictures=(Picture("https://a.example/1.jpg"),)), [Update(corrects=True)]),
    Row("a video is one", mine(PUBLISHED, True), story(video="https://v.example/1"), [Update(corrects=True)]),
    Row("other topics are one", mine(PUBLISHED, True), story(topics=()), [Update(corrects=True)]),
    # The flag is an event
    Row("new and true publishes", NOTHING, story(), [Create(), Publish()]),
    Row("an article first seen as published and older than the push window is archived, not pushed",
        NOTHING, story(at=OLD), [Create(), Archive()]),
    Row("inf: whatever its age it is pushed", NOTHING, story(at=OLD), [Create(), Publish()], ANY),
    Row("0: files never push by themselves", NOTHING, story(), [Create(), Archive()], NEVER),
    Row("0: known drafts included", mine(DRAFT, False), story(), [Keep(), Archive()], NEVER),
    Row("false to true publishes", mine(DRAFT, False), story(), [Keep(), Publish()]),
    Row("a known draft that turns true is an editor's act and is pushed whatever its date",
        mine(DRAFT, False, OLD), story(at=OLD), [Keep(), Publish()]),
    Row("true to false takes it out of lists", mine(PUBLISHED, True), story(False), [Keep(), Retract()]),
    Row("also what was only listed", mine(ARCHIVED, True), story(False), [Keep(), Retract()]),
    Row("and stops what is still held", mine(HELD, True), story(False), [Keep(), Draft()]),
    Row("publishing again after a retraction lists it", mine(RETRACTED, False), story(), [Keep(), Publish()]),
    Row("an unchanged true never overrides an editor who retracted", mine(RETRACTED, True), story(), [Keep()]),
    Row("an unchanged false never overrides an editor who published", mine(PUBLISHED, False), story(False), [Keep()]),
    Row("what an editor published already is not published again", mine(PUBLISHED, False), story(), [Keep()]),
    Row("what an editor retracted already is not retracted again", mine(RETRACTED, True), story(False), [Keep()]),
    Row("an editor's scheduled article is not hurried by its file", mine(SCHEDULED, False), story(), [Keep()]),
    Row("a question to editors is not answered by a file", mine(HELD, False), story(), [Keep()]),
    Row("a first false takes nothing back", without_owner(PUBLISHED), story(False), [Keep()]),
    Row("missing means false in a new item", NOTHING, story(None), [Create(), Draft()]),
    Row("missing says nothing in a known one that was true", mine(PUBLISHED, True), story(None), [Keep()]),
    Row("missing says nothing in a known one that was false", mine(DRAFT, False), story(None), [Keep()]),
    Row("missing says nothing in a renamed one", of_another(PUBLISHED, True, gone=True), story(None),
        [TakeOver(OTHER), Keep()]),
    # Embargo
    Row("a date to come is an embargo", NOTHING, story(at=COMING), [Create(), Schedule(COMING)]),
    Row("an embargo is no push, whatever the window", NOTHING, story(at=COMING), [Create(), Schedule(COMING)], NEVER),
    Row("a draft with a date to come stays one", NOTHING, story(False, COMING), [Create(), Draft()]),
    Row("a known draft that turns true with a date to come waits for it",
        mine(DRAFT, False, COMING), story(at=COMING), [Keep(), Schedule(COMING)]),
    Row("a file moves the date of its embargo",
        mine(SCHEDULED, True, COMING), story(at=LATER), [Update(corrects=True), Schedule(LATER)]),
    Row("a file lifts its embargo with a date that has come",
        mine(SCHEDULED, True, COMING), story(at=FRESH), [Update(corrects=True), Schedule(FRESH)]),
    Row("an embargo whose date stays is left alone", mine(SCHEDULED, True, COMING), story(at=COMING, heat=1),
        [Update(corrects=False)]),
    Row("a file that takes its flag back ends its embargo",
        mine(SCHEDULED, True, COMING), story(False, COMING), [Keep(), Draft()]),
    Row("Publish now overrides: a date that moves afterwards does not take it back",
        mine(PUBLISHED, True, COMING), story(at=LATER), [Update(corrects=True)]),
    # Topics
    Row("as long as nobody got an article, adding a topic opens its audience",
        mine(PUBLISHED, True, pushed_at=FRESH), story(topics=("Energy", "Grids")),
        [Update(corrects=True), OpenAudience()]),
    Row("long after its date and its publishing a topic changes lists only",
        mine(PUBLISHED, True, OLD, pushed_at=OLD), story(at=OLD, topics=("Energy", "Grids")), [Update(corrects=True)]),
    Row("fewer topics open nothing", mine(PUBLISHED, True, pushed_at=FRESH), story(topics=()), [Update(corrects=True)]),
    Row("another spelling of its topic opens nothing",
        mine(PUBLISHED, True, pushed_at=FRESH), story(topics=("#energy",)), [Update(corrects=True)]),
    Row("a retracted article finds its audience anew when it is published",
        mine(RETRACTED, True, pushed_at=FRESH), story(topics=("Energy", "Grids")),
        [Update(corrects=True), ResetAudience()]),
    Row("one that is retracted at the same time is not opened",
        mine(PUBLISHED, True, pushed_at=FRESH), story(False, topics=("Energy", "Grids")),
        [Update(corrects=True), Retract()]),
    Row("what is held because nobody knows its topics is judged anew with another one",
        mine(HELD, True, held_why=HeldWhy.TOPICS), story(topics=("Energy", "Grids")),
        [Update(corrects=True), Publish()]),
    Row("with a date to come that is an embargo, too",
        mine(HELD, True, held_why=HeldWhy.TOPICS), story(at=COMING, topics=("Energy", "Grids")),
        [Update(corrects=True), Schedule(COMING)]),
    Row("0: it is not pushed by its file, and editors are still asked",
        mine(HELD, True, held_why=HeldWhy.TOPICS), story(topics=("Energy", "Grids")), [Update(corrects=True)], NEVER),
    Row("what is held as one of a burst is not",
        mine(HELD, True, held_why=HeldWhy.BURST), story(topics=("Energy", "Grids")), [Update(corrects=True)]),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[row.says for row in TABLE])
def test_what_is_read_does_what_the_sentence_says(row: Row) -> None:
    assert list(decided(row.before, row.seen, row.window, of_a_site=row.of_a_site).acts) == row.acts


def test_the_table_holds_every_act() -> None:
    assert {type(act) for row in TABLE for act in row.acts} == set(Act.__args__)  # type: ignore[attr-defined]


DOCUMENT = """---
title: Grid
publishedDateTime: 2026-03-02T11:00:00Z
webUrl: https://news.example/grid
{flags}
---
"""


@pytest.mark.parametrize(
    ("flags", "acts"),
    [
        ("published: true", [Create(), Publish()]),
        ("published: false", [Create(), Draft()]),
        ("", [Create(), Draft()]),
        ("published: true\ndraft: true", [Create(), Draft()]),
        ("published: true\ndraft: false", [Create(), Publish()]),
    ],
)
def test_draft_true_beside_the_flag_wins(flags: str, acts: list[Act]) -> None:
    here = Path("/nowhere")
    read = understood(
        "grid.md", DOCUMENT.format(flags=flags).encode(), FileContext(here, here, ReadingRules(ZoneInfo("UTC")))
    )
    assert isinstance(read, Story)
    assert list(decided(NOTHING, read).acts) == acts


@pytest.mark.parametrize(
    ("before", "item", "number"),
    [
        (NOTHING, SourceItem(ME, "now", NEXT, True, True, None), NEXT),
        (mine(PUBLISHED, True), SourceItem(ME, "now", NUMBER, True, True, None), NUMBER),
        (of_another(DRAFT, False, gone=True), SourceItem(ME, "now", NUMBER, True, True, None), NUMBER),
        (of_another(DRAFT, False), SourceItem(ME, "now", NUMBER, False, True, None), None),
        # It goes on from the flag that was last seen while it told its own story.
        (with_anothers_link(DRAFT, False), SourceItem(ME, "now", NUMBER, True, False, None), NUMBER),
    ],
)
def test_an_item_is_remembered_with_its_article_and_its_flag(
    before: Before, item: SourceItem, number: int | None
) -> None:
    decision = decided(before, story())
    assert decision.item == item
    assert (decision.article.number if decision.article else None) == number


def test_a_mended_item_has_no_complaint_any_more() -> None:
    before = mine(PUBLISHED, True)
    assert before.item is not None
    refused = replace(before.item, complaint="is missing")
    assert decided(replace(before, item=refused), story()).item.complaint is None


@pytest.mark.parametrize(("flag", "known"), list(product((True, False, None), (NOTHING, mine(DRAFT, None)))))
def test_where_flags_do_not_act_everything_new_is_a_draft(flag: bool | None, known: Before) -> None:
    decision = decided(known, story(flag, COMING), flags_act=False)
    assert decision.article is not None and decision.article.state is DRAFT
    assert not decision.item.last_flag  # so that a file with a true one can still publish it


@pytest.mark.parametrize(("state", "flag"), list(product(ArticleState, (True, False, None))))
def test_where_flags_do_not_act_nothing_known_changes_its_state(state: ArticleState, flag: bool | None) -> None:
    gained = story(flag, LATER, topics=("Energy", "Grids"))
    before = mine(state, True, COMING, pushed_at=FRESH, held_why=HeldWhy.TOPICS if state is HELD else None)
    assert decided(before, gained, flags_act=False).acts == (Update(corrects=True),)


# Every state, flag, date and window -----------------------------------------------------------------------------------


def change(state: ArticleState | None, last: bool | None, flag: bool, at: datetime, window: PushWindow) -> Act | None:
    """Return what an item does to the state of its article; None for nothing."""
    acts = decided(NOTHING if state is None else mine(state, last, at), story(flag, at), window).acts
    return acts[1] if len(acts) > 1 else None


@pytest.mark.parametrize(
    ("at", "window", "expected"),
    [
        (FRESH, WINDOW, Publish()),
        (OLD, WINDOW, Archive()),
        (FRESH, ANY, Publish()),
        (OLD, ANY, Publish()),
        (FRESH, NEVER, Archive()),
        (OLD, NEVER, Archive()),
        (COMING, WINDOW, Schedule(COMING)),
        (COMING, ANY, Schedule(COMING)),
        (COMING, NEVER, Schedule(COMING)),
    ],
)
def test_a_story_first_seen_as_published(at: datetime, window: PushWindow, expected: Act) -> None:
    assert change(None, None, True, at, window) == expected


@pytest.mark.parametrize(("at", "window"), list(product(DATES, WINDOWS)))
def test_a_story_first_seen_as_a_draft_is_one(at: datetime, window: PushWindow) -> None:
    assert change(None, None, False, at, window) == Draft()


@pytest.mark.parametrize(("state", "flag", "at", "window"), list(product(ArticleState, (False, True), DATES, WINDOWS)))
def test_an_unchanged_flag_does_nothing(state: ArticleState, flag: bool, at: datetime, window: PushWindow) -> None:
    assert change(state, flag, flag, at, window) is None


TURNS_FALSE = {DRAFT: None, SCHEDULED: Draft(), HELD: Draft(), PUBLISHED: Retract(), ARCHIVED: Retract()}


@pytest.mark.parametrize(("state", "at", "window"), list(product(ArticleState, DATES, WINDOWS)))
def test_a_flag_that_turns_false(state: ArticleState, at: datetime, window: PushWindow) -> None:
    assert change(state, True, False, at, window) == TURNS_FALSE.get(state)


@pytest.mark.parametrize(("state", "at", "window"), list(product(ArticleState, DATES, WINDOWS)))
def test_a_flag_first_seen_as_false_in_a_known_story_takes_nothing_back(
    state: ArticleState, at: datetime, window: PushWindow
) -> None:
    assert change(state, None, False, at, window) is None


@pytest.mark.parametrize(("state", "last", "at", "window"), list(product(ArticleState, (None, False), DATES, WINDOWS)))
def test_a_flag_that_turns_true(state: ArticleState, last: bool | None, at: datetime, window: PushWindow) -> None:
    expected: Act | None
    if state not in (DRAFT, RETRACTED):
        expected = None
    elif at is COMING:
        expected = Schedule(COMING)
    else:
        expected = Archive() if window is NEVER else Publish()  # whatever its date
    assert change(state, last, True, at, window) == expected


# Whatever is read -----------------------------------------------------------------------------------------------------

flags = st.sampled_from([True, False, None])
dates = st.sampled_from([FRESH, OLD, COMING, LATER])
windows = st.sampled_from(WINDOWS)
stories = st.builds(
    story,
    flags,
    dates,
    title=st.sampled_from(["Grid", "Wind"]),
    heat=st.sampled_from([None, 0, 9]),
    topics=st.sampled_from([(), ("Energy",), ("energy", "Grids")]),
)


@st.composite
def articles(draw: st.DrawFn, number: int = NUMBER) -> KnownArticle:
    state = draw(st.sampled_from(ArticleState))
    why = draw(st.sampled_from([None, *HeldWhy])) if state is HELD else None
    pushed_at = draw(st.sampled_from([None, FRESH, OLD]))
    return KnownArticle(number, state, draw(st.integers(1, 3)), draw(stories), pushed_at, why)


@st.composite
def befores(draw: st.DrawFn) -> Before:
    fingerprint = draw(st.sampled_from(["", "before"]))
    match draw(st.sampled_from(["new", "mine", "linked", "both", "left its link"])):
        case "new":
            return NOTHING
        case "linked":
            owner = SourceItem(OTHER, fingerprint, NUMBER, True, draw(flags), None)
            item = SourceItem(ME, "before", NUMBER, False, None, None)
            return Before(
                draw(st.sampled_from([None, item])),
                None,
                draw(articles()),
                draw(st.sampled_from([None, owner])),
                NEXT,
                draw(st.booleans()),
            )
        case where:
            own = draw(articles())
            item = SourceItem(ME, fingerprint, NUMBER, True, draw(flags), draw(st.sampled_from([None, "refused"])))
            if where == "both":
                other = SourceItem(OTHER, draw(st.sampled_from(["", "before"])), 3, True, draw(flags), None)
                return Before(item, own, draw(articles(3)), other, NEXT, draw(st.booleans()))
            return Before(item, own, *((own, item) if where == "mine" else (None, None)), NEXT)
    raise AssertionError


def known_after(before: Before, decision: Decision, state: ArticleState | None = None) -> Before:
    """Return what is known once a decision is done; `state` is what became of an article that was to be news."""
    if decision.article is None:
        return replace(before, item=decision.item)
    own = replace(decision.article, state=state or decision.article.state)
    if isinstance(decision.acts[0], Double):
        return replace(before, item=decision.item, own=own)
    return Before(decision.item, own, own, decision.item, NEXT + 1)


@given(befores(), stories, windows, st.booleans(), st.booleans())
def test_deciding_again_on_what_is_known_then_does_nothing(
    before: Before, seen: Story, window: PushWindow, flags_act: bool, of_a_site: bool
) -> None:
    first = decided(before, seen, window, flags_act, of_a_site)
    became = (PUBLISHED, HELD, SCHEDULED) if Publish() in first.acts else (None,)
    for state in became:
        again = decided(known_after(before, first, state), seen, window, flags_act, of_a_site)
        # A double stays one; everything else is as it was stored.
        assert again.acts == (first.acts if isinstance(first.acts[0], Double) else (Keep(),))
        assert again.item == first.item
        assert again.article is None or first.article is None or again.article.revision == first.article.revision


@given(befores(), stories, windows)
def test_an_unchanged_or_missing_flag_takes_nothing_back_and_publishes_only_what_waited_for_its_topics(
    before: Before, seen: Story, window: PushWindow
) -> None:
    owner = before.item if before.own is not None else before.owner
    last_flag = bool(owner.last_flag) if owner is not None else False
    if before is NOTHING or (seen.published is not None and seen.published != last_flag):
        return
    acts = decided(before, seen, window).acts
    assert not {Retract, Draft, Archive} & {type(act) for act in acts}
    if Publish() in acts:
        known = before.own or before.linked
        assert known is not None and known.held_why is HeldWhy.TOPICS


@given(befores(), stories, windows, st.booleans(), st.booleans())
def test_a_double_changes_nothing(
    before: Before, seen: Story, window: PushWindow, flags_act: bool, of_a_site: bool
) -> None:
    decision = decided(before, seen, window, flags_act, of_a_site)
    if any(isinstance(act, Double) for act in decision.acts):
        assert len(decision.acts) == 1
        assert decision.article == before.own


@given(befores(), stories, windows, st.booleans(), st.booleans())
def test_an_item_ends_with_one_article_and_one_state(
    before: Before, seen: Story, window: PushWindow, flags_act: bool, of_a_site: bool
) -> None:
    decision = decided(before, seen, window, flags_act, of_a_site)
    kinds = [type(act) for act in decision.acts]
    assert len(kinds) == len(set(kinds))
    assert sum(kind in (Create, Keep, Update, Double) for kind in kinds) == 1
    assert sum(kind in (Draft, Schedule, Publish, Archive, Retract) for kind in kinds) <= 1
    assert (decision.item.id, decision.item.fingerprint, decision.item.complaint) == (ME, "now", None)
    assert decision.item.owns is (decision.article is not None)


@given(befores(), stories, st.booleans())
def test_with_a_window_of_zero_nothing_is_pushed(before: Before, seen: Story, flags_act: bool) -> None:
    acts = decided(before, seen, NEVER, flags_act).acts
    assert OpenAudience() not in acts
    assert Publish() not in acts


@given(befores(), stories, windows)
def test_what_has_a_date_to_come_is_never_pushed_or_listed(before: Before, seen: Story, window: PushWindow) -> None:
    if seen.published_at > NOW:
        assert not {Publish, Archive} & {type(act) for act in decided(before, seen, window).acts}
