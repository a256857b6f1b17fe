"""What a phrase is, and where it is found: whole words, or anywhere in a run of a script without blanks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phrases import BEGINNING, MAX_LENGTH, Phrase, PhraseFault, matches, passage, phrase, quoted

texts = st.text(max_size=60) | st.text("aäßłйい北京กั한हिन्.+#-'&\" 1", max_size=30)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("quantum dots", "New Quántum   DOTS, again"),
        ("quantum  dots", "quantum\ndots"),
        ("ai", "What ＡＩ does"),
        ("AI", "AI-powered"),
        ("café", "The CAFE closes"),
        ("Straße", "DIE STRASSE"),
        ("Łódź", "lodz"),
        ("ışık", "IŞIK"),
        ("İstanbul", "istanbul"),
        ("ещё", "еще"),
        ("שלום", "שָׁלוֹם"),
        ("العربية", "اَلْعَرَبِيَّةُ"),
        ("हिन्दी", "आज हिन्दी दिवस"),
        ("C++", "Why C++ stays"),
        ("C#", "c# and f#"),
        (".NET", "The .net runtime"),
        ("GPT-4o", "gpt4o is here"),
        ("gpt4o", "GPT-4o is here"),
        ("O'Neill", "Mr O’Neill"),
        ("AT&T", "AT&T falls"),
        ("2.5", "It rose by 2.5%"),
        ("大学", "北京大学的研究"),
        ("火", "大火災"),
        ("タワー", "東京タワーの夜"),
        ("ข่าว", "อ่านข่าววันนี้"),
        ("발표", "정부발표문"),
        ("型iPhone", "最新型iPhone発売"),
        ("AI 北京", "AI北京論壇"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(written, text):
    assert matches([written], text) == [written]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("ant", "An important plant"),
        ("quantum dots", "quantum and dots"),
        ("quantum dots", "quantum dot"),
        ("dots quantum", "quantum dots"),
        ("हिन्", "हिन्दी"),
        (".NET", "the net"),
        ("C++", "C and C#"),
        ("京大", "北京 大学"),
        ("京大", "北京、大学"),
        ("大京", "北京大学"),
        ("25", "It rose by 2.5%"),
        ("Google+", "Google"),
        ("solar power", ""),
    ],
)
def test_a_phrase_is_not_found_in_part_or_out_of_order(written, text):
    assert matches([written], text) == []


def test_no_phrase_reaches_from_a_title_into_the_excerpt():
    assert matches(["quantum dots"], "All about quantum", "Dots on a map") == []
    assert matches(["quantum dots"], "All about something", "The quantum dots of it") == ["quantum dots"]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", PhraseFault.EMPTY),
        (" \n\t ", PhraseFault.EMPTY),
        ("!!! …", PhraseFault.EMPTY),
        ("👍", PhraseFault.EMPTY),
        ("a", PhraseFault.SHORT),
        ("Ｘ", PhraseFault.SHORT),
        ("7", PhraseFault.SHORT),
        ("の", PhraseFault.SHORT),
        ("ก", PhraseFault.SHORT),
        ("x" * (MAX_LENGTH + 1), PhraseFault.LONG),
        ("word " * 800, PhraseFault.LONG),
    ],
)
def test_what_cannot_be_a_phrase_is_told_apart_and_found_nowhere(written, fault):
    assert phrase(written) is fault
    assert matches([written], written, "a x 7 の ก") == []


def test_phrases_that_find_the_same_are_one_and_keep_what_was_written():
    one, other = phrase("Quantum  Dots"), phrase("quántum dots")
    assert isinstance(one, Phrase) and isinstance(other, Phrase)
    assert one.forms == other.forms
    assert (one.words, other.words) == ("Quantum Dots", "quántum dots")


@given(texts, texts, texts)
def test_whatever_is_a_phrase_is_found_where_it_stands_between_blanks(before, written, after):
    if isinstance(phrase(written), Phrase):
        assert matches([written], f"{before} ; {written} ; {after}") == [written]


@given(texts, texts)
def test_what_a_text_holds_begins_with_one_of_its_beginnings(written, text):
    found = phrase(written)
    if isinstance(found, Phrase):
        where = passage(text)
        held = [form for form in found.forms if where.holds([form])]
        assert {" ".join(form.split(" ")[:BEGINNING]) for form in held} <= where.beginnings
        assert len(found.beginnings) == len(found.forms)


@pytest.mark.parametrize(
    ("text", "phrases", "rest"),
    [
        ('"quantum dots"', ["quantum dots"], ","),
        ("“quantum dots”, AI", ["quantum dots"], ",, AI"),
        (
            "„Große Koalition“ «свет» »Licht« 「火災」『塔』",
            ["Große Koalition", "свет", "Licht", "火災", "塔"],
            ", , , ,,",
        ),
        ('Robotics, "open to the end', ["open to the end"], "Robotics, ,"),
        ('""', [""], ","),
        ("no marks at all", [], "no marks at all"),
    ],
)
def test_what_stands_in_quotation_marks_is_told_from_the_rest(text, phrases, rest):
    assert quoted(text) == (phrases, rest)
