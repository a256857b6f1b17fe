"""
Search terms: the tokens by which a text is found, and those that a reader's query asks for. The same rules serve the
search for topics whose names are close to what somebody wrote.

A text becomes tokens here and not in the database, so that every engine under it finds the same. Case, accents, width
and vowel points do not count; `C++` and `.NET` are words of their own; `GPT-4o` is found as `gpt4o` too. Scripts that
are written without blanks, and Korean, are cut into overlapping pairs, so that a word is found inside a run.
Source: https://www.unicode.org/reports/tr15/ (NFKD), https://www.unicode.org/reports/tr29/ (grapheme clusters)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

# Letters that no normalisation takes apart, though people type one for the other.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
# Accents and vowel points, by script; elsewhere (Devanagari, Thai, Japanese) a mark makes another word.
_MARKS = re.compile(
    "(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe00-\ufe0f"
    "\ufe20-\ufe2f]"
)
_TRADE_MARKS = re.compile("[\u2120\u2122]")  # NFKD would add two letters to the name
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Written without blanks between words, or (Korean) with endings that hide them.
_RUN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af]+"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# What makes more than one plain word of letters and digits: C++, GPT-4o, .NET. It begins with the sign, which is rare:
# a pattern that begins with a letter stops at nearly every character.
_SPECIAL = re.compile(r"[-+#'&.](?:(?<=[a-z0-9][+#])|[a-z0-9](?<=[a-z0-9][-'&.].)|[a-z](?<=\..)(?<![^ \t\n(\[\"'/]..))")
_BETWEEN_ASCII_WORDS = {code: " " for code in range(128) if not _ASCII_WORD.match(chr(code))}
_SIGNS = re.compile(r"(\+\+|[+#](?![a-z0-9]))[+#]*")  # behind a word: C++, C#, F#, A+
_EDGES = ',;:!?()[]{}"“”„«»‹›…–—*'
_JOINTS = frozenset("-'’&.\u2010\u2011")
_MAX_JOINED = 6
LONGEST_WORD = 500
"""Characters by which a word is found; the rest of it counts no more. A tsvector takes 2,046 bytes of one.

Source: https://www.postgresql.org/docs/current/textsearch-limitations.html
"""
BREAK = "\ue000"
"""Stands between a text's words in their order and their other forms, so that no phrase reaches across."""
GAP = "\ue001"
"""Stands between two runs of a script without blanks that are not one run, so that no word is found in both."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One blank-separated piece of a question: tokens that follow each other, or their `joined` form.

    `is_beginning`: the last token may go on.
    """

    tokens: tuple[str, ...]
    joined: str | None = None
    is_beginning: bool = False


