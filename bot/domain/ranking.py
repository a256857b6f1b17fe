"""
The ranking of `/top`: an article's heat, which fades with age.

Files give heat on no fixed scale (it may be negative, and changes often), so it is only compared, never shown.
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


def warmth(article: HotArticle, now: datetime) -> float:
    """Return an article's faded heat; always positive, so that among articles without heat age decides."""
    # Files write -1 for "not measured": it ranks a little below 0, and nothing ranks below it.
    return (max(article.heat, -1) + 2) * math.pow(0.5, max(timedelta(0), now - article.published_at) / HALF_LIFE)


def warmest(articles: Iterable[HotArticle], now: datetime) -> list[int]:
    """Return article numbers, warmest first; of two equally warm ones the younger, then the higher number."""
    ranked = sorted(
        articles, key=lambda article: (warmth(article, now), article.published_at, article.number), reverse=True
    )
    return [article.number for article in ranked]
