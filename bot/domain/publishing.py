"""
When an article becomes news: decided here from values, done in `services.newsroom.newsroom`.

What a file's flag asks for is decided in `domain.ingestion`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

BURST_WITHIN = timedelta(minutes=10)
UNDO_FROM = 100  # chats: a publish to fewer has no undo delay


@dataclass(frozen=True, slots=True)
class PushWindow:
    """How old an article first seen as published may be and still be news. None: any age. Zero: files never push."""

    length: timedelta | None

    def admits(self, published_at: datetime, now: datetime) -> bool:
        return self.length is None or (self.length > timedelta(0) and now - published_at <= self.length)

    @property
    def files_never_push(self) -> bool:
        return self.length is not None and self.length <= timedelta(0)


def opens_audience(published_at: datetime, pushed_at: datetime, now: datetime, window: PushWindow) -> bool:
    """Return whether a topic that a file adds to a published article which nobody got still makes it news.

    Long after both its date and its publish, adding a topic is taken as tidying up, and changes lists only.
    """
    return window.admits(max(published_at, pushed_at), now)


def is_for_nobody(topics: Collection[int], established: Collection[int], has_followers: bool) -> bool:
    """Return whether an article would reach nobody because of a mistake, not because nobody follows its topics.

    None of its topics is `established`: each is no more than a name that articles brought. An article without any
    topic is one as well, as long as there are readers who follow something.
    """
    return has_followers if not topics else not any(topic in established for topic in topics)


def is_burst(news_within: int, burst: int) -> bool:
    """Return whether so many articles became news by file within `BURST_WITHIN` that people should decide first."""
    return news_within > burst


def undo_time(reach: int, setting: timedelta) -> timedelta:
    """Return how long a publish waits before its first message, so that an editor can think again."""
    return setting if reach >= UNDO_FROM else timedelta(0)


def is_stale(start_at: datetime, now: datetime, setting: timedelta) -> bool:
    """Return whether what should have left at `start_at` is no longer news, and belongs in a list. Zero: never."""
    return timedelta(0) < setting < now - start_at
