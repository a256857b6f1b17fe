"""
Reads the dates of feeds: RFC 822 with foreign names and no zone, ISO 8601 with a blank, twelve hours, 24:00.

A date that cannot be is none: the item then counts as seen first when it is seen first.
Sources: RFC 5322, section 3.3 and 4.3 (dates and obsolete zones); https://www.w3.org/TR/NOTE-datetime
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from bot.content.feeds.fields.month_names import month_of

EARLIEST_YEAR, LATEST_YEAR = 1971, 9998
_LONGEST = 120  # characters; more is no date

_TIME = (
    r"(?:(?:[Tt\s,]|-\s)*?(?:\bat\s+)?[Tt]?(?P<hour>\d{1,2})[:.h](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?(?![A-Za-z]))?)?"
)
_YEAR = r"(?P<year>\d{4}|\d{2}(?!\d))"
_MONTH = r"(?P<month>[^\W\d_][^\d\s,:/-]*)"
_SHAPES = tuple(
    re.compile(shape, re.ASCII if ascii_only else 0)
    for shape, ascii_only in (
        # 2026-11-30T08:00:00.123Z, 2026-11-30 08:00, 2026/11/30, 20261130T080000Z
        (
            r"(?:[^\d]*?\s)?(?P<year>\d{4})(?P<sign>[-/.]?)\s?(?P<number>\d{1,2})(?P=sign)\s?(?P<day>\d{1,2})(?!\d)\.?"
            r"(?:(?:[Tt]|\s|,)*(?P<hour>\d{1,2}):?(?P<minute>\d{2})?(?::?(?P<second>\d{2})(?:[.,]\d+)?)?"
            r"\s*(?P<half>[AaPp]\.?[Mm]\.?(?![A-Za-z]))?)?(?P<zone>.*)",
            True,
        ),
        # 2026-november-30T08:00+01:00, as Hungarian software writes it
        (rf"\s*(?P<year>\d{{4}})[\s.-]+{_MONTH}[\s.-]+(?P<day>\d{{1,2}}){_TIME}(?P<zone>.*)", False),
        # 20261130080000
        (
            r"\s*(?P<year>\d{4})(?P<number>\d{2})(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>)\s*",
            True,
        ),
        # Mon, 30 Nov 2026 08:00:00 +0100; 30-Nov-26; 30. November 2026, 8:00 PM
        (
            rf"(?:.*?\D)??(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s.,-]*(?:de\s+)?{_MONTH}[\s,.-]*(?:de\s+)?{_YEAR}{_TIME}(?P<zone>.*)",
            False,
        ),
        # Mon Nov 30 08:00:00 2026; Mon Nov 30 08:00:00 UTC 2026
        (
            rf"(?:[^\d]*?\s)?{_MONTH}\s+(?P<day>\d{{1,2}})\s+(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?"
            r"(?P<half>)(?P<zone>.*?)\s+(?P<year>\d{4})\s*",
            False,
        ),
        # Monday, November 30, 2026 8:00 AM; Mon Nov 30 2026 08:00:00 GMT+0100 (CET)
        (
            rf"(?:[^\d]*?[\s,])?{_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<year>\d{{4}}){_TIME}(?P<zone>.*)",
            False,
        ),
        # 30.11.2026 08:00 is what it says; with strokes only where the day can be no month
        (r"(?:[^\d]*?\s)?(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})" + _TIME + r"(?P<zone>.*)", True),
        (r"(?:[^\d]*?\s)?(?P<number>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})" + _TIME + r"(?P<zone>.*)", True),
    )
)
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d):(\d\d) "
    r"(?:GMT|UTC|Z|([+-])(\d\d)(\d\d))",
    re.ASCII,
)
_SHORT_MONTHS = {one: place for place, one in enumerate(calendar.month_abbr)}
# 2026年11月30日 下午8:00, 2026년 11월 30일, 2026-11-30 오후 8:00:00
_CJK_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_CJK_TIME = re.compile(r"(\d{1,2})\s*[時时시]\s*(\d{1,2})\s*[分분]")
_CJK_HALVES = (("오후", " PM"), ("오전", " AM"), ("下午", " PM"), ("上午", " AM"), ("午後", " PM"), ("午前", " AM"))
_MONTH_ONLY = re.compile(r"\s*(\d{4})(?:-?(\d{2}))?\s*", re.ASCII)
_DAY_OF_YEAR = re.compile(r"\s*(\d{4})-?(\d{3})\s*", re.ASCII)
_SECONDS = re.compile(r"\s*(\d{9,10})(\d{3})?\s*", re.ASCII)

_OFFSET = re.compile(r"\s*(?:(?:GMT|UTC?|Z)\s*)?([+\-\u2212])\s*(\d{1,2})(?::?(\d{2}))?(?!\d)", re.IGNORECASE)
_ZONE_NAME = re.compile(r"\s*\(?\s*([A-Za-z]{1,6})\b")
# Hours east of Greenwich. Of a name with several meanings the one that feeds use: IST is India's, CST America's.
_ZONES = {
    name: float(hours)
    for hours, names in (
        line.split(maxsplit=1)
        for line in (
            "0 UT UTC GMT Z WET",
            "1 BST IBST WEST CET MET MEZ WAT",
            "2 EET SAST CAT CEST MEST MESZ",
            "3 EEST EAT MSK TRT",
            "4 MSD GST",
            "5 PKT YEKT",
            "5.5 IST",
            "5.75 NPT",
            "7 ICT WIB",
            "8 HKT SGT MYT PHT AWST WITA",
            "9 JST KST WIT",
            "9.5 ACST",
            "10 AEST",
            "10.5 ACDT",
            "11 AEDT",
            "12 NZST",
            "13 NZDT",
            "-2 BRST",
            "-2.5 NDT",
            "-3 BRT ART ADT",
            "-3.5 NST",
            "-4 CLT VET AST AT EDT",
            "-5 COT PET EST ET CDT",
            "-6 CST CT MDT",
            "-7 MST MT PDT",
            "-8 PST PT AKDT",
            "-9 AKST",
            "-10 HST",
        )
    )
    for name in names.split()
}


def date_of(text: str) -> datetime | None:
    """Return the moment in a feed's date, in UTC; None when it is no date or cannot be one.

    Without a zone, or with one that nobody knows, it is in UTC. 24:00 is the next day's midnight.
    """
    usual = _RFC_822.fullmatch(text)
    if usual is not None:
        day, month, year, hour, minute, second, sign, hours, minutes = usual.groups()
        east = timedelta(hours=int(hours), minutes=int(minutes)) if sign else timedelta(0)
        return _moment(
            int(year),
            _SHORT_MONTHS[month],
            int(day),
            int(hour),
            int(minute),
            int(second),
            -east if sign == "-" else east,
        )
    if text[4:5] == "-" and text[10:11] == "T":
        try:
            usual_iso = datetime.fromisoformat(text).replace(microsecond=0)
        except ValueError:
            pass
        else:
            if not EARLIEST_YEAR <= usual_iso.year <= LATEST_YEAR:
                return None
            return (usual_iso if usual_iso.tzinfo is not None else usual_iso.replace(tzinfo=UTC)).astimezone(UTC)
    if len(text) > _LONGEST:
        return None
    if not text.isascii():
        text = _CJK_DAY.sub(r"\1-\2-\3 ", text)
        for word, half in _CJK_HALVES:
            if word in text:
                text = text.replace(word, "") + half
        text = _CJK_TIME.sub(r"\1:\2", text)
    for shape in _SHAPES:
        found = shape.fullmatch(text)
        if found is not None and (moment := _from(found.groupdict())) is not None:
            return moment
    return _short(text)


def _from(parts: dict[str, str | None]) -> datetime | None:
    month = month_of(parts["month"] or "") if "month" in parts else int(parts["number"] or 0)
    if month is None:
        return None
    day = int(parts["day"] or 0)
    if month > 12 >= day:
        month, day = day, month  # 30/11/2026
    hour = int(parts["hour"] or 0)
    half = (parts["half"] or "").lower() if "half" in parts else ""
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return _moment(
        _full_year(parts["year"] or ""),
        month,
        day,
        hour,
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        _east(parts["zone"] or ""),
    )


def _short(text: str) -> datetime | None:
    """Read a month, a day of the year, or seconds since 1970."""
    if (month := _MONTH_ONLY.fullmatch(text)) is not None:
        return _moment(int(month[1]), int(month[2] or 1), 1)
    if (day := _DAY_OF_YEAR.fullmatch(text)) is not None:
        first = _moment(int(day[1]), 1, 1)
        return first + timedelta(days=int(day[2]) - 1) if first is not None and 1 <= int(day[2]) <= 366 else None
    if (seconds := _SECONDS.fullmatch(text)) is not None:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds[1]))
        return moment if moment.year >= EARLIEST_YEAR else None
    return None


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 69 else 2000)


def _moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, east: timedelta = timedelta(0)
) -> datetime | None:
    """Return a moment in UTC; None for one that cannot be, and for years in which no feed was written."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or minute > 59 or second > 60:
        return None
    extra = timedelta(0)
    if hour == 24 and minute == 0 and second == 0:
        hour, extra = 0, timedelta(days=1)
    if second == 60:  # a leap second
        second, extra = 59, timedelta(seconds=1)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC) + extra - east
    except ValueError:
        return None


def _east(text: str) -> timedelta:
    """Return how far east of Greenwich a zone is; an unknown one is not."""
    offset = _OFFSET.match(text)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        if len(hours) == 1 and minutes is None:
            minutes = "0"
        east = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if east >= timedelta(hours=24):
            return timedelta(0)
        return east if sign == "+" else -east
    name = _ZONE_NAME.match(text)
    return timedelta(hours=_ZONES.get(name[1].upper(), 0)) if name is not None else timedelta(0)
