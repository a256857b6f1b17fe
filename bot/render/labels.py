"""Names from outside on buttons and in toasts, where text has no links and room is short."""

from __future__ import annotations

import unicodedata

from bot.domain.topic import Topic
from bot.render.locale import Words
from bot.render.text import clip, isolate

ON_A_BUTTON = 28  # UTF-16 code units: what a phone shows of it
IN_A_TOAST = 80


def label(name: str, words: Words, length: int = ON_A_BUTTON) -> str:
    """Return a foreign name in at most about `length` units, isolated only where direction is at stake."""
    short = clip(" ".join(name.split()), length)
    turns = words.is_right_to_left or any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return isolate(short) if turns else short


def topic_label(topic: Topic, words: Words, length: int = ON_A_BUTTON) -> str:
    """Return what a topic is called in a language, as `label` does."""
    return label(topic.name_in(words.language), words, length)
