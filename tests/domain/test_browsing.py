"""Places in lists, as texts of Telegram's and back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.browsing import Place, place_of
from bot.domain.limits import INLINE_OFFSET

EPOCHS = st.integers(min_value=-(10**17), max_value=10**17)
NUMBERS = st.integers(min_value=0, max_value=10**18 - 1)


@given(EPOCHS, NUMBERS)
def test_a_place_comes_back_from_the_text_that_telegram_keeps_of_it(at: int, number: int) -> None:
    place = Place(at, number)
    assert len(place.offset.encode()) <= INLINE_OFFSET and place_of(place.offset) == place


@given(st.text())
def test_any_other_text_is_no_place(text: str) -> None:
    place = place_of(text)
    assert place is None or -(2**63) <= place.at < 2**63 > place.number
