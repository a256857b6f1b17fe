"""The card of a topic that a chat follows: when its news comes, which may be otherwise than all other news."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.chat import Chat
from bot.domain.delivery_time import Mode, Timing
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.timing_text import Misread
from bot.domain.topic import Topic
from bot.render.labels import IN_A_TOAST, topic_label
from bot.render.locale import Words
from bot.render.look import Look
from bot.render.reader.delivery_settings import CALM_CHOICES, MODES, PAUSES, day_name, wrong_lines
from bot.render.reader.delivery_times import both, delivery
from bot.render.reader.lists import UNFOLLOW, follow_button
from bot.render.reader.settings_menu import ticked
from bot.render.text import bold, clip, foreign, join

TOPIC = "topic_times"
TOPIC_WISH = "set_topic"
TOPIC_PAUSE = "pause_topic"
SUBSCRIPTIONS = "subscriptions"

SILENTLY = len(MODES)
AS_CHAT = SILENTLY + 1
"""What buttons hold beside the numbers of the modes. Append only."""
CARD, CLOCK, PAUSE = range(3)
"""Pages of the card, as buttons hold them. Append only."""

_NAME = 60
_HOURS_IN_A_ROW = 6
_QUARTERS = (0, 15, 30, 45)


def card(
    look: Look,
    chat: Chat,
    topic: Topic,
    wish: Timing | None,
    *,
    is_muted: bool,
    muted_until: datetime | None,
    wrong: Misread | None = None,
) -> Message:
    """Return when the news of a topic comes, and what can be chosen. `wrong` is what somebody wrote that is no time."""
    words = look.words
    lines: list[Text | str] = [*wrong_lines(words, wrong), bold(foreign(clip(topic.name_in(words.language), _NAME)))]
    lines.append(when_line(look, chat, wish))
    if is_muted and muted_until is not None:
        lines.append(words("Paused until {date}.", date=words.date(muted_until, look.zone)))
    elif is_muted:
        lines.append(words("Paused."))
    lines.append(
        words("A story of several topics comes as soon as one of them lets it, and not while one of them is paused.")
    )
    chosen = None if wish is None else replace(wish, quiet=None)
    calm = tuple(
        _choice(words.count("{n} an hour", "{n} an hour", many), topic, Timing(Mode.CALM, per_hour=many), chosen, many)
        for many in CALM_CHOICES
    )
    is_daily = chosen is not None and chosen.mode is Mode.DAILY
    usual = Button(ticked(words("As all news here"), wish is None), data=press(TOPIC_WISH, topic.number, AS_CHAT))
    return Message(
        join(lines, "\n"),
        keyboard=(
            (
                _choice(words("At once"), topic, Timing(), chosen),
                Button(
                    ticked(words("Silently"), chosen == Timing(silent=True)),
                    data=press(TOPIC_WISH, topic.number, SILENTLY),
                ),
                _choice(words("Hourly"), topic, Timing(Mode.HOURLY), chosen),
            ),
            calm,
            (Button(ticked(words("Daily"), is_daily), data=press(TOPIC, topic.number, CLOCK)), usual),
            (
                Button(words("End the pause"), data=press(TOPIC_PAUSE, topic.number))
                if is_muted
                else Button(words("Pause"), data=press(TOPIC, topic.number, PAUSE)),
                Button(words("Unfollow"), data=press(UNFOLLOW, topic.number)),
            ),
            (Button(words("All subscriptions"), data=press(SUBSCRIPTIONS)),),
        ),
    )


def clock_page(words: Words, topic: Topic, wish: Timing | None) -> Message:
    """Return the times of a daily list of a topic: the hours, and the quarters of the one that is chosen."""
    chosen = wish.minute if wish is not None and wish.mode is Mode.DAILY else None

    def at(minute: int, *, is_chosen: bool) -> Button:
        data = press(TOPIC_WISH, topic.number, MODES.index(Mode.DAILY), minute)
        return Button(ticked(words.clock(minute), is_chosen), data=data)

    hours = [at(hour * 60, is_chosen=chosen is not None and chosen // 60 == hour) for hour in range(24)]
    rows = [tuple(hours[start : start + _HOURS_IN_A_ROW]) for start in range(0, 24, _HOURS_IN_A_ROW)]
    if chosen is not None:
        begins = chosen - chosen % 60
        rows.append(tuple(at(begins + quarter, is_chosen=begins + quarter == chosen) for quarter in _QUARTERS))
    text = words(
        "At which time should the daily list of {topic} come? You can also write it: /settings TOPIC daily 08:10 "
        "mon-fri.",
        topic=foreign(clip(topic.name_in(words.language), _NAME)),
    )
    return Message(Text(text), keyboard=(*rows, (_back(words, topic),)))


def pause_page(look: Look, topic: Topic, now: datetime) -> Message:
    """Return days on which the news of a topic can come again."""
    words, today = look.words, now.astimezone(look.zone).date()
    days = [
        Button(
            words("Tomorrow") if ahead == 1 else day_name(words, today + timedelta(days=ahead), look.zone),
            data=press(TOPIC_PAUSE, topic.number, ahead),
        )
        for ahead in PAUSES
    ]
    text = words(
        "On which day should news of {topic} come again? Nothing is sent later for the time of a pause.",
        topic=foreign(clip(topic.name_in(words.language), _NAME)),
    )
    return Message(Text(text), keyboard=(tuple(days[:2]), tuple(days[2:]), (_back(words, topic),)))


def not_followed(words: Words, topic: Topic) -> Message:
    """Return the answer to a wish for a topic whose news does not come here."""
    text = words("{topic} is not followed here.", topic=foreign(clip(topic.name_in(words.language), _NAME)))
    return Message(
        Text(text),
        keyboard=((follow_button(words, topic), Button(words("All subscriptions"), data=press(SUBSCRIPTIONS))),),
    )


def near_miss(words: Words, name: str, near: list[Topic]) -> Message:
    """Return the answer to a wish for a topic that nobody knows, with the closest ones."""
    said = foreign(clip(" ".join(name.split()), _NAME))
    text = words("No topic “{name}”. Did you mean:", name=said) if near else words("No topic “{name}”.", name=said)
    buttons = tuple((Button(topic_label(topic, words), data=press(TOPIC, topic.number)),) for topic in near)
    return Message(Text(text), keyboard=(*buttons, (Button(words("All subscriptions"), data=press(SUBSCRIPTIONS)),)))


def when_line(look: Look, chat: Chat, wish: Timing | None) -> str:
    """Return when the news of a topic comes, as a sentence of its own card."""
    if wish is None:
        return look.words("News of it comes as all news here: {how}.", how=both(look.words, chat.timing, look.zone))
    return look.words("News of it comes {how}.", how=both(look.words, _here(chat, wish), look.zone))


def wish_line(look: Look, topic: Topic, wish: Timing) -> str:
    """Return a topic and when its news comes, as a line among others."""
    how = delivery(look.words, wish, look.zone)
    return look.words("{topic}: {how}", topic=foreign(clip(topic.name_in(look.words.language), _NAME)), how=how)


def wish_set(look: Look, chat: Chat, topic: Topic, wish: Timing | None) -> str:
    """Return the toast of a change."""
    name = topic_label(topic, look.words, IN_A_TOAST)
    if wish is None:
        return look.words("{topic}: as all news here", topic=name)
    return look.words("{topic}: {how}", topic=name, how=both(look.words, _here(chat, wish), look.zone))


def paused_until(look: Look, topic: Topic, until: datetime | None) -> str:
    """Return the toast of a pause, or of its end."""
    name = topic_label(topic, look.words, IN_A_TOAST)
    if until is None:
        return look.words("{topic}: news comes again", topic=name)
    return look.words("{topic}: paused until {date}", topic=name, date=look.words.date(until, look.zone))


def topic_button(words: Words, topic: Topic) -> Button:
    """Return the button that opens the card of a topic."""
    return Button(topic_label(topic, words), data=press(TOPIC, topic.number))


def _here(chat: Chat, wish: Timing) -> Timing:
    return replace(wish, quiet=chat.timing.quiet)


def _choice(text: str, topic: Topic, timing: Timing, chosen: Timing | None, value: int = 0) -> Button:
    return Button(ticked(text, timing == chosen), data=press(TOPIC_WISH, topic.number, MODES.index(timing.mode), value))


def _back(words: Words, topic: Topic) -> Button:
    return Button(words("Back"), data=press(TOPIC, topic.number))
