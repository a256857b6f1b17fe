"""
How each language counts and writes, for those newsbot speaks and those that are to follow.

The rows are what Babel 2.19.0 writes (CLDR 48), with their real characters: U+00A0 and U+202F are no spaces, and a
search for them finds nothing when they are typed as one. Where 2.18 wrote otherwise, it is said.
Source: https://babel.pocoo.org/en/latest/changelog.html#version-2-19-0,
https://www.unicode.org/cldr/charts/48/supplemental/language_plural_rules.html
"""

import gettext
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from translations import CATALOGUES, catalogue, places

from bot.render.locale import Words, is_draft, languages, name_of, words_for
from bot.render.locale.direction import right_to_left
from bot.render.locale.po_file import header, plural_forms

TELLING = (0, 1, 2, 3, 4, 5, 10, 11, 12, 20, 21, 22, 25, 99, 100, 101, 102, 111, 999, 1000, 30_214, 10**6, 2 * 10**6)
"""Numbers that take different forms in some language."""
ORDER = ("zero", "one", "two", "few", "many", "other")
ALL = [path.stem for path in CATALOGUES]
UTC_ZONE = ZoneInfo("UTC")


def forms_by_cldr(language: str) -> list[str]:
    """Return the forms that whole numbers take in a language, in CLDR's order."""
    rule = Locale.parse(language).plural_form
    used = {rule(n) for n in (*range(1300), *TELLING)}
    return [form for form in ORDER if form in used]


def rule_of(path):
    fields = header(path.read_text("utf-8"))
    return gettext.c2py(fields["plural-forms"].partition("plural=")[2].rstrip("; ")), plural_forms(fields)


@pytest.mark.parametrize("path", CATALOGUES, ids=ALL)
def test_a_file_says_itself_how_its_language_counts_and_as_cldr_does(path):
    """Without a header the reading library's own rule counts: that of Arabic changed the places of 11 and 100."""
    rule, many = rule_of(path)
    forms, cldr = forms_by_cldr(path.stem), Locale.parse(path.stem).plural_form
    assert many == len(forms)
    wrong = [n for n in (*range(1300), *TELLING) if rule(n) != forms.index(cldr(n))]
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=ALL)
def test_every_form_of_a_text_that_counts_is_there_and_shows_the_number_unless_it_is_for_one_number_only(path):
    rule, many = rule_of(path)
    numbers = {form: {n for n in (*range(1300), *TELLING) if rule(n) == form} for form in range(many)}
    for message in catalogue(path):
        if not message.id or not message.pluralizable:
            continue
        assert len(message.string) == many, message.id
        for form, text in enumerate(message.string):
            assert text.strip(), message.id
            shows = "n" in places(text)
            assert shows or "n" not in places(message.id[1]) or len(numbers[form]) == 1, (message.id, text)


@pytest.mark.parametrize("path", CATALOGUES, ids=ALL)
def test_each_number_is_answered_in_its_language_with_the_form_that_is_its_own(path):
    words, (rule, _) = words_for(path.stem.replace("_", "-")), rule_of(path)
    counting = [message for message in catalogue(path) if message.id and message.pluralizable]
    assert len(counting) > 40
    for message in counting:
        values = {place: "*" for place in places(message.id[1]) if place != "n"}
        for n in TELLING:
            expected = right_to_left(message.string[rule(n)]) if words.is_right_to_left else message.string[rule(n)]
            for place, value in {**values, "n": words.number(n)}.items():
                expected = expected.replace(f"{{{place}}}", value)
            assert words.count(*message.id, n, **values) == expected


def test_a_form_that_is_missing_or_empty_makes_the_whole_text_english_and_a_file_without_a_rule_no_language():
    assert plural_forms(header('msgid ""\nmsgstr ""\n"Language: ar\\n"\n')) is None
    assert plural_forms(header('msgid "a"\nmsgstr "b"\n"Plural-Forms: nplurals=2; plural=n>1;\\n"\n')) is None
    assert plural_forms(header('msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : 5);\\n"\n')) == 6


@pytest.mark.parametrize("language", languages())
def test_a_language_calls_itself_as_cldr_does(language):
    name = Locale.parse(language.replace("-", "_")).display_name
    assert name_of(language) == name[:1].upper() + name[1:]


def test_what_stands_in_the_code_and_what_a_native_speaker_has_read_is_no_draft():
    assert [tag for tag in ("en", "de") if is_draft(tag)] == []


