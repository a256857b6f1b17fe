"""What people mean when they write the name of a topic: exactly that, or something close to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.topic import Topic, TopicFile, listed_names, topic_key

SUGGESTIONS = 3
MOST_NAMES = 50
LONGEST_NAME = 200
_CLOSE = 62  # of 100: "Vison" and "Computer Vison" find Computer Vision, "Gardening" finds nothing
_SLIP = 75  # of 100: "Robotik" and "Robot" are slips of Robotics, "Ecology" is none of Economy
_LEAST_SLIP = 4  # characters: shorter names are all close to each other
_LEAST_PART = 3  # characters of a name that may stand for all of it


def names_in(words: str) -> list[str]:
    """Return the names a person listed: between commas or lines, or each hashtag where there are only hashtags."""
    return list(dict.fromkeys(name[:LONGEST_NAME] for name in listed_names(words)))[:MOST_NAMES]


def name_and_count(words: str) -> tuple[str, int] | None:
    """Return what may be a name with a number behind it (`Windows 11`, or just `5`); None when there is no number."""
    name, _, last = words.strip().rpartition(" ")
    if not (last.isascii() and last.isdigit()):
        return None
    return name.strip(), min(int(last[:9]), 10**9)


def closest(topics: Mapping[int, Topic], name: str) -> list[Topic]:
    """Return the topics whose names come nearest to `name`, best first, at most `SUGGESTIONS`; empty when none do.

    A single one brings its parent along, which may be what was meant.
    """
    from rapidfuzz import fuzz, process

    wanted = topic_key(name[:LONGEST_NAME])
    keys: dict[str, int] = {}
    # A name that only an article brought never stands before one that is known.
    for topic in sorted(topics.values(), key=lambda topic: (not topic.from_file, not topic.listed, topic.number)):
        for alias in (topic.name, topic.short_name or "", topic.id, *topic.hashtags, *topic.keywords):
            keys.setdefault(topic_key(alias), topic.number)
    keys.pop("", None)
    if not wanted:
        return []
    scored = {key: score for key, score, _ in process.extract(wanted, keys.keys(), scorer=fuzz.ratio, limit=20)}
    if len(wanted) >= _LEAST_PART:
        scored |= {key: max(90.0, scored.get(key, 0.0)) for key in keys if key.startswith(wanted)}
    near = sorted((key for key, score in scored.items() if score >= _CLOSE), key=lambda key: (-scored[key], key))
    found = list(dict.fromkeys(keys[key] for key in near))[:SUGGESTIONS]
    if len(found) == 1:
        parent = topics[found[0]].parent
        found += [parent] if parent is not None and parent in topics else []
    return [topics[number] for number in found]


class KnownNames:
    """Every name, short name, id and hashtag of topics, to tell a slip of one from a name that is new."""

    def __init__(self, topics: Iterable[Topic | TopicFile]) -> None:
        names: dict[str, str] = {}
        for topic in topics:
            for alias in (topic.name, topic.short_name or "", topic.id, *topic.hashtags):
                names.setdefault(topic_key(alias), topic.name)
        names.pop("", None)
        self._names = names
        self._letters = {_letters(key): name for key, name in names.items()}
        self._with_digits: dict[str, list[str]] = {}
        for key in names:
            if len(key) >= _LEAST_SLIP:
                self._with_digits.setdefault(_digits(key), []).append(key)
        self._meant: dict[str, str | None] = {}

    def __bool__(self) -> bool:
        return bool(self._names)

    def __contains__(self, key: object) -> bool:
        """Return whether a topic goes by a name with this key."""
        return key in self._names

    def meant(self, name: str) -> str | None:
        """Return the topic that a name is probably a slip of; None when it is known itself or close to none."""
        key = topic_key(name)
        if key not in self._meant:
            self._meant[key] = self._close(key) if key and key not in self._names else None
        return self._meant[key]

    def _close(self, key: str) -> str | None:
        letters = _letters(key)
        if letters and letters in self._letters:
            return self._letters[letters]
        if len(key) < _LEAST_SLIP:
            return None
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        near = self._with_digits.get(_digits(key), [])  # Windows 10 is no slip of Windows 11
        # Two letters swapped are one slip, and too much for the ratio of a short name.
        swapped = process.extractOne(key, near, scorer=OSA.distance, score_cutoff=1)
        found = swapped or process.extractOne(key, near, scorer=fuzz.ratio, score_cutoff=_SLIP)
        return None if found is None else self._names[found[0]]


def _letters(key: str) -> str:
    return "".join(char for char in key if char.isalnum())


def _digits(key: str) -> str:
    return "".join(char for char in key if char.isdigit())
