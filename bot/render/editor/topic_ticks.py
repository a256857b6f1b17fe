"""The picker in which an editor ticks an article's topics."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.domain.topic_ticks import TickPage
from bot.render.editor.desk import called
from bot.render.editor.verbs import Verb
from bot.render.labels import IN_A_TOAST, topic_label
from bot.render.locale import Words
from bot.render.text import clip, foreign, join

_TICK = "\N{CHECK MARK} "
_SEARCH = 60  # UTF-16 code units
_NAME = 60


def picker(words: Words, article: Article, page: TickPage) -> Message:
    """Return a page of the topics that an article may have."""
    names = words.list([foreign(clip(topic.name_in(words.language), _NAME)) for topic in page.ticked])
    said: list[Text | str] = [
        words.text("Topics of {article}: {topics}.", article=called(article), topics=names)
        if page.ticked
        else words.text("{article} would have no topic.", article=called(article))
    ]
    if page.search:
        like = foreign(clip(page.search, _SEARCH))
        said.append(
            words.text("Below is what is called like “{words}”.", words=like)
            if page.choices
            else words.text("No topic is called like “{words}”.", words=like)
        )
    elif page.pages > 1:
        said.append(words("Page {page} of {pages}.", page=page.page + 1, pages=page.pages))
    said.append(words("Write a name to look for others."))
    buttons = [_tick(words, article, topic, page, is_ticked=ticked) for topic, ticked in page.choices]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    if turning := _turning(words, article, page):
        rows.append(turning)
    rows.append(
        (
            Button(words("Done"), data=press(Verb.TICKED, article.number)),
            Button(words("Cancel"), data=press(Verb.EDIT_NOT, article.number)),
        )
    )
    return Message(join(said, " "), keyboard=tuple(rows))


def ticked_toast(words: Words, topic: Topic, *, is_ticked: bool) -> str:
    name = topic_label(topic, words, IN_A_TOAST)
    return words("{topic} is ticked", topic=name) if is_ticked else words("{topic} is not ticked", topic=name)


def _tick(words: Words, article: Article, topic: Topic, page: TickPage, *, is_ticked: bool) -> Button:
    """Return the button of a topic: it says what it will do, never "the other way"."""
    label = topic_label(topic, words)
    data = press(Verb.TICK, article.number, topic.number, int(not is_ticked), page.page)
    return Button(f"{_TICK}{label}" if is_ticked else label, data=data)


def _turning(words: Words, article: Article, page: TickPage) -> tuple[Button, ...]:
    found = []
    if page.page > 0:
        found.append(Button(words("Previous"), data=press(Verb.TICKS, article.number, page.page - 1)))
    if page.page < page.pages - 1:
        found.append(Button(words("More topics"), data=press(Verb.TICKS, article.number, page.page + 1)))
    if page.search:
        found.append(Button(words("All topics"), data=press(Verb.TICKS, article.number, 0, 1)))
    return tuple(found)
