"""What programs send: whole articles and changes of a few fields, judged as files are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.content.articles.slug import slugs_of_story
from bot.content.articles.surroundings import ReadingRules
from bot.content.sent_articles.sent_article import (
    Unreadable,
    changed,
    read_article,
    read_audience,
    read_change,
    read_schedule,
)
from bot.domain.article import Picture
from bot.errors import ContentError

BERLIN = ReadingRules(ZoneInfo("Europe/Berlin"))
NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
WHOLE = {
    "title": "Lake",
    "publishedDateTime": "2026-03-07T10:00",
    "webUrl": "https://news.example/lake",
    "originalUrl": "https://original.example/lake",
    "excerpt": "Cold.",
    "type": "video",
    "featuredContent": '<iframe src="https://www.youtube.com/embed/aaaaaaaaaaa"></iframe>',
    "images": ["https://pictures.example/a.jpg"],
    "topics": ["Energy"],
    "odd": [1],
}


def sent(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_an_article_is_read_as_a_file_would_be_and_keeps_what_nobody_knows():
    article = read_article(b"\xef\xbb\xbf" + sent(**WHOLE, externalId=7), BERLIN)
    assert article.external_id == "7"
    assert article.story.published_at == datetime(2026, 3, 7, 9, tzinfo=UTC)
    assert article.story.published is None and article.story.payload == WHOLE


@pytest.mark.parametrize("field", ["title", "excerpt", "topics", "images", "publishedDateTime", "heat", "provider"])
def test_a_change_touches_nothing_that_it_does_not_name(field: str):
    before = read_article(sent(**WHOLE), BERLIN).story
    new = {"title": "Pond", "excerpt": "Warm.", "topics": "AI, Robotics", "images": [], "heat": 5, "provider": "X"}
    change = read_change(sent(**{field: new.get(field, "2026-03-08")}))
    after = changed(before, before.payload, change, BERLIN)
    parts = ("title", "excerpt", "topics", "pictures", "published_at", "heat", "provider", "link", "video", "type")
    differ = [part for part in parts if getattr(before, part) != getattr(after, part)]
    assert differ == [{"images": "pictures", "publishedDateTime": "published_at"}.get(field, field)]
    assert after.published is None and after.payload["odd"] == [1]


def test_a_link_that_goes_gives_way_to_the_other_one_and_the_last_one_stays():
    before = read_article(sent(**WHOLE), BERLIN).story
    after = changed(before, before.payload, read_change(sent(webUrl=None)), BERLIN)
    assert after.link == "https://original.example/lake" and "webUrl" not in after.payload
    with pytest.raises(ContentError) as refused:
        changed(after, after.payload, read_change(sent(originalUrl="")), BERLIN)
    assert [one.field for one in refused.value.complaints] == ["webUrl"]


def test_a_picture_of_the_content_folder_stays_when_it_is_named_and_no_other_can_be():
    before = read_article(sent(**WHOLE), BERLIN).story
    before = replace(before, pictures=(Picture("2026/lake.jpg", is_local=True), *before.pictures))
    wanted = [{"url": "https://pictures.example/b.jpg"}, {"url": "2026/lake.jpg", "alt": "A lake"}, "2026/other.jpg"]
    after = changed(before, before.payload, read_change(sent(images=wanted)), BERLIN)
    assert after.pictures == (
        Picture("https://pictures.example/b.jpg"),
        Picture("2026/lake.jpg", alt="A lake", is_local=True),
    )
    assert [one.field for one in after.as_read.warnings] == ["images[2].url"]


def test_a_picture_that_an_editor_sent_stays_when_it_is_named_and_is_no_link_that_others_may_give():
    before = read_article(sent(**WHOLE), BERLIN).story
    own = "telegram:AgACAgIAAx"
    after = changed(
        replace(before, pictures=(Picture(own, 640, 360),)), {}, read_change(sent(images=[{"url": own}])), BERLIN
    )
    assert after.pictures == (Picture(own),) and after.pictures[0].file_id == "AgACAgIAAx"
    other = changed(before, before.payload, read_change(sent(images=[{"url": own}])), BERLIN)
    assert other.pictures == ()
    assert [one.field for one in other.as_read.warnings] == ["images[0].url"]


def test_what_was_odd_before_is_no_warning_about_a_change():
    before = read_article(sent(**WHOLE, heat="hot"), BERLIN).story
    assert changed(before, before.payload, read_change(sent(title="Pond")), BERLIN).as_read.warnings == ()
    after = changed(before, before.payload, read_change(sent(title="Pond", quality="good")), BERLIN)
    assert [one.field for one in after.as_read.warnings] == ["quality"]


def test_the_flag_of_a_change_is_its_own_and_draft_wins():
    before = read_article(sent(**WHOLE, published=True), BERLIN).story
    flags = [({"title": "x"}, None), ({"published": "yes"}, True), ({"published": True, "draft": True}, False)]
    for fields, flag in flags:
        assert changed(before, before.payload, read_change(sent(**fields)), BERLIN).published is flag


def test_a_time_to_come_is_read_in_the_operator_s_zone():
    at = NOW + timedelta(hours=1)
    assert read_schedule(sent(at="2026-03-07T14:00"), BERLIN, NOW) == (at, None)
    assert read_schedule(sent(at="2026-03-07T14:00", only="AI"), BERLIN, NOW) == (at, ("AI",))
    for body in (sent(at="2026-03-07T13:00"), sent(at=5), sent()):
        with pytest.raises(ContentError):
            read_schedule(body, BERLIN, NOW)
    with pytest.raises(Unreadable):
        read_schedule(b"", BERLIN, NOW)


@pytest.mark.parametrize(
    ("link", "slugs"),
    [
        ("https://a.example/2026/03/the-lake.html", ("the-lake", "the-lake")),
        ("https://a.example/lake/index.html", ("lake", "the-lake")),
        ("https://a.example/%C3%86r%C3%B8", ("Ærø", "the-lake")),
        ("https://a.example/..%2f..%2fetc", ("etc", "the-lake")),
        ("https://a.example/?p=12", ("the-lake",)),
        ("https://a.example/2026/12", ("the-lake",)),
        ("https://a.example/s/a", ("the-lake",)),
    ],
)
def test_a_story_without_a_file_is_called_after_its_link_else_its_title(link: str, slugs: tuple[str, ...]):
    assert slugs_of_story("The Lake", link) == slugs


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, None),
        ({"only": None, "other": 1}, None),
        ({"only": []}, ()),
        ({"only": "AI, Energy"}, ("AI, Energy",)),
        ({"only": ["AI", "Energy"]}, ("AI", "Energy")),
    ],
)
def test_the_topics_that_an_article_is_only_for_are_a_text_or_a_list(said, names):
    assert read_audience(sent(**said)) == names


@pytest.mark.parametrize("only", [1, True, {}, [1], ["AI", ""], [[]], "", ["AI"] * 101])
def test_topics_that_are_none_are_wrong(only):
    with pytest.raises(ContentError, match="only"):
        read_audience(sent(only=only))


def test_a_body_that_says_nothing_names_no_topics_and_one_that_is_no_object_cannot_be_read():
    assert read_audience(b"") is None and read_audience(b" \n") is None
    for body in (b"[]", b"only=AI", b"{"):
        with pytest.raises(Unreadable):
            read_audience(body)
