"""
Topics as articles name them: which pieces of a text are one name, and which names look like typos.

A name nobody knows may be a new topic or `Robotik` for Robotics. Nobody but an editor can tell, so it is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.domain.article import Story
from bot.domain.topic import joined_names, topic_key
from bot.errors import Complaint
from bot.services.content.topic_names import KnownNames
from bot.store.content import topics
from bot.store.engine.database import Connection

MAX_WARNINGS = 100  # warnings of a batch: a whole archive in another spelling is one mistake, not thousands


async def settled(conn: Connection, stories: Sequence[Story]) -> list[Story]:
    """Return the stories with the topics that their texts name, as far as the known topics tell."""
    asked: set[str] = set()

    def ask(key: str) -> bool:
        asked.add(key)
        return False

    for story in stories:
        with_names(story, ask)
    if not asked:
        return list(stories)
    defined = await topics.defined(conn, asked)
    return [with_names(story, defined.__contains__) for story in stories]


def with_names(story: Story, is_defined: Callable[[str], bool]) -> Story:
    """Return a story whose topics, where a text lists them, are the longest names that are defined."""
    if not story.as_read.topics_in_text or len(story.topics) < 2:
        return story
    names = tuple(joined_names(story.topics, is_defined))
    lines = story.as_read.topic_lines[:1] * len(names)
    return replace(story, topics=names, as_read=story.as_read._replace(topic_lines=lines))


async def typos(conn: Connection, stories: Iterable[Story]) -> list[Complaint]:
    """Return a warning for each topic of these stories that nobody knows and that is close to a known one."""
    from_files = [story for story in stories if story.as_read.path]
    keys = {name: topic_key(name) for story in from_files for name in story.topics}
    defined = await topics.defined(conn, set(keys.values()))
    unknown = {name for name, key in keys.items() if key not in defined}
    if not unknown:
        return []
    odd = [story for story in from_files if not unknown.isdisjoint(story.topics)]
    return typos_among(odd, KnownNames((await topics.established(conn)).values()))


def typos_among(stories: Iterable[Story], known: KnownNames) -> list[Complaint]:
    """Return a warning for each topic of these stories that is not `known` but close to one that is."""
    found: list[Complaint] = []
    for story in stories if known else ():
        for name, line in zip(story.topics, story.as_read.topic_lines, strict=True):
            if len(found) < MAX_WARNINGS and (meant := known.meant(name)) is not None:
                reason = f"“{name}” is no known topic; perhaps {meant} is meant"
                found.append(Complaint(story.as_read.path, line, "topics", reason))
    return found
