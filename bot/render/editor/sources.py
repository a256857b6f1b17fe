"""`/sources`: the feeds that are read, how each is doing and what came of it; and what a new one would give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.source import ASKED, ListedSource, Source, SourceState, TakenAs, every_text
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.render.editor.source_faults import fault_text
from bot.render.labels import label
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, tame

PAGE = 8  # sources of a list, and rows of topics
_NAME = 48  # UTF-16 code units
_ADDRESS = 200
_FAULT = 200
_TICK = "✓ "


class Verb(StrEnum):
    """What the buttons do. Numbers: a source's, except where said."""

    LIST = "sources"  # a page
    OPEN = "source"
    PAUSE = "source_pause"
    RESUME = "source_resume"
    REFRESH = "source_refresh"
    AS = "source_as"  # a source; 1 for drafts, 0 for news
    TOPICS = "source_topics"  # a source, a page
    TOPIC = "source_topic"  # a source, a topic, 1 to have it and 0 to have it no more, the page
    REMOVE = "source_remove"
    REMOVE_NOW = "source_drop"
    ADD = "source_add"
    FOLLOW = "source_follow"  # 1 for drafts, 0 for news; which feed that is follows from the message
    LEAVE = "source_leave"


# The list


def roster(words: Words, shown: Sequence[ListedSource], page: int, *, total: int) -> Message:
    """Return a page of the sources, each with what is to be said of it; `page` counts from 0."""
    add = (Button(words("Add a source"), data=press(Verb.ADD)),)
    if not total:
        text = words("No sources yet. A source is a feed, or the page of a site that has one.")
        return Message(Text(text), keyboard=(add,))
    pages = -(-total // PAGE)
    heading = words.count("{n} source", "{n} sources", total)
    if pages > 1:
        heading = words("{heading}, page {page} of {pages}", heading=heading, page=page + 1, pages=pages)
    lines: list[Text] = [bold(heading)]
    lines += [
        words.text(
            "{name}: {state}. {counts}",
            name=_named(one.source),
            state=_state(words, one.source),
            counts=_came(words, one),
        )
        for one in shown
    ]
    rows = [(Button(label(one.source.name, words), data=press(Verb.OPEN, one.source.number)),) for one in shown]
    turning = []
    if page > 0:
        turning.append(Button(words("Previous"), data=press(Verb.LIST, page - 1)))
    if page + 1 < pages:
        turning.append(Button(words("Next"), data=press(Verb.LIST, page + 1)))
    return Message(clip(join(lines, "\n"), TEXT), keyboard=(*rows, *((tuple(turning),) if turning else ()), add))


def source(words: Words, listed: ListedSource, zone: ZoneInfo, now: datetime) -> Message:
    """Return one source with all that can be done about it."""
    one, counts = listed.source, listed.counts
    doing: list[Text | str] = [words("State: {state}.", state=_state(words, one))]
    if one.last_error is not None and one.state is not SourceState.ACTIVE:
        since = one.failing_since or now
        doing.append(
            words(
                "Since {date}, {time}: {fault}.",
                date=words.date(since, zone),
                time=words.time(since, zone),
                fault=tame(clip(fault_text(words, one.last_error), _FAULT)),
            )
        )
    if one.read_at is not None:
        doing.append(words("Last read {ago}.", ago=words.ago(one.read_at, now)))
    if one.state in ASKED:
        doing.append(_next(words, one, now))
    taken: list[Text | str] = [_taken_as(words, one)]
    if one.choices.topics:
        names = words.list([foreign(clip(name, _NAME)) for name in one.choices.topics])
        taken.append(words("Topics: {topics}.", topics=names))
    if one.choices.only:
        taken.append(words("Only what holds: {phrases}.", phrases=_phrases(words, one.choices.only)))
    if one.choices.never:
        taken.append(words("Never what holds: {phrases}.", phrases=_phrases(words, one.choices.never)))
    if one.file is not None:
        taken.append(words("It is defined by {file}; change it there.", file=foreign(clip(one.file, _NAME))))
    came = words(
        "Came: {came}. Pushed: {pushed}. Held: {held}. Here from elsewhere: {doubled}. Refused: {refused}.",
        came=words.number(counts.came),
        pushed=words.number(counts.pushed),
        held=words.number(counts.held),
        doubled=words.number(counts.doubled),
        refused=words.number(counts.refused),
    )
    heading = join([bold(_named(one)), tame(clip(one.url, _ADDRESS))], "\n")
    text = join([heading, join(doing, "\n"), join(taken, "\n"), came], "\n\n")
    return Message(clip(text, TEXT), keyboard=_buttons(words, one))


def _buttons(words: Words, one: Source) -> tuple[tuple[Button, ...], ...]:
    """Return what can be done. `Remove` asks first, and stands where no other screen has a button that acts."""
    number = one.number
    if one.state in ASKED:
        pause = Button(words("Pause"), data=press(Verb.PAUSE, number))
        first: tuple[Button, ...] = (pause, Button(words("Refresh"), data=press(Verb.REFRESH, number)))
    else:
        first = (Button(words("Resume"), data=press(Verb.RESUME, number)),)
    back = (Button(words("All sources"), data=press(Verb.LIST)),)
    if one.file is not None:
        return first, back
    if one.choices.taken_as is TakenAs.NEWS:
        other = Button(words("Take as drafts"), data=press(Verb.AS, number, 1))
    else:
        other = Button(words("Take as news"), data=press(Verb.AS, number, 0))
    return (
        first,
        (Button(words("Topics"), data=press(Verb.TOPICS, number)), other),
        (Button(words("Remove"), data=press(Verb.REMOVE, number)),),
        back,
    )


def _state(words: Words, one: Source) -> str:
    match one.state:
        case SourceState.ACTIVE:
            return words("active") if one.read_at is not None else words("not read yet")
        case SourceState.PAUSED:
            return words("paused")
        case SourceState.FAILING:
            return words("failing")
        case SourceState.GONE:
            return words("gone for good")
        case SourceState.REMOVED:
            return words("removed")


def _came(words: Words, one: ListedSource) -> str:
    return words(
        "{came} came, {pushed} pushed",
        came=words.number(one.counts.came),
        pushed=words.number(one.counts.pushed),
    )


def _next(words: Words, one: Source, now: datetime) -> str:
    if one.next_at <= now:
        return words("It is asked now.")
    said = words("It is asked again in {time}.", time=words.span(one.next_at - now))
    if one.choices.every is None:
        return said
    chosen = words("Chosen: every {every}.", every=every_text(one.choices.every))
    return f"{said} {chosen}"


def _taken_as(words: Words, one: Source) -> str:
    if one.choices.taken_as is TakenAs.DRAFTS:
        return words("What is new becomes a draft.")
    return words("What is new is news.")


def _phrases(words: Words, phrases: Sequence[str]) -> str:
    return words.list([foreign(clip(phrase, _NAME)) for phrase in phrases])


def _named(one: Source) -> Text:
    return Text(foreign(clip(one.name, _NAME)))


# What is done


def topics(words: Words, one: Source, all_topics: Sequence[Topic], chosen: frozenset[int], page: int) -> Message:
    """Return a page of the topics that a source's items may have."""
    heading = words.text("Topics of all that comes from {name}", name=_named(one))
    if not all_topics:
        heading = words.text("There are no topics yet that {name} could have.", name=_named(one))
    pages = max(1, -(-len(all_topics) // PAGE))
    page = min(max(page, 0), pages - 1)
    rows = []
    for topic in all_topics[page * PAGE : (page + 1) * PAGE]:
        is_on = topic.number in chosen
        data = press(Verb.TOPIC, one.number, topic.number, int(not is_on), page)
        rows.append((Button((_TICK if is_on else "") + label(topic.name, words), data=data),))
    turning = []
    if page > 0:
        turning.append(Button(words("Previous"), data=press(Verb.TOPICS, one.number, page - 1)))
    if page + 1 < pages:
        turning.append(Button(words("Next"), data=press(Verb.TOPICS, one.number, page + 1)))
    done = (Button(words("Done"), data=press(Verb.OPEN, one.number)),)
    return Message(heading, keyboard=(*rows, *((tuple(turning),) if turning else ()), done))


def ask_remove(words: Words, one: Source) -> Message:
    """Return the question before a source is removed. `Keep it` stands where `Pause` stood."""
    return Message(
        words.text("Remove {name}? It is asked no more. What came of it stays.", name=_named(one)),
        keyboard=(
            (Button(words("Keep it"), data=press(Verb.OPEN, one.number)),),
            (Button(words("Remove it"), data=press(Verb.REMOVE_NOW, one.number)),),
        ),
    )


def removed(words: Words, one: Source) -> Message:
    return Message(
        words.text("{name} is removed. What came of it stays.", name=_named(one)),
        keyboard=((Button(words("All sources"), data=press(Verb.LIST)),),),
    )


def paused_toast(words: Words, one: Source) -> str:
    return words("{name} is paused", name=label(one.name, words))


def resumed_toast(words: Words, one: Source) -> str:
    return words("{name} is read again", name=label(one.name, words))


def refreshed_toast(words: Words, one: Source, now: datetime) -> str:
    """Return when a source is asked: at once, unless its server wants to be left alone."""
    if one.next_at > now:
        return words(
            "Its server asks to be left alone for {time}; then it is asked", time=words.span(one.next_at - now)
        )
    return words("{name} is asked now", name=label(one.name, words))


def taken_as_toast(words: Words, one: Source) -> str:
    return _taken_as(words, one)


def topic_toast(words: Words, topic: str, *, is_on: bool) -> str:
    if is_on:
        return words("What comes has the topic {topic} now", topic=label(topic, words))
    return words("What comes has the topic {topic} no more", topic=label(topic, words))


def unchanged(words: Words, reason: str) -> str:
    """Return why nothing was changed."""
    return tame(clip(reason, _FAULT))
