"""A chart as values: what is drawn, with every word and number that stands in it. Drawing it decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

MOST_LABELS, FEW_LABELS = 7, 5
"""Labels side by side that stay apart on a phone, in every language: of days that all have one, or some of many."""
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place of an axis. `plain` says it in digits, for where no font has the letters of `text`."""

    at: int
    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values side by side, and what they are called."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars, the later on top of the earlier, or a line, or both apart; `levels` are the labels of the upright axis."""

    title: str
    levels: tuple[Label, ...]
    bars: tuple[Series, ...] = ()
    line: Series | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels one below the other over the same `places`, whose labels stand under the lowest."""

    panels: tuple[Panel, ...]
    places: tuple[Label, ...]
    is_dark: bool = False
    is_right_to_left: bool = False


def round_levels(least: int, most: int) -> list[int]:
    """Return three to six round whole numbers, evenly apart, the first at most `least` and the last at least `most`.

    0 to 7 gives 0, 2, 4, 6, 8; 1,204 to 1,246 gives 1,200, 1,210, … 1,250; 0 to 0 gives 0, 1.
    """
    if most <= least:
        return [least, least + 1]
    size = 1
    while True:
        for step in (size * factor for factor in _STEPS):
            first, last = least // step * step, -(-most // step) * step
            if (last - first) // step <= 5:
                return list(range(first, last + 1, step))
        size *= 10


def labelled(many: int) -> list[int]:
    """Return which of so many places side by side bear a label: as many as stay apart, the last always."""
    step = 1 if many <= MOST_LABELS else -(-many // FEW_LABELS)
    return [place for place in range(many) if (many - 1 - place) % step == 0]
