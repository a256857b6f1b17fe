"""
Lists of articles: one line for each, buttons to open them, buttons to turn the page.

In private chats `Open` shows the article right there. A group's list is everybody's, and an article for each press
would bury the talk: there the buttons lead to the reader's own chat with the bot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Article
from bot.domain.browsing import ALL_TOPICS, FOLLOWED, Direction, Page, Place
from bot.domain.chat import ChatKind
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.render.labels import topic_label
from bot.render.locale import Words
from bot.render.look import Look, Surface
from bot.render.reader.article import headline
from bot.render.reader.card import deep_link
from bot.render.reader.picker import LATEST, TOPICS
from bot.render.text import bold, clip, fit, foreign, join

OPEN = "open"
TOP = "top"
SEARCH = "search"
BEST = "search_best"
SAVED = "saved"
ALIKE = "alike"
FOLLOW = "follow"
UNFOLLOW = "unfollow"

IN_A_ROW = 3  # `Open 12` side by side on a phone
_NAME = 60
_SOUGHT = 60


def latest(
    look: Look, kind: ChatKind, scope: int, topic: Topic | None, page: Page, size: int, now: datetime
) -> Message:
    """Return a page of the newest articles; `scope` is as in `domain.browsing`, `topic` the one it is about."""
    words = look.words
    if topic is not None:
        heading = words("Latest in {topic}", topic=_name(words, topic))
    elif scope == ALL_TOPICS:
        heading = words("Latest in all topics")
    else:
        heading = _latest_followed(words, kind)
    return _list(look, heading, page, _newer_and_older(words, page, LATEST, scope, size), now)


def top(
    look: Look, scope: int, topic: Topic | None, page: Page, *, size: int, start: int, has_more: bool, now: datetime
) -> Message:
    """Return some of the warmest articles, from place `start` (counted from 0)."""
    words = look.words
    if topic is not None:
        heading = words("Top in {topic}", topic=_name(words, topic))
    else:
        heading = words("Top in all topics") if scope == ALL_TOPICS else words("Top in what is followed here")
    row = []
    if start > 0:
        row.append(Button(words("Previous"), data=press(TOP, scope, size, max(0, start - size))))
    if has_more:
        row.append(Button(words("Next"), data=press(TOP, scope, size, start + size)))
    return _list(look, heading, page, tuple(row), now)


def found(look: Look, sought: str, number: int, page: Page, size: int, now: datetime) -> Message:
    """Return a page of what a search found; `number` is under what its buttons find it again, 0 where none needs it."""
    words = look.words
    heading = words("Found for “{words}”", words=_sought(sought))
    ranked = (Button(words("By relevance"), data=press(BEST, number, size, 0)),) if number else ()
    return _list(look, heading, page, (*_newer_and_older(words, page, SEARCH, number, size), *ranked), now)


def best(
    look: Look, sought: str, number: int, page: Page, *, size: int, start: int, has_more: bool, now: datetime
) -> Message:
    """Return some of what a search found, those first in which the words say most, from place `start`."""
    words = look.words
    row = []
    if start > 0:
        row.append(Button(words("Previous"), data=press(BEST, number, size, max(0, start - size))))
    if has_more:
        row.append(Button(words("Next"), data=press(BEST, number, size, start + size)))
    row.append(Button(words("Newest first"), data=press(SEARCH, number, size)))
    return _list(look, words("Found for “{words}”", words=_sought(sought)), page, tuple(row), now)


def alike(look: Look, article: Article, page: Page, *, size: int, start: int, has_more: bool, now: datetime) -> Message:
    """Return some of the articles that are most like one, from place `start` (counted from 0)."""
    words = look.words
    row = []
    if start > 0:
        row.append(Button(words("Previous"), data=press(ALIKE, article.number, size, max(0, start - size))))
    if has_more:
        row.append(Button(words("Next"), data=press(ALIKE, article.number, size, start + size)))
    return _list(look, words("More like {title}", title=_title(article)), page, tuple(row), now)


def nothing_alike(words: Words, article: Article) -> Message:
    return Message(
        Text(words("Nothing else is like {title} yet.", title=_title(article))),
        keyboard=((Button(words("Latest"), data=press(LATEST)),),),
    )


def saved(look: Look, page: Page, size: int, now: datetime) -> Message:
    """Return a page of what a person keeps."""
    turning = _newer_and_older(look.words, page, SAVED, 0, size)
    return _list(look, look.words("What you saved"), page, turning, now)


def nothing_published(words: Words, kind: ChatKind, topic: Topic | None, followed: bool, scope: int) -> Message:
    """Return what is said instead of an empty list."""
    all_topics = Button(words("All topics"), data=press(LATEST, ALL_TOPICS))
    if topic is not None and not followed:
        text = words("Nothing published in {topic} yet. Follow it to get the first story.", topic=_name(words, topic))
        return Message(Text(text), keyboard=((follow_button(words, topic),), (all_topics,)))
    more = Button(words("Follow more"), data=press(TOPICS))
    if topic is not None:
        if kind is ChatKind.PRIVATE:
            text = words(
                "Nothing published in {topic} yet. You will get the first story when it appears.",
                topic=_name(words, topic),
            )
        else:
            text = words(
                "Nothing published in {topic} yet. The first story comes here when it appears.",
                topic=_name(words, topic),
            )
        return Message(Text(text), keyboard=((all_topics, more),))
    if scope == FOLLOWED:
        text = words("Nothing published in what is followed here yet. The first story comes by itself.")
        return Message(Text(text), keyboard=((all_topics, more),))
    return Message(
        Text(words("Nothing published yet. Pick topics, and the first story comes by itself.")),
        keyboard=((Button(words("Pick topics"), data=press(TOPICS)),),),
    )


def nothing_found(words: Words, sought: str, near: Sequence[Topic] = (), *, command: str | None = None) -> Message:
    """Return what is said when no story and no topic fits, with the topics that come close.

    `command` is what those mean who write `stop` for `/stop`.
    """
    latest = Button(words("Latest"), data=press(LATEST))
    every = Button(words("All topics"), data=press(TOPICS))
    if not near or command is not None:
        text = words("No topic and no story for “{words}”.", words=_sought(sought))
        if command is not None:
            text += " " + words("The command is /{command}.", command=command)
        return Message(Text(text), keyboard=((latest, every),))
    text = words("No topic and no story for “{words}”. Did you mean:", words=_sought(sought))
    return Message(Text(text), keyboard=(*((latest_button(words, topic),) for topic in near), (every,)))


def nothing_saved(words: Words) -> Message:
    return Message(
        Text(words("Nothing saved yet. Save under a story keeps it here.")),
        keyboard=((Button(words("Latest"), data=press(LATEST)),),),
    )


def what_to_search(words: Words) -> Message:
    return Message(
        Text(
            words(
                "Send /search and the words to look for, such as /search solar power. In quotation marks they stand "
                "next to each other, and sol* is the beginning of a word. topic:NAME and source:NAME look among the "
                "stories of one."
            )
        )
    )


def search_forgotten(words: Words) -> str:
    """Return the toast of a search's button that is too old."""
    return words("This button is too old to use. Send /search for a new list.")


