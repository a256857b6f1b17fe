"""
The digest: the headlines of what a chat gets together, by topic, each with a button that opens it.

A list of what exceeded a calm hour, or fell into quiet hours, is told in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.domain.article import Article, ArticleState
from bot.domain.chat import DigestForm, Pictures
from bot.domain.delivery_time import Listing
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message, Photo
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.look import Look, Surface
from bot.render.reader.article import sample_story
from bot.render.reader.delivery_settings import CHANGE_TIME
from bot.render.reader.digest_content import Content, Line, Story, content_of, example_of
from bot.render.reader.lists import IN_A_ROW, open_button
from bot.render.reader.rich_digest import rich
from bot.render.text import bold, clip, fits, join

MAX_STORIES = 30
NO_PICTURES: Mapping[int, Photo] = MappingProxyType({})


def digest(
    stories: Sequence[Story],
    listing: Listing,
    look: Look,
    now: datetime,
    pictures: Mapping[int, Photo] = NO_PICTURES,
) -> tuple[Message, int]:
    """Return a list that a chat has asked for, and how many of the stories are in it: the first ones, as many as fit.

    What stands in it is in order of its topics, newest first. A chat that wants rich lists gets one with the
    `pictures` that Telegram has or can fetch, by the numbers of their articles; the classic one stands in the same
    message, and both hold the same stories.
    """
    many = min(len(stories), MAX_STORIES)
    while True:
        content = content_of(stories[:many], listing, look, now)
        text = _text(content, look)
        if many == 1 or (len(text) <= TEXT and fits(text)):
            return _message(content, text, look, pictures), many
        many -= max(1, many // 8)


def digest_again(
    stories: Sequence[Story],
    listing: Listing,
    look: Look,
    told_at: datetime,
    pictures: Mapping[int, Photo] = NO_PICTURES,
) -> Message:
    """Return a list that was sent, as it is to be now: all of its stories, those taken back as notices."""
    content = content_of(stories, listing, look, told_at)
    return _message(content, _text(content, look), look, pictures)


def example(
    stories: Sequence[Story], look: Look, now: datetime, pictures: Mapping[int, Photo] = NO_PICTURES
) -> Message:
    """Return a list of a few stories that shows how lists look in a chat; of a made-up one where there are none."""
    sample = Article(0, "", ArticleState.PUBLISHED, 1, sample_story(look.words, now), ())
    content = example_of(stories or [(sample, ())], look, now)
    return _message(content, _text(content, look), look, pictures)


def _message(content: Content, text: Text, look: Look, pictures: Mapping[int, Photo]) -> Message:
    links = [line.article.story.link for line in content.lines[:1] if line.is_open and line.article.story.link]
    change = () if look.surface is Surface.CHANNEL else ((_change_time(look),),)
    message = Message(
        clip(text, TEXT),
        keyboard=(*_open_buttons(content.lines, look), *change),
        preview=None if look.pictures is Pictures.NONE else links[0] if links else None,
        preview_small=look.pictures is Pictures.SMALL,
    )
    if look.digest is DigestForm.CLASSIC:
        return message
    return replace(message, rich=rich(content, look, pictures, change))


def _text(content: Content, look: Look) -> Text:
    parts: list[Text | str] = [bold(content.first_line)]
    for section in content.sections:
        lines: list[Text | str] = [] if section.topic is None else [bold(section.topic)]
        lines += [f"{look.words.number(line.place)}. " + line.headline for line in section.lines]
        parts.append(join(lines, "\n"))
    parts.append(content.last_line)
    return join(parts, "\n\n")


def _open_buttons(lines: Sequence[Line], look: Look) -> tuple[tuple[Button, ...], ...]:
    if look.surface is Surface.CHANNEL:
        return ()
    buttons = [open_button(look, line.place, line.article) for line in lines if line.is_open]
    return tuple(tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW))


def _change_time(look: Look) -> Button:
    return Button(look.words("Change time"), data=press(CHANGE_TIME))
