"""Answers to `/schedule`: what was understood, what is asked about it, and what is scheduled."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.render.editor.desk import Verb, called, open_button, state
from bot.render.editor.moments import moment_of
from bot.render.locale import Words
from bot.render.text import join


def unscheduled(words: Words, article: Article) -> Message:
    """Return what is said of an article that does not go out at the time that was set."""
    return Message(
        words.text("{article} is a draft again. Nothing goes out.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def not_scheduled(words: Words, article: Article, zone: ZoneInfo) -> Message:
    """Return how an article stands that cannot be unscheduled."""
    return Message(
        words.text(
            "{article} is not scheduled any more ({state}).", article=called(article), state=state(words, article, zone)
        ),
        keyboard=((open_button(words, article.number),),),
    )


def scheduled(words: Words, article: Article, zone: ZoneInfo, *, is_silent: bool = False) -> Message:
    """Return what is said of an article that goes out at a time to come."""
    at = article.scheduled_at or article.story.published_at
    text = words.text("{article} goes out on {when}.", article=called(article), when=moment_of(words, at, zone))
    if is_silent:
        text = join([text, words("It makes no sound.")], " ")
    row = (open_button(words, article.number), Button(words("Unschedule"), data=press(Verb.UNSCHEDULE, article.number)))
    return Message(text, keyboard=(row,))