def fold(text: str) -> str:
    """Return `text` without what makes no difference to who looks for it: case, accents, width, what nobody sees."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", _TRADE_MARKS.sub("", text)).casefold()
    plain = _UNSEEN.sub("", plain).translate(_LETTERS)
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", plain)))


def indexed(text: str) -> str:
    """Return what a text is found by: its tokens in their order, then the other forms of some, between blanks."""
    folded = fold(text)
    if folded.isascii() and _SPECIAL.search(folded) is None:
        # Nearly every English text, at a twentieth of the cost.
        words = folded.translate(_BETWEEN_ASCII_WORDS).split()
        return " ".join(words if len(folded) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in words])
    inner: list[str] = []
    others: dict[str, None] = {}
    for piece in folded.split():
        plain = piece.strip(_EDGES).rstrip(".")
        if plain.isalnum() and (plain.isascii() or _RUN.search(plain) is None):
            inner.append(plain[:LONGEST_WORD])  # nearly every word there is
        else:
            _take_apart(piece, inner, others)
    return " ".join([*inner, BREAK, *others] if others else inner)


def _take_apart(piece: str, inner: list[str], others: dict[str, None]) -> None:
    """Add the tokens of a piece that is more than one plain word."""
    for group in _groups(piece):
        for word in group.words:
            inner.extend(_tokens(word))
            others.update(dict.fromkeys(_last_of_runs(word)))
            if word.is_special and len(word.text) > 1:
                others[word.special] = None
        if group.joined is not None:
            others[group.joined] = None


def source_key(name: str) -> str:
    """Return the form in which two names of a source are equal: case, accents, width and blanks do not count."""
    return " ".join(fold(name).split())


def units(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text in their order, and the other forms of some, each in words between blanks.

    A word is what `indexed` makes of it, but of a run of a script without blanks each character is one: what stands
    anywhere in the run is then a stretch of words, as a phrase of other scripts is.
    """
    words: list[str] = []
    others: dict[str, None] = {}
    was_run = False
    for group in _groups(fold(text)):
        for word in group.words:
            if word.is_special and len(word.text) == 1:
                words.append(word.special)
                was_run = False
                continue
            for at, (part, is_run) in enumerate(_parts(word.text)):
                if at == 0 and is_run and was_run:
                    words.append(GAP)
                words.extend(_clusters(part) if is_run else [part])
                was_run = is_run
            if word.is_special:
                others[word.special] = None
        if group.joined is not None:
            others[" ".join(_units_of(group.joined))] = None
    return words, list(others)


def _units_of(word: str) -> Iterator[str]:
    for part, is_run in _parts(word):
        yield from _clusters(part) if is_run else [part]


def wanted(question: str) -> list[SearchQuery]:
    """Return what a reader looks for, piece by piece; empty when the question holds no letter and no digit.

    All of it is to be found. Only the last piece may be the beginning of a word, and a single letter never is one: it
    would find nearly everything.
    """
    found = []
    for piece in fold(question).split():
        groups = _groups(piece)
        words = [word for group in groups for word in group.words]
        if not words:
            continue
        if len(words) == 1 and words[0].is_special:
            found.append(SearchQuery((words[0].special,)))
            continue
        tokens = tuple(token for word in words for token in _tokens(word))
        found.append(SearchQuery(tokens, groups[0].joined if len(groups) == 1 else None))
    if found and _may_go_on(found[-1].tokens[-1]):
        found[-1] = replace(found[-1], is_beginning=True)
    return found


def exactly(phrase: str) -> list[SearchQuery]:
    """Return what a text has to hold for these words next to each other; empty when they are none.

    One character of a run is looked for as the beginning of a pair, as which it is stored.
    """
    groups = _groups(fold(phrase))
    words = [word for group in groups for word in group.words]
    if not words:
        return []
    if len(words) == 1 and words[0].is_special:
        return [SearchQuery((words[0].special,))]
    tokens = tuple(token for word in words for token in _tokens(word))
    is_one = _RUN.match(tokens[-1]) is not None and len(_clusters(tokens[-1])) == 1
    return [SearchQuery(tokens, groups[0].joined if len(groups) == 1 else None, is_beginning=is_one)]


def spelling(name: str) -> str:
    """Return a name as it is written without anything between its words, in the form that no spelling changes.

    Two names that differ in this differ in a letter or in a sign that makes another word: `GPT-4o` and `gpt4o` are one,
    `C`, `C++` and `C#` are three.
    """
    return "".join(word.special or word.text for group in _groups(fold(name)) for word in group.words)


def holds(text: str, question: Sequence[SearchQuery]) -> bool:
    """Return whether an `indexed` text holds every piece of a question, as a search would find it."""
    tokens = text.split(" ")
    return bool(question) and all(_holds(tokens, piece) for piece in question)


def _holds(tokens: Sequence[str], piece: SearchQuery) -> bool:
    *before, last = piece.tokens
    for start in range(len(tokens) - len(before)):
        *left, end = tokens[start : start + len(piece.tokens)]
        if left == before and (end == last or (piece.is_beginning and end.startswith(last))):
            return True
    return piece.joined is not None and piece.joined in tokens


