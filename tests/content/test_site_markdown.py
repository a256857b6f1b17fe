"""What is taken of a page's text for its excerpt: words, whatever the text is."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.sites.pages.markdown import first_heading, first_paragraph, plain, text_before

MORE = re.compile("<!--more-->")


@pytest.mark.parametrize(
    ("paragraph", "words"),
    [
        ("Just words.", "Just words."),
        ("*One* and **two** and _three_ and `four`.", "One and two and three and four."),
        ("**bold _and more_**", "bold and more"),
        ("A [link](https://a.example/x_(y) 'title') and <https://b.example>.", "A link and https://b.example."),
        ("A [link [in] it](x) and ![a picture](y.png) gone.", "A link [in] it and gone."),
        ("A snake_case_name, a * b * c.", "A snake_case_name, a * b * c."),
        ("Escaped \\*stars\\* and &amp; and ~~struck~~.", "Escaped *stars* and & and struck."),
        ("`a *b* c` is code", "a *b* c is code"),
        ("A note[^1] and {{< short code >}}a shortcode.", "A note and a shortcode."),
        ("Two\nlines  \nor three.", "Two lines or three."),
    ],
)
def test_a_paragraph_is_its_words(paragraph: str, words: str) -> None:
    assert plain(paragraph) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Title\n=====\n\nText.", "Text."),
        ("Title\n---\n\nText.", "Text."),
        ("<!-- a\n\ncomment -->\n\nText.", "Text."),
        ("[x]: https://a.example\n\nText.", "Text."),
        ("| a | b |\n|---|---|\n\nText.", "Text."),
        ("{: .class}\n\n[[toc]]\n\n***\n\nText.", "Text."),
        ("    code\n\nText.", "Text."),
        ("~~~\nText in a fence.\n\n~~~\nText.", "Text."),
        ("<div>Not this,</div>\n\n<em>this</em> one.", "<em>this</em> one."),
        ("<p>This &#8220;one&#8221;,</p>\n\nnot that.", "This “one”,"),
        ('<p class="x">\nThis\none.</p><p>More.</p>', "This one."),
        ('<p><img src="a.png" alt="A"></p>\n\n<p>Text.</p>', "Text."),
        (
            "See [the docs][1], [b] and [b][], not [c] or [d][e].\n\n[1]: /a\n[B]: /b",
            "See the docs, b and b, not [c] or [d][e].",
        ),
        ("![A picture][1] Text.\n\n [1]: /a.png 'A'", "Text."),
        ("Text\n# Heading", "Text"),
        ("- only\n- a list", None),
        ("# Only a heading", None),
        ("", None),
    ],
)
def test_the_first_paragraph_is_the_first_block_of_words(body: str, words: str | None) -> None:
    assert first_paragraph(body) == words


def test_what_stands_before_a_mark_is_all_of_it() -> None:
    assert text_before("# H\n\nOne.\n\nTwo. <!--more--> Three.", MORE) == "One. Two."
    assert text_before("One.", MORE) is None
    assert text_before("<!--more-->\n\nOne.", MORE) is None


def test_the_first_heading_is_found_in_either_form() -> None:
    assert first_heading("Text.\n\n# The *one* #\n") == "The one"
    assert first_heading("The one\n===\n\nText.") == "The one"
    assert first_heading("Text.") is None


@given(st.text(alphabet="ab \n#*_`[]()<>!&~{}%|-=:\\\"'\t"), st.booleans())
def test_any_text_gives_words_or_nothing(text: str, is_html: bool) -> None:
    found = first_paragraph(text, is_html=is_html)
    assert found is None or (found == " ".join(found.split()) and found)
    first_heading(text)


HOSTILE = [
    *("[", "*a ", "` ", "<", "![", "[a](", "# ", "<p>", "{{", "{% ", "<!--"),
    *("_a", "**a ", "&a", "~~a", "<h1 ", "a\n"),
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("is_html", [False, True])
def test_a_megabyte_of_anything_costs_no_more_than_its_beginning(piece: str, is_html: bool) -> None:
    body = piece * (2**20 // len(piece))
    began = time.process_time()
    first_paragraph(body, is_html=is_html)
    assert time.process_time() - began < 1.0  # a twentieth of it here; without bounds it would be minutes
