"""
What is worth reading now: heat that fades with age.

Files claim heat on no fixed scale (it may be negative, and changes often), so it is only compared, never shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(hours=24)
"""After this time an article needs twice the heat to keep its place."""


@dataclass(frozen=True, slots=True)
class HotArticle:
    """An article's number with what decides its rank."""

    number: int
    heat: int
    published_at: datetime


def warmth(ember: HotArticle, now: datetime) -> float:
    """Return what is left of an article's heat; always positive, so that age decides among the cold."""
    # Files write -1 for "not measured": no colder than that, and a little colder than 0.
    return (max(ember.heat, -1) + 2) * math.pow(0.5, max(timedelta(0), now - ember.published_at) / HALF_LIFE)


def warmest(embers: Iterable[HotArticle], now: datetime) -> list[int]:
    """Return article numbers, warmest first; of two equally warm ones the younger, then the higher number."""
    ranked = sorted(embers, key=lambda ember: (warmth(ember, now), ember.published_at, ember.number), reverse=True)
    return [ember.number for ember in ranked]
