"""When a progress message is worth changing, and what its numbers are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.progress import FAST_REDRAW, Phase, Shown, Standing, is_due, lasting, shown_from

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HALFWAY = Standing(
    phase=Phase.SENDING,
    audience=30_214,
    sent=12_480,
    unreachable=87,
    failed=0,
    unwanted=0,
    unsure=0,
    start_at=START,
    first_sent_at=START,
    last_sent_at=START + timedelta(minutes=7),
    rate=28.5,
    measured_from=START,
)


def shown(seconds: float, percent: int = 41, phase: Phase | None = Phase.SENDING) -> Shown:
    return Shown(phase, percent, "words", START + timedelta(seconds=seconds))


def due(before: Shown, standing: Standing, seconds: float) -> bool:
    return is_due(before, standing, START + timedelta(seconds=seconds))


def test_an_undo_delay_is_never_said_to_be_longer_than_it_is() -> None:
    """Starts are kept in whole seconds, so one of ten seconds begins with up to eleven."""
    left = [HALFWAY.starts_in(START - timedelta(seconds=seconds)).total_seconds() for seconds in (10.7, 10, 1.2, 0.3)]
    assert left == [10, 10, 1, 1]


def test_in_the_first_minute_it_changes_every_two_seconds() -> None:
    assert not due(shown(10), HALFWAY, 11)
    assert due(shown(10), HALFWAY, 12)


def test_later_it_changes_at_each_percent_or_minute() -> None:
    assert not due(shown(400), HALFWAY, 430)
    assert due(shown(400, percent=40), HALFWAY, 403)
    assert due(shown(400), HALFWAY, 460)


def test_percents_that_fly_by_are_shown_every_two_seconds_at_most() -> None:
    assert not due(shown(400, percent=40), HALFWAY, 401)


def test_a_stop_and_the_end_are_shown_at_once() -> None:
    for phase in (Phase.STOPPED, Phase.DONE, Phase.UNREACHED):
        assert due(shown(400), replace(HALFWAY, phase=phase), 400)
    assert due(shown(400, phase=None), HALFWAY, 400)


def test_the_rest_takes_as_long_as_the_measured_rate_says() -> None:
    now = START + timedelta(seconds=440)
    assert HALFWAY.remaining(now) == timedelta(minutes=10)
    assert HALFWAY.percent == 41


def test_before_anything_is_measured_the_limits_say_how_long_it_takes() -> None:
    fresh = replace(HALFWAY, sent=0, unreachable=0, first_sent_at=None, measured_from=None, phase=Phase.UNDO)
    assert fresh.remaining(START) == timedelta(minutes=18)
    assert lasting(1, 29) == timedelta(seconds=1)
    assert lasting(290, 29) == timedelta(seconds=10)


def test_an_audience_of_nobody_is_all_settled() -> None:
    nobody = replace(HALFWAY, audience=0, sent=0, unreachable=0)
    assert nobody.percent == 100 and nobody.waiting == 0


@given(st.sampled_from(Phase), st.integers(0, 100), st.from_regex(r"[0-9a-f:]{0,16}", fullmatch=True))
def test_what_was_shown_survives_being_stored(phase: Phase, percent: int, digest: str) -> None:
    one = Shown(phase, percent, digest, START)
    assert shown_from(str(one), START) == one


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.floats(0, 10**5, allow_nan=False),
    st.floats(0.1, 1000, allow_nan=False),
)
def test_numbers_stay_within_reason(audience: int, sent: int, seconds: float, rate: float) -> None:
    standing = replace(HALFWAY, audience=audience, sent=sent, rate=rate)
    assert 0 <= standing.percent <= 100
    assert standing.waiting >= 0
    assert standing.remaining(START + timedelta(seconds=seconds)) >= timedelta(seconds=1)
    assert standing.percent < 100 or standing.waiting == 0


def test_nothing_changes_more_often_than_every_two_seconds_while_it_does_the_same() -> None:
    before = shown(0)
    changes = 0
    for tenth in range(600):
        now = START + timedelta(seconds=tenth / 10)
        if is_due(before, replace(HALFWAY, sent=12_480 + tenth), now):
            before = Shown(Phase.SENDING, 41, "words", now)
            changes += 1
    assert changes <= timedelta(minutes=1) / FAST_REDRAW
