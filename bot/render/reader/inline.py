"""
An article as somebody passes it on in any chat: a card to choose, and the message that stands there then.

Nobody there may know the bot. So the message has the article's own words and no more, and its buttons are links: one
to the story, one that makes whoever presses it a follower of its topic.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.article import Article
from bot.domain.chat import Pictures
from bot.domain.message import Button, InlineCard, Message
from bot.domain.parts import Part
from bot.domain.topic import Topic
from bot.render.labels import label
from bot.render.locale import Words
from bot.render.look import Look
from bot.render.reader.article import caption
from bot.render.reader.card import deep_link, opening_buttons
from bot.render.reader.subscriptions import topic_payload
from bot.render.text import clip, isolate

_PARTS = (Part.EXCERPT, Part.SOURCE, Part.DATE)
_TITLE, _DESCRIPTION = 120, 160  # UTF-16 code units: two lines and three of a card on a phone


def inline_card(article: Article, topic: Topic | None, look: Look, now: datetime, thumbnail: str | None) -> InlineCard:
    """Return an article as a card. `topic` is one of its topics that can be followed; None when it has none."""
    look = replace(look, parts=_PARTS, pictures=Pictures.LARGE)
    message = Message(
        caption(article, (), look, now),
        keyboard=(((*opening_buttons(article, look), _follow_button(article, topic, look))),),
        preview=article.story.link or None,
    )
    return InlineCard(
        id=f"{article.number}.{article.revision}",
        title=_line(article.story.title, _TITLE, look.words),
        description=_described(article, look.words),
        message=message,
        thumbnail=thumbnail,
    )


def nothing_found(words: Words) -> str:
    """Return the words of the button above an empty answer, which opens the bot. At most 64 characters are shown."""
    return words("Nothing found. Open the bot")


def _follow_button(article: Article, topic: Topic | None, look: Look) -> Button:
    words = look.words
    if topic is None:
        return Button(words("Open in bot"), url=deep_link(article, look))
    link = f"https://t.me/{look.bot_username}?start=t_{topic_payload(topic)}"
    return Button(words("Follow {topic}", topic=label(topic.name, words)), url=link)


def _described(article: Article, words: Words) -> str:
    provider = article.story.provider
    source, excerpt = provider.name or provider.domain or "", article.story.excerpt or ""
    source, excerpt = _line(source, _DESCRIPTION, words), _line(excerpt, _DESCRIPTION, words)
    return words("{source}: {excerpt}", source=source, excerpt=excerpt) if source and excerpt else source or excerpt


def _line(text: str, length: int, words: Words) -> str:
    """Return foreign text as one line. Cards have neither links nor formatting, so there is nothing to tame."""
    line = clip(" ".join(text.split()), length)
    return line if line.isascii() and not words.is_right_to_left else isolate(line)
