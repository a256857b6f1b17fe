"""What a button means survives its way through Telegram, and nothing foreign breaks the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.limits import CALLBACK_DATA
from bot.domain.press import Press, press, read_press

verbs = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=16)
numbers = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6).map(tuple)


@given(verbs, numbers)
def test_data_fits_and_reads_back_as_what_was_meant_or_is_refused(verb, given_numbers):
    try:
        data = press(verb, *given_numbers)
    except ValueError:
        assert len(given_numbers) > 2  # three of the longest numbers are too many
        return
    assert 1 <= len(data.encode()) <= CALLBACK_DATA
    assert read_press(data) == Press(verb, given_numbers)


@given(st.text() | st.from_regex(r"1:[a-z_]{1,20}(:-?[0-9a-z]{1,15}){0,5}", fullmatch=True))
def test_foreign_data_is_read_without_an_error_and_never_as_a_number_no_row_can_have(data):
    meant = read_press(data)
    assert meant is None or all(-(2**63) <= number < 2**63 for number in meant.numbers)


@pytest.mark.parametrize("foreign", ["", "1:", "2:follow:1", "1:follow:", "1:Follow:1", "1:follow:1\n", "1:follow:٣"])
def test_what_is_not_ours_is_not_read(foreign):
    assert read_press(foreign) is None


@pytest.mark.parametrize(
    ("verb", "given_numbers"), [("Follow", ()), ("", ()), ("a" * 17, ()), ("a", (2**63,)), ("a", (10**6000,))]
)
def test_what_is_no_callback_data_is_refused(verb, given_numbers):
    with pytest.raises(ValueError, match="not callback data"):
        press(verb, *given_numbers)
