"""Lengths as Telegram counts them, and spans that move along."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import Entity, Text, utf16_len


@given(st.text())
def test_a_length_is_that_of_the_utf_16_encoding(text):
    assert utf16_len(text) == len(text.encode("utf-16-le")) // 2


def _bold(string: str) -> Text:
    return Text(string, (Entity("bold", 0, utf16_len(string)),))


def _spans(text: Text) -> list[str]:
    data = text.string.encode("utf-16-le")
    return [data[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le") for one in text.entities]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5), st.text())
def test_added_texts_keep_what_their_spans_span(parts, plain):
    whole = Text()
    for part in parts:
        whole = whole + _bold(part) + plain
    assert _spans(whole) == parts
    assert len(whole) == utf16_len(whole.string)
    assert _spans(plain + whole) == parts


def test_an_empty_text_is_false():
    assert not Text() and Text("x")
