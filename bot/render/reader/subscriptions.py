"""Answers to `/subscribe`, `/unsubscribe` and topic links, and the overview of what a chat follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from zlib import crc32

from bot.domain.article import Article
from bot.domain.chat import Chat, ChatState, Pictures
from bot.domain.delivery_time import Timing
from bot.domain.following import KnownStory
from bot.domain.limits import TEXT
from bot.domain.message import Button, Keyboard, Message
from bot.domain.phrases import ChatPhrases, WrittenPhrases
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.render.labels import IN_A_TOAST, label, topic_label
from bot.render.locale import Words
from bot.render.look import Look
from bot.render.reader.article import headline
from bot.render.reader.lists import FOLLOW, UNFOLLOW, follow_button
from bot.render.reader.phrases import (
    NO_PHRASES,
    NONE_OF_CHAT,
    allow_button,
    fault_lines,
    hear_phrase_button,
    never_wanted_line,
    unfollow_phrase_button,
)
from bot.render.reader.picker import LATEST, TOPICS, followed, in_quotes, topic_list, when
from bot.render.reader.settings_menu import SETTINGS
from bot.render.reader.stories import drop_button
from bot.render.reader.topic_times import SUBSCRIPTIONS, topic_button, wish_line
from bot.render.text import clip, foreign, join

HEAR = "hear"
ADMIT = "admit"

MAX_SOURCE_NAME = 100  # characters

_NAME = 60
_MAX_UNDO_BUTTONS = 8  # on a page
_NAMED = 12  # sources named in the line; of more, the rest is counted


class Edit(Enum):
    """What a name was given for; a near miss offers the same for the topic that was meant."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    LATEST = "latest"


Mutes = Sequence[tuple[Topic, datetime | None]]
"""What is silenced, and until when; None: for good."""


def subscribed(
    look: Look,
    chat: Chat,
    fresh: Sequence[Topic],
    known: Sequence[Topic],
    unknown: Mapping[str, Sequence[Topic]],
    *,
    moved: Sequence[Topic] = (),
    mutes: Mutes = (),
    phrases: WrittenPhrases = NO_PHRASES,
    now: datetime,
) -> Message:
    """Return the answer to `/subscribe NAME, "PHRASE"`.

    `moved` went to another thread of the forum before; `mutes` keep silent what was just followed.
    """
    words = look.words
    lines: list[Text | str] = []
    if fresh or phrases.changed:
        names = topic_list(words, fresh, phrases.changed)
        lines.append(words("Following {topics} now.", topics=names) + " " + when(words, chat, look.zone))
    if moved or phrases.moved:
        lines.append(words("From now on here: {topics}.", topics=topic_list(words, moved, phrases.moved)))
    if known or phrases.unchanged:
        lines.append(words("Followed already: {topics}.", topics=topic_list(words, known, phrases.unchanged)))
    lines += _muted_lines(look, mutes, now)
    if phrases.unwanted:
        lines.append(never_wanted_line(words, phrases.unwanted))
    lines += fault_lines(words, phrases)
    if unknown:
        return _near_miss(words, lines, unknown, Edit.FOLLOW)
    more = Button(words("More topics"), data=press(TOPICS))
    return Message(
        _said(lines),
        keyboard=(
            *_hear_rows(words, mutes),
            *((allow_button(words, phrase),) for phrase in phrases.unwanted[:_MAX_UNDO_BUTTONS]),
            (Button(words("Latest"), data=press(LATEST)), more),
        ),
    )


def unsubscribed(
    words: Words,
    gone: Sequence[Topic],
    others: Sequence[Topic],
    unknown: Mapping[str, Sequence[Topic]],
    phrases: WrittenPhrases = NO_PHRASES,
) -> Message:
    """Return the answer to `/unsubscribe NAME, "PHRASE"`."""
    lines: list[Text | str] = []
    if gone or phrases.changed:
        names = topic_list(words, gone, phrases.changed)
        lines.append(words("No longer following {topics}.", topics=names))
    if others or phrases.unchanged:
        lines.append(words("Not followed here: {topics}.", topics=topic_list(words, others, phrases.unchanged)))
    lines += fault_lines(words, phrases)
    if unknown:
        return _near_miss(words, lines, unknown, Edit.UNFOLLOW)
    return Message(_said(lines), keyboard=((Button(words("All topics"), data=press(TOPICS)),),))


def near_miss(words: Words, name: str, near: Sequence[Topic], wish: Edit) -> Message:
    """Return what is said of a name that no topic bears, with the closest ones to press."""
    return _near_miss(words, [], {name: near}, wish)


