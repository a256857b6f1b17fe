"""
What stands in a list that a chat has asked for, whatever it looks like: its first line, headlines by topic, its last.

Both looks are made of this, so that a chat whose rich list is refused gets the same stories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.domain.article import Article, ArticleState
from bot.domain.delivery_time import Listing, Mode
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.render.locale import Words
from bot.render.look import Look
from bot.render.reader.delivery_times import moment
from bot.render.reader.retracted import line_of
from bot.render.text import clip, foreign

_TOPIC_NAME = 60

Story = tuple[Article, Sequence[Topic]]


@dataclass(frozen=True, slots=True)
class Line:
    """A story in its place, counted from 1 over all sections; the headline is a link, or a notice."""

    place: int
    article: Article
    headline: Text

    @property
    def is_open(self) -> bool:
        """Whether there is a story to open: it was not taken back since."""
        return self.article.state is not ArticleState.RETRACTED


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of a topic, newest first; None: those that have no topic."""

    topic: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A list before it has a look. There is at least one section, and none is empty."""

    first_line: str
    sections: tuple[Section, ...]
    last_line: str

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for section in self.sections for line in section.lines)


def content_of(stories: Sequence[Story], listing: Listing, look: Look, now: datetime) -> Content:
    """Return a list of these stories, at least one."""
    words = look.words
    time = words.time(listing.at, look.zone)
    first = words.count("Your {time} news: {n} story", "Your {time} news: {n} stories", len(stories), time=time)
    return Content(first, _sections(stories, look, now), _last_line(words, listing, look, now))


def example_of(stories: Sequence[Story], look: Look, now: datetime) -> Content:
    """Return a list that shows how lists look, of these stories, at least one."""
    words = look.words
    first = words.count("An example of a list: {n} story", "An example of a list: {n} stories", len(stories))
    return Content(first, _sections(stories, look, now), words("So look the lists of news in this chat."))


def _sections(stories: Sequence[Story], look: Look, now: datetime) -> tuple[Section, ...]:
    """Return the stories under their first topics, the topic of the newest first; without a topic last."""
    found: dict[int, tuple[Topic | None, list[Article]]] = {}
    for article, topics in sorted(stories, key=lambda story: story[0].story.published_at, reverse=True):
        topic = topics[0] if topics else None
        found.setdefault(0 if topic is None else topic.number, (topic, []))[1].append(article)
    sections, place = [], 0
    for topic, articles in sorted(found.values(), key=lambda section: section[0] is None):
        lines = tuple(
            Line(number, article, _headline(_Same(article), look, now))
            for number, article in enumerate(articles, place + 1)
        )
        place += len(lines)
        sections.append(
            Section(None if topic is None else foreign(clip(topic.name_in(look.words.language), _TOPIC_NAME)), lines)
        )
    return tuple(sections)


class _Same:
    """An article, equal to itself alone: to compare all that one holds takes longer than to make its headline."""

    __slots__ = ("article",)

    def __init__(self, article: Article) -> None:
        self.article = article

    def __hash__(self) -> int:
        return id(self.article)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.article is self.article


@lru_cache(maxsize=2048)
def _headline(same: _Same, look: Look, now: datetime) -> Text:
    """Return a headline that was perhaps made for another list: readers who follow other topics share many stories."""
    return line_of(same.article, look, now)


def _last_line(words: Words, listing: Listing, look: Look, now: datetime) -> str:
    """Return when the next list comes, or why this one came."""
    timing, quiet = listing.timing, listing.timing.quiet
    if listing.next_at is not None:
        next_at = moment(words, listing.next_at, look.zone, now)
        if timing.mode is Mode.CALM:
            return words.count(
                "More than {n} an hour comes as a list. Next: {when}.",
                "More than {n} an hour come as a list. Next: {when}.",
                timing.per_hour,
                when=next_at,
            )
        return words("Next: {when}.", when=next_at)
    if quiet is None:
        return words("From now on news comes at once.")
    return words(
        "Quiet hours: {begin} to {end} {city}.",
        begin=words.clock(quiet.begin),
        end=words.clock(quiet.end),
        city=words.place(look.zone.key),
    )
