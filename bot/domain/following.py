"""
What one chat follows at one moment, and which topics that includes.

Following a parent includes its children, so whether a topic is followed depends on the tree. This module answers it for
one chat, `store.delivery.followers` for a million at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.phrases import KnownPhrase
from bot.domain.topic import Topic, TopicTree, wants

STORIES = 2**48
"""What is added to an article's number for the story that is followed from it, among the numbers of phrases."""


@dataclass(frozen=True, slots=True)
class KnownStory:
    """A story by the article from which it is followed; `title` is that article's, empty where readers see none."""

    number: int
    title: str


Reason = Topic | KnownPhrase | KnownStory
"""What brings an article to a chat: a topic that it follows, else a phrase, else the story that it belongs to."""


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


def reason(
    tree: TopicTree,
    topics: Iterable[int],
    held: Sequence[int],
    *,
    follows: Collection[int],
    left_out: Collection[int],
    muted: Collection[int],
    phrases: Collection[int],
    is_refused: bool,
    told: Sequence[int] = (),
    stories: Collection[int] = (),
) -> int | None:
    """Return what brings an article to a chat, as `reason_number` has it; None when it does not come.

    That is the followed topic, else the phrase: the first of those in the article (`held`, by number) that the chat
    follows; else the first of the articles of its story (`told`) from which the chat follows that. What the chat never
    wants, its source or a phrase in it, wins over everything, and then a muted topic.
    """
    worn = list(topics)
    if is_refused or any(step in muted for step in tree.reached_by(worn)):
        return None
    topic = wants(tree, worn, follows=follows, left_out=left_out, muted=())
    if topic is not None:
        return topic
    phrase = next((-number for number in held if number in phrases), None)
    return phrase if phrase is not None else next((-STORIES - number for number in told if number in stories), None)


def reason_number(why: Reason) -> int:
    """Return the number that stands for what brings an article to a chat.

    It is a topic's, or a phrase's made negative; for a story, that of its article beyond all that phrases can have.
    """
    match why:
        case KnownStory(number):
            return -STORIES - number
        case KnownPhrase(number):
            return -number
    return why.number


def is_story(number: int) -> bool:
    """Return whether what such a number stands for is a story."""
    return number < -STORIES


def story_number(number: int) -> int:
    """Return the article of such a story."""
    return -number - STORIES


def phrase_number(number: int) -> int:
    """Return the phrase that a negative number stands for; of a forged one that no phrase can have, a large one."""
    return min(-number, 2**63 - 1)
