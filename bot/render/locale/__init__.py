"""
Localisation: `Words` translates texts, and formats numbers, dates and lists for a language.

English is the source and needs no catalogue; every other language is one `.po` file beside this one, read as it is,
so that a translator's work shows after a restart and no compiled copy can be forgotten.

Every text handed to `Words` is a literal at the call, because `poe messages` must find it. A `.po` file in this folder
is a language in `/settings` and in the menus; nothing has to be registered. `docs/translating.md` says how to add one,
and `tests/render/test_render_locale.py` names what is missing, left over or misses a place.

At the start only headers are read. A language is loaded when the first chat speaks it: 20 ms and some 2 MiB each.
"""

from __future__ import annotations

import gettext
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_skeleton, format_time, get_day_names, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from bot.domain.text import Text
from bot.domain.time_zone import zone_label
from bot.domain.timing_text import without_accents
from bot.render.locale.direction import right_to_left
from bot.render.locale.matching import best_match
from bot.render.locale.po_file import compiled, header, plural_forms

SOURCE = "en"
_HERE = Path(__file__).parent
_PLACE = re.compile(r"\{(\w+)\}")
_FULL_STOP = re.compile(r"\.(?!\w)")
_ENDINGS = ("…", ".", "?", "!")
_ISOLATE_END = "\u2069"
_CLDR = {SOURCE: "en_GB"}  # newsbot writes 12 Feb 2021 and 14:05
_PERCENT = {SOURCE: "#,##0\N{NO-BREAK SPACE}%"}  # and 41 %; every other language writes it as CLDR does
_HEADER = 4096  # characters, within which a header ends
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@cache
def languages() -> tuple[str, ...]:
    """Return the languages newsbot speaks, as IETF tags, English first.

    A file that does not say how its language counts is none: it would count as English does.
    """
    return (SOURCE, *sorted(tag for tag, fields in _headers().items() if plural_forms(fields) is not None))


def is_draft(language: str) -> bool:
    """Return whether no native speaker has read a language's file yet, as its header says (`X-State: draft`)."""
    return _headers().get(language, {}).get("x-state") == "draft"


def name_of(language: str) -> str:
    """Return a language's name in itself: Deutsch. A header may say it, which saves CLDR's data of that language."""
    name = _headers().get(language, {}).get("x-name") or Locale.parse(language.replace("-", "_")).display_name
    name = name or language
    return name[:1].upper() + name[1:]


@cache
def texts_checksum() -> str:
    """Return a checksum of all languages' texts, taken without loading one."""
    checksum = hashlib.sha256()
    for path in sorted(_HERE.glob("*.po")):
        checksum.update(path.name.encode() + b"\0" + path.read_bytes())
    return checksum.hexdigest()


@lru_cache(maxsize=256)  # asked for every message
def words_for(language: str | None, fallback: str = SOURCE) -> Words:
    """Return the words for an IETF tag such as `de-AT`, else for its language, else for `fallback`, else English."""
    for wish in (language, fallback):
        tag = best_match(wish, languages())
        if tag is not None:
            return _words(tag)
    return _words(SOURCE)


def passing_words(language: str) -> Words:
    """Return the words of one of our languages, which are not kept: for what is said in all of them at once."""
    path = _file(language)
    if not path.exists():
        return Words(language, gettext.NullTranslations())
    return Words(language, gettext.GNUTranslations(io.BytesIO(compiled(path.read_text("utf-8")))))


@cache
def _words(language: str) -> Words:
    return passing_words(language)


@cache
def _headers() -> Mapping[str, Mapping[str, str]]:
    found = {}
    for path in _HERE.glob("*.po"):
        with path.open(encoding="utf-8") as file:
            found[path.stem.replace("_", "-")] = header(file.read(_HEADER))
    return found


def _file(language: str) -> Path:
    return _HERE / f"{language.replace('-', '_')}.po"


def _locale(language: str) -> Locale:
    return Locale.parse(_CLDR.get(language, language.replace("-", "_")))


