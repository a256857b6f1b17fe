from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from hypothesis import given
from hypothesis import strategies as st
from translations import CATALOGUES, COMPLETE, ROOT, calls, catalogue, is_literal, left_over, missing, places, said

from bot.domain.text import Entity, Text
from bot.render.locale import languages, words_for
from bot.render.text import bold

KEYWORDS = {"words": None, "text": None, "msgid": None, "count": (1, 2), "count_text": (1, 2)}
BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2021, 2, 12, 13, 5, tzinfo=UTC)

ENGLISH = words_for("en")
GERMAN = words_for("de")


@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_language_says_all_that_the_code_says_and_nothing_else(language):
    path = ROOT / "render" / "locale" / f"{language}.po"
    assert missing(path) == []
    assert left_over(path) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_translations_fill_the_same_places(path):
    for message in catalogue(path):
        if not message.id:
            continue
        if not message.pluralizable:
            assert places(message.string) == places(message.id), message.id
            continue
        for form in message.string:
            assert set(places(form)) | {"n"} == set(places(message.id[1])) | {"n"}, message.id


def test_every_text_is_a_literal():
    assert [place for place, texts in calls() if not texts or not all(map(is_literal, texts))] == []


def test_translators_tools_find_every_text():
    found = extract_from_dir(str(ROOT), [("content/**.py", "ignore"), ("**.py", "python")], keywords=KEYWORDS)
    extracted = {text[0] if isinstance(text, tuple) else text for _file, _line, text, _comments, _context in found}
    assert said() - extracted == set()


def test_english_needs_no_catalogue_and_stands_first():
    assert languages()[0] == "en"
    assert "de" in languages()


@pytest.mark.parametrize(
    ("asked", "got"),
    [("de", "de"), ("de-AT", "de"), ("DE_at", "de"), ("en-US", "en"), ("tlh", "en"), (None, "en"), ("", "en")],
)
def test_the_nearest_language_is_spoken(asked, got):
    assert words_for(asked).language == got


@pytest.mark.parametrize("asked", ["tlh", None, "../../etc", "x" * 10_000, "\x00", "de/../de"])
def test_a_language_we_do_not_have_falls_back(asked):
    assert words_for(asked, "de").language == "de"
    assert words_for(asked, "tlh").language == "en"


@given(st.text())
def test_values_are_never_interpreted(value):
    assert ENGLISH("Also: {link}", link=value) == f"Also: {value}"
    assert ENGLISH.text("Also: {link}", link=value) == Text(f"Also: {value}")


@pytest.mark.parametrize("value", ["{link}", "{0}", "{__class__}", "%s", "}{", "\\1", "\\g<0>"])
def test_braces_and_backslashes_in_values_stay(value):
    assert GERMAN("Also: {link}", link=value) == f"Auch: {value}"
    assert GERMAN.text("Also: {link}", link=Text(value)).string == f"Auch: {value}"


def test_values_with_spans_keep_them_where_they_land():
    text = GERMAN.text("{title} ({source}, {when})", title=bold("Ü😀"), source="a", when=bold("b"))
    assert text == Text("Ü😀 (a, b)", (Entity("bold", 0, 3), Entity("bold", 8, 1)))


@pytest.mark.parametrize("title", ["A town of…", "\u2068A town of…\u2069", "Who pays?", "It is out!", "The U.S."])
def test_no_full_stop_follows_a_title_that_was_clipped_or_ends_by_itself(title):
    words = words_for("en")
    template = "Nothing was changed for {article}. Nor was it here."
    assert words(template, article=title) == f"Nothing was changed for {title} Nor was it here."
    assert words.text(template, article=bold(title)).string == f"Nothing was changed for {title} Nor was it here."
    assert words("{article}.md", article=title) == f"{title}.md"
    assert words(template, article="A town") == "Nothing was changed for A town. Nor was it here."


def test_counts_follow_the_plural_rules_and_are_grouped():
    assert ENGLISH.count("{n} day", "{n} days", 1) == "1 day"
    assert ENGLISH.count("{n} day", "{n} days", 30214) == "30,214 days"
    assert GERMAN.count("{n} day", "{n} days", 1) == "1 Tag"
    assert GERMAN.count_text("{n} day", "{n} days", 30214) == Text("30.214 Tage")


def test_numbers_dates_and_lists_are_written_as_the_language_writes_them():
    assert [words.number(30214) for words in (ENGLISH, GERMAN)] == ["30,214", "30.214"]
    assert [words.percent(0.41) for words in (ENGLISH, GERMAN)] == ["41\u00a0%", "41\u00a0%"]
    assert [words.date(AT, BERLIN) for words in (ENGLISH, GERMAN)] == ["12 Feb 2021", "12. Feb. 2021"]
    assert [words.time(AT, BERLIN) for words in (ENGLISH, GERMAN)] == ["14:05", "14:05"]
    assert ENGLISH.list(["AI", "Energy", "Robotics"]) == "AI, Energy and Robotics"
    assert GERMAN.list(["AI", "Energy"]) == "AI und Energy"
    assert ENGLISH.list(["{0}", "{1}"]) == "{0} and {1}"
    assert ENGLISH.list([]) == ""


@pytest.mark.parametrize(
    ("at", "english", "german"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "1 Jan 1", "1. Jan. 1"),
        (datetime(1582, 10, 15, 11, tzinfo=UTC), "15 Oct 1582", "15. Okt. 1582"),
        (datetime(1968, 2, 29, 11, tzinfo=UTC), "29 Feb 1968", "29. Feb. 1968"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "31 Dec 9999", "31. Dez. 9999"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_days_of_the_calendar_have_a_date_in_every_zone(at, english, german, zone):
    """In some zones the first and the last day lie outside of what a datetime can hold: there it is UTC's date."""
    where = ZoneInfo(zone)
    assert ENGLISH.date(at, where) == english
    assert GERMAN.date(at, where) == german
    assert ENGLISH.time(at, where)


def test_the_date_is_that_of_the_zone():
    assert ENGLISH.date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), BERLIN) == "1 Jan 2027"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(minutes=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(hours=2, minutes=59), "2 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
    ],
)
def test_how_long_ago(age, text):
    assert ENGLISH.ago(AT, AT + age) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=10), "10 seconds"),
        (timedelta(minutes=17), "17 min"),
        (timedelta(minutes=17, seconds=19), "17 min 19 s"),
        (timedelta(hours=24), "24 h"),
        (timedelta(hours=1, minutes=5, seconds=9), "1 h 5 min"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=2, hours=4), "2 days 4 h"),
    ],
)
def test_how_long(length, text):
    assert ENGLISH.span(length) == text