def _may_go_on(token: str) -> bool:
    """Return whether a last token may be the beginning of one: two letters, or one character of a run."""
    if _RUN.match(token):
        return len(_clusters(token)) == 1
    return len(token) > 1 and token.isalnum()


@dataclass(frozen=True, slots=True)
class _Word:
    """A run of letters and digits, with the sign before or behind it that makes it another word."""

    text: str
    special: str = ""

    @property
    def is_special(self) -> bool:
        return bool(self.special)


@dataclass(frozen=True, slots=True)
class _Group:
    """Words with one joint between each two, as in `GPT-4o`, and how they are written without."""

    words: tuple[_Word, ...]
    joined: str | None


def _tokens(word: _Word) -> Iterator[str]:
    """Return a word's tokens in their order. `C++` is no `C`; but who looks for Google finds `Google+`."""
    if word.is_special and len(word.text) == 1:
        yield word.special
        return
    for part, is_run in _parts(word.text):
        clusters = _clusters(part) if is_run else [part]
        if len(clusters) == 1:
            yield part[:LONGEST_WORD]
        else:
            yield from ("".join(pair)[:LONGEST_WORD] for pair in pairwise(clusters))


def _last_of_runs(word: _Word) -> Iterator[str]:
    """Return the last character of each run: with it every character of the run begins a token."""
    for part, is_run in _parts(word.text):
        if is_run:
            yield _clusters(part)[-1][:LONGEST_WORD]


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a word where its script changes between those with blanks and those without; say which each part is."""
    place = 0
    if not text.isascii():
        for run in _RUN.finditer(text):
            if run.start() > place:
                yield text[place : run.start()], False
            end = run.end()
            while end < len(text) and unicodedata.category(text[end])[0] == "M":
                end += 1
            yield text[run.start() : end], True
            place = end
    if place < len(text):
        yield text[place:], False


def _clusters(run: str) -> list[str]:
    """Cut a run into characters with the marks that hang on them."""
    clusters: list[str] = []
    for char in run:
        if clusters and unicodedata.category(char)[0] == "M":
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _groups(folded: str) -> list[_Group]:
    groups: list[list[_Word]] = []
    end = -2
    for start, stop in _spans(folded):
        text = folded[start:stop]
        special = ""
        if (signs := _SIGNS.match(folded, stop)) is not None and text.isascii():
            special = text + signs[0].rstrip("#" if signs[0][0] == "+" else "+")
            stop = signs.end()
        elif _begins_with_dot(folded, start) and text.isascii() and text.isalpha():
            special = f".{text}"
        is_tied = start == end + 1 and folded[end] in _JOINTS and not special
        if is_tied and not groups[-1][-1].is_special:
            groups[-1].append(_Word(text))
        else:
            groups.append([_Word(text, special[:LONGEST_WORD])])
        end = stop
    return [_Group(tuple(words), _joined(words)) for words in groups]


def _begins_with_dot(folded: str, start: int) -> bool:
    """Return whether a word has a dot of its own: `.NET`, but not the end of the sentence before."""
    return start > 0 and folded[start - 1] == "." and (start == 1 or folded[start - 2] in " \t\n([\"'/")


def _joined(words: list[_Word]) -> str | None:
    """Return how a group is written without its joints. A number like 2.5 is not 25."""
    if not 1 < len(words) <= _MAX_JOINED:
        return None
    together = "".join(word.text for word in words)
    return None if together.isdecimal() or len(together) > LONGEST_WORD else together


def _spans(folded: str) -> Iterator[tuple[int, int]]:
    """Return where the words of a folded text begin and end."""
    if folded.isascii():
        for found in _ASCII_WORD.finditer(folded):
            yield found.span()
        return
    start = -1
    for place, char in enumerate(folded):
        if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "No", "Nl"):
            if start < 0:
                start = place
        elif start >= 0:
            yield start, place
            start = -1
    if start >= 0:
        yield start, len(folded)
