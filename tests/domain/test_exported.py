"""What of a chat's export can be put back, whatever somebody has made of the file."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat import DigestForm, Pictures
from bot.domain.delivery_time import Mode, Timing
from bot.domain.exported import (
    MAX_ENTRIES,
    ChatSettings,
    Exported,
    Followed,
    FollowedStory,
    SavedArticle,
    chat_of,
    narrowed,
    read_exported,
)
from bot.domain.parts import Part

LANGUAGES, ZONES = ("en", "de"), ("UTC", "Europe/Berlin")
AT = "2026-03-02T12:00:00+00:00"
NAMELESS = {"title": None, "link": None}
MOMENT = datetime(2026, 3, 2, 12, tzinfo=UTC)

WHOLE: dict[str, Any] = {
    "newsbot": {"export": 1, "made_at": AT},
    "chat": [
        {
            "id": 7,
            "state": "paused",
            "language": "de",
            "language_chosen": 1,
            "zone": "Europe/Berlin",
            "pictures": "small",
            "silent": 1,
            "parts": "title,source",
            "digest": "rich",
            "delivery": "calm 3",
            "paused_until_at": AT,
        }
    ],
    "follows": [{"topic": "AI", "thread": 5, "since": AT}],
    "exceptions": [
        {"topic": "Robotics", "kind": "left_out", "until": None},
        {"topic": "Energy", "kind": "muted", "until": AT},
    ],
    "unwanted_sources": [{"source": "daily mail", "name": None}],
    "phrases": [
        {"phrase": "quantum dots", "thread": 0, "since": AT, "until": AT, "let_go_at": None},
        {"phrase": "gone", "thread": 0, "since": AT, "until": None, "let_go_at": AT},
    ],
    "unwanted_phrases": [{"phrase": "casino"}],
    "stories": [{"article": 5, "title": "Two", "link": None, "thread": 3, "since": AT}],
    "saved": [{"article": 4, "title": "One", "link": "https://news.example/one", "saved_at": AT}],
    "received": [{"article": 4}],
    "editor": [{"role": "owner"}],
}


def read(document: Any) -> Exported:
    return read_exported(document, LANGUAGES, ZONES)


def changed(part: str, value: Any) -> dict[str, Any]:
    return {**WHOLE, part: value}


def with_setting(key: str, value: Any) -> dict[str, Any]:
    return changed("chat", [{**WHOLE["chat"][0], key: value}])


def test_all_that_was_set_is_read_and_nothing_of_what_happened() -> None:
    assert read(WHOLE) == Exported(
        7,
        MOMENT,
        ChatSettings(
            "de",
            "Europe/Berlin",
            Pictures.SMALL,
            True,
            (Part.SOURCE,),
            Timing(Mode.CALM, per_hour=3),
            is_paused=True,
            paused_until=MOMENT,
            digest=DigestForm.RICH,
        ),
        follows=(Followed("AI", 5),),
        left_out=("Robotics",),
        muted=(("Energy", MOMENT),),
        unwanted_sources=(("daily mail", "daily mail"),),
        phrases=(Followed("quantum dots", 0, MOMENT),),
        unwanted_phrases=("casino",),
        stories=(FollowedStory(5, None, "Two", 3),),
        saved=(SavedArticle(4, "https://news.example/one", "One", MOMENT),),
    )
    assert read(WHOLE).unread == ()


def test_what_is_kept_until_it_is_restored_says_the_same_and_holds_no_more() -> None:
    kept = json.loads(json.dumps(narrowed(WHOLE)))
    assert read(kept) == read(WHOLE)
    assert "received" not in kept and "editor" not in kept


@pytest.mark.parametrize(
    ("document", "unread"),
    [
        (with_setting("zone", "Middle/Earth"), "chat zone"),
        (with_setting("zone", 5), "chat zone"),
        (with_setting("language", "tlh"), "chat language"),
        (with_setting("pictures", "huge"), "chat pictures"),
        (with_setting("silent", "yes"), "chat silent"),
        (with_setting("silent", 2), "chat silent"),
        (with_setting("digest", "fancy"), "chat digest"),
        (with_setting("parts", "title,horoscope"), "chat parts"),
        (with_setting("delivery", "daily 25:00"), "chat delivery"),
        (with_setting("delivery", ["now"]), "chat delivery"),
        (with_setting("paused_until_at", "tomorrow"), "chat paused_until_at"),
        (with_setting("paused_until_at", "2026-03-02T12:00:00"), "chat paused_until_at"),  # of which zone?
        (changed("follows", "AI"), "follows"),
        (changed("follows", {"topic": "AI"}), "follows"),
        (changed("follows", ["AI"]), "follows 1"),
        (changed("follows", [{"topic": "AI", "thread": -1}]), "follows 1"),
        (changed("follows", [{"topic": "AI", "thread": True}]), "follows 1"),
        (changed("follows", [{"topic": " ", "thread": 0}]), "follows 1"),
        (changed("follows", [{"topic": "x" * 301, "thread": 0}]), "follows 1"),
        (changed("follows", [None, {"topic": "AI", "thread": 0}]), "follows 1"),
        (changed("exceptions", [{"topic": "AI", "kind": "loved", "until": None}]), "exceptions 1"),
        (changed("stories", [{"article": 1, "title": None, "link": 5, "thread": 0}]), "stories 1"),
        (changed("stories", [{"article": 1, "title": None, "link": None, "thread": -1}]), "stories 1"),
        (changed("saved", [{"article": 10**30, "title": None, "link": None, "saved_at": AT}]), "saved 1"),
        (
            changed("saved", [{"article": 1, "title": None, "link": None, "saved_at": "9999-99-99T00:00:00Z"}]),
            "saved 1",
        ),
        (changed("phrases", [{"phrase": "x"}]), "phrases 1"),
    ],
)
def test_what_somebody_spoilt_is_left_out_by_its_place_and_the_rest_is_read(document: Any, unread: str) -> None:
    found = read(document)
    assert found.unread == (unread,)
    assert (found.unwanted_phrases, found.settings.is_paused) == (("casino",), True)


def test_a_zone_or_parts_of_the_operators_stay_so() -> None:
    found = read(with_setting("zone", None)).settings
    assert (found.zone, read(with_setting("parts", "title")).settings.parts) == (None, ())


def test_a_language_that_followed_a_client_is_not_chosen_by_restoring() -> None:
    assert read(with_setting("language_chosen", 0)).settings.language is None


def test_of_a_list_without_end_the_first_are_read() -> None:
    many = [{"topic": f"T{n}", "thread": 0} for n in range(MAX_ENTRIES + 20)]
    found = read(narrowed(changed("follows", many)))
    assert len(found.follows) == MAX_ENTRIES
    assert found.unread == (f"follows {MAX_ENTRIES + 1}…",)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"newsbot": {"export": 1}},
        {"newsbot": {"export": 1}, "chat": []},
        {"newsbot": {"export": 1}, "chat": [{"id": "7"}]},
        {"newsbot": {"export": 1}, "chat": [{"id": 2**63}]},
        {"chat": [{"id": 7}]},
        {"newsbot": 1, "chat": [{"id": 7}]},
    ],
)
def test_any_other_document_is_no_export(document: Any) -> None:
    assert chat_of(document) is None
    with pytest.raises(ValueError, match="not an export"):
        read(document)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*WHOLE, *WHOLE["chat"][0]]), _JSON, max_size=6), st.booleans())
def test_no_document_is_an_error(values: dict[str, Any], as_setting: bool) -> None:
    entry = {**WHOLE["chat"][0], **values, "id": 7} if as_setting else WHOLE["chat"][0]
    document = {**WHOLE, **({} if as_setting else values), "chat": [entry], "newsbot": {"export": 1, **values}}
    if chat_of(document) is not None:
        assert read(narrowed(document)).chat == 7
