"""
Every text that the bot can say, with something in its places: what translators look at, in each language.

The code is the only list of texts that is complete, so it is read for this as `poe messages` does; only the sandbox's
page `/strings` asks for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import ceil
from pathlib import Path

from bot.render.locale import Words, is_draft, languages, name_of, passing_words
from bot.render.text import foreign

STRETCH = 0.4
"""How much longer than English a text may become: https://www.w3.org/International/articles/article-text-size"""
LONG_LABEL = 20  # characters of a button that a small phone shows when two stand in a row
COUNTS = (0, 1, 2, 3, 11, 100, 1_000_000)
"""Numbers that show every form of every language there is: Arabic has six."""

_BOT = Path(__file__).resolve().parents[1]
_CALLS = frozenset({"text", "count", "count_text"})
_PLACE = re.compile(r"\{(\w+)\}")
_ISOLATES = re.compile("[\\u2066-\\u2069]")
_EXAMPLES = {
    "n": "3",
    "name": foreign("Northgate News"),
    "title": foreign("Met Police: 5 arrests"),
    "headline": foreign("Met Police: 5 arrests"),
    "article": "#412 " + foreign("Met Police: 5 arrests"),
    "topic": foreign("Robotics"),
    "topics": foreign("AI") + ", " + foreign("Robotics"),
    "source": foreign("newsoneplace.com"),
    "host": foreign("newsoneplace.com"),
    "link": foreign("newsoneplace.com"),
    "person": foreign("Anna"),
    "owner": foreign("Edith"),
    "number": "412",
    "time": "14:05",
    "when": "14:05",
    "date": "2027-01-07",
    "percent": "41",
}


class Kind(StrEnum):
    TEXT = "text"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Source:
    """A text as the code says it: where, as what, and its second form when it counts."""

    place: str
    kind: Kind
    one: str
    many: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as a language says it, once for each form it takes. `is_english` when the language has none of its own."""

    source: Source
    forms: tuple[str, ...]
    is_english: bool


def described() -> list[dict[str, object]]:
    """Return the languages there are: tag, name, whether it runs from right to left, whether it is a draft."""
    return [
        {
            "tag": tag,
            "name": name_of(tag),
            "rtl": passing_words(tag).is_right_to_left,
            "draft": is_draft(tag),
        }
        for tag in languages()
    ]


def drawn(language: str, *, stretched: bool) -> dict[str, object]:
    """Return all texts in a language of ours as the page draws them. Raises: KeyError, for a language that is none."""
    if language not in languages():
        raise KeyError(language)
    return {
        "languages": described(),
        "language": language,
        "texts": [
            {
                "place": sample.source.place,
                "kind": sample.source.kind.value,
                "english": sample.source.many or sample.source.one,
                "forms": [stretch(form) for form in sample.forms] if stretched else list(sample.forms),
                "missing": sample.is_english,
                "long": sample.source.kind is Kind.BUTTON and max(map(len, sample.forms)) > LONG_LABEL,
            }
            for sample in samples(passing_words(language))
        ],
    }


def samples(words: Words) -> list[Sample]:
    """Return every text of the code in a language, by the files that say them."""
    return [_sample(words, source) for source in sources()]


def stretch(text: str) -> str:
    """Return a text that is longer by `STRETCH`, in its own script: its beginning stands again at its end."""
    again = _ISOLATES.sub("", text)[: max(1, ceil(len(text) * STRETCH) - 1)]
    return f"{text} {again}" if again.strip() else text


@cache
def sources() -> tuple[Source, ...]:
    """Return every text of the code; one that is said in several places once, as a button if it is one anywhere."""
    found: dict[str, Source] = {}
    for path in sorted(_BOT.rglob("*.py")):
        place = path.relative_to(_BOT).as_posix()
        if place.startswith(("sandbox/", "content/")):
            continue
        code = path.read_text("utf-8")
        if "words" not in code and "msgid" not in code:
            continue
        for source in _said_in(ast.parse(code), place):
            known = found.get(source.one)
            if known is None or (known.kind is Kind.TEXT and source.kind is Kind.BUTTON):
                found[source.one] = source
    return tuple(sorted(found.values(), key=lambda source: source.place))


def _sample(wording: Words, source: Source) -> Sample:
    values = {place: _EXAMPLES.get(place, place) for place in _PLACE.findall(source.many or source.one)}
    if source.many is None:
        return Sample(source, (wording(source.one, **values),), not wording.has(source.one, source.many))
    values.pop("n", None)
    forms: dict[str, str] = {}
    for n in COUNTS:
        form = wording.form(source.one, source.many, n)
        forms.setdefault(form, wording.count(source.one, source.many, n, **values))
    return Sample(source, tuple(forms.values()), not wording.has(source.one, source.many))


def _said_in(tree: ast.Module, place: str) -> Iterator[Source]:
    """Yield the texts of one file. What goes into a label, by a name or a call within it, is a button's."""
    for part in tree.body:
        labels = {id(node) for label in _labels(part) for node in ast.walk(label)}
        for node in ast.walk(part):
            if not isinstance(node, ast.Call) or not (wanted := _texts_of(node.func)):
                continue
            texts = [argument.value for argument in node.args[:wanted] if isinstance(argument, ast.Constant)]
            if len(texts) == wanted and all(isinstance(text, str) for text in texts):
                kind = Kind.BUTTON if id(node) in labels else Kind.TEXT
                yield Source(place, kind, str(texts[0]), str(texts[1]) if wanted == 2 else None)


def _labels(part: ast.stmt) -> Iterator[ast.expr]:
    """Yield what is written on the buttons of one function, and what the names on them were set to before."""
    written = [
        node.args[0]
        for node in ast.walk(part)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Button" and node.args
    ]
    yield from written
    names = {node.id for label in written for node in ast.walk(label) if isinstance(node, ast.Name)}
    for node in ast.walk(part):
        if isinstance(node, ast.Assign) and any(isinstance(at, ast.Name) and at.id in names for at in node.targets):
            yield node.value


def _texts_of(called: ast.expr) -> int:
    """Return how many texts a call begins with: 1, 2 where it counts, 0 when it is none on words."""
    match called:
        case ast.Name("words" | "msgid") | ast.Attribute(attr="words"):
            return 1
        case ast.Attribute(ast.Name("words") | ast.Attribute(attr="words"), name) if name in _CALLS:
            return 1 if name == "text" else 2
        case _:
            return 0
