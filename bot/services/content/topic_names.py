"""Finding topics by name: exact matches, similar names, and typos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.domain.search_terms import holds, indexed, spelling, wanted
from bot.domain.topic import Topic, TopicFile, listed_names, topic_key

SUGGESTIONS = 3
MAX_NAMES = 50
MAX_NAME_LENGTH = 200
_CLOSE = 62  # of 100: "Vison" and "Computer Vison" find Computer Vision, "Gardening" finds nothing
_SLIP = 75  # of 100: "Robotik" and "Robot" are slips of Robotics, "Ecology" is none of Economy
_MIN_TYPO_LENGTH = 4  # characters: shorter names are all close to each other
_CACHED_NAMES = 2**14  # names
_MIN_PART_LENGTH = 3  # characters of a name that may stand for all of it


def names_in(words: str) -> list[str]:
    """Return the names a person listed: between commas or lines, or each hashtag where there are only hashtags."""
    return list(dict.fromkeys(name[:MAX_NAME_LENGTH] for name in listed_names(words)))[:MAX_NAMES]


def name_and_count(words: str) -> tuple[str, int] | None:
    """Return what may be a name with a number behind it (`Windows 11`, or just `5`); None when there is no number.

    The number is in the digits of any script, as the person's keyboard has them.
    """
    name, _, last = " ".join(words.split()).rpartition(" ")
    if not last.isdecimal():
        return None
    return name.strip(), min(int(last[:9]), 10**9)


def closest(topics: Mapping[int, Topic], name: str) -> list[Topic]:
    """Return the topics whose names come nearest to `name`, best first, at most `SUGGESTIONS`; empty when none do.

    One whose name holds all the words comes near, as a search would find it. A single one brings its parent along,
    which may be what was meant.
    """
    from rapidfuzz import fuzz, process

    asked = name[:MAX_NAME_LENGTH]
    written, question = _spelt(asked), wanted(asked)
    keys: dict[str, int] = {}
    found_in: dict[str, str] = {}
    # A name that only an article brought never stands before one that is known.
    for topic in sorted(topics.values(), key=lambda topic: (not topic.from_file, not topic.listed, topic.number)):
        others = dict(topic.names).values()
        for alias in (topic.name, topic.short_name or "", topic.id, *topic.hashtags, *others, *topic.keywords):
            if (key := _spelt(alias)) and key not in keys:
                keys[key] = topic.number
                found_in[key] = _indexed(alias)
    if not written:
        return []
    scored = {key: score for key, score, _ in process.extract(written, keys.keys(), scorer=fuzz.ratio, limit=20)}
    for key, text in found_in.items():
        if holds(text, question) or (len(written) >= _MIN_PART_LENGTH and key.startswith(written)):
            scored[key] = max(90.0, scored.get(key, 0.0))
    near = sorted((key for key, score in scored.items() if score >= _CLOSE), key=lambda key: (-scored[key], key))
    found = list(dict.fromkeys(keys[key] for key in near))[:SUGGESTIONS]
    if len(found) == 1:
        parent = topics[found[0]].parent
        found += [parent] if parent is not None and parent in topics else []
    return [topics[number] for number in found]


class KnownNames:
    """Every name, short name, id and hashtag of topics, to tell a slip of one from a name that is new.

    By its keywords a topic is not known, but one of them in an article's topics is hardly meant for another.
    """

    def __init__(self, topics: Iterable[Topic | TopicFile]) -> None:
        known = list(topics)
        self._names: dict[str, str] = {}
        self._close_to: dict[str, str] = {}
        for topic in known:
            others = dict(topic.names).values()
            for alias in (topic.name, topic.short_name or "", topic.id, *topic.hashtags, *others):
                self._names.setdefault(topic_key(alias), topic.name)
                self._close_to.setdefault(_spelt(alias), topic.name)
        for topic in known:
            for word in topic.keywords:
                self._close_to.setdefault(_spelt(word), topic.name)
        self._names.pop("", None)
        self._close_to.pop("", None)
        self._with_digits: dict[str, list[str]] = {}
        for key in self._close_to:
            if len(key) >= _MIN_TYPO_LENGTH:
                self._with_digits.setdefault(_digits(key), []).append(key)
        self._meant: dict[str, str | None] = {}

    def __bool__(self) -> bool:
        return bool(self._names)

    def __contains__(self, key: object) -> bool:
        """Return whether a topic goes by a name with this key."""
        return key in self._names

    def meant(self, name: str) -> str | None:
        """Return the topic that a name is probably a slip of; None when it is known itself or close to none."""
        if name not in self._meant:
            self._meant[name] = None if topic_key(name) in self._names else self._close(_spelt(name))
        return self._meant[name]

    def _close(self, key: str) -> str | None:
        if key in self._close_to:
            return self._close_to[key]
        if len(key) < _MIN_TYPO_LENGTH:
            return None
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        near = self._with_digits.get(_digits(key), [])  # Windows 10 is no slip of Windows 11
        # Two letters swapped are one slip, and too much for the ratio of a short name.
        swapped = process.extractOne(key, near, scorer=OSA.distance, score_cutoff=1)
        found = swapped or process.extractOne(key, near, scorer=fuzz.ratio, score_cutoff=_SLIP)
        return None if found is None else self._close_to[found[0]]


# Newsrooms have the same names for years, and each question is compared with all of them.
@lru_cache(_CACHED_NAMES)
def _spelt(name: str) -> str:
    """Return what tells a name from others that are close; a name of signs alone is told by them."""
    return spelling(name) or topic_key(name)


@lru_cache(_CACHED_NAMES)
def _indexed(name: str) -> str:
    return indexed(name)


def _digits(key: str) -> str:
    return "".join(char for char in key if char.isdigit())
