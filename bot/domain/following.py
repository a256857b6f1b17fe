"""
What one chat follows at one moment, and which topics that includes.

Following a parent includes its children, so whether a topic is followed depends on the tree. This module answers it for
one chat, `store.delivery.followers` for a million at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.topic import TopicTree, wants


@dataclass(frozen=True, slots=True)
class Following:
    """Topic numbers a chat follows by name, has left out of a followed parent, and has muted until when.

    A mute without a time holds for good. `unwanted` are folded names of sources it never wants.
    """

    tree: TopicTree = field(repr=False)
    follows: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    muted: Mapping[int, datetime | None] = field(default_factory=dict)
    unwanted: frozenset[str] = frozenset()

    def through(self, topic: int) -> int | None:
        """Return the followed topic that brings the news of `topic`: itself, or an ancestor; None when none does."""
        return wants(self.tree, (topic,), follows=self.follows, left_out=self.left_out, muted=())

    def includes(self, topic: int) -> bool:
        """Return whether news of `topic` comes to this chat, mutes aside."""
        return self.through(topic) is not None

    def included(self) -> frozenset[int]:
        """Return every topic whose news comes to this chat, mutes aside."""
        reachable = {topic for followed in self.follows for topic in self.tree.below(followed)}
        return frozenset(topic for topic in reachable if self.includes(topic))

    def missing(self) -> frozenset[int]:
        """Return the topics left out of something that is followed; the others have no effect."""
        return frozenset(
            topic
            for topic in self.left_out - self.follows
            if any(self.includes(parent) for parent in self.tree.path(topic)[1:2])
        )
