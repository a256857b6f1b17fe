"""
The closed grammar of times in words: every way to read all of a text, in one language.

A rule stands at a place among the tokens and says how far it reads and what that adds; what no rule reads to the end is
no reading. `when_text` makes times of what is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from functools import lru_cache

from bot.domain.article import Manner
from bot.domain.when_words import Part, Vocabulary

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff"  # of Chinese and Japanese, where each character is a token
_TOKEN = re.compile(rf"\d+|[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W\d_])+|[^\w\s]")
_ALIKE = {zero + digit: str(digit) for zero in (0x660, 0x6F0) for digit in range(10)} | {ord("،"): ",", ord("、"): ","}


class Week(Enum):
    """Which of several weekdays of one name is meant, as it was said."""

    COMING = auto()  # the first that comes; to some, the one after a week that has begun
    THIS = auto()
    NEXT = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, piece by piece; each at most once. `after` are minutes or days from now."""

    days: int | None = None
    date: tuple[int | None, int | None, int] | None = None
    weekday: int | None = None
    week: Week | None = None
    minute: int | None = None
    is_exact: bool = True
    part: Part | None = None
    after: timedelta | None = None
    filler: bool = False

    @property
    def names_day(self) -> bool:
        return self.days is not None or self.date is not None or self.weekday is not None


