"""
The digest: the headlines of what a chat gets together, by topic, each with a button that opens it.

A list of what exceeded a calm hour, or fell into quiet hours, is told in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Article
from bot.domain.chat import Pictures
from bot.domain.delivery_time import Listing, Mode
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.render.locale import Words
from bot.render.look import Look, Surface
from bot.render.reader.article import headline
from bot.render.reader.delivery_times import moment
from bot.render.reader.lists import IN_A_ROW, open_button
from bot.render.reader.settings import SETTINGS, SettingsPage
from bot.render.text import bold, clip, fits, foreign, join

MAX_STORIES = 30
_TOPIC_NAME = 60

Story = tuple[Article, Sequence[Topic]]


def digest(stories: Sequence[Story], listing: Listing, look: Look, now: datetime) -> tuple[Message, int]:
    """Return a list that a chat has asked for, and how many of the stories are in it: the first ones, as many as fit.

    What stands in it is in order of its topics, newest first.
    """
    many = min(len(stories), MAX_STORIES)
    while True:
        message, has_room = _digest(stories[:many], listing, look, now)
        if has_room or many == 1:
            return message, many
        many -= max(1, many // 8)


def _digest(stories: Sequence[Story], listing: Listing, look: Look, now: datetime) -> tuple[Message, bool]:
    words = look.words
    sections = _sections(stories)
    time, count = words.time(listing.at, look.zone), len(stories)
    parts: list[Text | str] = [
        bold(words.count("Your {time} news: {n} story", "Your {time} news: {n} stories", count, time=time))
    ]
    shown: list[Article] = []
    for topic, articles in sections:
        heading = None if topic is None else foreign(clip(topic.name_in(words.language), _TOPIC_NAME))
        lines: list[Text | str] = [] if heading is None else [bold(heading)]
        for article in articles:
            shown.append(article)
            lines.append(f"{words.number(len(shown))}. " + headline(article, look, now))
        parts.append(join(lines, "\n"))
    parts.append(_last_line(words, listing, look, now))
    text = join(parts, "\n\n")
    message = Message(
        clip(text, TEXT),
        keyboard=_keyboard(shown, look),
        preview=None if look.pictures is Pictures.NONE else shown[0].story.link,
        preview_small=look.pictures is Pictures.SMALL,
    )
    return message, len(text) <= TEXT and fits(text)


def _sections(stories: Sequence[Story]) -> list[tuple[Topic | None, list[Article]]]:
    """Return the stories under their first topics, the topic of the newest first; without a topic last."""
    found: dict[int, tuple[Topic | None, list[Article]]] = {}
    for article, topics in sorted(stories, key=lambda story: story[0].story.published_at, reverse=True):
        topic = topics[0] if topics else None
        found.setdefault(0 if topic is None else topic.number, (topic, []))[1].append(article)
    return sorted(found.values(), key=lambda section: section[0] is None)


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


def _keyboard(articles: Sequence[Article], look: Look) -> tuple[tuple[Button, ...], ...]:
    if look.surface is Surface.CHANNEL:
        return ()
    buttons = [open_button(look, place, article) for place, article in enumerate(articles, 1)]
    change = Button(look.words("Change time"), data=press(SETTINGS, SettingsPage.DELIVERY))
    return (*(tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)), (change,))
