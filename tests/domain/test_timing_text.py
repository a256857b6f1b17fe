"""What people write about when they want their news, right and wrong, and what of it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery_time import EVERY_DAY, Mode, Quiet, Timing
from bot.domain.timing_text import Fault, Misread, delivery_wish, from_stored, quiet_wish, stored, time_of_day

MINUTES = st.integers(0, 24 * 60 - 1)
QUIET = st.builds(Quiet, MINUTES, MINUTES).filter(lambda quiet: quiet.begin != quiet.end)


@pytest.mark.parametrize(
    ("text", "as_stored"),
    [
        ("now", "now"),
        ("NOW ", "now"),
        ("hourly", "hourly"),
        ("calm 3", "calm 3"),
        ("calm 3 an hour", "calm 3"),
        ("daily 08:00", "daily 08:00"),
        ("daily 8", "daily 08:00"),
        ("Daily at 8.30 pm", "daily 20:30"),
        ("daily 12am", "daily 00:00"),
        ("daily ０８：００", "daily 08:00"),
        ("daily ٠٨:٠٠", "daily 08:00"),
        ("daily 08:00 mon-fri", "daily 08:00 mon-fri"),
        ("daily 08:00 Monday to Friday", "daily 08:00 mon-fri"),
        ("daily 08:00 on mon, wed and fri", "daily 08:00 mon,wed,fri"),
        ("daily 08:00 fri-mon", "daily 08:00 mon,fri,sat,sun"),
        ("daily 08:00 weekend", "daily 08:00 sat,sun"),
        ("daily 08:00 weekdays", "daily 08:00 mon-fri"),
        ("daily 08:00 mo-su", "daily 08:00"),
        ("daily 08:00 mi", "daily 08:00 wed"),
    ],
)
def test_a_wish_is_read_as_people_write_it(text: str, as_stored: str) -> None:
    read = delivery_wish(text, {"mi": 2})
    assert isinstance(read, Timing)
    assert stored(read) == as_stored


@pytest.mark.parametrize(
    ("text", "fault", "said"),
    [
        ("", Fault.MODE, ""),
        ("sometimes", Fault.MODE, "sometimes"),
        ("now or never", Fault.MODE, "now or never"),
        ("calm", Fault.NUMBER, ""),
        ("calm 0", Fault.NUMBER, "0"),
        ("calm 61", Fault.NUMBER, "61"),
        ("calm -3", Fault.NUMBER, "-3"),
        ("calm 99999999999999999999", Fault.NUMBER, "99999999999999999999"),
        ("daily", Fault.TIME, ""),
        ("daily 24:00", Fault.TIME, "24:00"),
        ("daily 08:60", Fault.TIME, "08:60"),
        ("daily 13 pm", Fault.TIME, "13 pm"),
        ("daily noon", Fault.TIME, "noon"),
        ("daily 08:00 someday", Fault.DAYS, "someday"),
        ("daily 08:00 t", Fault.DAYS, "t"),
        ("daily 08:00 mon-", Fault.DAYS, "mon-"),
    ],
)
def test_a_wish_that_cannot_be_had_names_what_is_wrong(text: str, fault: Fault, said: str) -> None:
    assert delivery_wish(text) == Misread(fault, said)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("22:00-07:00", Quiet(1320, 420)),
        ("22-7", Quiet(1320, 420)),
        ("22:00 – 07:00", Quiet(1320, 420)),
        ("from 10 pm to 7 am", Quiet(1320, 420)),
        ("20:00-24:00", Quiet(1200, 0)),
        ("13:00-13:01", Quiet(780, 781)),
        ("off", None),
        ("None", None),
        ("22:00-22:00", Misread(Fault.LENGTH, "22:00-22:00")),
        ("00:00-24:00", Misread(Fault.LENGTH, "00:00-24:00")),
        ("22:00", Misread(Fault.SPAN, "22:00")),
        ("", Misread(Fault.SPAN, "")),
        ("22:00-07:00-09:00", Misread(Fault.SPAN, "22:00-07:00-09:00")),
        ("25:00-07:00", Misread(Fault.TIME, "25:00")),
        ("always", Misread(Fault.SPAN, "always")),
    ],
)
def test_quiet_hours_are_read_and_refused_when_they_are_none_or_all_day(text: str, read: object) -> None:
    assert quiet_wish(text) == read


@given(
    st.one_of(
        st.builds(Timing, st.sampled_from([Mode.NOW, Mode.HOURLY]), quiet=st.none() | QUIET),
        st.builds(Timing, st.just(Mode.CALM), per_hour=st.integers(1, 60), quiet=st.none() | QUIET),
        st.builds(Timing, st.just(Mode.DAILY), minute=MINUTES, days=st.integers(1, EVERY_DAY), quiet=st.none() | QUIET),
    )
)
def test_what_is_stored_is_read_as_it_was(timing: Timing) -> None:
    assert from_stored(stored(timing)) == timing


@given(st.text())
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for start in ("", "daily ", "calm ", "daily 08:00 "):
        assert isinstance(delivery_wish(start + text), Timing | Misread)
    assert isinstance(quiet_wish(text), Quiet | Misread | None)
    assert time_of_day(text) is None or 0 <= time_of_day(text) < 24 * 60  # type: ignore[operator]
    assert isinstance(from_stored(text), Timing)
