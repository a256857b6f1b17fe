"""
A Hexo folder is read as Hexo builds it.

Each address and date below is what Hexo 8.1.2 made of the same file on 2026-11-30, on a machine in UTC.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from site_folder import Read, page, read

CONFIG = "title: Northgate\nurl: https://example.org\n"
PACKAGE = '{"hexo": {"version": "8.1.2"}, "dependencies": {"hexo": "^8.0.0"}}'
TEN = "2026-03-01 10:00:00"


def one(tmp_path: Path, text: str, name: str = "a.md", config: str = "") -> Read:
    files = {"package.json": PACKAGE, "_config.yml": CONFIG + config, f"source/_posts/{name}": text}
    return read(tmp_path, files, "source")


def address(found: Read) -> str:
    (only,) = found.addresses().values()
    return only


@pytest.mark.parametrize("marks", [{"package.json": PACKAGE}, {}])
def test_a_config_yml_is_hexos_beside_its_package_or_its_folder(tmp_path: Path, marks: dict[str, str]) -> None:
    found = read(tmp_path, {**marks, "_config.yml": CONFIG, "source/_posts/a.md": page(title="T", date=TEN)}, "source")
    story = found.story()
    assert (story.as_read.generator, story.provider.name) == ("hexo", "Northgate")


@pytest.mark.parametrize(
    ("name", "fields", "config", "expected"),
    [
        ("a.md", {}, "", "/2026/03/01/a/"),
        ("sub/My Post & Größe.md", {}, "", "/2026/03/01/sub/My Post & Größe/"),
        ("2026-01-02-named.md", {}, "", "/2026/03/01/2026-01-02-named/"),
        ("a.md", {"permalink": "/p/x/"}, "", "/p/x/"),
        ("a.md", {"permalink": "p/y"}, "", "/p/y"),
        ("a.md", {"slug": "other"}, "", "/2026/03/01/a/"),
        ("a.md", {}, "permalink: posts/:title.html\nroot: /sub/\n", "/sub/posts/a.html"),
        ("a.md", {}, "permalink: :category/:i_month-:i_day/:name.html\n", "/uncategorized/3-1/a.html"),
        ("a.md", {"categories": "[x, y]"}, "permalink: :category/:name/\n", "/x/y/a/"),
        ("a.md", {"categories": "[[x, y], [z]]"}, "permalink: :category/:name/\n", "/z/a/"),
        ("sub/My Post & Größe.md", {}, "permalink: :name/\n", "/sub-My-Post-Grose/"),
        ("a.md", {}, "permalink: :post_title/:hour:minute/\n", "/t/1000/"),
        ("2026-01-02-named.md", {}, "new_post_name: :year-:month-:day-:title.md\n", "/2026/03/01/named/"),
    ],
)
def test_posts_lie_where_hexo_put_them(
    tmp_path: Path, name: str, fields: dict[str, str], config: str, expected: str
) -> None:
    assert address(one(tmp_path, page(title="T", date=TEN, **fields), name, config)) == expected


DATES = [
    ("no zone", "2026-03-01 23:30:00", "2026-03-02T04:30"),
    ("a day", "2026-03-01", "2026-03-01T05:00"),
    ("in quotes", '"2026-03-01 23:30:00"', "2026-03-02T04:30"),
    ("without seconds", "2026-03-01 23:30", "2026-03-02T04:30"),
    ("words", "Mar 1 2026 10:00", "2026-03-01T15:00"),
    ("Z is read as the site's own time", "2026-03-01T23:30:00Z", "2026-03-02T04:30"),
    ("so is the time in UTC behind an offset", "2026-03-01T23:30:00-05:00", "2026-03-02T09:30"),
    ("however it is written", "2026-03-01 23:30:00 +0500", "2026-03-01T23:30"),
]


@pytest.mark.parametrize(("says", "date", "moment"), DATES, ids=[row[0] for row in DATES])
def test_a_date_is_what_hexo_makes_of_it(tmp_path: Path, says: str, date: str, moment: str) -> None:
    story = one(tmp_path, page(title="T", date=date), config="timezone: America/New_York\n").story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == moment


def test_the_day_in_an_address_does_not_follow_the_sites_zone(tmp_path: Path) -> None:
    found = one(tmp_path, page(title="T", date="2026-03-01 23:30:00"), config="timezone: America/New_York\n")
    assert address(found) == "/2026/03/02/a/"


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"published": "false"}, False),
        ({"published": '"false"'}, False),
        ({"published": "true"}, True),
        ({"draft": "true"}, False),  # means nothing to Hexo, and hides here
        ({}, True),
    ],
)
def test_public_is_what_hexo_writes_but_for_drafts(tmp_path: Path, fields: dict[str, str], published: bool) -> None:
    assert one(tmp_path, page(title="T", date=TEN, **fields)).story().published is published


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"title: N\ndate: {TEN}\ntags: a b\n---\nBody\n", "N"),
        (f'"title": "J",\n"date": "{TEN}"\n;;;\nBody\n', "J"),
        (f"---\ntitle: D\ndate: {TEN}\n---\nBody\n", "D"),
    ],
)
def test_front_matter_may_lack_its_opening_fence_or_be_json(tmp_path: Path, text: str, title: str) -> None:
    assert one(tmp_path, text).story().title == title


@pytest.mark.parametrize("name", ["_u.md", "../_drafts/d.md", "../about/index.md"])
def test_these_are_no_posts(tmp_path: Path, name: str) -> None:
    found = one(tmp_path, page(title="T", date=TEN), name)
    assert not found.stories and not found.refused


def test_tags_in_a_text_are_one_tag_and_categories_in_a_list_are_all_topics(tmp_path: Path) -> None:
    story = one(tmp_path, page(title="T", date=TEN, tags="a b", categories="[x, [y, z]]")).story()
    assert story.topics == ("a b", "x", "y", "z")


def test_the_excerpt_stands_before_the_mark(tmp_path: Path) -> None:
    assert (
        one(tmp_path, page("One.\n\nTwo.\n<!-- more -->\nThree.", title="T", date=TEN)).story().excerpt == "One. Two."
    )


def test_without_a_date_a_post_has_that_of_its_file_which_says_nothing(tmp_path: Path) -> None:
    found = one(tmp_path, page(title="T"), "2026-01-02-x.md")
    assert not found.stories and not found.refused
