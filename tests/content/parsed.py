"""Articles and topics from the bytes of a file that need not be on disk."""

from __future__ import annotations

from pathlib import Path

from bot.content.articles.article_file import story_of
from bot.content.articles.surroundings import FileContext, ReadingRules, name_in
from bot.content.articles.topic_file import topic_of
from bot.content.formats.front_matter import read_document
from bot.domain.article import Story
from bot.domain.topic import TopicFile


def parse_article(path: Path, data: bytes, *, root: Path, rules: ReadingRules) -> Story:
    """Return the story in an article file; complaints name `path` relative to `root`. Raises: ContentError."""
    return story_of(read_document(name_in(path, root), data), FileContext(path, root, rules))


def parse_topic(path: Path, data: bytes) -> TopicFile:
    """Return the topic in a topic file. Raises: ContentError."""
    return topic_of(read_document(path, data))
