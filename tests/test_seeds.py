"""
The seeds: what a newcomer sees in the first minute, without a token and without the internet.

They are content like any other, so these tests read them as an author's colleague would: complete, consistent
among themselves, small, and the reference article untouched.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.link import link_fault, normal_link

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
REFERENCE = SEEDS / "articles" / "2021-02-12-met-police-facial-recognition.md"
ARTICLES = sorted((SEEDS / "articles").glob("*.md"))
OUR_ARTICLES = [path for path in ARTICLES if path != REFERENCE]
TOPICS = sorted((SEEDS / "topics").glob("*.yaml"))

LARGEST_PICTURE = 60 * 1024
LARGEST_FOLDER = 1024 * 1024

each_article = pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
each_of_ours = pytest.mark.parametrize("path", OUR_ARTICLES, ids=lambda path: path.stem)
each_topic = pytest.mark.parametrize("path", TOPICS, ids=lambda path: path.stem)


def front_matter(path: Path) -> dict[str, Any]:
    opening, block, rest = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == ""
    assert rest.strip() == ""
    document = yaml.safe_load(block)
    assert isinstance(document, dict)
    return document


def published_at(article: dict[str, Any]) -> datetime:
    when = article["publishedDateTime"]
    assert isinstance(when, datetime)
    assert when.tzinfo is not None
    return when


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels, from the frame header (ITU-T T.81, B.2.2)."""
    assert data[:2] == b"\xff\xd8"
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")


def test_there_is_enough_to_read_and_something_left_to_publish():
    flags = [front_matter(path)["published"] for path in ARTICLES]
    assert flags.count(True) >= 9
    assert flags.count(False) >= 3


def test_the_reference_article_is_the_reference_byte_for_byte():
    original = ROOT / ".." / "shared" / "corpus" / "seed.md"
    if not original.exists():
        pytest.skip("the reference article is not beside this repository")
    assert REFERENCE.read_bytes() == original.read_bytes()


@each_article
def test_an_article_has_what_every_article_needs(path: Path):
    article = front_matter(path)
    assert article["title"].strip()
    assert article["excerpt"].strip()
    assert isinstance(article["published"], bool)
    assert article["type"] in ("article", "video")
    assert isinstance(article["heat"], int)
    assert isinstance(article["quality"], int)
    assert article["provider"]["name"]
    assert published_at(article).date().isoformat() == path.name[:10]


@each_article
def test_an_article_leads_to_public_places_only(path: Path):
    article = front_matter(path)
    links = [article.get("webUrl"), article.get("originalUrl"), *(one["webUrl"] for one in article.get("related", []))]
    links = [link for link in links if link is not None]
    assert links
    assert [link for link in links if link_fault(link)] == []


@each_of_ours
def test_a_picture_lies_beside_its_article_and_is_small_and_described(path: Path):
    for picture in front_matter(path).get("images", []):
        file = path.parent / picture["url"]
        assert file.parent == path.parent
        assert file.stem == path.stem
        assert not file.is_symlink()
        assert file.stat().st_size <= LARGEST_PICTURE
        assert jpeg_size(file.read_bytes()) == (picture["width"], picture["height"])
        assert picture["credit"]
        assert picture["alt"]


@each_of_ours
def test_related_articles_are_known_ones_or_elsewhere_and_never_later(path: Path):
    article = front_matter(path)
    titles = {
        normal_link(known["webUrl"]): known["title"] for known in map(front_matter, ARTICLES) if "webUrl" in known
    }
    for related in article.get("related", []):
        assert related["title"] == titles.get(normal_link(related["webUrl"]), related["title"])
        assert published_at(related) <= published_at(article)


@each_topic
def test_a_topic_has_a_name_a_parent_that_exists_and_a_hashtag(path: Path):
    topic = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = {yaml.safe_load(other.read_text(encoding="utf-8"))["name"] for other in TOPICS}
    assert topic["taxonomy"] == "topic"
    assert path.stem.endswith(topic["_id"])
    assert topic.get("parent", topic["name"]) in names
    assert topic["description"]
    assert topic["keywords"]
    assert all(tag.startswith("#") for tag in topic["hashtags"])


def test_every_topic_of_an_article_has_a_file_and_every_file_an_article():
    defined = {yaml.safe_load(path.read_text(encoding="utf-8"))["name"] for path in TOPICS}
    borne = {name for path in ARTICLES for name in front_matter(path)["topics"]}
    assert borne == defined


def test_no_two_articles_tell_one_story():
    links = [normal_link(article.get("webUrl") or article["originalUrl"]) for article in map(front_matter, ARTICLES)]
    assert len(set(links)) == len(links)


def test_the_newest_article_is_a_draft_with_a_picture_and_the_reference_articles_topics():
    newest = max(map(front_matter, ARTICLES), key=lambda article: published_at(article).astimezone(UTC))
    assert newest["published"] is False
    assert newest["images"]
    assert newest["topics"] == front_matter(REFERENCE)["topics"]


def test_the_odd_cases_are_among_them():
    articles = [front_matter(path) for path in ARTICLES]
    videos = [article for article in articles if article["type"] == "video"]
    assert [("webUrl" in article, "youtube.com/embed/" in article["featuredContent"]) for article in videos] == [
        (False, True)
    ]
    assert any("images" not in article for article in articles)
    assert any(not article["title"].isascii() for article in articles)
    assert any("&amp;" in article["title"] for article in articles)


def test_the_whole_folder_is_small_enough_to_travel_in_the_wheel():
    files = [path for path in SEEDS.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".md", ".yaml", ".jpg"}
    assert sum(path.stat().st_size for path in files) < LARGEST_FOLDER
