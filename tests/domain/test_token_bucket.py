"""How often somebody may ask."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.token_bucket import TokenBucket


def test_so_many_at_once_and_then_as_it_fills():
    bucket = TokenBucket.full(3, 0.5, now=100.0)
    assert [bucket.take(100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert bucket.take(101.0) == 1.0 and bucket.take(102.0) == 0.0 and bucket.take(102.0) == 2.0
    assert [bucket.take(1_000.0) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0], "an hour of silence saves no more"


@given(st.lists(st.floats(0, 10), max_size=200))
def test_never_more_than_it_holds_and_what_came_meanwhile(pauses: list[float]):
    bucket, now, taken = TokenBucket.full(5, 2.0, now=0.0), 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(now) == 0.0
        assert taken <= 5 + 2.0 * now + 1e-6
