"""To whom an article goes when that is chosen: the picker, and how it is said wherever an article goes out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.domain.topic_ticks import TickPage
from bot.render.editor.desk import called, open_button
from bot.render.editor.verbs import Verb
from bot.render.labels import IN_A_TOAST, topic_label
from bot.render.locale import Words
from bot.render.text import clip, foreign, join

_TICK = "\N{CHECK MARK} "
_NAME = 60  # UTF-16 code units


def picker(words: Words, article: Article, page: TickPage, reach: int) -> Message:
    """Return a page of the topics to whose followers an article may go, and how many chats would get it."""
    chosen = [topic.name_in(words.language) for topic in page.ticked]
    said: list[Text | str] = [
        words.count_text(
            "{article} goes to {n} chat: {whom}.",
            "{article} goes to {n} chats: {whom}.",
            reach,
            article=called(article),
            whom=words("only followers of {topics}", topics=_names(words, chosen))
            if chosen
            else words("all who follow it"),
        )
    ]
    if page.pages > 1:
        said.append(words("Page {page} of {pages}.", page=page.page + 1, pages=page.pages))
    said.append(words("Choose topics, and it goes to nobody else."))
    buttons = [_topic(words, article, topic, page.page, is_chosen=chosen_) for topic, chosen_ in page.choices]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    turning = []
    if page.page > 0:
        turning.append(Button(words("Previous"), data=press(Verb.AUDIENCE_PAGE, article.number, page.page - 1)))
    if page.page < page.pages - 1:
        turning.append(Button(words("More topics"), data=press(Verb.AUDIENCE_PAGE, article.number, page.page + 1)))
    if turning:
        rows.append(tuple(turning))
    everybody = (Button(words("All who follow it"), data=press(Verb.AIM_AT_ALL, article.number)),) if chosen else ()
    rows.append((*everybody, open_button(words, article.number)))
    return Message(join(said, " "), keyboard=tuple(rows))


def chosen_line(words: Words, topics: Sequence[str]) -> str:
    """Return a sentence about whom an article goes to alone; empty when it goes to all who follow it."""
    return words("It goes only to followers of {topics}.", topics=_names(words, topics)) if topics else ""


def chosen_toast(words: Words, topic: Topic, *, is_chosen: bool) -> str:
    name = topic_label(topic, words, IN_A_TOAST)
    return words("{topic} is ticked", topic=name) if is_chosen else words("{topic} is not ticked", topic=name)


def has_its_audience(words: Words, article: Article) -> Message:
    """Return the answer to a choice that comes too late."""
    return Message(
        words.text("{article} has its audience already; nothing was changed.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def _names(words: Words, topics: Sequence[str]) -> str:
    return words.list([foreign(clip(name, _NAME)) for name in topics])


def _topic(words: Words, article: Article, topic: Topic, page: int, *, is_chosen: bool) -> Button:
    """Return the button of a topic: it says what it will do, never "the other way"."""
    label = topic_label(topic, words)
    data = press(Verb.AIM, article.number, topic.number, int(not is_chosen), page)
    return Button(f"{_TICK}{label}" if is_chosen else label, data=data)
