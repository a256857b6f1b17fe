"""Times in editors' words, made up in nine languages: what is understood is what was meant, and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from bot.domain.when_text import FURTHEST, LATELY, Fault, read_when
from bot.render.editor.moments import moment_of
from bot.render.locale import languages, words_for

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")]


@dataclass(frozen=True)
class Tongue:
    """How one language says days and times; `{}` is the number or the time."""

    near: tuple[str, ...]  # today, tomorrow, the day after
    weekdays: tuple[str, ...]
    months: str
    date: Callable[[int, str], str]
    in_days: str
    in_minutes: str
    times: tuple[str, ...]


def of(pattern: str) -> Callable[[int, str], str]:
    return lambda day, month: pattern.format(day=day, month=month)


TONGUES = {
    "en": Tongue(
        ("today", "tomorrow", "the day after tomorrow"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "January February March April May June July August September October November December",
        of("{day} {month}"), "in {} days", "in {} minutes", ("{day} at {time}", "{day}, {time}", "{time} {day}"),
    ),
    "de": Tongue(
        ("heute", "morgen", "übermorgen"),
        ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        of("{day}. {month}"), "in {} Tagen", "in {} Minuten", ("{day} um {time} Uhr", "{day} {time}"),
    ),
    "es": Tongue(
        ("hoy", "mañana", "pasado mañana"),
        ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        of("{day} de {month}"), "dentro de {} días", "en {} minutos", ("{day} a las {time}", "{day} {time}"),
    ),
    "fr": Tongue(
        ("aujourd’hui", "demain", "après-demain"),
        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        of("{day} {month}"), "dans {} jours", "dans {} minutes", ("{day} à {time}", "{day} {time}"),
    ),
    "pt-BR": Tongue(
        ("hoje", "amanhã", "depois de amanhã"),
        ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        of("{day} de {month}"), "daqui a {} dias", "em {} minutos", ("{day} às {time}", "{day} {time}"),
    ),
    "ru": Tongue(
        ("сегодня", "завтра", "послезавтра"),
        ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        of("{day} {month}"), "через {} дней", "через {} минут", ("{day} в {time}", "{day} {time}"),
    ),
    "ar": Tongue(
        ("اليوم", "غدًا", "بعد غد"),
        ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        of("{day} {month}"), "بعد {} أيام", "بعد {} دقيقة", ("{day} الساعة {time}", "{day}، {time}"),
    ),
    "zh-Hans": Tongue(
        ("今天", "明天", "后天"),
        ("星期一", "周二", "星期三", "周四", "礼拜五", "周六", "星期天"),
        " ".join(f"{month}月" for month in range(1, 13)),
        of("{month}{day}日"), "{}天后", "{}分钟后", ("{day}{time}", "{day} {time}"),
    ),
    "ja": Tongue(
        ("今日", "明日", "明後日"),
        tuple(f"{day}曜日" for day in "月火水木金土日"),
        " ".join(f"{month}月" for month in range(1, 13)),
        of("{month}{day}日"), "{}日後", "{}分後", ("{day}の{time}", "{day}{time}に"),
    ),
}  # fmt: skip

NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(lambda at: at.replace(tzinfo=UTC, microsecond=0))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
SAID = {
    "language": st.sampled_from([*TONGUES]),
    "zone": st.sampled_from(ZONES),
    "now": NOWS,
    "at": TIMES,
    "way": st.integers(0, 2),
}


def moments(day: date, at: time, zone: ZoneInfo) -> set[datetime]:
    """Return when clocks of a zone show that: never, once or twice."""
    found = (datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return {one for one in found if one.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at)}


def check(text: str, language: str, zone: ZoneInfo, now: datetime, day: date, at: time) -> None:
    """Assert that a text is understood as that day and time, or refused because of the calendar or the clocks."""
    when, meant = read_when(text, language, zone, now), moments(day, at, zone)
    coming = {one for one in meant if one > now}
    assert all(one > now for one in when.choices)
    if len(meant) == 1 and coming and min(coming) - now <= FURTHEST:
        assert (when.at, when.fault) == (min(coming), None), text
    elif not meant:
        assert when.fault in (Fault.GAP, Fault.PAST), text
    elif len(meant) == 2 and coming:
        assert (when.fault, set(when.choices)) == (Fault.TWICE, coming), text
    else:
        assert when.at is None and when.fault in (Fault.PAST, Fault.FAR), text


def phrase(tongue: Tongue, day: str, at: time, way: int) -> str:
    return tongue.times[way % len(tongue.times)].format(day=day, time=f"{at:%H:%M}")


@examples(400)
@given(**SAID, days=st.integers(0, 2))
def test_today_and_tomorrow_are_days_of_the_zone(language, zone, now, at, way, days):
    tongue = TONGUES[language]
    day = now.astimezone(zone).date() + timedelta(days=days)
    check(phrase(tongue, tongue.near[days], at, way), language, zone, now, day, at)


@examples(400)
@given(**SAID, weekday=st.integers(0, 6))
def test_a_weekday_is_the_next_that_comes_today_included(language, zone, now, at, way, weekday):
    tongue, today = TONGUES[language], now.astimezone(zone).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    check(phrase(tongue, tongue.weekdays[weekday], at, way), language, zone, now, day, at)


@examples(400)
@given(**SAID, days=st.integers(-LATELY.days, 330), has_weekday=st.booleans())
def test_a_date_without_a_year_is_the_next_unless_it_has_just_passed(language, zone, now, at, way, days, has_weekday):
    tongue, today = TONGUES[language], now.astimezone(zone).date()
    day = today + timedelta(days=days)
    said = tongue.date(day.day, tongue.months.split()[day.month - 1])
    if has_weekday:
        said = f"{tongue.weekdays[day.weekday()]}, {said}"
    check(phrase(tongue, said, at, way), language, zone, now, day, at)


@examples(400)
@given(**SAID, days=st.integers(-400, 900))
def test_what_is_echoed_is_understood_as_the_same(language, zone, now, at, way, days):
    """The sentence that counts, without the zone behind it, is itself a time in that language."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    for moment in moments(day, at, zone):
        echo = moment_of(words_for(language), moment, zone)
        check(re.sub(r"\s*[(（].*[)）]$", "", echo), language, zone, now, day, at)


