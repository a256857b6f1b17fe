"""
A Jekyll folder is read as Jekyll builds it.

Each address, date and absence below is what Jekyll 4.3.1 (Debian 4.3.1+dfsg-3) made of the same files on 2026-11-30.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from site_folder import Read, page, read

CONFIG = "url: https://example.org\n"
POST = "_posts/2026-03-01-a.md"


def one(tmp_path: Path, text: str | bytes, name: str = POST, config: str = CONFIG, zone: str = "UTC") -> Read:
    return read(tmp_path, {"_config.yml": config, name: text}, ".", zone=zone)


ADDRESSES = {
    "_posts/2026-03-01-my-post.md": "/2026/03/01/my-post.html",
    "_posts/2026-03-01-My Post Title.md": "/2026/03/01/My-Post-Title.html",
    "_posts/2026-3-1-short.md": "/2026/03/01/short.html",
    "_posts/26-03-02-yy.md": "/2026/03/02/yy.html",
    "_posts/2026-03-01-größe & co.md": "/2026/03/01/größe-&-co.html",
    "_posts/2026-03-01-trail-.markdown": "/2026/03/01/trail.html",
    "_posts/2026-03-01-under_score.x.md": "/2026/03/01/under_score.x.html",
    "_posts/2026-03-01-html.html": "/2026/03/01/html.html",
    "_posts/2026-03-01-text.txt": "/2026/03/01/text.txt",
    "_posts/sub/2026-03-01-deep.md": "/2026/03/01/deep.html",
    "cat One/_posts/2026-03-01-incat.md": "/cat one/2026/03/01/incat.html",
}


def test_posts_lie_where_jekyll_put_them(tmp_path: Path) -> None:
    files = {name: page(title="T") for name in ADDRESSES}
    assert read(tmp_path, {"_config.yml": CONFIG, **files}, ".").addresses() == ADDRESSES


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"slug": '"My Slug & x_y"'}, "/2026/03/01/My-Slug-&-x_y.html"),
        ({"permalink": "/p/:year/:title/"}, "/p/2026/a/"),
        ({"permalink": "/pp/x"}, "/pp/x"),
        ({"permalink": "pretty"}, "/pretty"),  # a style is one in the configuration only
        ({"categories": "x Y", "category": "Z z"}, "/x/y/z z/2026/03/01/a.html"),
        ({"categories": "[X y, z]"}, "/x y/z/2026/03/01/a.html"),
        ({"date": "2026-03-02 23:30:00 +0500"}, "/2026/03/02/a.html"),
        ({"date": "2026-03-02 23:30:00 -08:00"}, "/2026/03/03/a.html"),
    ],
)
def test_fields_change_a_posts_address(tmp_path: Path, fields: dict[str, str], address: str) -> None:
    assert one(tmp_path, page(title="T", **fields)).addresses() == {POST: address}


@pytest.mark.parametrize(
    ("config", "address"),
    [
        ("permalink: pretty\n", "/2026/03/01/a/"),
        ("permalink: /:categories/:i_month-:short_year/:slug:output_ext\n", "/3-26/a.html"),
        ("permalink: ordinal\n", "/2026/060/a.html"),
        ("permalink: none\n", "/a.html"),
        ("baseurl: /blog\n", "/blog/2026/03/01/a.html"),
        ('defaults:\n  - scope: {path: "_posts", type: posts}\n    values: {permalink: "/D/:title/"}\n', "/D/a/"),
        ("collections:\n  posts: {permalink: '/news/:year/:title/', output: true}\n", "/news/2026/a/"),
    ],
)
def test_the_configuration_changes_addresses(tmp_path: Path, config: str, address: str) -> None:
    assert one(tmp_path, page(title="T"), config=CONFIG + config).addresses() == {POST: address}


def test_collections_that_are_put_out_and_dated_pages_are_read_too(tmp_path: Path) -> None:
    files = {
        "_config.yml": CONFIG
        + "collections:\n  notes: {output: true}\n  named: {output: true, permalink: '/nn/:name/'}\n"
        "  hidden: {output: false}\n",
        "_notes/n one.md": page(title="N", date="2026-03-01"),
        "_notes/n2.md": page(date="2026-03-01"),
        "_notes/undated.md": page(title="U"),
        "_named/n one.md": page(title="N", date="2026-03-01"),
        "_hidden/h.md": page(title="H", date="2026-03-01"),
        "dir/page.md": page(title="P", date="2026-03-01"),
        "about.md": page(title="Undated"),
        "index.html": "---\n---\nHi",
        "README.md": "# Readme\n",
        "_drafts/d.md": page(title="D", date="2026-03-01"),
        "_posts/nodate.md": page(title="N"),
        "_layouts/post.html": page(title="L", date="2026-03-01"),
        "_site/2026/03/01/a.html": page(title="Built", date="2026-03-01"),
        "vendor/x/README.md": page(title="V", date="2026-03-01"),
        "_data/x.yml": "title: Data\n",
    }
    found = read(tmp_path, files, ".")
    assert found.addresses() == {
        "_named/n one.md": "/nn/n-one/",
        "_notes/n one.md": "/notes/n one.html",
        "_notes/n2.md": "/notes/n2.html",
        "dir/page.md": "/dir/page.html",
    }
    assert not found.refused and not found.notes
    assert found.stories["_notes/n2.md"].title == "N2"


@pytest.mark.parametrize(
    ("says", "text", "title"),
    [
        ("closed by dots", "---\ntitle: D\n...\nBody\n", "D"),
        ("after a byte-order mark", b"\xef\xbb\xbf---\ntitle: D\n---\nBody\n", "D"),
        ("without a title: from the file's name", "---\nx: 1\n---\nBody\n", "A"),
        ("a clock is a number for YAML 1.1", "---\ntitle: 12:30\n---\n", "45000"),
        ("and a text in quotes", '---\ntitle: "12:30"\n---\n', "12:30"),
    ],
)
def test_front_matter_and_title(tmp_path: Path, says: str, text: str | bytes, title: str) -> None:
    assert one(tmp_path, text).story().title == title


@pytest.mark.parametrize(
    ("name", "title"),
    [("my-post", "My Post"), ("My Post Title", "My post title"), ("v1.5-out", "V1.5 Out")],
)
def test_a_title_from_a_files_name(tmp_path: Path, name: str, title: str) -> None:
    assert one(tmp_path, page(x="1"), f"_posts/2026-03-01-{name}.md").story().title == title


@pytest.mark.parametrize("text", ["No front matter.\n", "\n---\ntitle: A\n---\n", "----\ntitle: A\n----\n", ""])
def test_no_front_matter_is_no_story_and_no_complaint(tmp_path: Path, text: str) -> None:
    # Jekyll publishes such posts as they stand; nobody wrote them to be news.
    found = one(tmp_path, text)
    assert not found.stories and not found.refused


def test_front_matter_that_is_not_closed_is_refused(tmp_path: Path) -> None:
    assert "has no end" in str(one(tmp_path, "---\ntitle: A\n").refused[POST])


DATES = [
    ("from the name, at midnight of the site", page(title="T"), "America/New_York", "2026-03-01T05:00"),
    ("an unquoted time with seconds is UTC", page(title="T", date="2026-03-02 23:30:00"), "America/New_York",
     "2026-03-02T23:30"),
    ("without seconds it is the site's", page(title="T", date="2026-03-02 23:30"), "America/New_York",
     "2026-03-03T04:30"),
    ("in quotes too", page(title="T", date='"2026-03-02 23:30:00"'), "America/New_York", "2026-03-03T04:30"),
    ("a bare day too", page(title="T", date="2026-03-02"), "America/New_York", "2026-03-02T05:00"),
    ("with an offset it is that instant", page(title="T", date="2026-03-02 23:30:00 +0500"), "America/New_York",
     "2026-03-02T18:30"),
    ("words work", page(title="T", date="Feb 10, 2026"), "UTC", "2026-02-10T00:00"),
    ("what `date` prints", page(title="T", date="Fri Sep 3 11:21:31 CEST 2021"), "America/New_York",
     "2021-09-03T15:21"),
    ("... with an offset", page(title="T", date="Fri Sep  3 11:21:31 +0200 2021"), "America/New_York",
     "2021-09-03T09:21"),
    ("names of zones are ignored", page(title="T", date="2026-03-02 23:30:00 CET"), "UTC", "2026-03-02T23:30"),
    ("so is an offset behind something else", page(title="T", date="2023-01-29 18:30:22 2023 -0800"),
     "America/Los_Angeles", "2023-01-30T02:30"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "text", "zone", "date"), DATES, ids=[row[0] for row in DATES])
def test_a_date_is_jekylls(tmp_path: Path, says: str, text: str, zone: str, date: str) -> None:
    story = one(tmp_path, text, config=f"{CONFIG}timezone: {zone}\n").story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == date


def test_the_day_in_an_address_is_that_of_the_sites_zone(tmp_path: Path) -> None:
    text = page(title="T", date="2026-03-02 02:00:00")
    assert one(tmp_path, text, config=f"{CONFIG}timezone: America/New_York\n").addresses() == {
        POST: "/2026/03/01/a.html"
    }


def test_without_a_zone_of_the_site_that_of_newsbot_stands_for_the_building_machines(tmp_path: Path) -> None:
    story = one(tmp_path, page(title="T"), zone="America/New_York").story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == "2026-03-01T05:00"


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"published": "false"}, False),
        ({"published": "no"}, False),
        ({"published": "off"}, False),
        ({"published": ""}, False),
        ({"published": '"false"'}, True),
        ({"published": "0"}, True),
        ({"published": "true"}, True),
        ({}, True),
        ({"draft": "true"}, False),  # means nothing to Jekyll, and hides here
        ({"draft": "false"}, True),
    ],
)
def test_public_is_what_jekyll_publishes(tmp_path: Path, fields: dict[str, str], published: bool) -> None:
    assert one(tmp_path, page(title="T", **fields)).story().published is published


def test_a_post_with_a_date_to_come_is_an_embargo(tmp_path: Path) -> None:
    story = one(tmp_path, page(title="T"), "_posts/2027-03-01-a.md").story()
    assert story.published and story.published_at.year == 2027


@pytest.mark.parametrize(
    ("text", "config", "excerpt"),
    [
        ("---\ntitle: D\nexcerpt: Own\ndescription: Desc\n---\nBody\n", "", "Own"),
        ("---\ntitle: D\ndescription: Desc\n---\nBody\n", "", "Desc"),
        ("---\ntitle: D\n---\nBody *x*.\n\nMore.\n", "", "Body x."),
        ("---\ntitle: D\n---\nOne.\n\nTwo. <!--more--> Three.\n", "excerpt_separator: <!--more-->\n", "One. Two."),
        ("---\ntitle: D\nexcerpt_separator: <!--more-->\n---\nOne.\n\nTwo. <!--more--> Three.\n", "", "One. Two."),
        ("---\ntitle: D\n---\n{% include x.html %}\n\n# Head\n\nText with {{ page.x }}more.\n", "", "Text with more."),
    ],
)
def test_the_excerpt_is(tmp_path: Path, text: str, config: str, excerpt: str) -> None:
    assert one(tmp_path, text, config=CONFIG + config).story().excerpt == excerpt


def test_the_excerpt_of_an_html_post_is_its_first_paragraph(tmp_path: Path) -> None:
    text = "---\ntitle: D\n---\n<h1>Head</h1>\n<p class='x'>First <b>one</b> &amp; only.</p>\n<p>Two</p>\n"
    assert one(tmp_path, text, "_posts/2026-03-01-a.html").story().excerpt == "First one & only."


@pytest.mark.parametrize(
    ("fields", "topics"),
    [
        ({"tags": "a b"}, ("a", "b")),
        ({"tags": "a b", "tag": "c d"}, ("c d",)),
        ({"tags": "[a, B c]", "categories": "x Y", "category": "Z z"}, ("a", "B c", "x", "Y", "Z z")),
        ({"tags": "news, rails", "categories": "x, Y"}, ("news", "rails", "x", "Y")),
    ],
)
def test_tags_and_categories_are_topics(tmp_path: Path, fields: dict[str, str], topics: tuple[str, ...]) -> None:
    assert one(tmp_path, page(title="T", **fields)).story().topics == topics


def test_folders_above_posts_are_categories(tmp_path: Path) -> None:
    assert one(tmp_path, page(title="T"), "News/_posts/2026-03-01-a.md").story().topics == ("News",)


def test_a_picture_lies_below_the_sites_root(tmp_path: Path) -> None:
    story = one(tmp_path, page(title="T", header="{teaser: /assets/x.jpg}"), config=CONFIG + "baseurl: /blog\n").story()
    assert [picture.url for picture in story.pictures] == ["https://example.org/blog/assets/x.jpg"]


def test_pages_of_redirect_from_are_aliases(tmp_path: Path) -> None:
    story = one(tmp_path, page(title="T", redirect_from="[/old/, /older.html]")).story()
    assert story.as_read.aliases == ("https://example.org/old/", "https://example.org/older.html")
