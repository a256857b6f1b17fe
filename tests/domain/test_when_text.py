"""Times in editors' words: understood to the end or refused, with choices where something is the matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Manner
from bot.domain.when_languages import VOCABULARIES
from bot.domain.when_text import Fault, read_manner, read_when

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
NOW = datetime(2026, 11, 30, 12, 30, 17, tzinfo=UTC)  # a Monday, the last of its month; in Berlin 13:30


def local(text: str, language: str = "en", now: datetime = NOW, zone: ZoneInfo = BERLIN) -> str:
    """Return the time that is understood as clocks show it, else what is the matter, with the choices."""
    when = read_when(text, language, zone, now)
    shown = [f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (when.choices if when.at is None else (when.at,))]
    return shown[0] if when.at is not None else " | ".join([str(when.fault), *shown])


ENGLISH = {
    "tomorrow 9": "2026-12-01 09:00",
    "tomorrow at 9": "2026-12-01 09:00",
    "tomorrow at 9:15": "2026-12-01 09:15",
    "tomorrow 9am": "2026-12-01 09:00",
    "tomorrow 9 am": "2026-12-01 09:00",
    "tomorrow at 9 a.m.": "2026-12-01 09:00",
    "tomorrow at 9pm": "2026-12-01 21:00",
    "Tomorrow, 9:30 PM": "2026-12-01 21:30",
    "tomorrow morning at 8": "2026-12-01 08:00",
    "tomorrow at 8 in the morning": "2026-12-01 08:00",
    "tomorrow evening at 8": "2026-12-01 20:00",
    "tomorrow at noon": "2026-12-01 12:00",
    "tomorrow noon": "2026-12-01 12:00",
    "12am tomorrow": "2026-12-01 00:00",
    "12pm tomorrow": "2026-12-01 12:00",
    "07:00": "2026-12-01 07:00",
    "7:00": "2026-12-01 07:00",
    "13:30": "2026-12-01 13:30",
    "13:31": "2026-11-30 13:31",
    "18:00": "2026-11-30 18:00",
    "at 18:00": "2026-11-30 18:00",
    "at 6pm": "2026-11-30 18:00",
    "6pm": "2026-11-30 18:00",
    "6 pm": "2026-11-30 18:00",
    "at 18": "2026-11-30 18:00",
    "tonight at 8": "2026-11-30 20:00",
    "this evening at 8": "2026-11-30 20:00",
    "today 18:00": "2026-11-30 18:00",
    "18:00 today": "2026-11-30 18:00",
    "midnight": "2026-12-01 00:00",
    "noon": "2026-12-01 12:00",
    "in 20 minutes": "2026-11-30 13:50",
    "in 2 hours": "2026-11-30 15:30",
    "in an hour": "2026-11-30 14:30",
    "in half an hour": "2026-11-30 14:00",
    "in 90 min": "2026-11-30 15:00",
    "in 2 days at 9": "2026-12-02 09:00",
    "in a week at 9:00": "2026-12-07 09:00",
    "friday 9:00": "2026-12-04 09:00",
    "on friday at 9": "2026-12-04 09:00",
    "at 9 on friday": "2026-12-04 09:00",
    "Fri 9:00": "2026-12-04 09:00",
    "monday 18:00": "2026-11-30 18:00",
    "next monday 18:00": "2026-12-07 18:00",
    "next friday 9:00": "several | 2026-12-04 09:00 | 2026-12-11 09:00",
    "friday next week at 9": "2026-12-11 09:00",
    "2026-12-24 18:00": "2026-12-24 18:00",
    "2026-12-24T18:00": "2026-12-24 18:00",
    "24 December 18:00": "2026-12-24 18:00",
    "24th of December at 6pm": "2026-12-24 18:00",
    "December 24 at 6pm": "2026-12-24 18:00",
    "December 24th, 2026, 18:00": "2026-12-24 18:00",
    "Dec 24 18:00": "2026-12-24 18:00",
    "Thursday, 24 December 2026, 18:00": "2026-12-24 18:00",
    "the 5th at 9": "2026-12-05 09:00",
    "on the 5th at 9:00": "2026-12-05 09:00",
    "1 March 8:00": "2027-03-01 08:00",
    "31/12 18:00": "2026-12-31 18:00",
    "31/12/2026 18:00": "2026-12-31 18:00",
    "3/4 9:00": "several | 2027-03-04 09:00 | 2027-04-03 09:00",
    "quarter past 8 tomorrow": "2026-12-01 08:15",
    "half past 8 tomorrow": "2026-12-01 08:30",
    "tomorrow at quarter to nine": "2026-12-01 08:45",
    "tomorrow at nine o'clock": "2026-12-01 09:00",
    "day after tomorrow 9:00": "2026-12-02 09:00",
    # what is the matter
    "today 9:00": "past | 2026-12-01 09:00 | 2026-12-02 09:00",
    "29 November 18:00": "past | 2026-11-30 18:00 | 2026-12-01 18:00",
    "2025-12-24 18:00": "past | 2026-11-30 18:00 | 2026-12-01 18:00",
    "tomorrow": "no time | 2026-12-01 07:00 | 2026-12-01 09:00 | 2026-12-01 12:00 | 2026-12-01 18:00",
    "friday": "no time | 2026-12-04 07:00 | 2026-12-04 09:00 | 2026-12-04 12:00 | 2026-12-04 18:00",
    "tomorrow morning": "no time | 2026-12-01 07:00 | 2026-12-01 09:00 | 2026-12-01 12:00 | 2026-12-01 18:00",
    "2118-12-01 18:00": "far",
}
GERMAN = {
    "morgen um 9": "2026-12-01 09:00",
    "morgen 9 Uhr": "2026-12-01 09:00",
    "morgen um 9 Uhr 30": "2026-12-01 09:30",
    "morgen früh um 8": "2026-12-01 08:00",
    "morgen frueh um 8": "2026-12-01 08:00",
    "morgen abend um 8": "2026-12-01 20:00",
    "morgen Abend 20 Uhr": "2026-12-01 20:00",
    "übermorgen 9:00": "2026-12-02 09:00",
    "Uebermorgen um 9:00 Uhr": "2026-12-02 09:00",
    "heute 18 Uhr": "2026-11-30 18:00",
    "heute abend um acht": "2026-11-30 20:00",
    "heute um 18.30 Uhr": "2026-11-30 18:30",
    "18.30 Uhr": "2026-11-30 18:30",
    "um 18 Uhr": "2026-11-30 18:00",
    "07:00": "2026-12-01 07:00",
    "1. Dezember 18 Uhr": "2026-12-01 18:00",
    "am 1. Dezember um 18 Uhr": "2026-12-01 18:00",
    "am 1.12. um 18 Uhr": "2026-12-01 18:00",
    "1.12. 18:00": "2026-12-01 18:00",
    "1.12.2026 18:00": "2026-12-01 18:00",
    "1.12.26, 18 Uhr": "2026-12-01 18:00",
    "24. Dez. 2026 18:00": "2026-12-24 18:00",
    "am 5. um 9 Uhr": "2026-12-05 09:00",
    "Freitag 9 Uhr": "2026-12-04 09:00",
    "Freitagabend um 8": "2026-12-04 20:00",
    "am Dienstagmorgen um 8 Uhr": "2026-12-01 08:00",
    "Freitag abend 20 Uhr": "2026-12-04 20:00",
    "Freitagmorgen 20 Uhr": "unknown",
    "am Freitag um 9": "2026-12-04 09:00",
    "Fr. 9:00": "2026-12-04 09:00",
    "nächsten Montag 9 Uhr": "2026-12-07 09:00",
    "nächsten Freitag um 9": "several | 2026-12-04 09:00 | 2026-12-11 09:00",
    "nächste Woche Freitag um 9": "2026-12-11 09:00",
    "in 20 Minuten": "2026-11-30 13:50",
    "in einer Stunde": "2026-11-30 14:30",
    "in einer halben Stunde": "2026-11-30 14:00",
    "in 2 Tagen um 9 Uhr": "2026-12-02 09:00",
    "in einer Woche um 9 Uhr": "2026-12-07 09:00",
    "morgen um halb neun": "2026-12-01 08:30",
    "morgen Viertel nach 8": "2026-12-01 08:15",
    "morgen dreiviertel 8": "2026-12-01 07:45",
    "morgen Mittag": "2026-12-01 12:00",
    "Mitternacht": "2026-12-01 00:00",
    "morgen 8 Uhr abends": "2026-12-01 20:00",
    "morgen um 8 Uhr morgens": "2026-12-01 08:00",
    "heute 9 Uhr": "past | 2026-12-01 09:00 | 2026-12-02 09:00",
    "1. März 8 Uhr": "2027-03-01 08:00",
    "1.2.": "no time | 2027-02-01 07:00 | 2027-02-01 09:00 | 2027-02-01 12:00 | 2027-02-01 18:00",
}
SPANISH = {
    "mañana a las 9": "2026-12-01 09:00",
    "manana 9:00": "2026-12-01 09:00",
    "mañana por la mañana a las 8": "2026-12-01 08:00",
    "mañana a las 9 de la mañana": "2026-12-01 09:00",
    "mañana a las 8 de la tarde": "unknown",
    "mañana a las 8 de la noche": "2026-12-01 20:00",
    "pasado mañana a las 9": "2026-12-02 09:00",
    "hoy a las 18:00": "2026-11-30 18:00",
    "hoy a las 6 de la tarde": "2026-11-30 18:00",
    "esta noche a las 8": "2026-11-30 20:00",
    "el viernes a las 9": "2026-12-04 09:00",
    "el próximo lunes a las 9": "2026-12-07 09:00",
    "el 24 de diciembre a las 18:00": "2026-12-24 18:00",
    "24 de diciembre de 2026 a las 18h": "2026-12-24 18:00",
    "el 5 a las 9": "2026-12-05 09:00",
    "24/12 18:00": "2026-12-24 18:00",
    "3/4 9:00": "2027-04-03 09:00",
    "en 2 horas": "2026-11-30 15:30",
    "dentro de 20 minutos": "2026-11-30 13:50",
    "en media hora": "2026-11-30 14:00",
    "mañana a las 8 y media": "2026-12-01 08:30",
    "mañana a las nueve menos cuarto": "2026-12-01 08:45",
    "mañana a mediodía": "2026-12-01 12:00",
}
FRENCH = {
    "demain à 9h": "2026-12-01 09:00",
    "demain 9h30": "2026-12-01 09:30",
    "demain à 9 h 30": "2026-12-01 09:30",
    "demain matin à 8h": "2026-12-01 08:00",
    "demain à 8 heures du soir": "2026-12-01 20:00",
    "après-demain à 9h": "2026-12-02 09:00",
    "aujourd'hui à 18h": "2026-11-30 18:00",
    "aujourd’hui à 18:00": "2026-11-30 18:00",
    "ce soir à 8h": "2026-11-30 20:00",
    "vendredi à 9h": "2026-12-04 09:00",
    "lundi prochain à 9h": "2026-12-07 09:00",
    "le 24 décembre à 18h": "2026-12-24 18:00",
    "le 1er décembre 2026 à 18h": "2026-12-01 18:00",
    "le 5 à 9h": "2026-12-05 09:00",
    "24/12/2026 18h": "2026-12-24 18:00",
    "dans 2 heures": "2026-11-30 15:30",
    "dans 20 minutes": "2026-11-30 13:50",
    "dans une demi-heure": "2026-11-30 14:00",
    "demain à 8 heures et demie": "2026-12-01 08:30",
    "demain à midi": "2026-12-01 12:00",
    "demain à minuit": "2026-12-02 00:00",
}
PORTUGUESE = {
    "amanhã às 8h": "2026-12-01 08:00",
    "amanhã 9:00": "2026-12-01 09:00",
    "amanhã às 9 e meia": "2026-12-01 09:30",
    "amanhã ao meio-dia": "2026-12-01 12:00",
    "amanhã às 8 da noite": "2026-12-01 20:00",
    "depois de amanhã às 9 da manhã": "2026-12-02 09:00",
    "hoje à noite às 8": "2026-11-30 20:00",
    "sexta-feira às 18:30": "2026-12-04 18:30",
    "na sexta da semana que vem às 9": "2026-12-11 09:00",
    "sexta que vem às 9h": "several | 2026-12-04 09:00 | 2026-12-11 09:00",
    "24 de dezembro às 8:30": "2026-12-24 08:30",
    "dia 5 às 9h": "2026-12-05 09:00",
    "em 2 horas": "2026-11-30 15:30",
    "em meia hora": "2026-11-30 14:00",
    "daqui a 3 dias às 9": "2026-12-03 09:00",
}
RUSSIAN = {
    "завтра 9:00": "2026-12-01 09:00",
    "завтра в 9": "2026-12-01 09:00",
    "завтра утром в 9": "2026-12-01 09:00",
    "завтра в 2 часа ночи": "2026-12-01 02:00",
    "завтра в 11 ночи": "unknown",
    "послезавтра в 3 часа дня": "2026-12-02 15:00",
    "сегодня вечером в 8": "2026-11-30 20:00",
    "в пятницу в 18:30": "2026-12-04 18:30",
    "на следующей неделе в пятницу в 9": "2026-12-11 09:00",
    "в следующую пятницу в 9": "several | 2026-12-04 09:00 | 2026-12-11 09:00",
    "24-го декабря в 9 утра": "2026-12-24 09:00",
    "24 декабря 2026 года в 8:30": "2026-12-24 08:30",
    "9 часов 30 минут": "2026-12-01 09:30",
    "в полдень": "2026-12-01 12:00",
    "через час": "2026-11-30 14:30",
    "через полтора часа": "2026-11-30 15:00",
    "через 15 минут": "2026-11-30 13:45",
    "через неделю в 9:00": "2026-12-07 09:00",
    "вчера в 9": "unknown",
}
ARABIC = {
    "غدًا 9:00": "2026-12-01 09:00",
    "غدًا الساعة ٨": "2026-12-01 08:00",
    "غدا الساعة ۸": "2026-12-01 08:00",
    "غدا الساعة التاسعة": "2026-12-01 09:00",
    "غدًا ظهرًا": "2026-12-01 12:00",
    "بعد غد الساعة ٩ صباحًا": "2026-12-02 09:00",
    "يوم الجمعة الساعة ٦ مساءً": "2026-12-04 18:00",
    "٢٤ ديسمبر ٢٠٢٦ الساعة ٨:٣٠": "2026-12-24 08:30",
    "الثامنة والنصف صباحا": "2026-12-01 08:30",
    "بعد ساعتين": "2026-11-30 15:30",
    "بعد 20 دقيقة": "2026-11-30 13:50",
    "بعد يومين الساعة 9": "2026-12-02 09:00",
    "منتصف الليل": "2026-12-01 00:00",
    "أمس الساعة ٨": "unknown",
}
CHINESE = {
    "明天9:00": "2026-12-01 09:00",
    "明天上午9点": "2026-12-01 09:00",
    "明天９：００": "2026-12-01 09:00",
    "明天9点半": "2026-12-01 09:30",
    "明天中午": "2026-12-01 12:00",
    "后天早上八点": "2026-12-02 08:00",
    "今晚8点": "2026-11-30 20:00",
    "凌晨2点": "2026-12-01 02:00",
    "星期五下午6点": "2026-12-04 18:00",
    "下周五18:30": "2026-12-11 18:30",
    "十二月二十四日八点": "2026-12-24 08:00",
    "2026年12月24日 8点30分": "2026-12-24 08:30",
    "半小时后": "2026-11-30 14:00",
    "2小时后": "2026-11-30 15:30",
    "3天后9点": "2026-12-03 09:00",
    "昨天9点": "unknown",
    "明天9点左右": "unknown",
}
JAPANESE = {
    "明日9:00": "2026-12-01 09:00",
    "明日の9時に": "2026-12-01 09:00",
    "明日午前9時": "2026-12-01 09:00",
    "明後日の朝8時": "2026-12-02 08:00",
    "今夜8時": "2026-11-30 20:00",
    "午後3時半": "2026-11-30 15:30",
    "金曜日18:00に": "2026-12-04 18:00",
    "来週の金曜日18時": "2026-12-11 18:00",
    "次の金曜日の18時": "several | 2026-12-04 18:00 | 2026-12-11 18:00",
    "24日の9時": "2026-12-24 09:00",
    "2026年12月24日8時30分": "2026-12-24 08:30",
    "30分後": "2026-11-30 14:00",
    "3日後の9時": "2026-12-03 09:00",
    "正午": "2026-12-01 12:00",
    "昨日9時": "unknown",
}
TABLES = {
    "en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH, "pt-BR": PORTUGUESE, "ru": RUSSIAN, "ar": ARABIC,
    "zh-Hans": CHINESE, "ja": JAPANESE,
}  # fmt: skip
ALL = [(language, text, expected) for language, table in TABLES.items() for text, expected in table.items()]


@pytest.mark.parametrize(("language", "text", "expected"), ALL)
def test_what_is_said_is_understood_to_its_end(language, text, expected):
    assert local(text, language) == expected


REFUSED = [
    "", " ", "9", "soon", "now", "later today", "tomorrow 9 or so", "tomorrow at 25:00", "tomorrow 9:60",
    "32 December 9:00",
    "29 February 2027 9:00", "tomorrow tomorrow 9:00", "friday monday 9:00", "9:00 10:00", "tomorrow at", "at at 9",
    "Tuesday 24 December 2026 18:00", "18:00 in the morning", "in 0 minutes", "in -5 minutes", "in 99999 days at 9",
    "yesterday 9:00", "tomorrow 9:00 please", "ٱ9:00", "tomorrow ९:00", "12.13.2026 18:00", "in 2 hours at 9",
    "0 December 9:00", "2026-13-01 9:00", "2026-12-24 18:00 +", "a" * 500, "9" * 120, ":", "//", "tomorrow 18:00 pm",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("language", ["en", "de", "fr", "xx", "zh-hans"])
def test_what_is_not_understood_to_its_end_is_refused(text, language):
    assert local(text, language) == "unknown"


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("31 December 23:00", "2026-12-31T20:00", "2026-12-31 23:00"),
        ("1 January 00:30", "2026-12-31T20:00", "2027-01-01 00:30"),
        ("tomorrow 9", "2026-12-31T20:00", "2027-01-01 09:00"),
        ("07:00", "2026-12-31T20:00", "2027-01-01 07:00"),
        ("the 31st at 9", "2026-12-31T20:00", "past | 2027-01-01 09:00 | 2027-01-02 09:00"),
        ("the 31st at 9", "2027-01-31T20:00", "past | 2027-02-01 09:00 | 2027-02-02 09:00"),
        ("the 30th at 9", "2027-01-31T20:00", "2027-03-30 09:00"),  # there is none in February
        ("29 February 9:00", "2026-12-31T20:00", "2028-02-29 09:00"),
        ("tomorrow 9", "2026-12-31T23:30", "2027-01-02 09:00"),  # in Berlin the new year has begun
        ("2 November 9:00", "2026-11-30T12:00", "past | 2026-12-01 09:00 | 2026-12-02 09:00"),
        ("2 October 9:00", "2026-11-30T12:00", "2027-10-02 09:00"),
    ],
)
def test_a_year_rolls_over_and_months_have_their_lengths(text, now, expected):
    assert local(text, now=datetime.fromisoformat(now).replace(tzinfo=UTC)) == expected


def test_a_time_that_does_not_exist_is_said_with_the_nearest_that_do():
    """Source: the IANA rules of Europe/Berlin; clocks go from 02:00 to 03:00 on 28 March 2027."""
    assert local("28 March 2027 2:30", "en") == "gap | 2027-03-28 03:00 | 2027-03-28 03:30"
    assert local("28 March 2027 3:00", "en") == "2027-03-28 03:00"
    assert local("28 March 2027 1:59", "en") == "2027-03-28 01:59"
    # Clocks that change at midnight: 00:00 does not exist there.
    beirut = ZoneInfo("Asia/Beirut")
    assert local("2027-03-28 00:15", "en", zone=beirut) == "gap | 2027-03-28 01:00 | 2027-03-28 01:15"


GAPS_AND_FOLDS = [
    # Source: the IANA rules of these zones for 2027, as tzdata 2025b has them.
    ("Europe/Berlin", "de", "28.3.2027 um 2:30", "gap | 2027-03-28 03:00 | 2027-03-28 03:30"),
    ("Europe/Berlin", "fr", "le 31 octobre 2027 à 2h30", "twice | 2027-10-31 02:30 | 2027-10-31 02:30"),
    ("America/St_Johns", "en", "14 March 2027 2:15 am", "gap | 2027-03-14 03:00 | 2027-03-14 03:15"),
    ("America/St_Johns", "es", "7 de noviembre de 2027 a las 1:15", "twice | 2027-11-07 01:15 | 2027-11-07 01:15"),
    ("America/St_Johns", "pt_BR", "14 de março de 2027 às 2h59", "gap | 2027-03-14 03:00 | 2027-03-14 03:59"),
    ("Africa/Cairo", "ar", "30 أبريل 2027 الساعة 0:30", "gap | 2027-04-30 01:00 | 2027-04-30 01:30"),
    ("Africa/Cairo", "ru", "28 октября 2027 в 23:30", "twice | 2027-10-28 23:30 | 2027-10-28 23:30"),
    ("Australia/Lord_Howe", "zh_Hans", "2027年10月3日2点15分", "gap | 2027-10-03 02:30 | 2027-10-03 02:45"),
    ("Australia/Lord_Howe", "ja", "2027年4月4日 1時45分", "twice | 2027-04-04 01:45 | 2027-04-04 01:45"),
    ("Australia/Lord_Howe", "en", "3 October 2027 2:30", "2027-10-03 02:30"),  # half an hour is left out there
    ("Australia/Lord_Howe", "en", "4 April 2027 1:29", "2027-04-04 01:29"),
]


@pytest.mark.parametrize(("zone", "language", "text", "expected"), GAPS_AND_FOLDS)
def test_gaps_and_folds_of_any_zone_are_said_in_any_language(zone, language, text, expected):
    assert local(text, language, zone=ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ar", "24 كانون الأول 2026، الساعة 18:00", "2026-12-24 18:00"),
        ("ar", "مساء الغد الساعة 8 والنصف", "2026-12-01 20:30"),
        ("ar", "\u200fغدًا الساعة 9\u200f", "2026-12-01 09:00"),  # marks that keyboards and pasted texts bring
        ("zh-hans", "明早7点", "2026-12-01 07:00"),
        ("zh-hans", "2小时30分钟后", "2026-11-30 16:00"),
        ("ja", "2時間30分後", "2026-11-30 16:00"),
        ("ja", "明晩8時", "2026-12-01 20:00"),
        ("ja", "明日午前0時", "2026-12-01 00:00"),
    ],
)
def test_signs_and_words_of_each_script_are_understood(language, text, expected):
    assert local(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(
            ("ru", "завтра в 12 ночи"),
            ("ja", "明日午後12時"),
            ("ar", "غدًا الساعة 12 مساءً"),
            ("zh-hans", "明天晚上12点"),
        ),
        *(("zh-hans", "2小时90分钟后"), ("ja", "2時間30後")),
    ],
)
def test_which_midnight_is_meant_is_not_guessed(language, text):
    assert local(text, language) == "unknown"


def test_a_time_that_comes_twice_is_said_with_both():
    when = read_when("31 October 2027 2:30", "en", BERLIN, NOW)
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert (when.at, when.fault, when.choices) == (None, Fault.TWICE, (first, first + timedelta(hours=1)))
    # Of which one has passed, the other is left.
    between = first + timedelta(minutes=10)
    assert read_when("2:30", "en", BERLIN, between).choices == (first + timedelta(hours=1),)


@pytest.mark.parametrize(
    ("text", "language"),
    [("tomorrow 9 silently", "en"), ("tomorrow 9, silently", "en"), ("morgen um 9 leise", "de"),
     ("mañana a las 9 en silencio", "es"), ("demain à 9h en silence", "fr"), ("amanhã às 9 sem som", "pt-BR"),
     ("завтра в 9 без звука", "ru"), ("غدا الساعة 9 بصمت", "ar"), ("明天9点，静音", "zh-Hans"),
     ("明日9時 音なし", "ja")],
)  # fmt: skip
def test_without_a_sound_is_said_at_the_end(text, language):
    when = read_when(text, language, BERLIN, NOW)
    assert when.manner is Manner.SILENT and when.at == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    assert read_when("tomorrow 9", "en", BERLIN, NOW).manner is Manner.USUAL
    assert read_when("tomorrow 9 breaking", "en", BERLIN, NOW).manner is Manner.BREAKING
    assert read_manner("412 Eilmeldung", "de") == ("412", Manner.BREAKING)
    assert read_manner("a-silent-sea", "en") == ("a-silent-sea", Manner.USUAL)
    assert read_manner("silent", "en") == ("silent", Manner.USUAL)
    assert read_manner("silent", "en", may_be_all=True) == ("", Manner.SILENT)
    assert read_when("silently", "en", BERLIN, NOW).fault is Fault.UNKNOWN


def test_words_of_another_language_are_understood_where_one_s_own_has_none():
    assert local("morgen um 9", "en") == local("morgen um 9", "fr") == "2026-12-01 09:00"
    assert local("tomorrow at 9", "de") == "2026-12-01 09:00"
    assert local("завтра в 9", "ja") == local("明日9時", "zh-Hans") == "2026-12-01 09:00"
    assert local("demain à 9h", "pt-br") == "2026-12-01 09:00"


@given(text=st.text(max_size=150), language=st.sampled_from([*VOCABULARIES, "zz"]))
def test_whatever_is_written_an_answer_is_in_the_future_or_there_is_none(text, language):
    when = read_when(text, language, BERLIN, NOW)
    assert (when.at is None) is (when.fault is not None)
    assert all(one > NOW for one in (*when.choices, *([when.at] if when.at else [])))


_WORDS = sorted({word for one in VOCABULARIES.values() for word in (
    *one.fillers, *one.days, *one.weekdays, *one.months, *one.units, *one.parts, *one.noon, *one.within, "9", "18:00",
    "31", ".", "/", "2026", ":", "12",
)})  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join), st.sampled_from([*VOCABULARIES]))
def test_words_of_the_grammar_in_any_order_are_a_time_to_come_or_refused(text, language):
    when = read_when(text, language, UTC_ZONE, NOW)
    assert when.at is None or NOW < when.at <= NOW + timedelta(days=740)
