"""What a field of an article holds, in an editor's words."""

from __future__ import annotations

from bot.domain.article import Picture
from bot.domain.editing import IN_CHAT, Value, as_words
from bot.render.locale import Words
from bot.render.text import clip, foreign

_SAID = 100  # UTF-16 code units of what was typed, where an answer names it


def value_text(words: Words, value: Value) -> str:
    """Return a value as it is named in an answer."""
    if not value:
        return words("nothing")
    is_in_chat = isinstance(value, tuple) and isinstance(value[0], Picture) and value[0].file_id is not None
    if is_in_chat or value == IN_CHAT:
        return words("a picture sent in chat")
    return foreign(clip(as_words(value), _SAID))
