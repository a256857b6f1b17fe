"""What a copy of an article that was retracted or taken down says in the place of the article."""

from __future__ import annotations

from datetime import datetime

from bot.domain.article import Article, ArticleState
from bot.domain.message import Message
from bot.domain.text import Text
from bot.render.look import Look
from bot.render.reader.article import headline
from bot.render.text import bold, clip, foreign, join, tame

_TITLE = 300  # UTF-16 code units
_WHY = 400
_LISTED_TITLE = 120
_LISTED_WHY = 60  # no more than a headline loses of its source and its age


def line_of(article: Article, look: Look, now: datetime) -> Text:
    """Return the article as one line of a list that was sent: its headline, or once it is taken back a notice."""
    if article.state is not ArticleState.RETRACTED:
        return headline(article, look, now)
    title = Text(foreign(clip(article.story.title, _LISTED_TITLE)))
    return join([title, _said(article, look, _LISTED_WHY)], "\n")


def retracted(article: Article, look: Look) -> Message:
    """Return the notice: the title, that it was taken back, and why if that was said. No link and no button."""
    title = bold(foreign(clip(article.story.title, _TITLE)))
    return Message(join([title, _said(article, look, _WHY)], "\n\n"))


def _said(article: Article, look: Look, longest: int) -> Text:
    why = article.retracted_why
    if why:
        return look.words.text("This story was taken back: {why}", why=tame(clip(why, longest)))
    return look.words.text("This story was taken back.")


def taken_down(look: Look) -> Message:
    """Return the notice in the place of what was taken down: nothing of it, no link and no button."""
    return Message(Text(look.words("This message was taken down.")))
