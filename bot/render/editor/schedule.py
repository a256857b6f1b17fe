"""Answers to `/schedule`: what was understood, what is asked about it, and what is scheduled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.article import Article, Manner
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.when_text import Fault, When
from bot.render.editor.desk import as_drawn, called, open_button, state
from bot.render.editor.moments import arrives, moment_of
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import join

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ask(words: Words, article: Article, times: Sequence[datetime], zone: ZoneInfo) -> Message:
    """Ask when an article is to go out; some times are offered."""
    text = words.text(
        "When is {article} to go out? Choose, or write /schedule {number} and the time in your words, such as "
        "“tomorrow 9:00”.",
        article=called(article),
        number=article.number,
    )
    return Message(text, keyboard=choices(words, article, times, zone))


def usage(words: Words) -> Message:
    """Return the answer to `/schedule` without anything."""
    return Message(Text(words("Write /schedule, an article and a time in your words: /schedule 412 tomorrow 9:00")))


def unclear(words: Words, article: Article, when: When, zone: ZoneInfo) -> Message:
    """Return why a time does not count, with those that may be meant. Nothing was changed."""
    named = called(article)
    match when.fault:
        case Fault.NO_TIME:
            text = words.text("At what time is {article} to go out?", article=named)
        case Fault.SEVERAL:
            text = words.text("That can mean several times. When is {article} to go out?", article=named)
        case Fault.PAST:
            text = words.text("That time has passed; nothing was changed for {article}.", article=named)
        case Fault.GAP:
            text = words.text(
                "That time does not exist: the clocks are put forward over it. When is {article} to go out?",
                article=named,
            )
        case Fault.TWICE:
            text = words.text(
                "That time comes twice: the clocks are put back over it. When is {article} to go out?",
                article=named,
            )
        case Fault.FAR:
            text = words.text("That is more than two years away; nothing was changed for {article}.", article=named)
        case _:
            text = words.text(
                "I do not understand that as a time, so nothing was changed for {article}. Write it like “tomorrow "
                "9:00”, “Friday 18:00” or “24 December 8:30”.",
                article=named,
            )
    is_twice = when.fault is Fault.TWICE
    keyboard = choices(words, article, when.choices, zone, manner=when.manner, with_offset=is_twice)
    return Message(text, keyboard=keyboard)


def scheduled(
    words: Words, article: Article, zone: ZoneInfo, *, manner: Manner = Manner.USUAL, only_to: str = ""
) -> Message:
    """Return what is said of an article that goes out at a time to come, and to whom alone, if that was chosen."""
    at = article.scheduled_at or article.story.published_at
    text = words.text("{article} goes out on {when}.", article=called(article), when=moment_of(words, at, zone))
    if (how := arrives(words, manner)) is not None:
        text = join([text, how], " ")
    text = join([text, only_to], " ")
    row = (open_button(words, article.number), Button(words("Unschedule"), data=press(Verb.UNSCHEDULE, article.number)))
    return Message(text, keyboard=(row,))


def unscheduled(words: Words, article: Article) -> Message:
    """Return what is said of an article that does not go out at the time that was set."""
    return Message(
        words.text("{article} is a draft again. Nothing goes out.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def not_scheduled(words: Words, article: Article, zone: ZoneInfo) -> Message:
    """Return how an article stands that cannot be unscheduled."""
    return Message(
        words.text(
            "{article} is not scheduled any more ({state}).", article=called(article), state=state(words, article, zone)
        ),
        keyboard=((open_button(words, article.number),),),
    )


def not_possible(words: Words, article: Article, zone: ZoneInfo) -> Message:
    """Return why an article that readers can find already does not go out at a time to come."""
    return Message(
        words.text(
            "{article} is out already ({state}); nothing was scheduled.",
            article=called(article),
            state=state(words, article, zone),
        ),
        keyboard=((open_button(words, article.number),),),
    )


def at_button(label: str, article: Article, at: datetime, *, manner: Manner = Manner.USUAL) -> Button:
    """Return the button that schedules an article for a moment; `at_pressed` reads it back."""
    minutes = int((at - _EPOCH).total_seconds()) // 60
    data = press(Verb.SCHEDULE_AT, article.number, minutes, manner, *as_drawn(article))
    return Button(label, data=data)


def choices(
    words: Words,
    article: Article,
    times: Sequence[datetime],
    zone: ZoneInfo,
    *,
    manner: Manner = Manner.USUAL,
    with_offset: bool = False,
) -> Keyboard:
    """Return a button for each of some times."""
    # One in a row: the next screen has nothing in the first column that undoes it.
    return tuple(
        (at_button(_label(words, at, zone, with_offset=with_offset), article, at, manner=manner),) for at in times
    )


def _label(words: Words, at: datetime, zone: ZoneInfo, *, with_offset: bool) -> str:
    given = {"weekday": words.weekday(at, zone), "date": words.date(at, zone), "time": words.time(at, zone)}
    if with_offset:
        offset = f"{at.astimezone(zone):%z}"
        return words("{weekday}, {date}, {time} (UTC{offset})", offset=f"{offset[:3]}:{offset[3:]}", **given)
    return words("{weekday}, {date}, {time}", **given)
