"""The list that a chat gets instead of single messages when news could not be sent for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Article
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.render.look import Look, Surface
from bot.render.reader.picker import LATEST
from bot.render.reader.retracted import line_of
from bot.render.text import bold, fits

_ROOM = 80  # UTF-16 code units kept free for the last line


def catching_up(articles: Sequence[Article], look: Look, now: datetime) -> Message:
    """Return one message with a line for each article, newest first; what does not fit is counted."""
    words = look.words
    text = bold(words.count("{n} story you have not had yet", "{n} stories you have not had yet", len(articles)))
    shown = 0
    for article in sorted(articles, key=lambda one: one.story.published_at, reverse=True):
        longer = text + "\n\n" + line_of(article, look, now)
        if len(longer) > TEXT - _ROOM or not fits(longer):
            break
        text, shown = longer, shown + 1
    if shown < len(articles):
        text = text + "\n\n" + words.count("And {n} more.", "And {n} more.", len(articles) - shown)
    keyboard = () if look.surface is Surface.CHANNEL else ((Button(words("Latest"), press(LATEST)),),)
    return Message(text, keyboard=keyboard)
