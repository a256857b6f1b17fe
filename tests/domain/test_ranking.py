"""Heat that fades."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ranking import HALF_LIFE, HotArticle, warmest, warmth

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


def ember(number: int, heat: int, age: timedelta = timedelta(0)) -> HotArticle:
    return HotArticle(number, heat, NOW - age)


def test_heat_decides_among_the_young_and_age_among_the_equally_hot():
    embers = [ember(1, 5), ember(2, 50, HALF_LIFE), ember(3, 5, HALF_LIFE), ember(4, 50)]
    assert warmest(embers, NOW) == [4, 2, 1, 3]


def test_an_article_without_measured_heat_is_the_coldest_of_its_age_but_has_one():
    assert warmest([ember(1, -1), ember(2, 0)], NOW) == [2, 1]
    assert warmth(ember(1, -1), NOW) > 0


@given(st.integers(-(10**6), 10**9), st.integers(0, 10**8), st.integers(1, 10**7))
def test_heat_only_ever_fades(heat, age, more):
    younger, older = (warmth(ember(1, heat, timedelta(seconds=seconds)), NOW) for seconds in (age, age + more))
    assert younger >= older >= 0
