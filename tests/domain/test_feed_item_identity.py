"""How an item of a feed is known over edits: by id, by link, or as the one that vanished in the same fetch.

What each piece of software does was seen by running it, one edit at a time.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.article import Picture
from bot.domain.feed import FeedItem
from bot.domain.feed_items import (
    KnownItem,
    KnownItems,
    Recognised,
    fingerprint,
    hashed_id,
    recognise,
    sketch,
    text_hash,
)
from bot.domain.link import normal_link

NOON = datetime(2026, 11, 20, 9, 31, 7, tzinfo=UTC)
SITE = "https://blog.example"
LONG = (
    "Two hundred batteries went into the old quarry last night, and the village kept its lights on through the storm. "
)


def item(name: str = "grid", **given: object) -> FeedItem:
    """Return an item whose id is its link, as most software makes them."""
    link = f"{SITE}/{name}/"
    return FeedItem(
        **{  # type: ignore[arg-type]
            "id": link,
            "title": f"All about {name}",
            "link": link,
            "published_at": NOON,
            "excerpt": f"What {name} means",
            "text": f"{LONG}It is about {name}. {LONG[::-1]}",
            **given,
        }
    )


OLDEST = item("oldest", published_at=NOON - timedelta(days=400, hours=3, minutes=11))
OLD = item("old", published_at=NOON - timedelta(days=300, hours=2, minutes=5))


def known(items: Sequence[FeedItem], *, gone: Sequence[FeedItem] = ()) -> KnownItems:
    """Return what is known after a feed listed these; `gone` were listed earlier."""
    kept = {}
    for place, one in enumerate([*items, *gone]):
        key = hashed_id(one.id)
        kept[key] = KnownItem(
            key=key,
            title=one.title,
            link=None if one.link is None else normal_link(one.link),
            published_at=one.published_at,
            text_hash=text_hash(one.text),
            sketch=sketch(one.text),
            fingerprint=fingerprint(one),
            place=place if one in items else None,
        )
    return KnownItems(kept, {key: key for key in kept})


def was(
    before: Sequence[FeedItem], after: Sequence[FeedItem], *, gone: Sequence[FeedItem] = ()
) -> dict[str, str | None]:
    """Return the titles that items had before, by their titles now; None for those that are new."""
    found: list[Recognised] = recognise(after, known(before, gone=gone))
    return {one.item.title: None if one.before is None else one.before.title for one in found}


def test_an_item_is_known_by_its_id_whatever_else_has_changed() -> None:
    moved = replace(item(), title="Another", link=f"{SITE}/elsewhere/", published_at=NOON + timedelta(days=9))
    assert was([item()], [moved]) == {"Another": "All about grid"}


def test_an_id_is_known_for_good_after_its_item_was_gone() -> None:
    assert was([OLD], [item(), OLD], gone=[item()])["All about grid"] == "All about grid"


@pytest.mark.parametrize(
    "id", ["http://blog.example/grid/", " https://blog.example/grid/\n", "HTTP://blog.example/grid/"]
)
def test_http_and_https_are_one_in_ids(id: str) -> None:
    assert was([item()], [item(id=id, title="Secure")]) == {"Secure": "All about grid"}


def test_ids_are_exact_otherwise() -> None:
    other = item("Grid", id=f"{SITE}/GRID/", published_at=None, text="", title="Other")
    assert was([item(), OLD], [other, item(), OLD])["Other"] is None


def test_ids_that_change_with_every_fetch_leave_items_known_by_their_links() -> None:
    before = [item("a", id="1", published_at=None), item("b", id="2", published_at=None)]
    after = [item("a", id="3", published_at=None), item("b", id="4", published_at=None)]
    assert was(before, after) == {"All about a": "All about a", "All about b": "All about b"}


def test_a_link_that_several_items_share_tells_none_of_them() -> None:
    status = [item(f"{n}", id=f"{n}", link=f"{SITE}/status", published_at=NOON - timedelta(hours=n)) for n in range(4)]
    new = item("new", id="new", link=f"{SITE}/status", published_at=NOON + timedelta(hours=1))
    assert was(status, [new, *status[:3]])["All about new"] is None


def test_of_two_items_with_one_id_the_first_counts() -> None:
    assert [one.item.title for one in recognise([item(title="1"), item(title="2")], KnownItems())] == ["1"]


# Twins: other id, other link ------------------------------------------------------------------------------------------

BOTH = {"id": f"{SITE}/storage/", "link": f"{SITE}/storage/"}


def test_a_changed_slug_is_known_by_title_and_time_even_when_it_was_the_oldest() -> None:
    """Hugo 0.168, jekyll-feed 0.17, Eleventy 3, Astro 4, Docusaurus 3.10, Nikola 8.3, Django 5.2: id ≠, link ≠."""
    assert was([item()], [item(**BOTH)]) == {"All about grid": "All about grid"}
    assert was([item("new", published_at=NOON + timedelta(days=1)), item()], [item(**BOTH)])["All about grid"]


def test_all_items_of_a_long_feed_may_get_other_ids_at_once() -> None:
    """A site moves to other addresses: comparing each of its items with every other would take minutes."""
    times = [NOON + timedelta(minutes=73 * n) for n in range(1_000)]
    before = [item(f"story-{n}", published_at=at, text=f"{LONG}{n}") for n, at in enumerate(times)]
    after = [replace(one, id=f"{SITE}/moved/{n}", link=f"{SITE}/moved/{n}") for n, one in enumerate(before)]
    assert all(title == old for title, old in was(before, after).items())


def test_a_corrected_title_that_changes_the_address_is_known_by_its_time_and_text() -> None:
    """Pelican 4.12 and Material blog 9.8 without a slug: everything but the time is other."""
    corrected = item(**BOTH, title="Storage, at last")
    assert was([item(), OLD], [corrected, OLD])["Storage, at last"] == "All about grid"
    retold = item(**BOTH, title="All about the grid", text="Nothing like it was before, in no way at all, at no time.")
    assert was([item(), OLD], [retold, OLD])["All about the grid"] == "All about grid"


def test_neither_title_nor_text_alike_is_another_story_at_the_same_time() -> None:
    other = item(**BOTH, title="Robots", text="A wholly different text about machines that walk to their work alone.")
    assert was([item(), OLD], [other, OLD])["Robots"] is None


def test_what_the_window_pushed_out_is_not_looked_for_under_another_title() -> None:
    """Ten items, and the oldest leaves because a new one has come: WordPress 6.1, jekyll-feed 0.17, Nikola 8.3."""
    corrected = item(**BOTH, title="Storage, at last")
    assert was([item("new", published_at=NOON + timedelta(days=2)), item()], [corrected])["Storage, at last"] is None


def test_a_time_that_two_items_share_tells_neither() -> None:
    other = item("twin")
    corrected = item(**BOTH, title="Storage, at last")
    assert was([item(), other, OLD], [corrected, other, OLD])["Storage, at last"] is None
    assert was([item(), other, OLD], [corrected, OLD])["Storage, at last"] is None


@pytest.mark.parametrize("hour", [0, 22, 23])
def test_a_midnight_alone_tells_nothing_in_whatever_zone_it_is(hour: int) -> None:
    """ablog 0.11: the day's midnight in the zone of the machine that builds the site."""
    midnight = datetime(2026, 11, 20, hour, tzinfo=UTC)
    others = [item(f"d{n}", published_at=midnight - timedelta(days=n)) for n in range(1, 5)]
    corrected = item(**BOTH, published_at=midnight, title="All about the grid")
    assert was([item(published_at=midnight), *others], [corrected, *others])["All about the grid"] is None


