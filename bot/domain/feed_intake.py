"""
What is made of a feed's items: which of them are taken as stories, in which way, and what is kept of each.

What is in a feed when it is first read is its history, and never news. An item that is known and has not changed for
readers is not looked at again. What then becomes of a story is decided in `domain.ingestion`, as for any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

from bot.domain.article import ArticleState, Provider, Story
from bot.domain.feed import FeedItem
from bot.domain.feed_items import KnownItem, Recognised, Standing, sketch, text_hash
from bot.domain.ingestion import Arrival, KnownArticle
from bot.domain.link import normal_link
from bot.domain.phrases import matches
from bot.domain.source import ASKED, Source, TakenAs
from bot.domain.topic import Topic, topic_key

MAX_TOPICS = 50
NO_TOPICS = frozenset({topic_key("Uncategorized"), topic_key("misc")})
"""What WordPress and Pelican write where nobody chose a category."""
CHECKED_WITHIN = timedelta(minutes=15)
"""How long a due embargo waits for its source to be read once more, when the source cannot be had."""

ItemTopics = Callable[[Sequence[str]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Intake:
    """An item as it is kept from now on, and the story to take of it; None when it tells nothing new.

    `is_changed` when what is kept differs from what was.
    """

    kept: KnownItem
    id: str
    is_changed: bool
    story: Story | None = None
    arrival: Arrival = Arrival.FEED


def intake(
    one: Recognised,
    source: Source,
    article: KnownArticle | None,
    *,
    topics: ItemTopics,
    now: datetime,
) -> Intake:
    """Return what becomes of an item. `article` is the one that it owns; `topics` tells an item's topics by its
    categories. A source that has never been read is read for the first time."""
    item, before = one.item, one.before
    is_history = source.read_at is None if before is None else before.is_history
    kept = _kept(one, is_history)
    if before is None or before.standing is Standing.REFUSED:
        if is_refused(item, source, is_history=is_history):
            refused = replace(kept, standing=Standing.REFUSED)
            return Intake(refused, one.id, refused != before)
        published = source.choices.taken_as is TakenAs.NEWS and item.link is not None
        kept = replace(kept, standing=Standing.TAKEN if item.link else Standing.NO_LINK)
        story = _story(item, source, None, topics, now, published)
        if (published or is_history) and story.published_at > now:
            kept = replace(kept, embargo=story.published_at)
        return Intake(kept, one.id, True, story, Arrival.HISTORY if is_history else Arrival.FEED)

    standing = before.standing
    shown: bool | None = None  # says nothing
    is_draft = article is not None and article.state is ArticleState.DRAFT
    has_come = (standing is Standing.NO_LINK and item.link is not None) or standing is Standing.WITHDRAWN
    if has_come:
        standing = Standing.TAKEN
        shown = True if is_draft and source.choices.taken_as is TakenAs.NEWS else None
    kept = replace(kept, standing=standing, embargo=before.embargo)
    moves = (
        before.embargo is not None
        and article is not None
        and article.state is ArticleState.SCHEDULED
        and item.published_at is not None
        and item.published_at != before.embargo
    )
    if one.mark == before.fingerprint and not has_come and not moves:
        return Intake(kept, one.id, kept != before)
    story = _story(item, source, article, topics, now, shown)
    if moves or shown:
        kept = replace(kept, embargo=story.published_at)
    return Intake(kept, one.id, True, story)


def gone(before: KnownItem) -> KnownItem:
    """Return an item that is no longer in its feed, as it is kept. That alone changes nothing."""
    return replace(before, place=None)


def is_refused(item: FeedItem, source: Source, *, is_history: bool) -> bool:
    """Return whether an item is not taken: by the source's phrases, or because readers would have nothing of it."""
    if not item.title or (is_history and item.link is None):
        return True
    choices, texts = source.choices, (item.title, item.excerpt or "")
    if choices.only and not matches(choices.only, *texts):
        return True
    return bool(choices.never and matches(choices.never, *texts))


