"""What stands above a screen when somebody wrote what is none of its choices."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.message import Message
from bot.render.locale import Words
from bot.render.text import clip, foreign, join

_SAID = 60


def not_among(words: Words, said: str, screen: Message) -> Message:
    """Return a screen that begins with what is wrong; the screen alone when nothing was written."""
    if not said.strip():
        return screen
    wish = foreign(clip(said.strip(), _SAID))
    return replace(screen, text=join([words("“{said}” is not among the choices.", said=wish), screen.text], "\n"))
