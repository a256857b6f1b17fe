"""What stands at the axes of a chart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chart import FEW_LABELS, MOST_LABELS, labelled, round_levels


@pytest.mark.parametrize(
    ("least", "most", "levels"),
    [
        (0, 0, [0, 1]),
        (7, 7, [7, 8]),
        (0, 1, [0, 1]),
        (0, 7, [0, 2, 4, 6, 8]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (1204, 1246, [1200, 1210, 1220, 1230, 1240, 1250]),
        (0, 1_234_567, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_levels_are_round(least, most, levels):
    assert round_levels(least, most) == levels


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_levels_hold_all_values_and_are_few_and_evenly_apart(one, other):
    least, most = min(one, other), max(one, other)
    levels = round_levels(least, most)
    assert levels[0] <= least and levels[-1] >= most and 2 <= len(levels) <= 6
    assert len({after - before for before, after in pairwise(levels)}) == 1


@given(st.integers(1, 400))
def test_labels_are_few_and_evenly_apart_and_the_last_day_has_one(many):
    places = labelled(many)
    assert places[-1] == many - 1 and len(places) <= (MOST_LABELS if many <= MOST_LABELS else FEW_LABELS)
    assert len({after - before for before, after in pairwise(places)}) <= 1
