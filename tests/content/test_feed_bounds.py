"""Feeds that are too much: each has an answer of bounded size, and what can be read is read."""

from __future__ import annotations

import pytest
from feed_samples import URL, atom, feed, item, json_feed, rss
from hypothesis import given
from hypothesis import strategies as st

from bot.content.feeds.fields.pictures import MAX_PICTURES
from bot.content.feeds.fields.wording import TEXT_LIMIT, TITLE_LIMIT
from bot.content.feeds.items import LONGEST_ID, MAX_CATEGORIES, MAX_ITEMS
from bot.content.feeds.reading import MAX_BYTES, NotAFeed, read_feed
from bot.content.feeds.xml.tree import MAX_DEPTH, MAX_ELEMENTS

NEARLY_ALL = MAX_BYTES - 2000


def test_a_document_above_ten_mebibytes_is_not_read() -> None:
    with pytest.raises(NotAFeed, match="larger than 10 MiB"):
        read_feed(b" " * (MAX_BYTES + 1), None, URL)


def test_ten_mebibytes_in_one_title_are_a_title_of_the_usual_length() -> None:
    read = item(rss(f"<title>{'word ' * (NEARLY_ALL // 5)}</title><link>https://blog.example/a</link>"))
    assert TITLE_LIMIT - 10 < len(read.title) <= TITLE_LIMIT
    assert read.title.endswith("word…")
    assert read.link == "https://blog.example/a"


def test_long_texts_ids_and_lists_are_cut() -> None:
    read = item(
        rss(
            f"<title>T</title><guid>{'7' * 100_000}</guid><description>{'word ' * 100_000}</description>"
            + "".join(f"<category>c{number}</category>" for number in range(500))
            + "".join(f'<media:content medium="image" url="/{number}.jpg"/>' for number in range(500))
            + f"<enclosure type='image/png' url='/{'x' * 5000}'/>"
        )
    )
    assert len(read.text) <= TEXT_LIMIT >= len(read.excerpt or "")
    assert len(read.id) <= LONGEST_ID
    assert read.id != item(rss(f"<title>T</title><guid>{'7' * 100_001}</guid>")).id
    assert len(read.categories) == MAX_CATEGORIES
    assert len(read.pictures) == MAX_PICTURES


def test_of_too_many_items_the_newest_are_read_wherever_they_stand() -> None:
    days = [*range(1, 29)] * 2
    items = "".join(
        f"<item><guid>{number}</guid><pubDate>{days[number % 56]} Nov 2026 08:00:00 GMT</pubDate></item>"
        for number in range(MAX_ITEMS * 2 + 10)
    )
    read = feed(f"<rss><channel>{items}</channel></rss>")
    assert len(read.items) == MAX_ITEMS
    kept = [one.published_at.day for one in read.items if one.published_at]
    assert min(kept) == 15
    assert [int(one.id) for one in read.items] == sorted(int(one.id) for one in read.items)
    assert read.warnings == ("of more than 20,000 entries only the newest are read; 20,010 are left out",)


@pytest.mark.parametrize("is_xml", [True, False], ids=["XML", "no XML"])
def test_elements_in_elements_without_end_cost_nothing_but_themselves(is_xml: bool) -> None:
    deep = MAX_DEPTH * 3
    nested = "<b>" * deep + "x" + "</b>" * deep if is_xml else "<b>" * deep + "x"
    document = f"<rss><channel><item><title>A</title><description>{nested}</description></item><item><title>B</title></item></channel></rss>"
    first, second = feed(document).items
    assert (first.title, first.excerpt, second.title) == ("A", "x", "B")


def test_elements_without_number_cost_nothing_but_themselves() -> None:
    many = "<a/>" * (MAX_ELEMENTS + 100)
    read = feed(f"<rss><channel>{many}<item>{many}<title>A</title></item><item><title>B</title></item></channel></rss>")
    assert [one.title for one in read.items] == ["", "B"]


def test_json_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(NotAFeed, match="nested too deeply"):
        feed('{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 100_000)


def test_halves_of_characters_are_no_text() -> None:
    read = item(json_feed('{"id": "\\ud800", "title": "a\\udc00b", "tags": ["\\ud801"]}'))
    "".join((read.id, read.title, *read.categories)).encode()


def test_bytes_that_are_wrong_by_the_hundred_thousand_are_read_at_once() -> None:
    body = b"<rss><channel><item><title>A</title></item></channel></rss><!--" + b"\x93\xff" * 200_000
    assert item(body).title == "A"


PIECES = (
    *("<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "<feed>", "<entry>", "</entry>"),
    *("<![CDATA[", "]]>", "<!--", "-->", "<?xml", "?>", "&amp;", "&#", "&", "<", ">", '"', "'", "=", "/", " ", "\n"),
    *(
        "<a href=",
        "<img src=",
        "xmlns:x=",
        "xml:base=",
        "http://[",
        "<p>",
        "<br>",
        "</p",
        "\x00",
        "\ud800",
        "é",
        "x",
        "1",
    ),
    *(
        'type="xhtml"',
        "<content",
        "<pubDate>",
        "2026-",
        "{",
        "}",
        "[",
        ":",
        '"version": "https://jsonfeed.org/version/1"',
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_whatever_a_document_holds_it_is_read_or_refused(pieces: list[str]) -> None:
    for document in ("".join(pieces), "<rss><channel><item>" + "".join(pieces), atom("".join(pieces))):
        body = document.encode("utf-8", "surrogatepass")
        try:
            read = read_feed(body, "text/xml", URL)
        except NotAFeed as refusal:
            assert str(refusal)
        else:
            for one in read.items:
                assert one.id
                assert one.link is None or one.link.lower().startswith(("http://", "https://"))


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read_feed(body, None, URL)
