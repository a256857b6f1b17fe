"""What is taken from a Ghost post: what its readers may see. Behaviour of Ghost 6.65, by its webhooks' payloads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.content.articles.surroundings import ReadingRules
from bot.content.sent_articles.ghost_post import FOREVER, read_call, story_of_post
from bot.domain.article import Story

RULES = ReadingRules(ZoneInfo("UTC"))
POST = {
    "id": "692bac1f3d8c7a0001a1b2c3",
    "title": "Lake",
    "status": "published",
    "visibility": "public",
    "published_at": "2026-11-30T02:30:00.000Z",
    "updated_at": "2026-11-30T02:31:00.250Z",
    "url": "https://blog.example/lake/",
    "excerpt": "The first words of it",
    "custom_excerpt": None,
    "canonical_url": None,
}


def story(**fields: Any) -> Story:
    call = read_call(json.dumps({"post": {"current": {**POST, **fields}, "previous": {}}}).encode(), 7)
    return story_of_post(call, "api:blog:1", RULES)


@pytest.mark.parametrize(
    ("fields", "excerpt"),
    [
        ({}, "The first words of it"),
        ({"custom_excerpt": "By hand"}, "By hand"),
        ({"visibility": "members"}, None),
        ({"visibility": "paid", "custom_excerpt": "By hand"}, "By hand"),
        ({"excerpt": "Lake"}, None),
    ],
)
def test_an_excerpt_is_the_one_that_somebody_wrote_else_the_first_words_of_what_is_for_all(
    fields: dict[str, Any], excerpt: str | None
):
    assert story(**fields).excerpt == excerpt
    assert story(**fields).link == "https://blog.example/lake/", "who may not read it all is told there"


def test_the_link_is_the_canonical_one_and_the_site_is_the_source():
    told = story(canonical_url="https://elsewhere.example/lake")
    assert (told.link, told.provider.domain) == ("https://elsewhere.example/lake", "blog.example")
    assert told.published is True and told.published_at == datetime(2026, 11, 30, 2, 30, tzinfo=UTC)


def test_a_title_is_text_as_it_was_typed_and_tags_are_those_that_readers_see():
    tags = [
        {"name": "AI", "visibility": "public"},
        {"name": "#internal", "visibility": "internal"},
        {"name": "#named so", "visibility": "public"},
        {"name": "Hidden", "visibility": "internal"},
        {"name": None},
        "no tag",
        {"name": "Energy"},
    ]
    assert story(tags=tags).topics == ("AI", "Energy")
    assert story(tags=None).topics == () and story(tags="AI").topics == ()


def test_a_picture_has_its_alternative_text_and_its_caption_without_markup():
    [picture] = story(
        feature_image="https://blog.example/a.jpg",
        feature_image_alt="A lake",
        feature_image_caption='Photo by <a href="https://x.example">Anna</a> &amp; Ben',
    ).pictures
    assert (picture.url, picture.alt, picture.credit) == ("https://blog.example/a.jpg", "A lake", "Photo by Anna & Ben")
    assert story(feature_image="").pictures == () and story(feature_image=None).pictures == ()


@pytest.mark.parametrize(
    ("current", "previous", "changed_at", "is_published", "is_idle"),
    [
        (POST, {}, 1_796_005_860_250, True, False),
        (POST, {"updated_at": "2026-11-30T02:30:00.000Z"}, 1_796_005_860_250, True, True),
        (POST, {"updated_at": "x", "title": "y"}, 1_796_005_860_250, True, False),
        ({**POST, "status": "draft"}, {"status": "published"}, 1_796_005_860_250, False, False),
        ({**POST, "updated_at": None}, {}, 7, True, False),
        ({**POST, "updated_at": "soon"}, {}, 7, True, False),
        ({}, POST, FOREVER, False, False),
    ],
)
def test_a_call_says_what_the_post_is_now_and_when_it_was_changed(
    current: dict[str, Any], previous: dict[str, Any], changed_at: int, is_published: bool, is_idle: bool
):
    call = read_call(json.dumps({"post": {"current": current, "previous": previous}}).encode(), 7)
    assert call.post == POST["id"]
    assert (call.changed_at, call.is_published, call.is_idle) == (changed_at, is_published, is_idle)
