"""What can be announced and when, and where formatting stands once the command in front of it is cut off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.announcement import Fault, fault_of, first_words, next_free_at
from bot.domain.text import Entity, Text, part, utf16_len

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PIECES = st.text(st.sampled_from("ab \n🎉𝐀خب’\u200f👨‍👩"), max_size=12)


def _covered(text: Text) -> list[str]:
    """Return what each span covers, as Telegram finds it: in UTF-16."""
    raw = text.string.encode("utf-16-le")
    return [raw[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le") for one in text.entities]


@given(PIECES, st.lists(PIECES, min_size=1, max_size=6), PIECES)
def test_spans_cover_the_same_words_wherever_a_text_is_cut_around_them(before, middle, after):
    string, spans = before, []
    for piece in middle:
        if piece:
            spans.append(Entity("bold", utf16_len(string), utf16_len(piece)))
        string += piece
    whole = Text(string + after, tuple(spans))
    cut = part(whole, len(before), len(string))
    assert cut.string == "".join(middle)
    assert _covered(cut) == [piece for piece in middle if piece]


@given(PIECES, PIECES, PIECES)
def test_a_span_over_the_edge_is_cut_and_one_outside_is_left_out(before, middle, after):
    whole = Text(before + middle + after, (Entity("italic", 0, utf16_len(before + middle + after)),))
    assert _covered(part(whole, len(before), len(before + middle))) == ([middle] if middle else [])
    outside = Text(whole.string, (Entity("italic", 0, utf16_len(before)),))
    assert part(outside, len(before), len(before + middle)).entities == ()


@pytest.mark.parametrize(
    ("text", "has_photo", "fault"),
    [
        (Text(" \n"), False, Fault.EMPTY),
        (Text(), True, None),
        (Text("x" * 4096), False, None),
        (Text("x" * 4095 + "🎉"), False, Fault.TOO_LONG),
        (Text("x" * 1024), True, None),
        (Text("x" * 1025), True, Fault.TOO_LONG),
        (Text("x", (Entity("bold", 0, 1),) * 100), False, None),
        (Text("x", (Entity("bold", 0, 1),) * 101), True, Fault.TOO_MUCH_FORMATTING),
    ],
)
def test_what_telegram_would_refuse_or_shorten_is_refused(text, has_photo, fault):
    assert fault_of(text, has_photo=has_photo) is fault


def test_the_fourth_within_a_day_waits_until_the_first_is_a_day_old():
    three = [NOW - 3 * HOUR, NOW - HOUR, NOW - 2 * HOUR]
    assert next_free_at(three[:2], NOW) is None
    assert next_free_at(three, NOW) == NOW + 21 * HOUR
    assert next_free_at([*three[1:], NOW - 24 * HOUR], NOW) is None
    assert next_free_at([*three, NOW], NOW) == NOW + 22 * HOUR


def test_editors_know_one_by_its_first_words_in_one_line():
    assert first_words(" We\nmove ") == "We move"
    assert first_words("word " * 20) == "word word word word word word word word…"
