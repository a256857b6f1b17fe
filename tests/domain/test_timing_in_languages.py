"""When people want their news, in their own words: as in English, and in each language newsbot speaks."""

from datetime import date

import pytest

from bot.domain.delivery_time import EVERY_DAY, WORKING_DAYS, Mode, Quiet, Timing
from bot.domain.timing_text import Misread, delivery_wish, pause_wish, quiet_wish, time_of_day
from bot.render.locale import languages, words_for

TODAY = date(2026, 3, 2)


def daily(minute, days=EVERY_DAY):
    return Timing(Mode.DAILY, minute=minute, days=days)


@pytest.mark.parametrize(
    ("language", "text", "minute", "days"),
    [
        ("en", "daily at 8:10 on mon to fri", 490, WORKING_DAYS),
        ("de", "daily um 08:10 Uhr mo bis fr", 490, WORKING_DAYS),
        ("de", "daily 8:10 werktags", 490, WORKING_DAYS),
        ("es", "daily 08:10 lun-vie", 490, WORKING_DAYS),
        ("es", "daily a las 8:10 de lunes a viernes", 490, WORKING_DAYS),
        ("es", "daily 08:10 sáb, dom", 490, 0b1100000),
        ("es", "daily 08:10 sab y dom", 490, 0b1100000),
        ("fr", "daily à 8h10 lun-ven", 490, WORKING_DAYS),
        ("fr", "daily 08:10 du lundi au vendredi", 490, WORKING_DAYS),
        ("pt-BR", "daily às 8:10 seg-sex", 490, WORKING_DAYS),
        ("pt-BR", "daily 08:10 segunda-feira", 490, 1),
        ("pt-BR", "daily 08:10 segunda-feira a sexta-feira", 490, WORKING_DAYS),
        ("ru", "daily в 8:10 пн-пт", 490, WORKING_DAYS),
        ("ru", "daily 08:10 с пн по пт", 490, WORKING_DAYS),
        ("ru", "daily 8 ч выходные", 480, 0b1100000),
        ("ar", "daily 08:10 الاثنين-الجمعة", 490, WORKING_DAYS),
        ("ar", "daily ٨:١٠ من الإثنين إلى الجمعة", 490, WORKING_DAYS),
        ("ar", "daily 8:10 م السبت، الأحد", 20 * 60 + 10, 0b1100000),
        ("zh-Hans", "daily 08:10 周一-周五", 490, WORKING_DAYS),
        ("zh-Hans", "daily 8点10分 周一至周五", 490, WORKING_DAYS),
        ("zh-Hans", "daily 下午8:10 工作日", 20 * 60 + 10, WORKING_DAYS),
        ("ja", "daily 08:10 月-金", 490, WORKING_DAYS),
        ("ja", "daily 8時10分 月曜日から金曜日", 490, WORKING_DAYS),
        ("ja", "daily 午後8:10 土、日", 20 * 60 + 10, 0b1100000),
    ],
)
def test_a_daily_time_and_its_days_are_typed_in_the_language_of_the_chat(language, text, minute, days):
    assert delivery_wish(text, words_for(language).weekdays) == daily(minute, days)


@pytest.mark.parametrize("language", languages())
def test_the_weekdays_that_a_language_shows_are_understood(language):
    words = words_for(language)
    for day in range(7):
        assert delivery_wish(f"daily 08:00 {words.short_day(day)}", words.weekdays) == daily(480, 1 << day)
    span = f"daily 08:00 {words.short_day(0)}-{words.short_day(4)}"
    assert delivery_wish(span, words.weekdays) == daily(480, WORKING_DAYS)


@pytest.mark.parametrize(
    "text",
    [
        "22:00-07:00",
        "from 22:00 to 07:00",
        "von 22 bis 7 Uhr",
        "de 22:00 a 7:00",
        "22h00 à 7h00",
        "de 22h à 7h",
        "das 22:00 às 07:00",
        "с 22:00 до 07:00",
        "من 22:00 إلى 07:00",
        "22:00至07:00",
        "22:00から07:00",
        "22時～7時",
    ],
)
def test_quiet_hours_are_typed_with_the_words_of_each_language(text):
    assert quiet_wish(text) == Quiet(22 * 60, 7 * 60)


@pytest.mark.parametrize("text", ["hasta 22:00", "a 7:00", "22:00", "至", "22:00 y 7:00"])
def test_half_of_them_is_none(text):
    assert isinstance(quiet_wish(text), Misread)


@pytest.mark.parametrize("text", ["off", "aus", "no", "non", "não", "нет", "لا", "关闭", "なし", "OFF"])
def test_none_are_asked_for_in_each_language(text):
    assert quiet_wish(text) is None
    assert pause_wish(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 days", 7),
        ("5 tage", 7),
        ("5 días", 7),
        ("5 dias", 7),
        ("5 jours", 7),
        ("5 дней", 7),
        ("5 أيام", 7),
        ("5 天", 7),
        ("5日", 7),
        ("2 weeks", 16),
        ("2 wochen", 16),
        ("2 semanas", 16),
        ("2 semaines", 16),
        ("2 недели", 16),
        ("2 أسابيع", 16),
        ("2周", 16),
        ("2週間", 16),
        ("until 2026-03-10", 10),
        ("bis 10.3.", 10),
        ("hasta el 10/3", 10),
        ("jusqu’au 10.3.2026", 10),
        ("até 10/3", 10),
        ("до 10.03.2026", 10),
        ("حتى 2026-03-10", 10),
        ("直到2026-03-10", 10),
        ("2026-03-10まで", 10),
    ],
)
def test_a_pause_is_typed_in_each_language(text, day):
    assert pause_wish(text, TODAY) == date(2026, 3, day)


@pytest.mark.parametrize("text", ["5 lunas", "5", "d", "5 d d", "hasta", "a 5", "５００００ 日"])
def test_what_names_no_length_is_no_pause(text):
    assert isinstance(pause_wish(text, TODAY), Misread)


@pytest.mark.parametrize(
    ("text", "minute"),
    [("8 ص", 480), ("8 م", 1200), ("上午8点", 480), ("下午 8:30", 1230), ("午後8時", 1200), ("8h30", 510)],
)
def test_halves_of_the_day_stand_before_or_after_the_time(text, minute):
    assert time_of_day(text) == minute


@pytest.mark.parametrize("text", ["13 م", "下午13点", "25時", "8時75分", "午後", "点"])
def test_a_time_that_there_is_not_is_none(text):
    assert time_of_day(text) is None