class Words:
    """One language. Call it with an English text, and values for its `{places}`; values are never interpreted.

    An int among the values is written without grouping, as the numbers of articles are; use `number` for amounts.
    """

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue
        self._cldr = _locale(language)

    def __call__(self, text: str, **values: object) -> str:
        """Raises: KeyError for a place without a value."""
        return _filled(self._directed(self._catalogue.gettext(text)), values)

    def text(self, text: str, **values: Text | str | int) -> Text:
        """Return the same as calling, as a Text in which values that are Texts keep their spans."""
        return _filled_text(self._directed(self._catalogue.gettext(text)), values)

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the form that `n` asks for in this language; `{n}` in it is the grouped number."""
        return _filled(self._directed(self._catalogue.ngettext(one, many, n)), {"n": self.number(n), **values})

    def count_text(self, one: str, many: str, n: int, **values: Text | str | int) -> Text:
        """Return the same as `count`, as a Text in which values that are Texts keep their spans."""
        return _filled_text(self._directed(self._catalogue.ngettext(one, many, n)), {"n": self.number(n), **values})

    def form(self, one: str, many: str, n: int) -> str:
        """Return the form that `n` asks for as it stands in the file, with its places empty."""
        return self._catalogue.ngettext(one, many, n)

    def has(self, one: str, many: str | None = None) -> bool:
        """Return whether the language says a text itself; where it does not, it is said in English."""
        found = self._catalogue.gettext(one) if many is None else self._catalogue.ngettext(one, many, 1)
        return self.language == SOURCE or found is not one  # what gettext does not know it gives back as it is

    def _directed(self, template: str) -> str:
        return right_to_left(template) if self.is_right_to_left else template

    @property
    def is_right_to_left(self) -> bool:
        return self._cldr.text_direction == "rtl"

    def number(self, n: int) -> str:
        """30,214"""
        return format_decimal(n, locale=self._cldr)

    def percent(self, share: float) -> str:
        """41 % for 0.41, with the sign and the space that the language has."""
        whole = round(share * 100) / 100
        return format_percent(whole, format=_PERCENT.get(self.language), locale=self._cldr)

    def date(self, at: datetime, zone: ZoneInfo) -> str:
        """12 Feb 2021"""
        return format_skeleton("yMMMd", at, tzinfo=_zone_at(at, zone), locale=self._cldr)

    def day_and_month(self, at: datetime, zone: ZoneInfo) -> str:
        """12 Feb"""
        return format_skeleton("MMMd", at, tzinfo=_zone_at(at, zone), locale=self._cldr)

    def time(self, at: datetime, zone: ZoneInfo) -> str:
        """14:05"""
        return format_time(at, "short", tzinfo=_zone_at(at, zone), locale=self._cldr)

    def weekday(self, at: datetime, zone: ZoneInfo) -> str:
        """Monday"""
        return str(get_day_names("wide", "stand-alone", self._cldr)[at.astimezone(_zone_at(at, zone)).weekday()])

    @property
    def weekdays(self) -> Mapping[str, int]:
        """The names of weekdays, whole and short, in small letters, also without accents; Monday is 0."""
        return _weekdays(self._cldr)

    def short_day(self, day: int) -> str:
        """Mon for 0"""
        return str(get_day_names("abbreviated", "stand-alone", self._cldr)[day])

    def clock(self, minute: int) -> str:
        """08:00 for minute 480 of the day"""
        return format_time(time(minute // 60, minute % 60), "short", locale=self._cldr)

    def ago(self, at: datetime, now: datetime) -> str:
        """2 h ago"""
        words = self
        seconds = int((now - at).total_seconds())
        if seconds < _MINUTE:
            return words("just now")
        if seconds < _HOUR:
            return words("{n} min ago", n=seconds // _MINUTE)
        if seconds < _DAY:
            return words("{n} h ago", n=seconds // _HOUR)
        return words.count("{n} day ago", "{n} days ago", seconds // _DAY)

    def span(self, length: timedelta) -> str:
        """10 seconds, 17 min 19 s, 24 h, 3 days: the two largest units, without those that are zero."""
        words = self
        seconds = max(0, round(length.total_seconds()))
        if seconds < _MINUTE:
            return words.count("{n} second", "{n} seconds", seconds)
        if seconds < _HOUR:
            minutes, rest = divmod(seconds, _MINUTE)
            parts = (words("{n} min", n=minutes), words("{n} s", n=rest) if rest else "")
        elif seconds < 2 * _DAY:
            hours, rest = divmod(seconds, _HOUR)
            parts = (words("{n} h", n=hours), words("{n} min", n=rest // _MINUTE) if rest >= _MINUTE else "")
        else:
            days, rest = divmod(seconds, _DAY)
            parts = (words.count("{n} day", "{n} days", days), words("{n} h", n=rest // _HOUR) if rest >= _HOUR else "")
        return " ".join(part for part in parts if part)

    def place(self, zone: str) -> str:
        """Wien for Europe/Vienna, UTC+3 for Etc/GMT-3; an old name stays, since it may be another city's."""
        if (label := zone_label(zone)) != zone:
            return label
        if is_old_name(zone):
            return _city(zone)
        return _city(get_timezone_location(zone, locale=self._cldr, return_city=True).replace("\N{SOFT HYPHEN}", ""))

    def names_of(self, language: str) -> tuple[str, ...]:
        """Return what a language is called in this one and in English, with and without its region or script."""
        codes = (language.replace("-", "_"), language.partition("-")[0])
        known = (self._cldr.languages, _locale(SOURCE).languages)
        return tuple(dict.fromkeys(str(names[code]) for names in known for code in codes if code in names))

    def country(self, code: str) -> str:
        """Indien for IN"""
        return str(self._cldr.territories.get(code, code))

    def list(self, items: Sequence[str]) -> str:
        """AI, Energy and Robotics"""
        return format_list(items, locale=self._cldr)


