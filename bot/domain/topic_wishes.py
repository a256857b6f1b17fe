"""
When a chat wants the news of single topics, and which of its wishes counts for an article.

Each topic that brings an article to a chat has a say: its own wish, else that of the nearest topic above it which has
one, up to the one that is followed, else the chat's own times. A phrase or a story brings it at the chat's own times.
Of several the most eager counts, so that nothing comes later than somebody asked for it.
`store.delivery.wish_sql` says the same for a million chats at once; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from bot.domain.chat import Chat
from bot.domain.delivery_time import Mode, Timing, leaves_at
from bot.domain.topic import TopicTree

OWN = 0
"""Stands in place of a topic for the chat's own times."""

_RANKS = {Mode.NOW: 0, Mode.CALM: 2, Mode.HOURLY: 3, Mode.DAILY: 4}


class Wished(NamedTuple):
    """A chat as one campaign finds it, with the times that count there; `topic` is the one that wished for them."""

    chat: Chat
    topic: int = OWN


def says_of(
    tree: TopicTree,
    topics: Iterable[int],
    *,
    follows: Collection[int],
    left_out: Collection[int],
    wishes: Collection[int],
    by_phrase: bool,
) -> tuple[int, ...]:
    """Return what has a say in when an article comes to a chat: topics with a wish, or OWN; nothing if it does not.

    `by_phrase`: a phrase or a story brings it too.
    """
    says = {OWN: None} if by_phrase else {}
    for topic in topics:
        way = tree.path(topic)
        for place, step in enumerate(way):
            if step in follows:
                says[next((one for one in way[: place + 1] if one in wishes), OWN)] = None
                break
            if step in left_out:
                break
    return tuple(says)


def as_wished(chat: Chat, says: Sequence[int], wishes: Mapping[int, Timing], zone: tzinfo, since: datetime) -> Wished:
    """Return a chat with the most eager of its wishes for news of `since`.

    That is the one by which it may leave first. Of two by which it may leave at the same moment, what comes by itself
    is before what comes in a list, and what is heard before what is silent. Quiet hours are the chat's, always.
    """
    if not says:
        return Wished(chat)
    asked = {topic: chat.timing if topic == OWN else replace(wishes[topic], quiet=chat.timing.quiet) for topic in says}

    def eagerness(topic: int) -> tuple[datetime, int, int]:
        timing = asked[topic]
        return leaves_at(timing, zone, since, since), _RANKS[timing.mode] + timing.silent, -timing.per_hour

    topic = min(says, key=eagerness)
    timing = asked[topic]
    return Wished(chat._replace(timing=timing, silent=chat.silent or timing.silent), topic)
