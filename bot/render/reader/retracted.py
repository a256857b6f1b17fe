"""What a copy of an article that was retracted or taken down says in the place of the article."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.message import Message
from bot.domain.text import Text
from bot.render.look import Look
from bot.render.text import bold, clip, foreign, join, tame

_TITLE = 300  # UTF-16 code units
_WHY = 400


def retracted(article: Article, look: Look) -> Message:
    """Return the notice: the title, that it was taken back, and why if that was said. No link and no button."""
    title = bold(foreign(clip(article.story.title, _TITLE)))
    why = article.retracted_why
    if why:
        said = look.words.text("This story was taken back: {why}", why=tame(clip(why, _WHY)))
    else:
        said = look.words.text("This story was taken back.")
    return Message(join([title, said], "\n\n"))


def taken_down(look: Look) -> Message:
    """Return the notice in the place of what was taken down: nothing of it, no link and no button."""
    return Message(Text(look.words("This message was taken down.")))
