"""What a text tells people to type works as it stands there, in every language."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.change_note import Whom
from bot.domain.copies import Delivered
from bot.domain.copy_words import delivered_named, says_quietly, whom_named
from bot.domain.delivery_time import WORKING_DAYS, Mode, Timing
from bot.domain.timing_text import Misread, delivery_wish, pause_wish, quiet_wish
from bot.domain.when_text import read_when
from bot.render.locale import languages, words_for

MARKS = re.compile("[\u200e\u200f\u2066-\u2069]")
ENDING = " .。)"


def typed(text: str, command: str) -> str:
    """Return what stands behind a command at the end of a text."""
    return MARKS.sub("", text).rpartition(f"/settings {command}")[2].strip(ENDING)


@pytest.mark.parametrize("language", languages())
def test_a_daily_time(language):
    words = words_for(language)
    asked = words("At which time should the daily list come? You can also write it: /settings daily 08:10 mon-fri.")
    wrong = words(
        "“{said}” is no day of the week. Write days like mon-fri or sat, sun: /settings daily 08:00 mon-fri.", said=""
    )
    for text, minute in ((asked, 490), (wrong, 480)):
        wish = delivery_wish(f"daily {typed(text, 'daily ')}", words.weekdays)
        assert wish == Timing(Mode.DAILY, minute=minute, days=WORKING_DAYS)


@pytest.mark.parametrize("language", languages())
def test_the_end_of_a_pause(language):
    words, today = words_for(language), date(2026, 12, 1)
    on_a_day = words(
        "On which day should news come again? Nothing is sent later for the time of a pause. "
        "You can also write it: /settings pause 2027-01-07."
    )
    for_long = words(
        "There is no day “{said}”. Write one like 2027-01-07, or for how long: /settings pause 5 days.", said=""
    )
    assert pause_wish(typed(on_a_day, "pause "), today) == date(2027, 1, 7)
    assert pause_wish(typed(for_long, "pause "), today) == date(2026, 12, 6)


@pytest.mark.parametrize("language", languages())
def test_quiet_hours(language):
    text = words_for(language)(
        "“{said}” says no quiet hours. Write when they begin and end: "
        "/settings quiet 22:00-07:00, or /settings quiet off.",
        said="",
    )
    spans = re.findall(r"/settings quiet ([^ ,،，、。.]+)", MARKS.sub("", text))
    assert len(spans) == 2
    assert not isinstance(quiet_wish(spans[0]), Misread) and quiet_wish(spans[1]) is None


@pytest.mark.parametrize("language", languages())
def test_a_time_to_publish_at(language):
    text = words_for(language)("Write /schedule, an article and a time in your words: /schedule 412 tomorrow 9:00")
    said = MARKS.sub("", text).rpartition("/schedule 412 ")[2]
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert read_when(said, language, ZoneInfo("UTC"), now).at == datetime(2026, 12, 1, 9, tzinfo=UTC), said


@pytest.mark.parametrize("language", languages())
def test_times_named_where_none_was_understood(language):
    words, now = words_for(language), datetime(2026, 11, 30, 12, tzinfo=UTC)
    refused = words(
        "I do not understand that as a time, so nothing was changed for {article}. Write it like “tomorrow 9:00”, "
        "“Friday 18:00” or “24 December 8:30”.",
        article="#1",
    )
    asked = words(
        "When is {article} to go out? Choose, or write /schedule {number} and the time in your words, such as "
        "“tomorrow 9:00”.",
        article="#1",
        number="1",
    )
    quoted = re.compile("[“„«「]\\s?(.+?)\\s?[”“»」]")
    said = [MARKS.sub("", one) for text in (refused, asked) for one in quoted.findall(text)]
    times = [read_when(one, language, ZoneInfo("UTC"), now).at for one in said]
    assert times == [
        datetime(2026, 12, 1, 9, tzinfo=UTC),
        datetime(2026, 12, 4, 18, tzinfo=UTC),
        datetime(2026, 12, 24, 8, 30, tzinfo=UTC),
        datetime(2026, 12, 1, 9, tzinfo=UTC),
    ], said


@pytest.mark.parametrize("language", languages())
def test_what_becomes_of_copies_and_who_is_told(language):
    words = words_for(language)
    both = words(
        "Nothing was changed. Write /retract {number}, or with what becomes of delivered copies and why: "
        "/retract {number} notice the quote was wrong, or /retract {number} delete.",
        number=7,
    )
    quietly = words("With /retract {number} quietly, whoever saved it is not told.", number=7)
    told = words("Nothing was sent. Write /tell {number}, /tell {number} all or /tell {number} saved.", number=7)
    behind = re.compile(r"/(?:retract|tell) 7 (\w+)")  # of which some are the text's own: “/retract 7 or with …”
    named = [delivered_named(word) for word in behind.findall(MARKS.sub("", both))]
    assert [one for one in named if one] == [Delivered.NOTICE, Delivered.DELETE]
    assert [says_quietly(word) for word in behind.findall(MARKS.sub("", quietly))] == [True]
    whom = [whom_named(word) for word in behind.findall(MARKS.sub("", told))]
    assert [one for one in whom if one] == [Whom.ALL, Whom.SAVED]
    usages = (words("/retract ARTICLE [notice WHY]"), words("/tell ARTICLE [saved]"))
    notice, saved = (re.search(r"\[(\w+)", MARKS.sub("", usage))[1] for usage in usages)
    assert (delivered_named(notice), whom_named(saved)) == (Delivered.NOTICE, Whom.SAVED)