@cache
def _weekdays(locale: Locale) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for width in ("wide", "abbreviated", "short"):
        for context in ("format", "stand-alone"):
            for day, name in get_day_names(width, context, locale).items():
                spelled = unicodedata.normalize("NFKC", name).casefold().rstrip(".")
                found.setdefault(spelled, day)
                found.setdefault(without_accents(spelled), day)
    return found


def _zone_at(at: datetime, zone: ZoneInfo) -> tzinfo:
    """Return the zone, or UTC where its clocks would show a day before the year 1 or after 9999."""
    try:
        at.astimezone(zone)
    except OverflowError:
        return UTC
    return zone


def is_old_name(zone: str) -> bool:
    """Return whether a zone has another name today, as Asia/Calcutta has."""
    return zone in get_global("zone_aliases")


def _city(place: str) -> str:
    """New York for America/New_York"""
    return place.rpartition("/")[2].replace("_", " ")


def _filled(template: str, values: dict[str, object]) -> str:
    return "".join(str(piece) for piece in _pieces(template, values))


def _filled_text(template: str, values: dict[str, Text | str | int]) -> Text:
    filled = Text()
    for piece in _pieces(template, values):
        filled += piece if isinstance(piece, Text) else str(piece)
    return filled


def _pieces(template: str, values: Mapping[str, object]) -> Iterator[object]:
    """Return what stands between the places and in them. No full stop follows a clipped title, or one that asks."""
    end, has_ended = 0, False
    for place in (*_PLACE.finditer(template), None):
        between = template[end : None if place is None else place.start()]
        yield between[1:] if has_ended and _FULL_STOP.match(between) else between
        if place is not None:
            value = values[place[1]]
            yield value
            text = value.string if isinstance(value, Text) else str(value)
            end, has_ended = place.end(), text.rstrip(_ISOLATE_END).endswith(_ENDINGS)
