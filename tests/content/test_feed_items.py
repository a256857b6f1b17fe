"""Feeds: which of an item's addresses is its link, how it is known, when it was published, what its picture is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from feed_samples import atom, atom03, feed, item, json_feed, rdf, rss

from bot.content.feeds.fields.dates import date_of
from bot.domain.feed import id_key

HERE = "https://blog.example/a"
LINK = f"<link>{HERE}</link>"


@pytest.mark.parametrize(
    ("why", "document", "link"),
    [
        ("RSS: link", rss(LINK), HERE),
        ("RSS: white space around it goes", rss(f"<link>\n  {HERE}\n </link>"), HERE),
        ("RSS: link in CDATA", rss("<link><![CDATA[https://blog.example/?a=1&b=2]]></link>"), "https://blog.example/?a=1&b=2"),
        ("RSS: link before atom:link", rss(f'<atom:link href="https://x.example/"/>{LINK}'), HERE),
        ("RSS: atom:link alternate", rss(f'<atom:link rel="self" href="https://x.example/"/><atom:link href="{HERE}"/>'), HERE),
        ("RSS: never atom:link self", rss('<atom:link rel="self" href="https://x.example/"/>'), None),
        ("RSS: guid that is an address", rss(f"<guid>{HERE}</guid>"), HERE),
        ("RSS: guid that says it is no address", rss(f'<guid isPermaLink="false">{HERE}</guid>'), None),
        ("RSS: guid that is no address", rss("<guid>urn:uuid:7</guid>"), None),
        ("RSS: guid that is a path", rss("<guid>/a</guid>"), None),
        ("RSS: link before guid", rss(f"<guid>https://x.example/g</guid>{LINK}"), HERE),
        ("RSS: relative, against the feed's final address", rss("<link>../a</link>"), HERE),
        ("RSS: relative, without a scheme", rss("<link>//blog.example/a</link>"), HERE),
        ("RSS: against xml:base", rss('<link xml:base="https://blog.example/x/">../a</link>'), HERE),
        ("RSS: not the link of an image", rss(f"<image><link>https://x.example/</link></image>{LINK}"), HERE),
        ("RSS: not comments or source", rss('<comments>https://x.example/</comments><source url="https://x.example/"/>'), None),
        ("RSS 1.0", rdf(f'<item rdf:about="https://x.example/about">{LINK}</item>'), HERE),
        ("Atom: no rel", atom(f'<link href="{HERE}"/>'), HERE),
        ("Atom: alternate by its whole name", atom(f'<link rel="http://www.iana.org/assignments/relation/alternate" href="{HERE}"/>'), HERE),
        (
            "Atom: HTML before other types",
            atom(f'<link rel="alternate" type="application/pdf" href="https://x.example/"/><link rel="alternate" type="text/html" href="{HERE}"/>'),
            HERE,
        ),
        (
            "Atom: never self, edit, replies, enclosure (Blogger)",
            atom("".join(f'<link rel="{one}" href="https://x.example/{one}"/>' for one in ("self", "edit", "replies", "enclosure"))),
            None,
        ),
        ("Atom: not the link of its source", atom(f'<source><link href="https://x.example/"/></source><link href="{HERE}"/>'), HERE),
        ("Atom: nested xml:base", '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example/x/"><entry xml:base="y/"><link href="../../a"/></entry></feed>', HERE),
        ("Atom 0.3", atom03(f'<link rel="alternate" type="text/html" href="{HERE}"/>'), HERE),
        ("JSON: url", json_feed(f'{{"id": "1", "url": "{HERE}", "external_url": "https://x.example/"}}'), HERE),
        ("JSON: external_url", json_feed(f'{{"id": "1", "external_url": "{HERE}"}}'), HERE),
        ("no web address", rss("<link>mailto:a@blog.example</link>"), None),
        ("a script", rss("<link>javascript:alert(1)</link>"), None),
        ("no host", rss("<link>http:///a</link>"), None),
        ("an address that cannot be", rss("<link>http://[::1/a</link>"), None),
        ("the word None (mkdocs)", rss("<link>None</link>"), None),
        ("empty", rss("<link/>"), None),
    ],
)  # fmt: skip
def test_links_are_absolute_addresses_of_the_item_itself(why: str, document: str, link: str | None) -> None:
    read = item(document)
    assert read.link == link, why
    assert any("no link" in one for one in read.warnings) == (link is None)


@pytest.mark.parametrize(
    ("why", "document", "known_as"),
    [
        ("guid", rss(f"<guid>\n 7 </guid>{LINK}"), "7"),
        ("guid that is no permalink (WordPress 6.1)", rss(f'{LINK}<guid isPermaLink="false">https://blog.example/?p=7</guid>'), "https://blog.example/?p=7"),
        ("Atom id", atom(f'<id>tag:blog.example,2026:/a</id><link href="{HERE}"/>'), "tag:blog.example,2026:/a"),
        ("atom:id in RSS", rss(f"<atom:id>7</atom:id>{LINK}"), "7"),
        ("rdf:about", rdf(f'<item rdf:about="https://x.example/about">{LINK}</item>'), "https://x.example/about"),
        ("JSON id", json_feed('{"id": "7"}'), "7"),
        ("JSON id that is a number", json_feed('{"id": 700000000000000000000}'), "700000000000000000000"),
        ("JSON id that is a fraction", json_feed('{"id": 1.50}'), "1.50"),
        ("an empty guid is none", rss(f"<guid> </guid>{LINK}"), HERE),
        ("else the link", rss(LINK), HERE),
    ],
)  # fmt: skip
def test_an_item_is_known_by_its_id_else_by_its_link(why: str, document: str, known_as: str) -> None:
    assert item(document).id == known_as, why


def test_an_item_without_id_and_link_is_known_by_title_and_date() -> None:
    one, same, other, later = (
        item(
            rss(
                f"<title>{title}</title><pubDate>{day} Nov 2026 08:00:00 GMT</pubDate><description>{text}</description>"
            )
        ).id
        for title, day, text in (("A", 30, "x"), ("A", 30, "y"), ("B", 30, "x"), ("A", 29, "x"))
    )
    assert one == same
    assert len({one, other, later}) == 3


def test_of_ids_that_repeat_the_first_wins_and_http_and_https_are_one() -> None:
    ids = ["http://x.example/1", "2", "https://x.example/1", "2", "HTTP://x.example/3", "http://x.example/3/"]
    items = "".join(f"<item><guid>{one}</guid><title>{number}</title></item>" for number, one in enumerate(ids))
    read = feed(f"<rss><channel>{items}</channel></rss>")
    assert [one.title for one in read.items] == ["0", "1", "4", "5"]
    assert read.warnings == ("2 entries repeat the id of one before them and are left out",)
    assert id_key("http://x.example/1") == id_key("https://x.example/1") != id_key("https://x.example/1/")


# Dates

NOVEMBER = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("why", "text", "moment"),
    [
        ("RFC 822", "Mon, 30 Nov 2026 08:00:00 GMT", NOVEMBER),
        ("an offset", "Mon, 30 Nov 2026 09:00:00 +0100", NOVEMBER),
        ("a wrong weekday", "Fri, 30 Nov 2026 08:00:00 GMT", NOVEMBER),
        ("a foreign weekday", "Lun, 30 Nov 2026 08:00:00 GMT", NOVEMBER),
        ("a long month", "Monday, 30 November 2026 08:00:00 GMT", NOVEMBER),
        ("a foreign month (German)", "Mo, 30 Dez 2026 08:00:00 GMT", datetime(2026, 12, 30, 8, tzinfo=UTC)),
        ("... French", "lun., 30 août 2026 08:00:00 GMT", datetime(2026, 8, 30, 8, tzinfo=UTC)),
        ("... Spanish, with words between", "30 de noviembre de 2026 08:00", NOVEMBER),
        ("... Russian", "30 ноября 2026 08:00", NOVEMBER),
        ("... Russian, as strftime abbreviates it", "пн, 30 ноя 2026 08:00:00 +0000", NOVEMBER),
        ("... Russian September", "ср, 30 сен 2026 08:00:00 GMT", datetime(2026, 9, 30, 8, tzinfo=UTC)),
        ("... Czech, as strftime abbreviates it", "Út, 30 čen 2026 08:00:00 GMT", datetime(2026, 6, 30, 8, tzinfo=UTC)),
        ("... Serbian", "пон, 30 нов 2026 08:00:00 GMT", NOVEMBER),
        ("... Belarusian", "30 лістапада 2026 08:00", NOVEMBER),
        ("... Galician", "30 xuñ 2026 08:00", datetime(2026, 6, 30, 8, tzinfo=UTC)),
        ("... Arabic", "الاثنين، 30 نوفمبر 2026 08:00", NOVEMBER),
        ("... Greek", "Κυρ, 11 Ιούλ 2004 12:00:00 EST", datetime(2004, 7, 11, 17, tzinfo=UTC)),
        ("... Polish listopad is November", "30 listopada 2026 08:00", NOVEMBER),
        ("... Chinese", "2026年11月30日 下午8:00", NOVEMBER + timedelta(hours=12)),
        ("Sept", "30 Sept 2026 08:00 GMT", datetime(2026, 9, 30, 8, tzinfo=UTC)),
        ("no seconds", "Mon, 30 Nov 2026 08:00 GMT", NOVEMBER),
        ("no weekday", "30 Nov 2026 08:00:00 GMT", NOVEMBER),
        ("a short year", "30 Nov 26 08:00:00 GMT", NOVEMBER),
        ("AM", "30 Nov 2026 08:00 AM", NOVEMBER),
        ("PM", "Monday, November 30, 2026 - 8:00pm", NOVEMBER + timedelta(hours=12)),
        ("12 AM is midnight", "30 Nov 2026 12:00 AM", NOVEMBER - timedelta(hours=8)),
        ("12 PM is noon", "30 Nov 2026 12:00 PM", NOVEMBER + timedelta(hours=4)),
        ("24:00 is the next day", "Mon, 30 Nov 2026 24:00:00 GMT", datetime(2026, 12, 1, tzinfo=UTC)),
        ("JavaScript", "Mon Nov 30 2026 09:00:00 GMT+0100 (CET)", NOVEMBER),
        ("asctime", "Mon Nov 30 08:00:00 2026", NOVEMBER),
        ("asctime with a zone", "Mon Nov 30 08:00:00 UTC 2026", NOVEMBER),
        ("ISO", "2026-11-30T08:00:00Z", NOVEMBER),
        ("ISO with a blank", "2026-11-30 08:00:00", NOVEMBER),
        ("ISO with an offset after a blank", "2026-11-30 09:00:00 +0100", NOVEMBER),
        ("ISO with fractions", "2026-11-30T08:00:00.123456Z", NOVEMBER),
        ("ISO without seconds", "2026-11-30T09:00+01:00", NOVEMBER),
        ("ISO, short", "20261130T080000Z", NOVEMBER),
        ("ISO 24:00", "2026-11-30T24:00:00Z", datetime(2026, 12, 1, tzinfo=UTC)),
        ("only a day", "2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
        ("only a month", "2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("a half-hour offset", "2026-11-30T13:30:00+05:30", NOVEMBER),
        ("GMT+0200", "Mon, 30 Nov 2026 10:00:00 GMT+0200", NOVEMBER),
        ("GMT-3", "Mon, 30 Nov 2026 05:00:00 GMT-3", NOVEMBER),
        ("day first with strokes, where it can be no month", "30/11/2026 08:00", NOVEMBER),
        ("seconds since 1970", "1796025600", NOVEMBER),
        ("in future years", "Sun, 30 Nov 2098 08:00:00 GMT", datetime(2098, 11, 30, 8, tzinfo=UTC)),
        ("an unknown zone is UTC", "Mon, 30 Nov 2026 08:00:00 XYZT", NOVEMBER),
        ("no zone is UTC", "Mon, 30 Nov 2026 08:00:00", NOVEMBER),
        ("year 1", "0001-01-01T00:00:00Z", None),
        ("year 1 (Hugo)", "Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("year 0", "0000-00-00 00:00:00", None),
        ("1970", "Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("no such day", "Mon, 31 Nov 2026 08:00:00 GMT", None),
        ("words", "yesterday", None),
        ("year 9999 with an offset beyond it", "9999-12-31T23:59:59-23:59", None),
    ],
)  # fmt: skip
def test_dates_are_read_however_they_are_spelt(why: str, text: str, moment: datetime | None) -> None:
    assert date_of(text) == moment, why


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        *(
            ("UT", 0),
            ("GMT", 0),
            ("Z", 0),
            ("EST", -5),
            ("EDT", -4),
            ("CST", -6),
            ("CDT", -5),
            ("MST", -7),
            ("MDT", -6),
        ),
        *(
            ("PST", -8),
            ("PDT", -7),
            ("CET", 1),
            ("CEST", 2),
            ("BST", 1),
            ("WET", 0),
            ("EET", 2),
            ("EEST", 3),
            ("MSK", 3),
        ),
        *(("IST", 5.5), ("JST", 9), ("KST", 9), ("AEST", 10), ("AEDT", 11), ("NZST", 12), ("NZDT", 13), ("MEZ", 1)),
    ],
)
def test_zones_are_known_by_name(zone: str, hours: float) -> None:
    assert date_of(f"Mon, 30 Nov 2026 08:00:00 {zone}") == NOVEMBER - timedelta(hours=hours)


OTHER = "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("why", "document"),
    [
        ("pubDate", rss("<pubDate>Mon, 30 Nov 2026 08:00:00 GMT</pubDate>")),
        ("dc:date", rss("<dc:date>2026-11-30T08:00:00Z</dc:date>")),
        ("dc:date in RSS 1.0", rdf('<item rdf:about="x"><dc:date>2026-11-30T08:00Z</dc:date></item>')),
        ("Atom published before updated", atom(f"<updated>{OTHER}</updated><published>2026-11-30T08:00:00Z</published>")),
        ("Eleventy RSS 3.0, Docusaurus 3.10, lektor-atom 0.4: only updated", atom("<updated>2026-11-30T08:00:00Z</updated>")),
        ("Atom 0.3: issued before modified", atom03(f"<modified>{OTHER}</modified><issued>2026-11-30T08:00:00Z</issued>")),
        ("Atom 0.3: only modified", atom03("<modified>2026-11-30T08:00:00Z</modified>")),
        ("a date that cannot be gives way", rss("<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><dc:date>2026-11-30T08:00Z</dc:date>")),
        ("JSON", json_feed(f'{{"id": "1", "date_modified": "{OTHER}", "date_published": "2026-11-30T09:00:00+01:00"}}')),
        ("Docusaurus 3.10 (JSON): only date_modified", json_feed('{"id": "1", "date_modified": "2026-11-30T08:00:00.000Z"}')),
    ],
)  # fmt: skip
def test_publication_is_believed_before_modification_and_a_lone_modification_is_the_publication(
    why: str, document: str
) -> None:
    assert item(document).published_at == NOVEMBER, why


@pytest.mark.parametrize("date", ["", "<pubDate/>", "<pubDate>soon</pubDate>", "<pubDate>0001-01-01</pubDate>"])
def test_an_item_without_a_date_that_can_be_has_none_and_says_so(date: str) -> None:
    read = item(rss(f"{LINK}{date}"))
    assert read.published_at is None
    assert any("counts as new when first seen" in one for one in read.warnings)


# Pictures

IMAGE = "https://blog.example/i.jpg"


@pytest.mark.parametrize(
    ("why", "document", "picture"),
    [
        (
            "the widest media:content that is an image",
            rss(f'<media:content url="/s.jpg" type="image/jpeg" width="100"/><media:content url="{IMAGE}" medium="image" width="800"/><media:content url="/v.mp4" type="video/mp4" width="1920"/>'),
            IMAGE,
        ),
        ("in a group", rss(f'<media:group><media:content url="{IMAGE}" type="image/png"/></media:group>'), IMAGE),
        ("Ghost 6.65: without a type", rss(f'<media:content url="{IMAGE}" medium="image"/>'), IMAGE),
        ("media:content before an enclosure", rss(f'<enclosure url="/e.jpg" type="image/jpeg"/><media:content url="{IMAGE}" medium="image"/>'), IMAGE),
        ("an enclosure that says it is an image", rss(f'<enclosure url="{IMAGE}?x=1" type="image/jpeg" length="None"/>'), f"{IMAGE}?x=1"),
        ("an enclosure whose path ends like one", rss(f'<enclosure url="{IMAGE}"/>'), IMAGE),
        ("never a sound", rss('<enclosure url="https://blog.example/a.mp3" type="audio/mpeg"/>'), None),
        ("an Atom enclosure", atom(f'<link rel="enclosure" type="image/png" href="{IMAGE}"/>'), IMAGE),
        ("Hexo 3.0: a second content", atom(f'<content type="html">x</content><content src="{IMAGE}" type="image"/>'), IMAGE),
        ("an enclosure before itunes:image", rss(f'<itunes:image href="/t.jpg"/><enclosure url="{IMAGE}" type="image/jpeg"/>'), IMAGE),
        ("itunes:image of the item", rss(f'<itunes:image href="{IMAGE}"/>'), IMAGE),
        ("image of the item", rss(f"<image><url>{IMAGE}</url></image>"), IMAGE),
        ("JSON image", json_feed(f'{{"id": "1", "banner_image": "/b.jpg", "image": "{IMAGE}"}}'), IMAGE),
        ("JSON banner", json_feed(f'{{"id": "1", "banner_image": "{IMAGE}"}}'), IMAGE),
        ("the widest media:thumbnail", rss(f'<media:thumbnail url="/s.jpg" width="10"/><media:thumbnail url="{IMAGE}" width="90"/>'), IMAGE),
        ("YouTube: a thumbnail in a group beside a video", rss(f'<media:group><media:content url="/v" type="application/x-shockwave-flash"/><media:thumbnail url="{IMAGE}"/></media:group>'), IMAGE),
        ("jekyll-feed 0.17", atom(f'<media:thumbnail xmlns:media="http://search.yahoo.com/mrss/" url="{IMAGE}"/>'), IMAGE),
        ("undeclared prefix", rss(f'<media:thumbnail url="{IMAGE}"/>', namespaces=""), IMAGE),
        ("the first image of the content", rss(f'<description>&lt;img src="/d.jpg"&gt;</description><content:encoded>&lt;p&gt;&lt;img alt="a &gt; b" src="{IMAGE}"&gt;</content:encoded>'), IMAGE),
        ("else of the description (Nikola 8.3, Django)", rss(f"<description>&lt;figure&gt;&lt;img src='{IMAGE}'&gt;</description>"), IMAGE),
        ("in XHTML", atom(f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p><img src="{IMAGE}"/></p></div></content>'), IMAGE),
        ("in HTML that was not escaped", rss(f'<description><p><img src="{IMAGE}"/></p></description>'), IMAGE),
        ("JSON content", json_feed(f'{{"id": "1", "content_html": "<img src=\\"{IMAGE}\\">"}}'), IMAGE),
        ("data-src when src is data: (Docusaurus)", rss(f'<description>&lt;img src="data:image/gif;base64,R0" data-src="{IMAGE}"&gt;</description>'), IMAGE),
        ("the largest of a srcset", rss(f'<description>&lt;img src="data:," srcset="/s.jpg 300w, {IMAGE} 1200w"&gt;</description>'), IMAGE),
        ("not a data: picture", rss('<description>&lt;img src="data:image/png;base64,AAAA"&gt;</description>'), None),
        ("not 32 pixels or less", rss(f'<description>&lt;img src="/p.gif" width="1" height="1"&gt;&lt;img src="/x.png" width=32&gt;&lt;img src="{IMAGE}" width="640"&gt;</description>'), IMAGE),
        ("not a smiley (WordPress)", rss(f'<description>&lt;img class="wp-smiley" src="https://s.w.org/images/core/emoji/15/72x72/1f600.png"&gt;&lt;img src="{IMAGE}"&gt;</description>'), IMAGE),
        ("not a counter beside the story, in capitals", rss(f'<description>&lt;img src="Pixel.GIF?1"&gt;&lt;img src="{IMAGE}"&gt;</description>'), IMAGE),
        ("not a counter", rss(f'<description>&lt;img src="http://feeds.feedburner.com/~r/x/~4/1"&gt;&lt;img src="https://pixel.wp.com/b.gif?x"&gt;&lt;img src="{IMAGE}"&gt;</description>'), IMAGE),
        ("never the channel's image", rss(LINK, channel=f"<image><url>{IMAGE}</url></image><itunes:image href='{IMAGE}'/>"), None),
        ("never the feed's icon or logo", atom("<id>1</id>", feed=f"<icon>{IMAGE}</icon><logo>{IMAGE}</logo>"), None),
        ("mkdocs 1.19: the word None", rss('<enclosure url="None" type="image/png" length="None"/>'), None),
        ("a relative enclosure, against the feed", rss('<enclosure url="/i.jpg" type="image/jpeg"/>'), IMAGE),
    ],
)  # fmt: skip
def test_the_picture_is_that_of_the_item(why: str, document: str, picture: str | None) -> None:
    pictures = item(document).pictures
    assert (pictures[0].url if pictures else None) == picture, why


@pytest.mark.parametrize(
    ("why", "document"),
    [
        ("Hugo, Ghost, Pelican, WordPress: against the item's link", rss('<link>https://blog.example/2026/maps/</link><description>&lt;img src="map.png"&gt;</description>')),
        ("jekyll-feed 0.17: against its xml:base", atom('<link href="https://x.example/"/><content type="html" xml:base="https://blog.example/2026/maps/">&lt;img src="map.png"&gt;</content>')),
        ("JSON", json_feed('{"id": "1", "url": "https://blog.example/2026/maps/", "content_html": "<img src=map.png>"}')),
    ],
)  # fmt: skip
def test_a_relative_picture_in_a_text_is_beside_the_item(why: str, document: str) -> None:
    assert item(document).pictures[0].url == "https://blog.example/2026/maps/map.png", why


def test_a_picture_keeps_its_size_and_what_it_shows() -> None:
    (picture,) = item(
        rss('<description>&lt;img src="/i.jpg" width="640px" height="50%" alt="A &amp;amp; B"&gt;</description>')
    ).pictures
    assert (picture.width, picture.height, picture.alt) == (640, None, "A & B")


# The rest of an item and of the feed


def test_categories_are_names_without_those_that_mean_none() -> None:
    """WordPress 6.1 writes `Uncategorized`, Pelican 4.12 `misc`."""
    names = ("AI", "Uncategorized", "misc", "R&amp;amp;D", "AI", " ")
    assert item(rss("".join(f"<category>{one}</category>" for one in names))).categories == ("AI", "R&D")
    assert item(atom('<category term="ai" label="Artificial intelligence"/>')).categories == (
        "ai",
        "Artificial intelligence",
    )
    assert item(json_feed('{"id": "1", "tags": ["AI", {}, null]}')).categories == ("AI",)


@pytest.mark.parametrize(
    ("document", "author"),
    [
        (rss("<dc:creator><![CDATA[Ada]]></dc:creator>"), "Ada"),
        (rss("<author>ada@blog.example (Ada)</author>"), "Ada"),
        (atom("<author><name>Ada</name><uri>https://x.example/</uri></author>"), "Ada"),
        (json_feed('{"id": "1", "author": {"name": "Ada"}}'), "Ada"),
        (json_feed('{"id": "1", "authors": [{"url": "x"}, {"name": "Ada"}]}'), "Ada"),
        (rss("<title>x</title>"), None),
    ],
)
def test_the_author_is_a_name(document: str, author: str | None) -> None:
    assert item(document).author == author


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("channel", "every"),
    [
        ("", None),
        ("<ttl>60</ttl>", HOUR),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 12 * HOUR),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>120</ttl>", 2 * HOUR),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
    ],
)
def test_a_feed_says_how_often_it_may_be_asked(channel: str, every: timedelta | None) -> None:
    assert feed(rss("", channel=channel)).ask_every == every


@pytest.mark.parametrize(
    "document",
    [
        rss(LINK, channel='<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://blog.example/f"/>'),
        atom("<id>1</id>", feed='<link href="https://blog.example/"/><link rel="hub" href="https://hub.example/"/><link rel="self" href="/f"/>'),
        json_feed('{"id": 1}', feed='"home_page_url": "https://blog.example/", "feed_url": "https://blog.example/f", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}], '),
    ],
    ids=["RSS", "Atom", "JSON Feed"],
)  # fmt: skip
def test_a_feed_names_its_title_its_site_and_its_hub(document: str) -> None:
    read = feed(document)
    assert (read.title, read.link, read.hub, read.topic) == (
        *("Blog", "https://blog.example/", "https://hub.example/", "https://blog.example/f"),
    )


def test_the_title_of_a_feed_is_not_that_of_its_image() -> None:
    document = "<rss><channel><image><title>Logo</title><link>https://x.example/</link></image><title>Blog</title></channel></rss>"
    assert (feed(document).title, feed(document).link) == ("Blog", None)


def test_items_keep_the_order_of_the_document() -> None:
    """Astro 4 does not sort them."""
    days = (3, 1, 2)
    items = "".join(f"<item><guid>{day}</guid><pubDate>{day} Nov 2026 08:00 GMT</pubDate></item>" for day in days)
    assert [one.id for one in feed(f"<rss><channel>{items}</channel></rss>").items] == ["3", "1", "2"]
