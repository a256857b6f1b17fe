"""The choice of a topic for an article that would reach nobody, and what the choice changed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.article import Article, ArticleState
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.domain.topic_choice import TopicChoice
from bot.render.editor.desk import called, open_button
from bot.render.editor.verbs import Verb
from bot.render.labels import IN_A_TOAST, label
from bot.render.locale import Words
from bot.render.text import clip, foreign, join

_TOPIC = 60  # UTF-16 code units
_OWN = 3  # of an article's own topics: as many are named, and offered as new ones


def question(words: Words, choice: TopicChoice) -> Message:
    """Return the choice of a topic for an article: one it probably means, any other, or its own as a new one."""
    article = choice.article
    is_held = article.state is ArticleState.HELD
    if is_held:
        lines = [held(words, article, choice.unknown), Text(words("Choose a topic, and it goes to who follows that."))]
    else:
        lines = [words.text("Topics for {article}:", article=called(article))]
    buttons = [topic_button(words, article, topic) for topic in choice.offered]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    if choice.has_more:
        more = press(Verb.TOPICS, article.number, choice.page + 1)
        rows.append((Button(words("More topics"), data=more),))
    for topic in choice.unknown[:_OWN]:
        new = press(Verb.ADD_TOPIC, article.number, topic.number)
        rows.append((Button(words("New topic {topic}", topic=label(topic.name, words)), data=new),))
    if is_held:
        act = (
            Button(words("Push anyway"), data=press(Verb.PUBLISH, article.number)),
            Button(words("Archive"), data=press(Verb.ARCHIVE, article.number)),
        )
        look = open_button(words, article.number)
        # Never in the first row: that is where the progress, which takes this message's place, has `Stop`.
        rows.extend([(*act, look)] if rows else [(look,), act])
    return Message(join(lines, " "), keyboard=tuple(rows))


def held(words: Words, article: Article, unknown: Sequence[Topic]) -> Text:
    """Return why an article is held that would reach nobody."""
    if not unknown:
        return words.text("{article} is held: it has no topic, so it would reach no one.", article=called(article))
    names = words.list([f"“{foreign(clip(topic.name, _TOPIC))}”" for topic in unknown[:_OWN]])
    return words.count_text(
        "{article} is held: {topics} is new here, so it would reach no one.",
        "{article} is held: {topics} are new here, so it would reach no one.",
        len(unknown),
        article=called(article),
        topics=names if len(unknown) <= _OWN else f"{names} …",
    )


def topic_button(words: Words, article: Article, topic: Topic) -> Button:
    return Button(label(topic.name, words), data=press(Verb.ADD_TOPIC, article.number, topic.number))


def added_toast(words: Words, topic: Topic) -> str:
    return words("{topic} is added", topic=label(topic.name, words, IN_A_TOAST))


def asked_late(words: Words, article: Article, topic: Topic) -> str:
    """Return the question whether an article is still to go to the followers of a topic."""
    return words(
        "Send #{number} to who follows {topic} now?", number=article.number, topic=foreign(clip(topic.name, _TOPIC))
    )


def added(words: Words, article: Article, topic: Topic, *, is_out: bool) -> Message:
    """Return what a topic changed where nothing leaves for it; `is_out` when somebody has the article already."""
    name = foreign(clip(topic.name, _TOPIC))
    if is_out:
        text = words.text(
            "{article} is in the lists of {topic} now. It is out already, so nobody gets it anew.",
            article=called(article),
            topic=name,
        )
    elif article.state is ArticleState.PUBLISHED:
        text = words.text(
            "{article} is in the lists of {topic} now. Nobody follows that yet, so it went to no one.",
            article=called(article),
            topic=name,
        )
    else:
        return has_topic(words, article, topic)
    return Message(text, keyboard=((_more_topics(words, article),),))


def has_topic(words: Words, article: Article, topic: Topic) -> Message:
    """Return what a topic changed where what comes of it stands in another message, or nothing has come of it yet."""
    name = foreign(clip(topic.name, _TOPIC))
    text = words.text("{article} has the topic {topic} now.", article=called(article), topic=name)
    return Message(text, keyboard=((_more_topics(words, article),),))


def _more_topics(words: Words, article: Article) -> Button:
    return Button(words("More topics"), data=press(Verb.TOPICS, article.number))
