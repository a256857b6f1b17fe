"""
Topics: what can be followed, under which names, and which follows reach which articles.

Following a parent includes its children, present and future; a child can be left out; a muted topic wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to follow. `listed` topics are in the picker; others match and can be followed by name."""

    number: int
    id: str
    name: str
    short_name: str | None = None
    parent: int | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    listed: bool = True

    @property
    def hashtag(self) -> str:
        """The first hashtag of its file, or one made of its name; with `#`, or empty when the name has no letters."""
        if self.hashtags:
            return self.hashtags[0]
        word = "".join(part[:1].upper() + part[1:] for part in re.findall(r"\w+", self.name))
        return f"#{word}" if any(char.isalpha() for char in word) else ""


@dataclass(frozen=True, slots=True)
class TopicFile:
    """What one topic file says. `parent` is a name, resolved when it is stored."""

    id: str
    name: str
    short_name: str | None = None
    parent: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()


DEEPEST = 16
"""Ancestors of a topic that count: more is nobody's newsroom, and each is one more question about every chat."""


_HASHES = re.compile(r"(?<![^\s_\-])#+")  # before a word; the one of C# is its name
_BLANKS = re.compile(r"[\s_\-]+")
_SELECTORS = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def topic_key(name: str) -> str:
    """Return the form in which two names of a topic are equal: case, a word's first `#`, blanks, `-` and `_` do not
    count, nor does what nobody sees, such as the isolates around a name that was copied from a message of ours."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    if not plain.isascii():
        plain = _SELECTORS.sub("", "".join(char for char in plain if unicodedata.category(char) != "Cf"))
        # İ folds to an i with a dot above it, and Turkish writes the plain I as ı in lower case.
        plain = plain.replace("i\u0307", "i").replace("ı", "i")
    return _BLANKS.sub("", _HASHES.sub("", plain))


def by_name(topics: Iterable[Topic]) -> list[Topic]:
    """Return topics as a dictionary has them: in any case, and Ökologie among the words with O."""
    return sorted(topics, key=lambda topic: (_letters(topic.name), topic.name))


def _letters(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(char))


class TopicTree:
    """Parents and children, and nothing else. Loops in what files say are cut where they close."""

    def __init__(self, parents: Mapping[int, int | None]) -> None:
        self._parents = dict(parents)
        self._children: dict[int, list[int]] = {}
        for child, parent in self._parents.items():
            if parent is not None:
                self._children.setdefault(parent, []).append(child)

    def path(self, topic: int) -> tuple[int, ...]:
        """Return the topic and its ancestors, nearest first, at most `DEEPEST` of them."""
        seen: dict[int, None] = {}
        step: int | None = topic
        while step is not None and step not in seen and len(seen) <= DEEPEST:
            seen[step] = None
            step = self._parents.get(step)
        return tuple(seen)

    def below(self, topic: int) -> tuple[int, ...]:
        """Return the topic and all its descendants."""
        seen: dict[int, None] = {}
        waiting = [topic]
        while waiting:
            step = waiting.pop(0)
            if step not in seen:
                seen[step] = None
                waiting.extend(self._children.get(step, ()))
        return tuple(seen)

    def reached_by(self, topics: Iterable[int]) -> tuple[int, ...]:
        """Return every topic whose followers may get an article that bears `topics`: those and their ancestors."""
        return tuple(dict.fromkeys(step for topic in topics for step in self.path(topic)))


def wants(
    tree: TopicTree,
    topics: Iterable[int],
    *,
    follows: Collection[int],
    left_out: Collection[int],
    muted: Collection[int],
) -> int | None:
    """Return the followed topic for which a chat gets an article that bears `topics`; None when it does not.

    The nearest follow counts; a topic left out between the article and the follow breaks that way; one muted
    topic on any way up silences the article.
    """
    ways = [tree.path(topic) for topic in topics]
    if any(step in muted for way in ways for step in way):
        return None
    for way in ways:
        for step in way:
            if step in follows:
                return step
            if step in left_out:
                break
    return None
