"""The chart of a period: what was delivered each day, and how many readers there were."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.chart import Chart, Label, Panel, Series, labelled, round_levels
from bot.domain.delivery_time import moment_of
from bot.domain.message import Button, Keyboard, Message, Photo
from bot.domain.press import press
from bot.domain.statistics import MISSED, Fact, Statistics, bars, readers_by_end
from bot.domain.text import Text
from bot.render.editor import statistics_lines as lines
from bot.render.editor.statistics import StatisticsVerb, period_row
from bot.render.locale import Words
from bot.render.text import bold, join


def chart(words: Words, found: Statistics, zone: ZoneInfo, *, is_dark: bool) -> Chart | None:
    """Return the chart of a period; None when there is nothing to draw."""
    if found.is_empty:
        return None
    shown = bars(found.days)
    sent = tuple(day.of(Fact.SENT) for day in shown)
    missed = tuple(day.of(*MISSED) for day in shown)
    active = readers_by_end(found.readers.active, shown, found.growth_since)
    heights = [one + other for one, other in zip(sent, missed, strict=True)]
    arrived = [Series(words("delivered"), sent), *([Series(words("not delivered"), missed)] if any(missed) else [])]
    by_week = len(shown) < len(found.days)
    delivered = words("Messages each week") if by_week else words("Messages each day")
    return Chart(
        panels=(
            Panel(delivered, _levels(words, 0, max(heights)), bars=tuple(arrived)),
            Panel(
                words("Active chats"),
                _levels(words, min(active), max(active)),
                line=Series(words("Active chats"), active),
            ),
        ),
        places=tuple(_day(words, place, shown[place].first, zone) for place in labelled(len(shown))),
        is_dark=is_dark,
        is_right_to_left=words.is_right_to_left,
    )


def _levels(words: Words, least: int, most: int) -> tuple[Label, ...]:
    return tuple(Label(level, words.number(level), f"{level:,}") for level in round_levels(least, most))


def _day(words: Words, place: int, day: date, zone: ZoneInfo) -> Label:
    return Label(place, words.day_and_month(_noon(day, zone), zone), f"{day:%m-%d}")


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return moment_of(day, 12 * 60, zone)


def charted(words: Words, found: Statistics, zone: ZoneInfo, picture: bytes, *, is_dark: bool) -> Message:
    """Return the chart as a message: the picture, what it shows, and buttons for other periods and the other shade."""
    return Message(caption(words, found, zone), Photo(data=picture), _keyboard(words, found.period.days, is_dark))


def caption(words: Words, found: Statistics, zone: ZoneInfo) -> Text:
    """Return what a chart shows, so that it is understood without the words in it."""
    told: list[Text | str] = [
        bold(lines.span_of(words, found.period, zone)),
        words("Above: messages delivered and not delivered. Below: active chats at the end of each day."),
        *lines.in_short(words, found),
    ]
    return join(told, "\n")


def nothing_to_draw(words: Words) -> str:
    """Return why there is no chart."""
    return words("Nothing happened in this time, so there is nothing to draw.")


def not_drawn(words: Words) -> str:
    """Return that a chart could not be drawn."""
    return words("The chart could not be drawn. /stats has the same in numbers.")


def _keyboard(words: Words, days: int, is_dark: bool) -> Keyboard:
    shade = words("Light") if is_dark else words("Dark")
    return (
        period_row(words, days, lambda chosen: press(StatisticsVerb.DRAW, chosen, int(is_dark))),
        (Button(shade, data=press(StatisticsVerb.DRAW, days, int(not is_dark))),),
    )
