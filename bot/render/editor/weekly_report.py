"""The weekly report: a week in numbers, short enough to stand below a picture."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.limits import CAPTION
from bot.domain.message import Message
from bot.domain.statistics import Statistics
from bot.domain.text import Text
from bot.render.editor import statistics_lines as lines
from bot.render.editor.statistics import report_buttons
from bot.render.locale import Words
from bot.render.text import bold, join

_TOP = 3  # articles and topics


def weekly_report(words: Words, found: Statistics, zone: ZoneInfo) -> Message:
    """Return the report on a week. What does not fit below a picture is left out, from the end."""
    told: list[Text | str] = [
        bold(words("The week in numbers")),
        lines.span_of(words, found.period, zone),
        *lines.in_short(words, found),
        *lines.came_and_went(words, found),
        *lines.how_long(words, found),
    ]
    if found.articles:
        told += [bold(words("Articles")), *lines.articles(words, found.articles[:_TOP])]
    if found.topics:
        told += [bold(words("Topics")), *lines.shares(words, found.topics[:_TOP], has_followers=True)]
    while len(join(told, "\n")) > CAPTION:
        told.pop()
    return Message(join(told, "\n"), keyboard=report_buttons(words, found.period.days))
