"""
Phrases: words that stand next to each other, which readers follow or never want to see.

A phrase is found by whole words, in a title or in an excerpt and not across the two. Case, accents, width and runs of
blanks make no difference; in scripts that are written without blanks it is found anywhere in a run. What a word is,
and which are the same, is said by the search (`search_terms`), so that a phrase brings what a search for it finds.

A text is read once, however many phrases there are: each stretch of its words of up to `BEGINNING` is looked up among
the beginnings of phrases, and what begins there is compared with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import lru_cache

from bot.domain.search_terms import BREAK, GAP, units

MAX_PHRASES = 200
"""Phrases that a chat follows, and as many that it never wants."""
MAX_LENGTH = 100  # characters
BEGINNING = 3  # words
MAX_TEXT_LENGTH = 20_000
"""Characters of a title or an excerpt that are read: twenty times what a message can hold."""

_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_QUOTED = re.compile(
    """
      ["\u201c\u201d\u201e\u201f\uff02]([^"\u201c\u201d\u201e\u201f\uff02]*)(?:["\u201c\u201d\u201f\uff02]|$)
    | \u00ab([^\u00ab\u00bb]*)(?:\u00bb|$) | \u00bb([^\u00ab\u00bb]*)(?:\u00ab|$)
    | \u300c([^\u300c\u300d]*)(?:\u300d|$) | \u300e([^\u300e\u300f]*)(?:\u300f|$)
    """,
    re.VERBOSE,
)


class PhraseFault(Enum):
    """Why words are no phrase."""

    EMPTY = "no letter and no digit"
    SHORT = "a single letter or digit, which nearly every text holds"
    LONG = "more than MAX_LENGTH characters"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as somebody wrote it. `forms` are the stretches of words of which a text holds one or more.

    Each is words between blanks. Two phrases with the same forms are one.
    """

    words: str
    forms: tuple[str, ...]

    @property
    def beginnings(self) -> tuple[str, ...]:
        """The first words of each form, by which a text is asked for it."""
        return tuple(" ".join(form.split(" ")[:BEGINNING]) for form in self.forms)


@dataclass(frozen=True, slots=True)
class KnownPhrase:
    """A phrase that some chat follows or never wants, under the number by which buttons know it."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class ChatPhrases:
    """The phrases that a chat follows, by their words, until when some of them are muted, and those it never wants."""

    followed: tuple[KnownPhrase, ...] = ()
    muted: Mapping[int, datetime] = field(default_factory=dict)
    unwanted: tuple[KnownPhrase, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenPhrases:
    """What became of phrases that somebody wrote: those whose standing changed, and those it fits already.

    `moved` are followed already too, but their news goes to another forum thread from now on. `unwanted` are followed
    and never wanted. `faults` are no phrases; `surplus` are more than a chat may have.
    """

    changed: tuple[KnownPhrase, ...] = ()
    unchanged: tuple[KnownPhrase, ...] = ()
    moved: tuple[KnownPhrase, ...] = ()
    unwanted: tuple[KnownPhrase, ...] = ()
    faults: tuple[tuple[str, PhraseFault], ...] = ()
    surplus: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.unchanged or self.moved or self.faults or self.surplus)


def phrase(written: str) -> Phrase | PhraseFault:
    """Return the phrase that somebody wrote, or why it is none."""
    words = " ".join(written.split())
    if len(words) > MAX_LENGTH:
        return PhraseFault.LONG
    inner, others = units(words)
    if not inner:
        return PhraseFault.EMPTY
    if len(inner) == 1 and len(inner[0]) == 1 and _IDEOGRAPH.match(inner[0]) is None:
        return PhraseFault.SHORT
    if len(inner) == 1 and others:
        return Phrase(words, (others[0],))  # .NET is no net
    together = "".join(inner).replace(GAP, "")
    joined = tuple(other for other in others if other.replace(" ", "") == together)  # GPT-4o is gpt4o too
    return Phrase(words, (" ".join(inner), *joined))


def quoted(text: str) -> tuple[list[str], str]:
    """Return what stands in quotation marks, and the rest with a comma in each place.

    Marks of any language are taken, and one that is not closed reaches to the end.
    """
    found = [next((part for part in match.groups() if part is not None), "") for match in _QUOTED.finditer(text)]
    return found, _QUOTED.sub(",", text)


@dataclass(frozen=True, slots=True)
class Passage:
    """Texts, such as a title and an excerpt, in the form in which phrases are looked for."""

    form: str

    @property
    def beginnings(self) -> set[str]:
        """Every stretch of up to BEGINNING words: the phrases it holds begin with one of these."""
        found: set[str] = set()
        for stretch in self.form.split(f" {BREAK} "):
            words = stretch.split()
            for many in range(1, BEGINNING + 1):
                found.update(" ".join(words[at : at + many]) for at in range(len(words) - many + 1))
        return found

    def holds(self, forms: Iterable[str]) -> bool:
        """Return whether one of a phrase's forms stands in it."""
        return any(f" {form} " in self.form for form in forms)


EMPTY = Passage("")


@lru_cache(maxsize=64)
def passage(*texts: str) -> Passage:
    """Return texts as phrases are looked for in them; no phrase reaches from one into the next."""
    stretches = []
    for text in texts:
        words, others = units(text[:MAX_TEXT_LENGTH])
        stretches += [" ".join(words), *others]
    return Passage(f" {BREAK} {f' {BREAK} '.join(stretches)} {BREAK} ")


def matches(phrases: Iterable[str], *texts: str) -> list[str]:
    """Return those of the phrases that stand in one of the texts, as they are written; what is no phrase never does."""
    where = passage(*texts)
    found = []
    for written in phrases:
        match phrase(written):
            case Phrase(forms=forms) if where.holds(forms):
                found.append(written)
    return found