def tokens_of(text: str) -> tuple[str, ...]:
    """Return words, numbers and signs, without accents and marks of direction, and in small letters."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ß", "ss").casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char) and unicodedata.category(char) != "Cf")
    return tuple(_TOKEN.findall(plain.translate(_ALIKE)))


@lru_cache(maxsize=4096)
def _phrase(text: str) -> tuple[str, ...]:
    return tokens_of(text)


def without_manner(tokens: tuple[str, ...], words: Vocabulary) -> tuple[tuple[str, ...], Manner]:
    """Return what stands before the words at the end that say how something arrives, and what these say."""
    for phrases, manner in ((words.silently, Manner.SILENT), (words.breaking, Manner.BREAKING)):
        for phrase in map(_phrase, phrases):
            if tokens[-len(phrase) :] == phrase:
                rest = tokens[: -len(phrase)]
                return (rest[:-1] if rest[-1:] == (",",) else rest), manner
    return tokens, Manner.USUAL


def readings(tokens: tuple[str, ...], words: Vocabulary) -> Iterator[Said]:
    """Return every way to read all of the tokens."""
    for ending in words.endings:
        if tokens[-len(_phrase(ending)) :] == _phrase(ending):
            tokens = tokens[: -len(_phrase(ending))]
    stack = [(0, Said())]
    seen = set(stack)
    while stack:
        place, said = stack.pop()
        if place == len(tokens):
            if not said.filler:
                yield said
            continue
        for rule in _RULES:
            for after, more in rule(tokens, place, said, words):
                if (after, more) not in seen:
                    seen.add((after, more))
                    stack.append((after, more))


_Steps = Iterator[tuple[int, Said]]


def _starts(tokens: tuple[str, ...], place: int, phrase: str) -> int | None:
    """Return the place behind a phrase that stands here; None when it does not."""
    wanted = _phrase(phrase)
    return place + len(wanted) if tokens[place : place + len(wanted)] == wanted else None


def _number(tokens: tuple[str, ...], place: int, words: Vocabulary, *, digits: int = 2) -> Iterator[tuple[int, int]]:
    """Return a number that stands here, and the place behind it."""
    if place < len(tokens):
        if tokens[place].isdecimal() and len(tokens[place]) <= digits and tokens[place].isascii():
            yield int(tokens[place]), place + 1
        for name, number in words.numbers.items():
            if (after := _starts(tokens, place, name)) is not None:
                yield number, after


def _filler(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    for phrase in words.fillers:
        is_free = not said.filler or (phrase != "," and tokens[place - 1] == ",")
        if is_free and (after := _starts(tokens, place, phrase)) is not None:
            yield after, replace(said, filler=True)


def _day(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    if said.names_day or said.after is not None:
        return
    for phrase, days in words.days.items():
        if (after := _starts(tokens, place, phrase)) is not None:
            yield after, replace(said, days=days, filler=False)
    if said.part is None:
        for day, parts in enumerate((words.parts_of_today, words.parts_of_tomorrow)):
            for phrase, part in parts.items():
                if (after := _starts(tokens, place, phrase)) is not None:
                    yield after, replace(said, days=day, part=part, filler=False)
    for intro in words.within:
        if (behind := _starts(tokens, place, intro)) is not None:
            for many, unit in _amounts(tokens, behind, words):
                for name, days in words.day_units.items():
                    if (after := _starts(tokens, unit, name)) is not None and many == int(many) and many * days <= 731:
                        yield after, replace(said, days=int(many) * days, filler=False)
            for name, days in words.alone_days.items():
                if (after := _starts(tokens, behind, name)) is not None:
                    yield after, replace(said, days=days, filler=False)
    for many, days, after in _later(tokens, place, words, words.day_units):
        if many == int(many) and many * days <= 731:
            yield after, replace(said, days=int(many) * days, filler=False)


def _amounts(tokens: tuple[str, ...], place: int, words: Vocabulary) -> Iterator[tuple[float, int]]:
    yield from _number(tokens, place, words, digits=4)
    for name, many in words.ones.items():
        if (after := _starts(tokens, place, name)) is not None:
            yield many, after


def _later(
    tokens: tuple[str, ...], place: int, words: Vocabulary, units: Mapping[str, int]
) -> Iterator[tuple[float, int, int]]:
    """Return amounts that stand here with their unit and a word for later, as in `2小时后`, and the place behind."""
    for many, unit in _amounts(tokens, place, words) if words.later else ():
        for name, size in units.items():
            if (behind := _starts(tokens, unit, name)) is not None:
                for after in _behind_any(tokens, behind, words.later):
                    yield many, size, after
                minutes = tuple(one for one, length in units.items() if size == 60 and length == 1)
                for more, rest in _number(tokens, behind, words):
                    for ended in _behind_any(tokens, rest, minutes) if more < 60 else ():
                        for after in _behind_any(tokens, ended, words.later):
                            yield many * size + more, 1, after


def _weekday(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    if said.weekday is not None or said.days is not None or said.after is not None:
        return
    if said.part is None and place < len(tokens) and tokens[place] in words.joined:
        day, part = words.joined[tokens[place]]
        yield place + 1, replace(said, weekday=day, part=part, filler=False)
    before = ((Week.COMING, words.coming), (Week.THIS, words.of_this_week), (Week.NEXT, words.of_next_week))
    starts: list[tuple[int, Week | None]] = [(place, None)]
    starts += [(after, week) for week, phrases in before for after in _behind_any(tokens, place, phrases)]
    for start, week in starts:
        for name, day in words.weekdays.items():
            if (after := _starts(tokens, start, name)) is None:
                continue
            if after < len(tokens) and tokens[after] == "." and len(name) <= 3:
                after += 1
            yield after, replace(said, weekday=day, week=week, filler=False)
            if week is not None:
                continue
            for behind in _behind_any(tokens, after, (*words.coming, "que viene")):
                yield behind, replace(said, weekday=day, week=Week.COMING, filler=False)
            for behind in _behind_any(tokens, after, words.of_next_week):
                yield behind, replace(said, weekday=day, week=Week.NEXT, filler=False)


def _date(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    if said.date is not None or said.days is not None or said.after is not None:
        return
    for when, after in (*_numeric_dates(tokens, place, words), *_spoken_dates(tokens, place, words)):
        yield after, replace(said, date=when, filler=False)


_Dates = Iterator[tuple[tuple[int | None, int | None, int], int]]


def _numeric_dates(tokens: tuple[str, ...], place: int, words: Vocabulary) -> _Dates:
    piece = tokens[place : place + 5]
    numbers = [int(one) if one.isdecimal() and one.isascii() and len(one) <= 4 else None for one in piece]
    match piece, numbers:
        case [year, "-" | "/", _, "-" | "/", _], [int(a), _, int(b), _, int(c)] if (
            len(year) == 4 and piece[1] == piece[3]
        ):
            behind = place + 5
            yield (a, b, c), behind + 1 if tokens[behind : behind + 1] == ("t",) else behind
    if len(numbers) < 3 or numbers[0] is None or numbers[2] is None or len(piece[0]) > 2 or len(piece[2]) > 2:
        return
    first, second = numbers[0], numbers[2]
    if piece[1] == ".":
        if len(piece) >= 5 and piece[3] == "." and numbers[4] is not None and len(piece[4]) in (2, 4):
            yield (_year(piece[4]), second, first), place + 5
        if len(piece) >= 4 and piece[3] == ".":
            yield (None, second, first), place + 4
        else:
            yield (None, second, first), place + 3
    elif piece[1] == "/":
        orders = [(second, first), *([(first, second)] if words.month_first else [])]
        for month, day in orders:
            if len(piece) >= 5 and piece[3] == "/" and numbers[4] is not None and len(piece[4]) in (2, 4):
                yield (_year(piece[4]), month, day), place + 5
            elif len(piece) < 4 or piece[3] != "/":
                yield (None, month, day), place + 3


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _spoken_dates(tokens: tuple[str, ...], place: int, words: Vocabulary) -> _Dates:
    """1 December, the 1st of December 2026, December 1st, 2026, 2026年12月1日, the 5th"""
    for behind in _behind_any(tokens, place + 1, words.year):
        if len(tokens[place]) == 4 and tokens[place].isdecimal() and tokens[place].isascii():
            for month, day_at in _months(tokens, behind, words):
                for day, after in _number(tokens, day_at, words):
                    for end in {after, *_behind_any(tokens, after, words.ordinal)}:
                        yield (int(tokens[place]), month, day), end
    for day, behind in _number(tokens, place, words):
        for after in {behind, *_behind_any(tokens, behind, words.ordinal)}:
            for of in {after, *_behind_any(tokens, after, words.of)}:
                for month, end in _months(tokens, of, words):
                    yield from _with_year(tokens, end, (None, month, day), words)
    for month, behind in _months(tokens, place, words):
        for day, after in _number(tokens, behind, words):
            for end in {after, *_behind_any(tokens, after, words.ordinal)}:
                yield from _with_year(tokens, end, (None, month, day), words)
    for template in words.the_day:
        before, _, ending = template.partition("{}")
        start = _starts(tokens, place, before) if before else place
        for day, after in _number(tokens, start, words) if start is not None else ():
            last = _starts(tokens, after, ending) if ending.strip() else after
            if last is not None and tokens[after - 1].isdecimal():
                yield (None, None, day), last


def _months(tokens: tuple[str, ...], place: int, words: Vocabulary) -> Iterator[tuple[int, int]]:
    for name, month in words.months.items():
        if (after := _starts(tokens, place, name)) is not None:
            yield month, after
            if tokens[after : after + 1] == (".",):
                yield month, after + 1


def _with_year(
    tokens: tuple[str, ...], place: int, when: tuple[int | None, int | None, int], words: Vocabulary
) -> _Dates:
    yield when, place
    for start in {place, *_behind_any(tokens, place, (",", *words.of))}:
        if start < len(tokens) and len(tokens[start]) == 4 and tokens[start].isdecimal() and tokens[start].isascii():
            for end in {start + 1, *_behind_any(tokens, start + 1, words.year)}:
                yield (int(tokens[start]), when[1], when[2]), end


def _behind_any(tokens: tuple[str, ...], place: int, phrases: tuple[str, ...]) -> set[int]:
    return {after for one in phrases if (after := _starts(tokens, place, one)) is not None}


def _clock(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    if said.minute is not None or said.after is not None:
        return
    # A bare number is an hour behind a word that says so, or behind a day.
    is_led = said.names_day or said.part is not None
    starts = {(place, is_led)}
    if not said.filler or tokens[place - 1] == ",":
        starts |= {(after, True) for after in _behind_any(tokens, place, words.clock_fillers)}
    for start, led in starts:
        for minute, after, is_exact in _times(tokens, start, led, words):
            yield after, replace(said, minute=minute, is_exact=is_exact, filler=False)


def _times(tokens: tuple[str, ...], place: int, led: bool, words: Vocabulary) -> Iterator[tuple[int, int, bool]]:
    """Return minutes of the day, the place behind, and whether they can be of no other half of the day."""
    for phrases, minute in ((words.noon, 720), (words.midnight, 1440)):
        for phrase in phrases:
            if (after := _starts(tokens, place, phrase)) is not None:
                yield minute, after, True
    for template, minutes in words.around.items():
        before, has_hour, behind = template.partition("N")
        start = _starts(tokens, place, before) if before.strip() else place
        if start is None:
            continue
        if not has_hour:
            yield minutes, start, True
            continue
        for hour, after in _number(tokens, start, words):
            end = _starts(tokens, after, behind) if behind.strip() else after
            if end is not None and hour <= 24:
                yield (hour * 60 + minutes) % 1440, end, False
                for far in _behind_any(tokens, end, words.inside) if before.strip() else ():
                    yield (hour * 60 + minutes) % 1440, far, False
    for hour, after in _number(tokens, place, words):
        if hour > 24:
            continue
        rest = tokens[after : after + 2]
        if len(rest) == 2 and rest[0] in (":", ".") and _is_minutes(rest[1]) and (hour < 24 or rest[1] == "00"):
            minute, end = hour * 60 + int(rest[1]), after + 2
            yield minute, end, False
            for far in _behind_any(tokens, end, words.inside):
                yield minute, far, True
        for inside in _behind_any(tokens, after, words.inside):
            yield hour * 60, inside, False
            if inside < len(tokens) and _is_minutes(tokens[inside]) and hour < 24:
                yield hour * 60 + int(tokens[inside]), inside + 1, False
            for more, behind_it in _number(tokens, inside, words) if words.minutes and hour < 24 else ():
                for end in _behind_any(tokens, behind_it, words.minutes) if more < 60 else ():
                    yield hour * 60 + more, end, False
        if led or any(_starts(tokens, after, phrase) is not None for phrase in words.parts):
            yield hour * 60, after, False


def _is_minutes(token: str) -> bool:
    return len(token) == 2 and token.isdecimal() and token.isascii() and int(token) < 60


def _part(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    if said.part is not None or said.after is not None:
        return
    if not (said.minute is not None or said.names_day or words.part_leads):
        return
    for phrase, part in words.parts.items():
        if (after := _starts(tokens, place, phrase)) is not None:
            yield after, replace(said, part=part, filler=False)


def _after(tokens: tuple[str, ...], place: int, said: Said, words: Vocabulary) -> _Steps:
    if said != Said():
        return
    for many, minutes, end in _later(tokens, place, words, words.units):
        yield from _in_minutes(end, many * minutes)
    for intro in words.within:
        if (behind := _starts(tokens, place, intro)) is None:
            continue
        lengths = [
            (many * minutes, minutes, after)
            for many, unit in _amounts(tokens, behind, words)
            for name, minutes in words.units.items()
            if (after := _starts(tokens, unit, name)) is not None
        ] + [
            (minutes, minutes, after)
            for name, minutes in words.alone.items()
            if (after := _starts(tokens, behind, name)) is not None
        ]
        for length, unit, after in lengths:
            yield from _in_minutes(after, length)
            for more, end in _number(tokens, after, words) if unit == 60 else ():
                for last in {end, *_behind_any(tokens, end, tuple(words.units))} if more < 60 else ():
                    yield from _in_minutes(last, length + more)


def _in_minutes(place: int, minutes: float) -> _Steps:
    """Half an hour is a time, half a minute is none: it would have passed, since seconds are left out."""
    if minutes == int(minutes):
        yield place, Said(after=timedelta(minutes=minutes))


_RULES: tuple[Callable[[tuple[str, ...], int, Said, Vocabulary], _Steps], ...] = (
    _filler, _day, _weekday, _date, _clock, _part, _after,
)  # fmt: skip