@examples(200)
@given(language=st.sampled_from([*TONGUES]), now=NOWS, n=st.integers(0, 731), at=TIMES)
def test_amounts_of_time_are_counted_from_now(language, now, n, at):
    tongue = TONGUES[language]
    minutes = read_when(tongue.in_minutes.format(n), language, ZONES[0], now)
    assert minutes.at == ((now + timedelta(minutes=n)).replace(second=0) if n else None)
    day = now.date() + timedelta(days=n)
    check(phrase(tongue, tongue.in_days.format(n), at, 0), language, ZONES[0], now, day, at)


STRANGE = [
    "maybe",
    "roughly",
    "vielleicht",
    "oder",
    "кстати",
    "ربما",
    "可能",
    "たぶん",
    "7 or",
    "%",
    "-",
    "☀",
    "a9",
    "９b",
]


@examples(400)
@given(
    language=st.sampled_from([*TONGUES]), now=NOWS, at=TIMES, way=st.integers(0, 2), kind=st.integers(0, 9),
    strange=st.sampled_from(STRANGE), place=st.floats(0, 1),
)  # fmt: skip
def test_one_word_that_is_not_understood_refuses_the_whole(language, now, at, way, kind, strange, place):
    tongue = TONGUES[language]
    day = tongue.near[kind] if kind < 3 else tongue.weekdays[kind - 3]
    words = phrase(tongue, day, at, way).split(" ")
    where = round(place * len(words))
    text = " ".join([*words[:where], strange, *words[where:]])
    assert read_when(text, language, ZONES[0], now).fault is Fault.UNKNOWN, text


def test_every_language_that_newsbot_speaks_is_tried():
    assert sorted(TONGUES) == sorted(languages())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "через часов"), ("ru", "через минут"), ("ru", "через недель в 9"), ("ru", "через 2 полчаса"),
        ("ar", "بعد ساعات"), ("ar", "بعد 5 ساعتين"), ("ar", "بعد أيام الساعة 9"), ("en", "in half a minute"),
        ("zh-Hans", "半分钟后"),
    ],
)  # fmt: skip
def test_an_amount_without_its_number_is_none(language, text):
    now = datetime(2026, 11, 30, 12, 30, 17, tzinfo=UTC)
    assert read_when(text, language, ZONES[0], now).fault is Fault.UNKNOWN


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "this friday at 9:00"), ("de", "diesen Freitag um 9"), ("es", "este viernes a las 9"),
        ("fr", "ce vendredi à 9h"), ("pt-BR", "nesta sexta às 9h"), ("ru", "в эту пятницу в 9"),
        ("zh-Hans", "这周五9点"), ("zh-Hans", "本周五上午9点"), ("ja", "今週の金曜日9時"),
    ],
)  # fmt: skip
def test_the_friday_of_this_week_is_never_that_of_the_next(language, text):
    thursday, sunday = datetime(2026, 12, 3, 12, tzinfo=UTC), datetime(2026, 12, 6, 12, tzinfo=UTC)
    assert read_when(text, language, ZONES[0], thursday).at == datetime(2026, 12, 4, 9, tzinfo=UTC)
    assert read_when(text, language, ZONES[0], sunday).fault is Fault.PAST


def test_what_contradicts_itself_in_one_s_own_language_is_refused_and_other_languages_are_asked_together():
    now = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
    assert read_when("12/31 9:00", "de", ZONES[0], now).at == datetime(2026, 12, 31, 9, tzinfo=UTC)
    # Of a German's `ter 3 9:00` and `mar 3 9:00` only the second is a day in any other language.
    assert read_when("mar 3 9:00", "de", ZONES[0], now).at == datetime(2027, 3, 3, 9, tzinfo=UTC)
    assert read_when("Dienstag, 24. Dezember 9:00", "de", ZONES[0], now).fault is Fault.UNKNOWN
