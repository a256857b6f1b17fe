"""
What a full-text search looks for, in the words of both engines: a query of FTS5, and a `tsquery` of PostgreSQL.

A text is cut into words by `domain.search_terms` and by nobody else, so both hold the same words in the same order, and
find the same. Every word is quoted, so that nothing in it is an operator.
Sources: https://sqlite.org/fts5.html#full_text_query_syntax
         https://www.postgresql.org/docs/current/datatype-textsearch.html
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.relevance import Part
from bot.domain.search_terms import SearchQuery

_IN_TEXT = "AB"  # the weights of title and excerpt, bot/store/postgres/migrations
_WEIGHTS = {Part.TITLE: "A", Part.EXCERPT: "B", Part.TOPICS: "C", Part.SOURCE: "D"}


class WordQuery(str):
    """A query of FTS5, and with it the same `tsquery`."""

    __slots__ = ("tsquery",)
    tsquery: str

    @classmethod
    def of(cls, fts5: str, tsquery: str) -> WordQuery:
        query = cls(fts5)
        query.tsquery = tsquery
        return query


def all_of(pieces: Iterable[SearchQuery]) -> WordQuery:
    """Return the query for texts that hold every piece; empty when there is none."""
    asked = list(pieces)
    return WordQuery.of(" AND ".join(map(_fts5, asked)), " & ".join(map(_tsquery, asked)))


def any_in_text(pieces: Iterable[SearchQuery]) -> WordQuery:
    """Return the query for titles and excerpts that hold one of these pieces; empty when there is none."""
    asked = list(pieces)
    if not asked:
        return WordQuery.of("", "")
    either = " | ".join(_tsquery(piece, _IN_TEXT) for piece in asked)
    return WordQuery.of(f"{{title excerpt}} : ({' OR '.join(map(_fts5, asked))})", either)


def in_part(piece: SearchQuery, part: Part) -> WordQuery:
    """Return the query for articles that hold a piece in one part."""
    return WordQuery.of(f"{{{part.value}}} : ({_fts5(piece)})", _tsquery(piece, _WEIGHTS[part]))


def any_word(words: Iterable[str]) -> WordQuery:
    """Return the query for texts that hold one of these words; empty when there is none."""
    asked = list(words)
    return WordQuery.of(" OR ".join(f'"{word}"' for word in asked), " | ".join(_lexeme(word) for word in asked))


def _fts5(piece: SearchQuery) -> str:
    phrase = f'"{" ".join(piece.tokens)}"' + ("*" if piece.is_beginning else "")
    return phrase if piece.joined is None else f'({phrase} OR "{piece.joined}")'


def _tsquery(piece: SearchQuery, weights: str = "") -> str:
    *before, last = piece.tokens
    label = f":{weights}" if weights else ""
    end = f":*{weights}" if piece.is_beginning else label
    phrase = " <-> ".join([*(_lexeme(word) + label for word in before), _lexeme(last) + end])
    return f"({phrase})" if piece.joined is None else f"({phrase} | {_lexeme(piece.joined)}{label})"


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
