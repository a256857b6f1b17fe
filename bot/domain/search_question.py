"""
A reader's question to the search: words, phrases in quotation marks, beginnings of words, and what to look among.

    solar power          both words, in any order; the last may be the beginning of one
    "solar power"        these words next to each other, as they stand
    sol* power           a word that begins so
    topic:energy  source:"Harbour Post"   among the stories of a topic and all below it, of a source

Nothing else means anything, and nothing is an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.domain.search_terms import SearchQuery, exactly, wanted

LONGEST_NAME = 4
"""Words that a name without quotation marks may have."""
SHORTEST_BEGINNING = 2  # letters before a *

_TERM = re.compile(
    """
    (?: (?P<filter>topic|source): )?
    (?:
        ["\u201c\u201d\u201e\u201f\uff02] (?P<straight>[^"\u201c\u201d\u201e\u201f\uff02]*)
        (?: ["\u201c\u201d\u201f\uff02] | $ )
      | [\u00ab\u00bb] (?P<pointed>[^\u00ab\u00bb]*) (?: [\u00ab\u00bb] | $ )
      | [\u300c\u300e] (?P<corner>[^\u300c-\u300f]*) (?: [\u300d\u300f] | $ )
      | (?P<word>\\S+)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Asks(Enum):
    """What a piece of a question asks for."""

    WORD = "word"
    PHRASE = "phrase"
    TOPIC = "topic"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of a question: what it asks for, and the text without its marks. `is_quoted` names are whole."""

    asks: Asks
    text: str
    is_quoted: bool = False


def terms(question: str) -> list[Term]:
    """Return the pieces of a question in their order. A filter without a name is a word like any other."""
    found = []
    for match in _TERM.finditer(question):
        in_marks = match["straight"] or match["pointed"] or match["corner"]
        word, kind = match["word"], match["filter"]
        if kind and (in_marks or word):
            asks = Asks.TOPIC if kind.casefold() == "topic" else Asks.SOURCE
            found.append(Term(asks, in_marks or word, is_quoted=word is None))
        elif word is not None:
            found.append(Term(Asks.WORD, word))
        elif in_marks:
            found.append(Term(Asks.PHRASE, in_marks, is_quoted=True))
    return found


def pieces(asked: Sequence[Term]) -> list[SearchQuery]:
    """Return the tokens that an article has to hold for the words and phrases among these; empty when there are none.

    Only the last word may go on without a `*`, and nothing does in quotation marks.
    """
    found: list[SearchQuery] = []
    sought = [term for term in asked if term.asks in (Asks.WORD, Asks.PHRASE)]
    for place, term in enumerate(sought):
        if term.asks is Asks.PHRASE:
            found += exactly(term.text)
            continue
        meant = wanted(term.text)
        if not meant:
            continue
        *before, last = meant
        goes_on = term.text.endswith("*") and len(last.tokens[-1]) >= SHORTEST_BEGINNING and last.tokens[-1].isalnum()
        if goes_on:
            last = replace(last, is_beginning=True)
        elif place < len(sought) - 1:
            last = replace(last, is_beginning=_is_one_character(last))
        found += [*before, last]
    return found


def _is_one_character(piece: SearchQuery) -> bool:
    """Return whether a piece ends with one character of a run, which is found only as the beginning of a pair."""
    return piece.is_beginning and len(piece.tokens[-1]) == 1