def test_a_full_hour_is_no_midnight_where_items_come_at_all_hours() -> None:
    hour = NOON.replace(minute=0, second=0)
    corrected = item(**BOTH, published_at=hour, title="All about the grid")
    assert was([item(published_at=hour), OLD, OLDEST], [corrected, OLD, OLDEST])["All about the grid"]


@pytest.mark.parametrize("to", [timedelta(days=1), timedelta(days=-3), timedelta(days=20)])
def test_a_changed_day_that_changes_the_address_is_known_by_title_and_text(to: timedelta) -> None:
    """Hexo 3.0, Material blog 9.8 and jekyll-feed 0.17: the day is in the address. Also a day to come."""
    moved = item(**BOTH, published_at=NOON + to)
    assert was([item(), OLD], [moved, OLD])["All about grid"] == "All about grid"


def test_never_by_a_title_alone() -> None:
    """A weekly series bears one title for years."""
    first = item("w1", title="This week", text=f"{LONG} Week one.")
    second = item("w2", title="This week", text="Something else in every sentence of it this week.",
                  published_at=NOON + timedelta(days=7))  # fmt: skip
    assert was([first, OLD], [second, OLD])["This week"] is None


def test_the_title_and_hardly_any_text_are_not_enough() -> None:
    first = item("t1", title="Open thread", text="Talk here.")
    second = item("t2", title="Open thread", text="Talk here.", published_at=NOON + timedelta(days=7))
    assert was([first, OLD], [second, OLD])["Open thread"] is None


def test_nothing_vanished_so_nothing_is_a_twin() -> None:
    again = item(**BOTH)
    found = recognise([again, item(), OLD], known([item(), OLD]))
    assert [one.before is None for one in found] == [True, False, False]


def test_one_that_vanished_is_one_item_at_most() -> None:
    found = recognise([item(**BOTH), item("third", title="All about grid"), OLD], known([item(), OLD]))
    assert [one.before is not None for one in found] == [True, False, True]


def test_without_dates_the_place_tells_what_is_older() -> None:
    lowest, gone = item("lowest", published_at=None), item(published_at=None)
    again = item(**BOTH, published_at=None)
    assert was([gone, lowest], [again, lowest])["All about grid"] == "All about grid"
    assert was([lowest, gone], [again, lowest])["All about grid"] is None


# What readers would see -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"published_at": NOON + timedelta(days=3)},
        {"id": "another"},
        {"author": "Somebody"},
        {"warnings": ("no date",)},
        {"title": " All  about\tgrid "},
        {"link": "http://www.blog.example/grid"},
        {"pictures": (Picture("http://blog.example/p.png"),)},
        {"categories": ("energy", "News")},
    ],
)
def test_what_readers_do_not_see_is_no_change(change: dict[str, object]) -> None:
    before = item(pictures=(Picture("https://blog.example/p.png"),), categories=("News", "Energy"))
    fields = {"pictures": before.pictures, "categories": before.categories, **change}
    assert fingerprint(item(**fields)) == fingerprint(before)


@pytest.mark.parametrize(
    "change",
    [{"title": "Other"}, {"excerpt": "Other"}, {"link": f"{SITE}/x"}, {"pictures": (Picture(f"{SITE}/q.png"),)},
     {"categories": ("AI",)}],
)  # fmt: skip
def test_what_readers_see_is_a_change(change: dict[str, object]) -> None:
    assert fingerprint(item(**change)) != fingerprint(item())
