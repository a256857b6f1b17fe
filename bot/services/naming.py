"""What people mean when they write the name of a topic: exactly that, or something close to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

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


def names_of(topics: Iterable[Topic | TopicFile]) -> dict[str, str]:
    """Return the name of the topic that each name, short name, id or hashtag belongs to, by the key of that."""
    names: dict[str, str] = {}
    for topic in topics:
        for alias in (topic.name, topic.short_name or "", topic.id, *topic.hashtags):
            names.setdefault(topic_key(alias), topic.name)
    names.pop("", None)
    return names


def slip_of(name: str, known: Mapping[str, str]) -> str | None:
    """Return the known topic that a name is probably a slip of; None when it is known itself or close to none.

    `known` are names by their keys, as `names_of` gives them.
    """
    wanted = topic_key(name)
    if wanted in known or not wanted:
        return None
    letters = _letters(wanted)
    for key, meant in known.items():
        if letters and _letters(key) == letters:
            return meant
    if len(wanted) < _LEAST_SLIP:
        return None
    # Windows 10 is no slip of Windows 11.
    digits = _digits(wanted)
    close = [key for key in known if len(key) >= _LEAST_SLIP and _digits(key) == digits]
    # Two letters swapped are one slip, and too much for the ratio of a short name.
    swapped = process.extractOne(wanted, close, scorer=OSA.distance, score_cutoff=1)
    found = swapped or process.extractOne(wanted, close, scorer=fuzz.ratio, score_cutoff=_SLIP)
    return None if found is None else known[found[0]]


def _letters(key: str) -> str:
    return "".join(char for char in key if char.isalnum())


def _digits(key: str) -> str:
    return "".join(char for char in key if char.isdigit())