def overview(
    look: Look,
    chat: Chat,
    *,
    topics: Sequence[Topic],
    left_out: Sequence[Topic],
    mutes: Mutes,
    phrases: ChatPhrases = NONE_OF_CHAT,
    unwanted: Sequence[tuple[str, str]],
    stories: Sequence[KnownStory] = (),
    wishes: Sequence[tuple[Topic, Timing]] = (),
    page: int = 0,
    now: datetime,
) -> Message:
    """Return what a chat follows and has silenced, how it is delivered, a button to take back each, and one for each
    topic that opens its card. `wishes` are of topics whose news comes otherwise than all other.

    `unwanted` are sources, each in the form in which it is compared and as people know it. Of many buttons a page is
    shown; one that is not there becomes the nearest.
    """
    words = look.words
    is_anything_followed = bool(topics or phrases.followed or stories)
    lines: list[Text | str] = [
        followed(words, chat.kind, topics, phrases.followed)
        if topics or phrases.followed
        else words("Only stories are followed here.")
        if stories
        else words("Nothing is followed here yet.")
    ]
    if left_out:
        lines.append(words("Left out: {topics}.", topics=topic_list(words, left_out)))
    if stories:
        named = [
            words("“{name}”", name=foreign(clip(one.title or f"#{one.number}", _NAME))) for one in stories[:_NAMED]
        ]
        if rest := len(stories) - len(named):
            named.append(words.count("{n} other story", "{n} other stories", rest))
        lines.append(words("Stories: {titles}.", titles=words.list(named)))
    lines += _muted_lines(look, mutes, now)
    hushed = [phrase for phrase in phrases.followed if phrase.number in phrases.muted]
    for phrase in hushed[:_MAX_UNDO_BUTTONS]:
        lines.append(_muted(look, in_quotes(words, phrase.words), phrases.muted[phrase.number], now))
    if phrases.unwanted:
        lines.append(never_wanted_line(words, phrases.unwanted))
    if unwanted:
        sources = [foreign(clip(name, _NAME)) for _, name in unwanted[:_NAMED]]
        if rest := len(unwanted) - len(sources):
            sources.append(words.count("{n} other source", "{n} other sources", rest))
        lines.append(words("Never from: {sources}.", sources=words.list(sources)))
    if is_anything_followed:
        lines.append(when(words, chat, look.zone))
        lines += [wish_line(look, topic, wish) for topic, wish in wishes[:_NAMED]]
        if rest := len(wishes) - _NAMED:
            lines += [words.count("{n} other topic", "{n} other topics", rest)] if rest > 0 else []
        lines.append(_delivery(words, chat))
    buttons = [
        *(hear_button(words, topic) for topic, _ in mutes),
        *(hear_phrase_button(words, phrase) for phrase in hushed),
        *(topic_button(words, topic) for topic in topics),
        *(unfollow_phrase_button(words, phrase) for phrase in phrases.followed),
        *(drop_button(words, story) for story in stories),
        *(allow_button(words, phrase) for phrase in phrases.unwanted),
        *(allow_source_button(words, *source) for source in unwanted),
    ]
    page = max(0, min(page, (len(buttons) - 1) // _MAX_UNDO_BUTTONS))
    shown = buttons[page * _MAX_UNDO_BUTTONS : (page + 1) * _MAX_UNDO_BUTTONS]
    turning = []
    if page > 0:
        turning.append(Button(words("Previous"), data=press(SUBSCRIPTIONS, page - 1)))
    if (page + 1) * _MAX_UNDO_BUTTONS < len(buttons):
        turning.append(Button(words("Next"), data=press(SUBSCRIPTIONS, page + 1)))
    last = (
        Button(words("Change topics"), data=press(TOPICS)),
        Button(words("When and how"), data=press(SETTINGS)),
    )
    rows = (*((button,) for button in shown), tuple(turning), last)
    return Message(_said(lines), keyboard=tuple(row for row in rows if row))


def opened_by_link(
    look: Look, chat: Chat, topic: Topic, is_new: bool, newest: Article | None, now: datetime, *, mutes: Mutes = ()
) -> Message:
    """Return the answer to a link that follows a topic: its newest headline, and the way back."""
    words = look.words
    name = foreign(clip(topic.name_in(words.language), _NAME))
    lines: list[Text | str] = [
        words("Following {topic} now.", topic=name) if is_new else words("{topic} is followed already.", topic=name)
    ]
    is_paused = chat.state is ChatState.PAUSED  # a link follows a topic, and changes nothing else
    if is_paused:
        lines.append(when(words, chat, look.zone))
    lines += _muted_lines(look, mutes, now)
    if newest is None and not is_paused:
        lines.append(words("Nothing published in it yet; the first story comes by itself."))
    if newest is not None:
        lines.append(words.text("Newest: {headline}", headline=headline(newest, look, now)))
    more = Button(words("More topics"), data=press(TOPICS))
    undo = Button(words("Undo"), data=press(UNFOLLOW, topic.number))
    return Message(join(lines, "\n\n"), keyboard=(*_hear_rows(words, mutes), (undo, more) if is_new else (more,)))


def link_to_nothing(words: Words) -> Message:
    """Return the answer to a link that was to follow a topic and names none."""
    return Message(
        Text(words("This link leads to no topic.")),
        keyboard=((Button(words("All topics"), data=press(TOPICS)),),),
    )


def never_from(words: Words, source: str, name: str) -> Message:
    """Return the answer to `/never source NAME`."""
    text = words("Nothing comes any more from {source}.", source=foreign(clip(name, _NAME)))
    return Message(Text(text), keyboard=((allow_source_button(words, source, name),),))


def unfollowed(words: Words, topic: Topic) -> Message:
    """Return what an unfollow leaves in its place."""
    text = words("No longer following {topic}.", topic=foreign(clip(topic.name_in(words.language), _NAME)))
    return Message(Text(text), keyboard=((follow_button(words, topic), Button(words("Topics"), data=press(TOPICS))),))


def muted_until(look: Look, topic: Topic, until: datetime) -> str:
    """Return the toast of a mute, which lasts a day: the time alone would read as if it were over at once."""
    name = topic_label(topic, look.words, IN_A_TOAST)
    return look.words("{topic} is muted until tomorrow, {time}", topic=name, time=look.words.time(until, look.zone))


def unmuted(words: Words, topic: Topic) -> str:
    """Return the toast of a mute's end."""
    return words("{topic} is no longer muted", topic=topic_label(topic, words, IN_A_TOAST))


def nothing_more_from(words: Words, source: str) -> str:
    """Return the toast of `Never from SOURCE`."""
    return words("Nothing more from {source}", source=label(source, words, IN_A_TOAST))


def allowed_again(words: Words, source: str) -> str:
    """Return the toast of its undo."""
    return words("{source} is allowed again", source=label(source, words, IN_A_TOAST))


def source_number(source: str) -> int:
    """Return the number under which buttons know a source."""
    return crc32(source.encode())


def topic_payload(topic: Topic) -> str:
    """Return what follows `t_` in a link that follows a topic: its id where that fits a link, else its number.

    Source: https://core.telegram.org/bots/features#deep-linking (A-Z, a-z, 0-9, _ and -, 64 characters in all)
    """
    plain = topic.id.replace("-", "").replace("_", "")
    fits = plain.isascii() and plain.isalnum() and len(topic.id) <= 62
    # All digits are always a number, so an id of digits cannot stand for itself.
    return topic.id if fits and not topic.id.isdigit() else str(topic.number)


def _near_miss(words: Words, lines: list[Text | str], unknown: Mapping[str, Sequence[Topic]], wish: Edit) -> Message:
    strangers = [name for name, closest in unknown.items() if not closest]
    missed = [name for name, closest in unknown.items() if closest]
    if strangers:
        lines.append(words("No topic {names}.", names=_quoted(words, strangers)))
    if len(missed) == 1:
        lines.append(words("No topic “{name}”. Did you mean:", name=foreign(clip(missed[0], _NAME))))
    elif missed:
        lines.append(words("No topic {names}. Did you mean:", names=_quoted(words, missed)))
    near = {topic.number: topic for closest in unknown.values() for topic in closest}
    buttons = [Button(topic_label(topic, words), data=_wished(wish, topic)) for topic in near.values()]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    return Message(_said(lines), keyboard=(*rows, (Button(words("All topics"), data=press(TOPICS)),)))


def _quoted(words: Words, names: Sequence[str]) -> str:
    return words.list([in_quotes(words, name) for name in names])


def _said(lines: Sequence[Text | str]) -> Text:
    """Return the lines as one text. Names may be many and long; what is too much for a message goes."""
    return clip(join(lines, "\n"), TEXT)


def _wished(wish: Edit, topic: Topic) -> str:
    match wish:
        case Edit.FOLLOW:
            return press(FOLLOW, topic.number)
        case Edit.UNFOLLOW:
            return press(UNFOLLOW, topic.number)
        case Edit.LATEST:
            return press(LATEST, topic.number)


def _muted_lines(look: Look, mutes: Mutes, now: datetime) -> list[str]:
    named = [(topic.name_in(look.words.language), until) for topic, until in mutes[:_MAX_UNDO_BUTTONS]]
    return [_muted(look, foreign(clip(name, _NAME)), until, now) for name, until in named]


def _hear_rows(words: Words, mutes: Mutes) -> Keyboard:
    return tuple((hear_button(words, topic),) for topic, _ in mutes[:_MAX_UNDO_BUTTONS])


def hear_button(words: Words, topic: Topic) -> Button:
    """Return the button that ends a mute."""
    return Button(words("Hear {topic}", topic=topic_label(topic, words)), data=press(HEAR, topic.number))


def allow_source_button(words: Words, source: str, name: str) -> Button:
    """Return the button that takes back `Never from SOURCE`."""
    return Button(words("Allow {source}", source=label(name, words)), data=press(ADMIT, source_number(source)))


def _muted(look: Look, name: str, until: datetime | None, now: datetime) -> str:
    words = look.words
    if until is None:
        return words("Muted: {topic}.", topic=name)
    if until.astimezone(look.zone).date() == now.astimezone(look.zone).date():
        return words("Muted until {time}: {topic}.", time=words.time(until, look.zone), topic=name)
    day = words.date(until, look.zone)
    return words("Muted until {day}, {time}: {topic}.", day=day, time=words.time(until, look.zone), topic=name)


def _delivery(words: Words, chat: Chat) -> str:
    match chat.pictures:
        case Pictures.LARGE:
            return words("Pictures are large.")
        case Pictures.SMALL:
            return words("Pictures are small.")
        case Pictures.NONE:
            return words("Without pictures.")
