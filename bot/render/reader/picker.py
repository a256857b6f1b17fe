"""
The topic picker: one message of toggles, edited in place, and the one line that it becomes.

A button says what it will do (follow or not), never "the other way": pressed twice, or on a list of yesterday, it
does what its reader saw on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from zoneinfo import ZoneInfo

from bot.domain.chat import Chat, ChatKind, ChatState
from bot.domain.message import Button, Message
from bot.domain.phrases import KnownPhrase
from bot.domain.picker import Choice, PickerPage
from bot.domain.press import press
from bot.domain.text import Text, utf16_len
from bot.domain.topic import Topic
from bot.render.labels import IN_A_TOAST, topic_label
from bot.render.locale import Words
from bot.render.reader import delivery_times
from bot.render.reader.settings_menu import SETTINGS
from bot.render.text import clip, foreign

TOPICS = "topics"
PICK = "pick"
DONE = "picked"
LATEST = "latest"

_SHORT = 19  # UTF-16 code units of a label, its ✓ aside, that leave room for a second one beside it on a phone
_TICK = "✓ "
_NAMED = 12  # topics named in the line; of more, the rest is counted
_NAME = 60


class Opening(IntEnum):
    """What stands above the topics: nothing, or the greeting of which the picker is a part. Buttons hold these."""

    NONE = 0
    GREETING = 1


def picker(words: Words, shown: PickerPage, opening: Opening = Opening.NONE) -> Message:
    """Return one page of the picker."""
    rows: list[tuple[Button, ...]] = []
    place = (0 if shown.parent is None else shown.parent.topic.number, shown.page, opening)
    if shown.parent is not None:
        rows.append((_toggle(words, shown.parent, place),))
    pair: tuple[Button, ...] = ()
    for choice in shown.choices:
        button = _toggle(words, choice, place)
        # By what never changes: no button may move away when one is pressed.
        is_wide = utf16_len(_whole(words, choice)) > _SHORT
        if choice.parts or is_wide:
            parts = _to_parts(words, choice, opening, is_named=is_wide) if choice.parts else ()
            rows += [pair, *(((button,), parts) if is_wide else ((button, *parts),))]
            pair = ()
        else:
            pair = (*pair, button)
            if len(pair) == 2:
                rows.append(pair)
                pair = ()
    rows += [pair, _turning(words, shown, opening)]
    done = Button(words("Done"), data=press(DONE))
    back = Button(words("Back"), data=press(TOPICS, 0, 0, opening))
    rows.append((done,) if shown.parent is None else (back, done))
    return Message(_heading(words, shown), keyboard=tuple(row for row in rows if row))


def no_topics(words: Words) -> Message:
    """Return what is said instead of a picker while no topic is listed."""
    return Message(Text(words("There are no topics to pick yet. Every one that comes can be followed by its name.")))


def done(words: Words, chat: Chat, follows: Sequence[Topic], zone: ZoneInfo) -> Message:
    """Return the line that the picker becomes: what is followed, and when news of it comes. `zone` is the chat's."""
    latest = Button(words("Latest"), data=press(LATEST))
    if not follows:
        text = words.text("Nothing is followed yet. Pick a topic, or look at the latest of all.")
        return Message(text, keyboard=((Button(words("Pick topics"), data=press(TOPICS)), latest),))
    text = followed(words, chat.kind, follows) + " " + when(words, chat, zone)
    return Message(text, keyboard=((latest, Button(words("When and how"), data=press(SETTINGS))),))


def followed(words: Words, kind: ChatKind, follows: Sequence[Topic], phrases: Sequence[KnownPhrase] = ()) -> Text:
    """Return `You follow AI and “quantum dots”.`, for groups and channels in their own words."""
    topics = topic_list(words, follows, phrases)
    match kind:
        case ChatKind.PRIVATE:
            return Text(words("You follow {topics}.", topics=topics))
        case ChatKind.GROUP:
            return Text(words("This group follows {topics}.", topics=topics))
        case ChatKind.CHANNEL:
            return Text(words("This channel follows {topics}.", topics=topics))


def when(words: Words, chat: Chat, zone: ZoneInfo) -> str:
    """Return when news comes, as a sentence. `zone` is the chat's."""
    if chat.state is ChatState.PAUSED and chat.paused_until is not None:
        until = words.date(chat.paused_until, zone)
        return words("Nothing comes by itself until {date}; /start lets news come again at once.", date=until)
    if chat.state is ChatState.PAUSED:
        return words("Nothing comes by itself while this chat is paused; /start lets news come again.")
    if not chat.timing.is_at_once:
        how = delivery_times.both(words, chat.timing, zone)
        if chat.silent:
            return words("News comes silently {how}.", how=how)
        return words("News comes {how}.", how=how)
    if chat.silent:
        return words("The next story comes by itself, silently.")
    return words("The next story comes by itself.")


