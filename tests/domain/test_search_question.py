"""What a reader's question asks for: words, phrases, beginnings, and what to look among."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search_question import Asks, Term, pieces, terms
from bot.domain.search_terms import SearchQuery

WORD, PHRASE, TOPIC, SOURCE = Asks.WORD, Asks.PHRASE, Asks.TOPIC, Asks.SOURCE
questions = st.text(max_size=60) | st.text('topicsure:"“”«»「」*#-+ab北京 ', max_size=40)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("solar power", [Term(WORD, "solar"), Term(WORD, "power")]),
        ('"solar power" sea', [Term(PHRASE, "solar power", True), Term(WORD, "sea")]),
        ("„große Koalition“ «свет» 「火災」", [Term(PHRASE, one, True) for one in ("große Koalition", "свет", "火災")]),
        ('"open to the end', [Term(PHRASE, "open to the end", True)]),
        ("topic:AI Source:x", [Term(TOPIC, "AI"), Term(SOURCE, "x")]),
        ('TOPIC:"Computer Vision"', [Term(TOPIC, "Computer Vision", True)]),
        ("topic: AI", [Term(WORD, "topic:"), Term(WORD, "AI")]),
        ("hot-topic:AI", [Term(WORD, "hot-topic:AI")]),
        ('27" screens', [Term(WORD, '27"'), Term(WORD, "screens")]),
        ('""', []),
        ("", []),
    ],
)
def test_a_question_is_taken_apart_where_it_says_so(question, expected):
    assert terms(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("solar pow", [SearchQuery(("solar",)), SearchQuery(("pow",), is_beginning=True)]),
        ("sol* power", [SearchQuery(("sol",), is_beginning=True), SearchQuery(("power",), is_beginning=True)]),
        ('"solar pow"', [SearchQuery(("solar", "pow"))]),
        ('pow "solar"', [SearchQuery(("pow",)), SearchQuery(("solar",))]),
        ('"C++"', [SearchQuery(("c++",))]),
        ("s* x", [SearchQuery(("s",)), SearchQuery(("x",))]),
        ("火 x", [SearchQuery(("火",), is_beginning=True), SearchQuery(("x",))]),
        ("topic:AI", []),
        ('!!! "…" *', []),
    ],
)
def test_words_and_phrases_become_tokens(question, expected):
    assert pieces(terms(question)) == expected


@given(questions)
def test_no_question_is_an_error_and_every_piece_has_tokens(question):
    assert all(piece.tokens and all(piece.tokens) for piece in pieces(terms(question)))
