"""Texts and entities as the server takes them."""

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.text import utf16_len
from bot.sandbox.world.api_error import Refused
from bot.sandbox.world.entities import Formatter, formatted_text


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


def test_a_bad_link_is_refused_in_an_entity_and_left_out_of_markup() -> None:
    """Source: get_message_entities and parse_html in https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp"""
    for url, fault in {
        "javascript:alert(1)": "Wrong port number specified in the URL",
        "https://x.org:0/": "Wrong port number specified in the URL",
        "https://x.org:/": "Wrong port number specified in the URL",
        "ftp://x.org/": "Unsupported URL protocol",
        "not a link": "Disallowed character in URL host",
        "https://x%zz.org/": "Wrong percent-encoded symbol in URL host",
        "https://localhost/": "Wrong HTTP URL",
        "https://[::x]/": "Wrong IPv6 address specified in the URL",
        "https:///x": "URL host is empty",
    }.items():
        assert (
            refusal("abc", entity("text_link", 0, 3, url=url)) == f"Bad Request: entity URL '{url}' is invalid: {fault}"
        )
        assert formatted_text(f'<a href="{url}">abc</a>', "HTML", None, 4096) == ("abc", [])


def test_a_link_is_kept_with_a_scheme_and_a_path() -> None:
    for url, kept in {
        "x.org": "http://x.org/",
        "HTTPS://X.org?q=1": "https://x.org/?q=1",
        "https://user:word@x.org:08443/a b": "https://user:word@x.org:8443/a%20b",
        "https://[2606:4700::1111]/": "https://[2606:4700::1111]/",
        "tg://resolve?domain=x": "tg://resolve?domain=x",
        "https://münchen.example/ü": "https://münchen.example/ü",
    }.items():
        assert formatted("abc", entity("text_link", 0, 3, url=url))[1] == [entity("text_link", 0, 3, url=kept)]


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


def date(number: int, form: str = "D") -> dict[str, Any]:
    return entity("date_time", 0, 4, unix_time=number, date_time_format=form)


def test_a_date_that_is_none_is_refused_with_the_whole_message() -> None:
    """Source: get_text_entity_type in https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
    and https://github.com/tdlib/td/blob/master/td/telegram/FormattedDate.cpp
    """
    for number in (0, -1, -58_000_000, -(2**31)):
        assert refusal("then", date(number)) == "Bad Request: invalid date specified"
    for number in (2**31, 4_102_444_800, -(2**31) - 1, 10**30):
        complaint = 'can\'t parse MessageEntity: Field "unix_time" must be a valid Number'
        assert refusal("then", date(number)) == f"Bad Request: {complaint}"
    for form in ("x", "rD", "r D"):
        complaint = "can't parse MessageEntity: Invalid date-time format specified"
        assert refusal("then", date(1, form)) == f"Bad Request: {complaint}"
    for form in ("", "r", "R", "wDt", "dT"):
        assert formatted("then", date(1, form))[1] == [date(1, form)]
    assert formatted("then", date(2**31 - 1))[1] == [date(2**31 - 1)]


def test_a_date_three_years_ahead_is_refused_however_it_is_given() -> None:
    """Taken 1,098 days ahead and refused 1,099 days ahead: https://github.com/tdlib/telegram-bot-api/issues/852"""
    now, day = 1_778_675_618, 86_400
    formatter = Formatter(lambda: float(now))
    assert formatter.text("then", None, [date(now + 1098 * day)])[1]
    for ask in (
        lambda: formatter.text("then", None, [date(now + 1099 * day)]),
        lambda: formatter.caption("then", None, [date(now + 1099 * day)]),
        lambda: formatter.text(f'<tg-time unix="{now + 1099 * day}">then</tg-time>', "HTML", None),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert str(refused.value) == "Bad Request: ENTITY_DATE_INVALID"


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
