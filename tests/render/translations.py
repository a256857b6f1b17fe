"""
What of the code's texts each language lacks: `poe translations`, for those who translate.

`COMPLETE` are the languages that must lack nothing before a change lands; the others are in English where they do.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

COMPLETE = ("de",)
"""Languages in which every text must be there, and none that the code no longer says."""

ROOT = Path(__file__).resolve().parents[2] / "bot"
CATALOGUES = sorted((ROOT / "render" / "locale").glob("*.po"))


@cache
def calls() -> list[tuple[str, list[ast.expr]]]:
    """Every call on words in the code: where it is, and the arguments that must be texts."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (wanted := texts_wanted(node.func)):
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node.args[:wanted]))
    return found


@cache
def said() -> set[str]:
    """Every text the code says, by its singular."""
    return {arguments[0].value for _place, arguments in calls() if arguments and is_literal(arguments[0])}


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def places(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def forms_of(known: Catalog, text: str) -> tuple[str, ...]:
    string = known.get(text).string
    return string if isinstance(string, tuple) else (string,)


def missing(path: Path) -> list[str]:
    """Return the texts of the code that a language does not say throughout, or only by a guess marked `fuzzy`."""
    known = catalogue(path)
    return [
        text
        for text in sorted(said())
        if known.get(text) is None or known.get(text).fuzzy or not all(forms_of(known, text))
    ]


def left_over(path: Path) -> list[str]:
    """Return the texts of a language that the code no longer says."""
    spoken = said()
    singulars = [message.id[0] if message.pluralizable else message.id for message in catalogue(path) if message.id]
    return [text for text in singulars if text not in spoken]


def texts_wanted(called: ast.expr) -> int:
    match called:
        case ast.Name("words" | "msgid") | ast.Attribute(attr="words"):
            return 1
        case ast.Attribute(ast.Name("words") | ast.Attribute(attr="words"), "text"):
            return 1
        case ast.Attribute(ast.Name("words") | ast.Attribute(attr="words"), "count" | "count_text"):
            return 2
        case _:
            return 0


def is_literal(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str)


def main(wanted: list[str]) -> None:
    """Print each language, or those that are named, with what it lacks."""
    texts = len(said())
    for path in CATALOGUES:
        if wanted and path.stem not in wanted:
            continue
        lacks, gone = missing(path), left_over(path)
        state = " (draft)" if "X-State: draft" in path.read_text("utf-8")[:2000] else ""
        print(f"{path.stem}{state}: {texts - len(lacks)} of {texts} texts, {len(gone)} that went")
        for text in lacks:
            print(f"    missing: {text!r}")
        for text in gone:
            print(f"    went: {text!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
