"""What translators look at: every text of the code, in every form, with something in each place."""

import pytest
from translations import said

from bot.render.locale import languages, words_for
from bot.render.samples import LONG_LABEL, Kind, drawn, samples, sources, stretch


def sample(language, one):
    return next(sample for sample in samples(words_for(language)) if sample.source.one == one)


def test_every_text_of_the_code_is_among_them_once():
    texts = [source.one for source in sources()]
    assert set(texts) == said()
    assert len(texts) == len(set(texts))


def test_labels_of_buttons_are_known_as_such_also_by_a_name_or_within_a_call():
    kinds = {source.one: source.kind for source in sources()}
    # Written on a button at once, after a tick, by a name that was set before, and none of these.
    for label in ("Change times", "Daily", "Send silently", "{n} an hour"):
        assert kinds[label] is Kind.BUTTON, label
    for text in ("Settings of this chat", "Newest: {headline}"):
        assert kinds[text] is Kind.TEXT, text


def test_a_text_that_counts_is_there_in_each_of_its_forms():
    # A number that shows the form, once where two forms are written alike.
    assert sample("en", "{n} day").forms == ("0 days", "1 day")
    assert sample("ar", "{n} day").forms == ("0 يوم", "يوم واحد", "يومين", "3 أيام", "11 يومًا")
    assert sample("es", "{n} day").forms == ("0 días", "1 día", "1.000.000 de días")
    assert sample("ja", "{n} day").forms == ("0 日",)


@pytest.mark.parametrize("language", languages())
def test_every_language_can_be_drawn_with_nothing_left_in_braces(language):
    page = drawn(language, stretched=False)
    forms = [form for text in page["texts"] for form in text["forms"]]
    assert len(forms) > 700
    assert [form for form in forms if "{" in form] == []
    assert page["language"] == language and {one["tag"] for one in page["languages"]} == set(languages())


def test_a_complete_language_has_nothing_marked_as_still_in_english():
    page = drawn("en", stretched=False)
    assert [text for text in page["texts"] if text["missing"]] == []
    german = drawn("de", stretched=False)
    assert [text["english"] for text in german["texts"] if text["missing"]] == []


def test_long_labels_are_marked():
    for text in drawn("ru", stretched=False)["texts"]:
        is_long = text["kind"] == "button" and any(len(form) > LONG_LABEL for form in text["forms"])
        assert text["long"] is is_long


@pytest.mark.parametrize("text", ["Read", "Lesen und teilen", "إدارة", "设置", "ja", "x" * 500])
def test_a_stretched_text_is_longer_by_two_fifths_in_its_own_script(text):
    longer = stretch(text)
    assert stretch(f"\u2068{text}\u2069").count("\u2068") == 1
    assert longer.startswith(text)
    assert len(longer) >= len(text) * 1.4
    assert set(longer) <= {*text, " "}


def test_nothing_is_not_stretched_and_no_other_language_is_drawn():
    assert stretch("") == ""
    with pytest.raises(KeyError):
        drawn("tlh", stretched=False)
