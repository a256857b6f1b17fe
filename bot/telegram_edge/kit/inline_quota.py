"""
How often one person is answered in other chats, where clients ask at almost every key.

Nothing of it lasts: who is forgotten, or meets a new process, has their whole allowance again.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from bot.domain.token_bucket import TokenBucket

AT_ONCE, PER_SECOND = 30, 1.0
PEOPLE = 4096


class InlineQuota:
    """A bucket for each of the people who asked last."""

    def __init__(self, people: int = PEOPLE) -> None:
        self._people = people
        self._buckets: OrderedDict[int, TokenBucket] = OrderedDict()

    def ask(self, person: int, now: datetime) -> bool:
        """Count a question and return whether it is answered."""
        at = now.timestamp()
        bucket = self._buckets.pop(person, None) or TokenBucket.full(AT_ONCE, PER_SECOND, at)
        self._buckets[person] = bucket
        if len(self._buckets) > self._people:
            self._buckets.popitem(last=False)
        return bucket.take(max(at, bucket.at)) == 0.0  # the clock may be set back