def ask_in_a_minute(words: Words, seconds: int, bot_username: str) -> Message:
    """Return what a group is told that asks too often."""
    text = words.count(
        "A group can ask once a minute. Ask again in {n} second, or in your own chat with the bot.",
        "A group can ask once a minute. Ask again in {n} seconds, or in your own chat with the bot.",
        seconds,
    )
    return Message(Text(text), keyboard=((Button(words("Open bot"), url=f"https://t.me/{bot_username}"),),))


def not_listed(words: Words, number: int) -> str:
    """Return what is said of an article that readers cannot see (any more)."""
    return words("There is no story #{number} to read. /latest lists those there are.", number=number)


def link_to_nothing(words: Words, number: int | None) -> Message:
    """Return the answer to a link whose article readers cannot see (any more); None: it names no article at all."""
    text = words("This link leads to no story.") if number is None else not_listed(words, number)
    return Message(Text(text), keyboard=((Button(words("Latest"), data=press(LATEST)),),))


def about_topic(words: Words, topic: Topic, followed: bool) -> Message:
    """Return a topic as the answer to its name: what it is, and what can be done with it."""
    text = bold(_name(words, topic))
    if topic.description:
        text = text + "\n" + foreign(clip(topic.description, 300))
    if followed:
        text = join((text, words("You follow it.")), "\n")
        return Message(text, keyboard=((latest_button(words, topic, plain=True), unfollow_button(words, topic)),))
    return Message(text, keyboard=((follow_button(words, topic), latest_button(words, topic, plain=True)),))


def follow_button(words: Words, topic: Topic) -> Button:
    return Button(words("Follow {topic}", topic=topic_label(topic, words)), data=press(FOLLOW, topic.number))


def unfollow_button(words: Words, topic: Topic) -> Button:
    return Button(words("Unfollow {topic}", topic=topic_label(topic, words)), data=press(UNFOLLOW, topic.number))


def latest_button(words: Words, topic: Topic, *, plain: bool = False) -> Button:
    """Return a button to a topic's newest articles, called after the topic, or `plain`ly Latest."""
    text = words("Latest") if plain else topic_label(topic, words)
    return Button(text, data=press(LATEST, topic.number))


def _latest_followed(words: Words, kind: ChatKind) -> str:
    match kind:
        case ChatKind.PRIVATE:
            return words("Latest in what you follow")
        case ChatKind.GROUP:
            return words("Latest in what this group follows")
        case ChatKind.CHANNEL:
            return words("Latest in what this channel follows")


def _list(look: Look, heading: str, page: Page, turning: tuple[Button, ...], now: datetime) -> Message:
    text = bold(heading)
    for place, article in enumerate(page.articles, 1):
        text = text + f"\n\n{look.words.number(place)}. " + headline(article, look, now)
    buttons = [open_button(look, place, article) for place, article in enumerate(page.articles, 1)]
    rows = [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]
    return Message(fit(clip(text, TEXT)), keyboard=tuple(row for row in (*rows, turning) if row))


def open_button(look: Look, place: int, article: Article) -> Button:
    name = look.words("Open {n}", n=look.words.number(place))
    if look.surface is Surface.PRIVATE:
        return Button(name, data=press(OPEN, article.number))
    return Button(name, url=deep_link(article, look))


def _newer_and_older(words: Words, page: Page, verb: str, scope: int, size: int) -> tuple[Button, ...]:
    def turn(label: str, direction: Direction, place: Place) -> Button:
        return Button(label, data=press(verb, scope, size, direction, place.at, place.number))

    row = []
    if page.newer is not None:
        row.append(turn(words("Newer"), Direction.NEWER, page.newer))
    if page.older is not None:
        row.append(turn(words("Older"), Direction.OLDER, page.older))
    return tuple(row)


def _title(article: Article) -> str:
    return foreign(clip(article.story.title, _NAME))


def _name(words: Words, topic: Topic) -> str:
    return foreign(clip(topic.name_in(words.language), _NAME))


def _sought(words: str) -> str:
    return foreign(clip(words, _SOUGHT))
