"""Whatever a client calls its language, it finds the one we speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.locale import words_for
from bot.render.locale.matching import best_match

KNOWN = ("en", "de", "he", "id", "nb", "pt-BR", "pt-PT", "zh-Hans", "zh-Hant", "sr-Latn", "fil", "ro")


# Client codes as Telegram hands them on (https://core.telegram.org/bots/api#user: an IETF tag), old ones included.
@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("DE", "de"),
        ("pt", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("pt-pt", "pt-PT"),
        ("pt-AO", "pt-BR"),
        ("zh", "zh-Hans"),
        ("zh-cn", "zh-Hans"),
        ("zh-sg", "zh-Hans"),
        ("zh-tw", "zh-Hant"),
        ("zh-hk", "zh-Hant"),
        ("zh-hant", "zh-Hant"),
        ("zh-hans-hk", "zh-Hans"),
        ("no", "nb"),
        ("nb-NO", "nb"),
        ("iw", "he"),
        ("in", "id"),
        ("mo", "ro"),
        ("tl", "fil"),
        ("sr", "sr-Latn"),
        ("fr", None),
        ("xx", None),
        ("", None),
        (None, None),
        ("-", None),
        ("123", None),
    ],
)
def test_a_code_finds_its_language(sent, found):
    assert best_match(sent, KNOWN) == found


@pytest.mark.parametrize(
    ("sent", "spoken"),
    [
        ("pt-br", "pt-BR"),
        ("pt", "pt-BR"),
        ("pt-pt", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("zh-cn", "zh-Hans"),
        ("zh-hant", "zh-Hans"),
        ("zh-tw", "zh-Hans"),
        ("es-419", "es"),
        ("fr-CA", "fr"),
        ("ar-MA", "ar"),
        ("ru-UA", "ru"),
        ("ja-JP", "ja"),
        ("nb", "en"),
        ("iw", "en"),
        ("in", "en"),
    ],
)
def test_of_the_languages_there_are_the_nearest_is_spoken_and_english_where_none_is_near(sent, spoken):
    assert words_for(sent).language == spoken


def test_a_language_that_we_do_not_speak_gets_the_operator_s_and_then_english():
    assert words_for("tlh", "de-CH").language == "de"
    assert words_for("tlh", "fi").language == "en"


@given(st.text(max_size=20))
def test_any_code_is_answered(sent):
    assert best_match(sent, KNOWN) in (None, *KNOWN)
