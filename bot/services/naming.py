"""What people mean when they write the name of a topic: exactly that, or something close to it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import fuzz, process

from bot.domain.topic import Topic, topic_key

SUGGESTIONS = 3
MOST_NAMES = 50
LONGEST_NAME = 200
_CLOSE = 62  # of 100: "Vison" and "Computer Vison" find Computer Vision, "Gardening" finds nothing
_LEAST_PART = 3  # characters of a name that may stand for all of it


def names_in(words: str) -> list[str]:
    """Return the names a person listed: between commas or lines, or each hashtag where there are only hashtags."""
    pieces = words.split()
    if pieces and all(piece.startswith("#") for piece in pieces):
        names = [piece.rstrip(",;") for piece in pieces]
    else:
        names = [name.strip() for name in re.split(r"[,;\n]", words)]
    return list(dict.fromkeys(name[:LONGEST_NAME] for name in names if topic_key(name)))[:MOST_NAMES]


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
    for topic in topics.values():
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
