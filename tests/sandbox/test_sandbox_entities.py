"""Texts and entities as the server takes them."""

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.text import utf16_len
from bot.sandbox.entities import formatted_text
from bot.sandbox.refusal import Refused


def entity(kind: str, offset: int, length: int, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **extra}


def formatted(text: str, *entities: dict[str, Any], mode: str | None = None, limit: int = 4096) -> Any:
    return formatted_text(text, mode, list(entities), limit)


def refusal(text: str, *entities: dict[str, Any], mode: str | None = None, limit: int = 4096) -> str:
    with pytest.raises(Refused) as refused:
        formatted(text, *entities, mode=mode, limit=limit)
    return str(refused.value)


def test_an_entity_past_the_end_is_refused_in_utf16_units() -> None:
    assert formatted("😀 hello", entity("bold", 3, 5)) == ("😀 hello", [entity("bold", 3, 5)])
    assert refusal("😀 hello", entity("bold", 3, 6)) == (
        "Bad Request: entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 8"
    )
    assert "begins after the end" in refusal("abc", entity("bold", 3, 1))
    assert "incorrect offset -1" in refusal("abc", entity("bold", -1, 1))
    assert "incorrect length -1" in refusal("abc", entity("bold", 1, -1))


def test_an_entity_cannot_cut_a_surrogate_pair() -> None:
    assert refusal("😀x", entity("bold", 1, 1)).endswith("begins in a middle of a UTF-16 symbol")
    assert refusal("x😀", entity("bold", 0, 2)).endswith("ends in a middle of a UTF-16 symbol")


def test_only_known_types_are_taken_and_detected_ones_come_from_the_server() -> None:
    assert "unsupported type" in refusal("abc", entity("sparkle", 0, 1))
    assert formatted("plain", entity("bot_command", 0, 5), entity("hashtag", 0, 5)) == ("plain", [])
    assert formatted("/go", entity("bold", 0, 3))[1] == [entity("bot_command", 0, 3), entity("bold", 0, 3)]


def test_blank_ends_are_cut_and_entities_move_along() -> None:
    assert formatted("  \n hello \n", entity("bold", 4, 5)) == ("hello", [entity("bold", 0, 5)])
    assert formatted("hello  ", entity("bold", 0, 7)) == ("hello", [entity("bold", 0, 5)])
    assert formatted("a \t b\r\n\u202ec", entity("italic", 8, 1)) == ("a   b\nc", [entity("italic", 6, 1)])


def test_a_bad_link_loses_its_entity_and_a_bare_domain_gains_a_scheme() -> None:
    assert formatted("abc", entity("text_link", 0, 3, url="javascript:alert(1)")) == ("abc", [])
    assert formatted("abc", entity("text_link", 0, 3, url="not a link")) == ("abc", [])
    assert formatted("abc", entity("text_link", 0, 3, url="x.org"))[1] == [
        entity("text_link", 0, 3, url="http://x.org/")
    ]


def test_code_holds_no_other_formatting_and_links_hold_no_detected_ones() -> None:
    assert formatted("/go x", entity("code", 0, 3), entity("bold", 0, 5)) == (
        "/go x",
        [entity("code", 0, 3), entity("bold", 3, 2)],
    )
    link = entity("text_link", 0, 11, url="https://x.org/")
    assert formatted("example.com", link)[1] == [link]


def test_crossing_formatting_is_cut_so_that_it_nests() -> None:
    assert formatted("abcd", entity("bold", 0, 3), entity("italic", 1, 3))[1] == [
        entity("bold", 0, 3),
        entity("italic", 1, 2),
        entity("italic", 3, 1),
    ]


def test_a_date_keeps_its_moment() -> None:
    date = entity("date_time", 0, 11, unix_time=1613088000, date_time_format="d")
    assert formatted("12 Feb 2021", date)[1] == [date]


def test_more_than_a_hundred_entities_are_dropped_without_a_word() -> None:
    text = "x " * 150
    assert len(formatted(text, *(entity("bold", 2 * place, 1) for place in range(150)))[1]) == 100


def test_length_is_counted_after_parsing_in_utf16_units() -> None:
    assert formatted("😀" * 2048)[0]
    assert refusal("😀" * 2048 + "x") == "Bad Request: message is too long"
    assert formatted("<b>" + "x" * 1024 + "</b>", mode="HTML", limit=1024)[0]
    assert refusal("x" * 1025, limit=1024) == "Bad Request: message caption is too long"


_KINDS = ["bold", "italic", "underline", "spoiler", "code", "pre", "blockquote", "text_link"]


@st.composite
def texts_with_entities(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    text = draw(st.text(alphabet=st.sampled_from("ab 😀\n/@#.com"), min_size=1, max_size=40))
    starts = [utf16_len(text[:place]) for place in range(len(text) + 1)]
    entities = []
    for _ in range(draw(st.integers(0, 8))):
        first, last = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        kind = draw(st.sampled_from(_KINDS))
        extra = {"url": "https://x.org/"} if kind == "text_link" else {}
        entities.append(entity(kind, starts[first], starts[last] - starts[first], **extra))
    return text, [given for given in entities if given["length"]]


@given(texts_with_entities())
def test_what_comes_out_is_inside_the_text_in_order_and_nested(case: tuple[str, list[dict[str, Any]]]) -> None:
    text, entities = formatted_text(case[0], None, case[1], 4096)
    length = utf16_len(text)
    assert text == text.rstrip()
    last = (0, -length)
    for index, one in enumerate(entities):
        end = one["offset"] + one["length"]
        assert one["length"] > 0 and 0 <= one["offset"] < end <= length
        assert (one["offset"], -one["length"]) >= last
        last = (one["offset"], -one["length"])
        for other in entities[index + 1 :]:
            assert other["offset"] >= end or other["offset"] + other["length"] <= end
            inside = other["offset"] < end
            assert not (inside and one["type"] in ("code", "pre"))


@given(texts_with_entities())
@example(
    (
        "@@@",
        [
            {"type": "bold", "offset": 0, "length": 2},
            {"type": "italic", "offset": 1, "length": 2},
            {"type": "blockquote", "offset": 1, "length": 2},
        ],
    )
)
def test_formatting_what_came_out_changes_nothing(case: tuple[str, list[dict[str, Any]]]) -> None:
    assume(not case[0][0].isspace())
    once = formatted_text(case[0], None, case[1], 4096)
    assert formatted_text(once[0], None, once[1], 4096) == once