def topic_list(words: Words, topics: Sequence[Topic], phrases: Sequence[KnownPhrase] = ()) -> str:
    """Return `AI, Energy and “solar power”`; of very many the first few and how many more."""
    names = [foreign(clip(topic.name_in(words.language), _NAME)) for topic in topics[:_NAMED]]
    if rest := len(topics) - len(names):
        names.append(words.count("{n} other topic", "{n} other topics", rest))
    names += [in_quotes(words, phrase.words) for phrase in phrases[:_NAMED]]
    if rest := len(phrases) - _NAMED:
        names += [words.count("{n} other phrase", "{n} other phrases", rest)] if rest > 0 else []
    return words.list(names)


def in_quotes(words: Words, name: str) -> str:
    """Return what somebody wrote between the quotation marks of the language."""
    return words("“{name}”", name=foreign(clip(name, _NAME)))


def following(words: Words, topic: Topic) -> str:
    """Return the toast of a follow."""
    return words("Following {topic}", topic=topic_label(topic, words, IN_A_TOAST))


def no_longer_following(words: Words, topic: Topic) -> str:
    """Return the toast of an unfollow."""
    return words("No longer following {topic}", topic=topic_label(topic, words, IN_A_TOAST))


def _heading(words: Words, shown: PickerPage) -> Text:
    if shown.parent is None:
        if shown.pages == 1:
            return Text(words.count("Topics ({n} followed)", "Topics ({n} followed)", shown.follows))
        return Text(
            words.count(
                "Topics ({n} followed), page {page} of {pages}",
                "Topics ({n} followed), page {page} of {pages}",
                shown.follows,
                page=words.number(shown.page + 1),
                pages=words.number(shown.pages),
            )
        )
    values = {
        "topic": foreign(clip(shown.parent.topic.name_in(words.language), _NAME)),
        "parts": words.number(shown.parent.parts),
        "page": words.number(shown.page + 1),
        "pages": words.number(shown.pages),
    }
    if shown.pages == 1:
        return Text(
            words.count(
                "{topic} ({n} of {parts} followed)", "{topic} ({n} of {parts} followed)", shown.parent.chosen, **values
            )
        )
    return Text(
        words.count(
            "{topic} ({n} of {parts} followed), page {page} of {pages}",
            "{topic} ({n} of {parts} followed), page {page} of {pages}",
            shown.parent.chosen,
            **values,
        )
    )


def _to_parts(words: Words, choice: Choice, opening: Opening, *, is_named: bool) -> tuple[Button, ...]:
    """Return the button to the topics below one; it is named where it does not stand beside that."""
    text = words("Parts of {topic}", topic=topic_label(choice.topic, words)) if is_named else words("Choose parts")
    return (Button(text, data=press(TOPICS, choice.topic.number, 0, opening)),)


def _whole(words: Words, choice: Choice) -> str:
    """Return the label of a topic that is followed with all below it, or not at all."""
    name = topic_label(choice.topic, words)
    if not choice.parts:
        return name
    return words.count("{topic} and its {n}", "{topic} and its {n}", choice.parts, topic=name)


def _toggle(words: Words, choice: Choice, place: tuple[int, int, int]) -> Button:
    if choice.chosen == (choice.parts if choice.followed else 0):
        text = _whole(words, choice)
    else:
        text = words(
            "{topic}, {n} of {parts}",
            topic=topic_label(choice.topic, words),
            n=words.number(choice.chosen),
            parts=words.number(choice.parts),
        )
    data = press(PICK, choice.topic.number, int(not choice.followed), *place)
    return Button(f"{_TICK}{text}" if choice.followed else text, data=data)


def _turning(words: Words, shown: PickerPage, opening: Opening) -> tuple[Button, ...]:
    parent = 0 if shown.parent is None else shown.parent.topic.number
    row = []
    if shown.page > 0:
        row.append(Button(words("Previous"), data=press(TOPICS, parent, shown.page - 1, opening)))
    if shown.page < shown.pages - 1:
        row.append(Button(words("More topics"), data=press(TOPICS, parent, shown.page + 1, opening)))
    return tuple(row)
