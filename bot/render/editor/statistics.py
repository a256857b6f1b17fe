"""The bot's numbers (`/stats`): all at a glance, or by article, topic and source, with a choice of periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.article import ArticleState
from bot.domain.limits import TEXT
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.restriction import Restriction
from bot.domain.source import ListedSource
from bot.domain.statistics import PERIODS, REPORT_MINUTE, Statistics
from bot.domain.text import Text
from bot.render.editor import statistics_lines as lines
from bot.render.editor.article_note import paused
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join

_SOURCE = 60  # UTF-16 code units


class StatisticsVerb(StrEnum):
    """What the buttons do. A period is its number of days."""

    SHOW = "stats"  # a view's place in VIEWS, a period
    DRAW = "stats_chart"  # a period, 1 for a dark chart or 0; without it in the shade that was chosen last
    WEEKLY = "stats_weekly"  # 1 to get reports or 0; a view's place, a period; without these it stands below a report


class View(StrEnum):
    """What of the numbers is shown."""

    ALL = "all"
    ARTICLES = "articles"
    TOPICS = "topics"
    SOURCES = "sources"


VIEWS = (View.ALL, View.ARTICLES, View.TOPICS, View.SOURCES)
"""By their places, which buttons hold: another view would come behind them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the moment, whatever the period: what `/stats` tells beside it."""

    articles: Mapping[ArticleState, int]
    sent_day: int
    sent_week: int
    restricted: int = 0
    restrictions: Sequence[tuple[int, Restriction]] = ()
    is_paused: bool = False
    sources: Sequence[ListedSource] = ()


def statistics(
    words: Words, view: View, found: Statistics, standing: Standing, zone: ZoneInfo, now: datetime, *, is_weekly: bool
) -> Message:
    """Return a view of a period's numbers with its buttons. `is_weekly`: whoever asks gets the weekly report."""
    told: list[Text | str] = [paused(words)] if standing.is_paused else []
    told.append(lines.span_of(words, found.period, zone))
    match view:
        case View.ALL:
            told += _all(words, found, standing, zone, now)
        case View.ARTICLES:
            told += [bold(words("Articles")), *lines.articles(words, found.articles)]
            told.append(words("Telegram tells no bot who has read a message."))
        case View.TOPICS:
            told += [bold(words("Topics")), *lines.shares(words, found.topics, has_followers=True)]
        case View.SOURCES:
            told += [bold(words("Sources")), *lines.shares(words, found.sources, has_followers=False)]
    keyboard = _keyboard(words, view, found.period.days, is_weekly=is_weekly)
    return Message(clip(join(told, "\n"), TEXT), keyboard=keyboard)


def _all(words: Words, found: Statistics, standing: Standing, zone: ZoneInfo, now: datetime) -> lines.Lines:
    n, states = words.number, standing.articles
    told: lines.Lines = [
        bold(words("Chats")),
        *lines.readers(words, found),
        *lines.restricted(words, standing.restricted, standing.restrictions, zone, now),
        bold(words("Articles")),
        words(
            "{published} published, {archived} listed only, {draft} drafts, {scheduled} scheduled, {held} held, "
            "{retracted} taken back",
            published=n(states.get(ArticleState.PUBLISHED, 0)),
            archived=n(states.get(ArticleState.ARCHIVED, 0)),
            draft=n(states.get(ArticleState.DRAFT, 0)),
            scheduled=n(states.get(ArticleState.SCHEDULED, 0)),
            held=n(states.get(ArticleState.HELD, 0)),
            retracted=n(states.get(ArticleState.RETRACTED, 0)),
        ),
        bold(words("Sent")),
        *lines.delivered(words, found),
        words(
            "{day} in the last 24 hours, {week} in the last 7 days",
            day=n(standing.sent_day),
            week=n(standing.sent_week),
        ),
    ]
    if standing.sources:
        told.append(bold(words("Sources")))
        told.extend(
            words.text(
                "{source}: {came} came, {pushed} pushed, {held} held, {doubled} doubled, {refused} refused",
                source=foreign(clip(one.source.name, _SOURCE)),
                came=n(one.counts.came),
                pushed=n(one.counts.pushed),
                held=n(one.counts.held),
                doubled=n(one.counts.doubled),
                refused=n(one.counts.refused),
            )
            for one in standing.sources
        )
    return told + lines.followed(words, found.followed)


def usage(words: Words) -> Message:
    """Return what can be typed."""
    return Message(Text(words("Write /stats and a number of days, such as /stats 30, or /stats weekly on or off.")))


def _keyboard(words: Words, view: View, days: int, *, is_weekly: bool) -> Keyboard:
    place = VIEWS.index(view)
    labels = (words("All"), words("Articles"), words("Topics"), words("Sources"))
    return (
        period_row(words, days, lambda chosen: press(StatisticsVerb.SHOW, place, chosen)),
        tuple(
            _chosen(words, label, number == place, press(StatisticsVerb.SHOW, number, days))
            for number, label in enumerate(labels)
        ),
        (
            Button(words("Draw a chart"), data=press(StatisticsVerb.DRAW, days)),
            _chosen(
                words,
                words("Report every Monday"),
                is_weekly,
                press(StatisticsVerb.WEEKLY, int(not is_weekly), place, days),
            ),
        ),
    )


def report_switched(words: Words, *, is_weekly: bool) -> str:
    """Return what is said over the chat when reports are switched on or off."""
    if is_weekly:
        return words("A report comes every Monday at {time}", time=words.clock(REPORT_MINUTE))
    return words("No more reports come")


def report_again(words: Words) -> Keyboard:
    """Return the buttons below a report whose reader wants no more."""
    return ((Button(words("Report every Monday"), data=press(StatisticsVerb.WEEKLY, 1)),),)


def report_buttons(words: Words, days: int) -> Keyboard:
    """Return the buttons below a report."""
    everything = press(StatisticsVerb.SHOW, VIEWS.index(View.ALL), days)
    return (
        (Button(words("Show the last 7 days"), data=everything),),
        (Button(words("No more reports"), data=press(StatisticsVerb.WEEKLY, 0)),),
    )


def period_row(words: Words, days: int, data: Callable[[int], str]) -> tuple[Button, ...]:
    """Return buttons for the periods, the shown one ticked. `data` is what a button of so many days holds."""
    return tuple(_chosen(words, _span(words, period), period == days, data(period)) for period in PERIODS)


def _span(words: Words, days: int) -> str:
    return words("1 year") if days == PERIODS[-1] else words.count("{n} day", "{n} days", days)


def _chosen(words: Words, label: str, is_chosen: bool, data: str) -> Button:
    return Button(f"\N{CHECK MARK} {label}" if is_chosen else label, data=data)
