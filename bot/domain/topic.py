"""
Topics: what can be followed, under which names, and which follows reach which articles.

Following a parent includes its children, present and future; a child can be left out; a muted topic wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import Complaint


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to follow. `listed` topics are in the picker; others match and can be followed by name.

    `from_file` when a topic file defines it: what others call it, or an article does, never goes before that.
    """

    number: int
    id: str
    name: str
    short_name: str | None = None
    parent: int | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    listed: bool = True
    from_file: bool = False
    names: tuple[tuple[str, str], ...] = ()
    """What it is called in other languages than that of `name`, by IETF tag."""

    def name_in(self, language: str) -> str:
        """Return what the topic is called in a language: its name in that, in that without a region, else `name`."""
        if not self.names:
            return self.name
        wanted, primary = language.casefold(), language.casefold().partition("-")[0]
        known = {tag.casefold(): name for tag, name in self.names}
        alike = (name for tag, name in known.items() if tag.partition("-")[0] == primary)
        return known.get(wanted) or known.get(primary) or next(alike, self.name)

    @property
    def hashtag(self) -> str:
        """The first hashtag of its file, or one made of its name; with `#`, or empty when the name has no letters."""
        if self.hashtags:
            return self.hashtags[0]
        word = "".join(part[:1].upper() + part[1:] for part in re.findall(r"\w+", self.name))
        return f"#{word}" if any(char.isalpha() for char in word) else ""


@dataclass(frozen=True, slots=True)
class TopicFile:
    """What one topic file says. `parent` is a name, resolved when it is stored. `warnings` are about the file."""

    id: str
    name: str
    short_name: str | None = None
    parent: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    warnings: tuple[Complaint, ...] = field(default=(), compare=False, repr=False)


MAX_DEPTH = 16
"""Ancestors of a topic that count: no real tree is deeper, and each level costs one more look-up for every chat."""


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


MAX_PIECES = 4
"""Pieces between commas that may be one name: Food, Drink and Travel."""
_BETWEEN_NAMES = re.compile(r"[,;\n\u060c\u3001\uff0c\uff1b]")  # commas of Arabic, Chinese and Japanese too


def listed_names(text: str) -> list[str]:
    """Return the names that a text lists: between commas or lines, or each hashtag where there are only hashtags."""
    pieces = text.split()
    if pieces and all(piece.startswith("#") for piece in pieces):
        pieces = [name for piece in pieces for name in _BETWEEN_NAMES.split(piece)]
    else:
        pieces = _BETWEEN_NAMES.split(text)
    return [piece.strip() for piece in pieces if topic_key(piece)]


def joined_names(pieces: Sequence[str], is_defined: Callable[[str], bool]) -> list[str]:
    """Return the names that pieces between commas stand for.

    Several that stand together are one name when it is defined, as Food, Drink and Travel; the longest counts.
    `is_defined` is asked for the key of a name.
    """
    if len(pieces) > 1 and is_defined(topic_key(", ".join(pieces))):
        return [", ".join(pieces)]
    waiting = list(pieces)
    names = []
    while waiting:
        many = min(len(waiting), MAX_PIECES)
        while many > 1 and not is_defined(topic_key(", ".join(waiting[:many]))):
            many -= 1
        names.append(", ".join(waiting[:many]))
        del waiting[:many]
    return names


def bare_name(name: str) -> str:
    """Return a name without the `#` before it."""
    return name.strip().lstrip("#").strip()


def is_name(name: str) -> bool:
    """Return whether a name can be said: it holds a letter, a digit or a sign such as `+` or an emoji.

    A name of commas or other punctuation alone is left over from a list, and could not be typed.
    """
    return bool(name) and (name[0].isalnum() or any(unicodedata.category(char)[0] in "LNS" for char in name))


def by_name(topics: Iterable[Topic]) -> list[Topic]:
    """Return topics as a dictionary has them: in any case, and Ökologie among the words with O."""
    return sorted(topics, key=lambda topic: (_letters(topic.name), topic.name))


def _letters(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(char))


class TopicTree:
    """Parents and children of topics. A loop of parents in files is cut where it closes."""

    def __init__(self, parents: Mapping[int, int | None]) -> None:
        self._parents = dict(parents)
        self._children: dict[int, list[int]] = {}
        for child, parent in self._parents.items():
            if parent is not None:
                self._children.setdefault(parent, []).append(child)

    def path(self, topic: int) -> tuple[int, ...]:
        """Return the topic and its ancestors, nearest first, at most `MAX_DEPTH` of them."""
        seen: dict[int, None] = {}
        step: int | None = topic
        while step is not None and step not in seen and len(seen) <= MAX_DEPTH:
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