def topics_of_items(source: Sequence[str], known: Mapping[str, str]) -> ItemTopics:
    """Return what tells an item's topics: those of its source, and its categories that name a known topic.

    `known` are names of topics by the keys of all that they go by.
    """

    def topics(categories: Sequence[str]) -> tuple[str, ...]:
        names = {topic_key(name): name for name in source}
        for category in categories:
            key = topic_key(category)
            if key not in NO_TOPICS and (name := known.get(key)) is not None:
                names.setdefault(topic_key(name), name)
        return tuple(names.values())[:MAX_TOPICS]

    return topics


def known_names(topics: Collection[Topic], names: Mapping[str, int]) -> dict[str, str]:
    """Return the names of topics by the keys of what they go by: `names` that lead to them, and their keywords.

    A name goes before a keyword, so that no topic takes another's name.
    """
    by_number = {topic.number: topic.name for topic in topics}
    found = {key: by_number[number] for key, number in names.items() if number in by_number}
    for topic in topics:
        for word in topic.keywords:
            found.setdefault(topic_key(word), topic.name)
    found.pop("", None)
    return found


class EmbargoEnd(Enum):
    """What becomes of an item whose embargo is over."""

    PUBLISH = auto()
    LIST = auto()  # it is part of its source's history, which is never news
    WITHDRAW = auto()  # it is not in its feed any more
    WAIT = auto()  # until its source has been read once more


def embargo_end(item: KnownItem, source: Source, *, due_at: datetime, now: datetime) -> EmbargoEnd:
    """Return what becomes of an item when its date has come: it may have been withdrawn meanwhile.

    `due_at` is the date that it came with. A source that is not asked, or cannot be had for `CHECKED_WITHIN`, is
    believed as it was last read.
    """
    if item.place is None:
        return EmbargoEnd.WITHDRAW
    is_asked = source.state in ASKED
    is_checked = source.read_at is not None and source.read_at >= due_at
    if is_asked and not is_checked and now < due_at + CHECKED_WITHIN:
        return EmbargoEnd.WAIT
    return EmbargoEnd.LIST if item.is_history else EmbargoEnd.PUBLISH


def _kept(one: Recognised, is_history: bool) -> KnownItem:
    item, before = one.item, one.before
    hashed = text_hash(item.text)
    is_same_text = before is not None and before.text_hash == hashed
    # Where items have dates their order says nothing, and a new one above it would change every row.
    is_there = before is not None and before.place is not None and item.published_at is not None
    return KnownItem(
        key=one.key,
        title=item.title,
        link=normal_link(item.link) if item.link else None if before is None else before.link,
        published_at=item.published_at,
        text_hash=hashed,
        sketch=before.sketch if is_same_text and before is not None else sketch(item.text),
        fingerprint=one.mark,
        place=before.place if is_there and before is not None else one.place,
        is_history=is_history,
    )


def _story(
    item: FeedItem,
    source: Source,
    article: KnownArticle | None,
    topics: ItemTopics,
    now: datetime,
    published: bool | None,
) -> Story:
    """Return the story that an item tells. What it lacks, and its known article has, stays as it is there."""
    link = item.link or (article.story.link if article is not None else "")
    seen_at = now.replace(microsecond=0)  # times are stored in whole seconds, rounded up, and none to come is meant
    at = item.published_at or (article.story.published_at if article is not None else seen_at)
    if article is not None and article.state not in (ArticleState.DRAFT, ArticleState.SCHEDULED):
        # Some software dates its items anew with every build; and what is listed does not go back under an embargo.
        at = article.story.published_at
    names = topics(item.categories)
    return Story(
        title=item.title,
        link=link,
        published_at=at,
        excerpt=item.excerpt,
        published=published,
        provider=Provider(source.name, _host(link)),
        topics=names,
        pictures=item.pictures,
        payload={
            "title": item.title,
            "webUrl": link,
            "publishedDateTime": at.isoformat(),
            "excerpt": item.excerpt,
            "topics": list(names),
            "images": [picture.url for picture in item.pictures],
            "provider": {"name": source.name},
            "author": item.author,
            "categories": list(item.categories),
            "feed": source.url,
            "id": item.id[:2048],
        },
    )


def _host(link: str) -> str | None:
    host = urlsplit(link).hostname if link else None
    return host.removeprefix("www.") if host else None