# time of 15:05, date, 30214, 0.41, a list of three
ROWS = [
    ("en", "15:05", "30 Nov 2026", "30,214", "41\u00a0%", "A, B and C"),
    ("de", "15:05", "30. Nov. 2026", "30.214", "41\u00a0%", "A, B und C"),
    ("de-CH", "15:05", "30. Nov. 2026", "30'214", "41%", "A, B und C"),  # ASCII; 2.18: U+2019
    ("es", "15:05", "30 nov 2026", "30.214", "41\u00a0%", "A, B y C"),
    ("fr", "15:05", "30 nov. 2026", "30\u202f214", "41\u00a0%", "A, B et C"),
    ("pt-BR", "15:05", "30 de nov. de 2026", "30.214", "41%", "A, B e C"),
    ("pt-PT", "15:05", "30/11/2026", "30\u00a0214", "41%", "A, B e C"),
    ("ru", "15:05", "30 нояб. 2026\u202fг.", "30\u00a0214", "41\u00a0%", "A, B и C"),
    ("uk", "15:05", "30 лист. 2026\u202fр.", "30\u00a0214", "41%", "A, B і C"),
    ("bg", "15:05", "30.11.2026\u202fг.", "30\u00a0214", "41%", "A, B и C"),
    ("pl", "15:05", "30 lis 2026", "30\u00a0214", "41%", "A, B i C"),
    ("cs", "15:05", "30. 11. 2026", "30\u00a0214", "41\u00a0%", "A, B a\u00a0C"),
    ("sv", "15:05", "30 nov. 2026", "30\u00a0214", "41\u00a0%", "A, B och C"),
    ("nb", "15:05", "30. nov. 2026", "30\u00a0214", "41\u00a0%", "A, B og C"),
    ("tr", "15:05", "30 Kas 2026", "30.214", "%41", "A, B ve C"),
    ("ar", "3:05 م", "30 نوفمبر 2026", "30,214", "41%", "A وB وC"),
    ("fa", "15:05", "30 نوامبر 2026", "30,214", "41%", "A،\u200f B، و C"),
    ("he", "15:05", "30 בנוב׳ 2026", "30,214", "41%", "A, B וC"),
    ("ur", "3:05 PM", "30 نومبر، 2026", "30,214", "41%", "A، B، اور C"),
    ("hi", "3:05 pm", "30 नव॰ 2026", "30,214", "41%", "A, B और C"),  # 2.18: A, B, और C
    ("bn", "3:05 PM", "30 নভে, 2026", "30,214", "41%", "A, B এবং C"),
    ("zh-Hans", "15:05", "2026年11月30日", "30,214", "41%", "A、B和C"),
    ("zh-Hant", "下午3:05", "2026年11月30日", "30,214", "41%", "A、B和C"),
    ("ja", "15:05", "2026年11月30日", "30,214", "41%", "A、B、C"),
    ("ko", "오후 3:05", "2026년 11월 30일", "30,214", "41%", "A, B 및 C"),  # 2.18: PM 3:05
    ("th", "15:05 น.", "30 พ.ย. 2026", "30,214", "41%", "A B และC"),  # 2.18: 15:05; the Gregorian year
    ("id", "15.05", "30 Nov 2026", "30.214", "41%", "A, B, dan C"),
    ("sr", "15:05", "30. нов 2026.", "30.214", "41%", "A, B и C"),
    ("sr-Latn", "15:05", "30. nov 2026.", "30.214", "41%", "A, B i C"),
]


@pytest.mark.parametrize(
    ("language", "time", "date", "number", "percent", "listed"), ROWS, ids=[row[0] for row in ROWS]
)
def test_numbers_dates_and_lists_are_written_with_the_characters_of_the_language(
    language, time, date, number, percent, listed
):
    words, at = Words(language, gettext.NullTranslations()), datetime(2026, 11, 30, 15, 5, tzinfo=UTC)
    assert ascii(words.time(at, UTC_ZONE)) == ascii(time)
    assert ascii(words.clock(15 * 60 + 5)) == ascii(time)
    assert ascii(words.date(at, UTC_ZONE)) == ascii(date)
    assert ascii(words.number(30_214)) == ascii(number)
    assert ascii(words.percent(0.41)) == ascii(percent)
    assert ascii(words.list(["A", "B", "C"])) == ascii(listed)


RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


@pytest.mark.parametrize("language", [row[0] for row in ROWS])
def test_which_languages_are_written_from_right_to_left(language):
    assert Words(language, gettext.NullTranslations()).is_right_to_left is (language in RIGHT_TO_LEFT)
