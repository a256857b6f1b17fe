"""
The front matter of a page: where it begins and ends for each generator, and its fields.

What one generator takes for front matter is a line across the page for another.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from bot.content.formats.document import Fault, Tree
from bot.content.formats.json_text import read_json
from bot.content.sites.pages.config_files import read_toml

UNFINISHED = "the front matter has no end; put a line of {} below its last field"


@dataclass(frozen=True, slots=True)
class Front:
    """Front matter as it stands in a file: its language, its text, where that begins, and what follows it."""

    language: str  # yaml, toml or json
    text: str
    start: int
    body: str


class AProgram(Exception):
    """Front matter in a language that would have to be run."""


@dataclass(slots=True)
class Fields:
    """The fields of front matter. `tree` has what was odd about YAML and JSON."""

    values: dict[str, Any]
    tree: Tree = field(default_factory=Tree)


_DASHES = re.compile(r"(?:[ \t]*\n)*(---|\+\+\+)")
_CLOSINGS = {"---": re.compile(r"^---", re.MULTILINE), "+++": re.compile(r"^\+\+\+", re.MULTILINE)}
_LANGUAGES = {"---": "yaml", "+++": "toml"}
_JEKYLL = re.compile(r"---[ \t]*\n")
_JEKYLL_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$\n?", re.MULTILINE)
_GRAY = re.compile(r"---(?!-)[ \t]*([A-Za-z]*)[ \t]*(?:\n|$)")
_HEXO = re.compile(r"(-{3,}|;{3,})[ \t]*\n")
_HEXO_END = re.compile(r"^(-{3,}|;{3,})[ \t]*$\n?", re.MULTILINE)
_META_LINE = re.compile(r"([A-Za-z0-9_-]+)[ \t]*:[ \t]*(.*)")


def hugo(text: str) -> Front | None:
    """`---`, `+++` or a bare JSON object, after blank lines too. A line that begins with the fence closes it.

    Raises: Fault, when it is not closed.
    """
    opening = _DASHES.match(text)
    if opening is not None:
        return _between(text, opening)
    begin = len(text) - len(text.lstrip())
    return _json(text, begin) if text[begin : begin + 1] == "{" else None


def astro(text: str) -> Front | None:
    """`---` or `+++`, after blank lines too; a line that begins with the fence closes it. Raises: Fault."""
    opening = _DASHES.match(text)
    if opening is None or text[opening.end() :].partition("\n")[0].strip():
        return None
    return _between(text, opening)


def jekyll(text: str) -> Front | None:
    """`---` at the very first character, closed by `---` or `...`. Raises: Fault, when it is not closed."""
    opening = _JEKYLL.match(text)
    if opening is None:
        return None
    closing = _JEKYLL_END.search(text, opening.end())
    if closing is None:
        raise Fault(len(text.rstrip()), UNFINISHED.format("---"))
    return Front("yaml", text[opening.end() : closing.start()], opening.end(), text[closing.end() :])


def eleventy(text: str) -> Front | None:
    """`---` at the very beginning, with a language behind it: `---json`. Raises: Fault, also for a program."""
    opening = _GRAY.match(text)
    if opening is None:
        return None
    language = opening[1].lower() or "yaml"
    if language not in ("yaml", "yml", "json", "toml"):
        raise AProgram(language)
    closing = _CLOSINGS["---"].search(text, opening.end())
    if closing is None:
        raise Fault(len(text.rstrip()), UNFINISHED.format("---"))
    language = "yaml" if language == "yml" else language
    return Front(language, text[opening.end() : closing.start()], opening.end(), text[closing.end() :])


def hexo(text: str) -> Front | None:
    """Between `---` or `;;;` (JSON) lines, of which the opening one may be missing. Raises: Fault."""
    opening = _HEXO.match(text)
    start = 0 if opening is None else opening.end()
    closing = _HEXO_END.search(text, start)
    if opening is not None and (closing is None or closing[1] != opening[1]):
        raise Fault(len(text.rstrip()), UNFINISHED.format(opening[1][:10]))
    if closing is None or (opening is None and re.match(r"[\w\"-]+[ \t]*:", text) is None):
        return None
    language = "json" if closing[1][0] == ";" else "yaml"
    front = text[start : closing.start()]
    return Front(language, "{" + front + "}" if language == "json" else front, start, text[closing.end() :])


def pelican(text: str) -> Front | None:
    """Lines `Key: value` to the first blank line, or between `---` and `---` or `...`."""
    lines = text.split("\n")
    at = len(lines[0]) + 1 if lines[0].strip() == "---" else 0
    is_fenced = at > 0
    start = at
    for line in lines[1:] if is_fenced else lines:
        if not line.strip() or (is_fenced and line.strip() in ("---", "...")):
            break
        if not (_META_LINE.match(line) or line.startswith(("    ", "\t"))):
            if not is_fenced:
                return None
            break
        at += len(line) + 1
    if at <= start:
        return None
    rest = text[at:].partition("\n")[2] if is_fenced else text[at:]
    return Front("meta", text[start:at], start, rest)


def read(front: Front) -> Fields:
    """Return the fields of front matter; none when it holds no mapping. Raises: Fault, counted from its beginning."""
    from bot.content.formats.yaml_text import read_yaml

    match front.language:
        case "toml":
            return Fields(read_toml(front.text))
        case "meta":
            return Fields(_meta(front.text))
        case "json":
            tree = read_json(front.text)
        case _:
            tree = read_yaml(front.text)
    return Fields(tree.root if isinstance(tree.root, dict) else {}, tree)


def _between(text: str, opening: re.Match[str]) -> Front:
    # What stands behind the opening dashes belongs to the YAML: a comment, or dashes of its own.
    fence, start = opening[1], opening.end()
    closing = _CLOSINGS[fence].search(text, text.find("\n", start) + 1 or len(text))
    if closing is None:
        raise Fault(len(text.rstrip()), UNFINISHED.format(fence))
    return Front(_LANGUAGES[fence], text[start : closing.start()], start, text[closing.end() :])


def _json(text: str, begin: int) -> Front | None:
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(text, begin)
    except (ValueError, RecursionError) as error:
        raise Fault(begin, "the front matter is no JSON that ends; close what was begun with }") from error
    return Front("json", text[begin:end], begin, text[end:])


def _meta(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    name = ""
    for line in text.split("\n"):
        match = _META_LINE.match(line)
        if match is not None and not line[0].isspace():
            name = match[1].lower()
            found.setdefault(name, match[2].strip())
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}"
    return found
