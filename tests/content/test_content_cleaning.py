"""Texts made fit for showing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.content.articles.cleaning import EXCERPT_LIMIT, excerpt_of
from bot.content.plain_text import shown

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x1b\x85\u200b\u200d\u200c\u202e\u2066\u2069\ufeff\ud800\U000e0041\U0001f3f4<>&;#/pbr.…"
        ),
    )
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Q&amp;A: Apps &#8211; a &#x201C;tour&#x201D;", "Q&A: Apps – a “tour”"),
        ("AT&T & Co &copy", "AT&T & Co &copy"),
        ("a\u202eb\u2066c\u200bd\x07e\xadf\ufeff", "abcdef"),
        ("&#8238;x&#x202E;", "x"),
        (" two\n\n  lines\u2028and\xa0more\x85 ", "two lines and more"),
        ("👩‍👩‍👧 می‌خواهم", "👩‍👩‍👧 می‌خواهم"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("List<T> in C#", "List<T> in C#"),
        ("\u030a", ""),
        ("\u0333 \ufe0f\u200d", ""),
        ("a\u030a", "a\u030a"),
        ("日本語 العربية 🇩🇪", "日本語 العربية 🇩🇪"),
    ],
)
def test_texts_are_shown_as_words(text, words):
    assert shown(text) == (text if words is None else words)


def test_hidden_text_in_tag_characters_is_removed():
    assert shown("a" + "".join(chr(0xE0000 + ord(char)) for char in "ignore") + "b") == "ab"


@pytest.mark.parametrize(
    ("raw", "excerpt"),
    [
        ("<p>One <b>two</b></p><p>three<br/>four</p>", "One two three four"),
        ("a<script>alert(1)</script> b<!-- c <b>d</b> -->e<style>p{}</style>", "a be"),
        ("if a < b and c > d, List<T> stays &lt;b&gt;", "if a < b and c > d, List<T> stays <b>"),
        ("as part of a larger ...", "as part of a larger…"),
        ("to help novice,…", "to help novice…"),
        ("and so on [&hellip;]", "and so on…"),
        ("and so on [...]", "and so on…"),
        ("We ship v2.0. Etc.", "We ship v2.0. Etc."),
        ("…", None),
        ("", None),
        ("<p></p>", None),
        ("the big TITLE", None),
        ("“The Big – Title!”", None),
        ("The big ti...", None),
        ("The big title and what it means", "The big title and what it means"),
    ],
)
def test_excerpts_are_words_that_say_more_than_the_title(raw, excerpt):
    assert excerpt_of(raw, "The Big Title") == excerpt


@pytest.mark.parametrize(
    ("raw", "is_shown"),
    [
        ("“Batteries in an old – mine shaft!”", False),
        ("Batteries in an old…", False),
        ("Batteries in an old", True),
        ("Batteries in an old mine shaft, and what they hold", True),
        ("- - - - - - - - - - Batteries in an old mine shaft", False),
    ],
)
def test_an_excerpt_that_begins_like_a_long_title_is_shown_when_it_says_something_else(raw, is_shown):
    assert (excerpt_of(raw, "Batteries in an old mine shaft") is not None) is is_shown


def test_a_huge_excerpt_is_capped_between_words():
    excerpt = excerpt_of("many words " * 90_000, "T")
    assert excerpt is not None and len(excerpt) <= EXCERPT_LIMIT and excerpt.endswith((" many…", " words…"))
    assert len(excerpt_of("x" * 10**6, "T") or "") == EXCERPT_LIMIT


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<script>", "<a ", "&#", "&amp", "...", ", ", "\u202e", "[", "<iframe src"]
)
def test_a_mebibyte_of_anything_is_cleaned_in_one_pass(piece):
    excerpt_of(piece * (2**20 // len(piece)), "T")


@given(HOSTILE, st.integers(1, 50))
@example("\U0001f3f4\U000e0067\u202e\U000e007f", 50)
def test_cleaning_never_yields_controls_or_bidi_overrides(text, limit):
    for words in (shown(text, limit), excerpt_of(text, "T") or ""):
        for char in words:
            assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
            assert not "\u202a" <= char <= "\u202e" and not "\u2060" <= char <= "\u206f"
        assert words == words.strip()
        words.encode()
    assert len(shown(text, limit)) <= limit
