"""
A Pelican folder is read as Pelican builds it.

Each address below is where Pelican 4.12.0 put the page of the same file on 2026-11-30.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from site_folder import Read, read

CONFIG = "SITENAME = 'Northgate'\nPATH = 'content'\nTIMEZONE = 'Europe/Berlin'\n"


def meta(**fields: str) -> str:
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\nSome *text*.\n"


def one(tmp_path: Path, text: str, name: str = "a.md", config: str = "") -> Read:
    return read(tmp_path, {"pelicanconf.py": CONFIG + config, f"content/{name}": text})


@pytest.mark.parametrize(
    ("name", "text", "address"),
    [
        ("a.md", meta(Title="Größe & Co", Date="2026-03-01"), "/grosse-co.html"),
        ("sub/b.md", meta(Title="It's a Test: C# x_y -- z", Date="2026-03-01"), "/its-a-test-c-x_y-z.html"),
        ("a.md", meta(Title="T", Date="2026-03-01", Slug="own-Slug"), "/own-Slug.html"),
        ("2026-04-01-named.md", meta(Title="Named"), "/named.html"),
        ("a.md", '---\ntitle: "Quoted: T"\ndate: 2026-03-02T10:00:00Z\n---\nBody\n', "/quoted-t.html"),
    ],
)
def test_articles_lie_where_pelican_put_them(tmp_path: Path, name: str, text: str, address: str) -> None:
    assert one(tmp_path, text, name).addresses() == {name: address}


def test_the_configuration_is_read_as_text_only(tmp_path: Path) -> None:
    config = "ARTICLE_URL = 'posts/{date:%Y}/{category}/{slug}/'\nSITEURL = 'https://e.org/blog'\nraise SystemExit\n"
    found = one(tmp_path, meta(Title="T", Date="2026-03-01", Category="My News"), config=config)
    assert found.addresses() == {"a.md": "/blog/posts/2026/my-news/t/"}


@pytest.mark.parametrize(
    ("date", "moment"), [("2026-03-01 10:20", "2026-03-01T09:20"), ("2026-03-02T10:00:00Z", "2026-03-02T10:00")]
)
def test_a_date_without_a_zone_is_the_sites(tmp_path: Path, date: str, moment: str) -> None:
    story = one(tmp_path, meta(Title="T", Date=date)).story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == moment


@pytest.mark.parametrize(
    ("status", "published"), [("draft", False), ("hidden", False), ("published", True), ("Published", True)]
)
def test_status_decides_what_is_public(tmp_path: Path, status: str, published: bool) -> None:
    assert one(tmp_path, meta(Title="T", Date="2026-03-01", Status=status)).story().published is published


def test_tags_and_category_are_topics_and_the_summary_is_the_excerpt(tmp_path: Path) -> None:
    text = meta(Title="T: with a colon", Date="2026-03-01", Tags="a, b c", Summary="The sum")
    story = one(tmp_path, text, "News/a.md").story()
    assert (story.title, story.topics, story.excerpt) == ("T: with a colon", ("a", "b c", "News"), "The sum")


@pytest.mark.parametrize("text", [meta(Title="Undated"), "Just text.\n"])
def test_no_date_or_no_fields_is_no_story_and_no_complaint(tmp_path: Path, text: str) -> None:
    found = one(tmp_path, text)
    assert not found.stories and not found.refused
