"""News that is held until an editor decides: choosing one after the other, and what became of a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.article import Article, HeldWhy
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.article_note import paused
from bot.render.editor.desk import called, drafts_button, open_button
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import join


def choosing(words: Words, article: Article, zone: ZoneInfo, left: int, *, is_lowered: bool = False) -> Message:
    """Return one held article to decide about; `left` counts it and those behind it.

    `is_lowered`: the buttons that decide stand in the last row, because those just pressed stood in the middle one.
    """
    number = article.number
    text = join(
        [
            words.count("{n} article is held. Push it or only list it?", "{n} articles are held. The next one:", left),
            called(article) + f", {words.date(article.story.published_at, zone)}",
        ],
        "\n",
    )
    is_for_nobody = article.held_why is HeldWhy.TOPICS
    if is_for_nobody:
        text = join([text, words("Nobody knows its topics yet, so it would reach no one.")], "\n")
    look = (
        open_button(words, number),
        Button(words("Next"), data=press(Verb.CHOOSE, number, is_lowered)),
    )
    decide = (
        Button(words("Push #{number}", number=number), data=press(Verb.CHOOSE_PUSH, number, is_lowered)),
        Button(words("Archive #{number}", number=number), data=press(Verb.CHOOSE_ARCHIVE, number, is_lowered)),
    )
    aside: tuple[Button, ...] = (drafts_button(words),)
    if is_for_nobody:
        aside = (Button(words("Choose a topic"), data=press(Verb.TOPICS, number)), *aside)
    return Message(text, keyboard=(look, aside, decide) if is_lowered else (look, decide, aside))


def nothing_held(words: Words) -> Message:
    return Message(Text(words("Nothing is held.")))


def held_pushed(
    words: Words,
    numbers: Sequence[int],
    *,
    campaigns: tuple[int, int] | None,
    starts_in: timedelta,
    is_paused: bool = False,
) -> Message:
    """Return what `Push all` did. `campaigns` are the first and last of those promised; None when all were resumed."""
    text = words.count("{n} article goes out", "{n} articles go out", len(numbers))
    if starts_in > timedelta(0):
        text = words(
            "{articles} in {time}: {numbers}.", articles=text, time=words.span(starts_in), numbers=_list(numbers)
        )
    else:
        text = words("{articles}: {numbers}.", articles=text, numbers=_list(numbers))
    if is_paused:
        text = f"{text} {paused(words)}"
    return Message(Text(text), keyboard=() if campaigns is None else _stop_all(words, campaigns))


def held_stopped(words: Words, numbers: Sequence[int], campaigns: tuple[int, int]) -> Message:
    if not numbers:
        return Message(Text(words("They had all gone out.")))
    return Message(
        Text(words("Stopped: {numbers}. Nothing more of them leaves.", numbers=_list(numbers))),
        keyboard=((Button(words("Send the rest"), data=press(Verb.REST_ALL, *campaigns)), drafts_button(words)),),
    )


def held_resumed(words: Words, numbers: Sequence[int], campaigns: tuple[int, int]) -> Message:
    if not numbers:
        return Message(Text(words("Nothing waits there.")))
    return Message(Text(words("Going on: {numbers}.", numbers=_list(numbers))), keyboard=_stop_all(words, campaigns))


def held_archived(words: Words, numbers: Sequence[int]) -> Message:
    return Message(
        Text(
            words.count(
                "{n} article is listed without being pushed: {numbers}.",
                "{n} articles are listed without being pushed: {numbers}.",
                len(numbers),
                numbers=_list(numbers),
            )
        )
    )


def _stop_all(words: Words, campaigns: tuple[int, int]) -> Keyboard:
    """Return `Stop all`, away from the left edge where `Push all` and `Send the rest` stand."""
    return ((drafts_button(words), Button(words("Stop all"), data=press(Verb.STOP_ALL, *campaigns))),)


def _list(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:30])
    return shown if len(numbers) <= 30 else f"{shown} …"
