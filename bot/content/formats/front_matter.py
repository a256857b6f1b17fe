"""
Parsing files: from bytes to a document. Encodings are handled here and nowhere else.

An article is Markdown or text with YAML between `---` lines, or a bare YAML or JSON document. What follows the
front matter is not read. A file without any of it, such as the README of a repository, is no article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import PurePath

from bot.content.formats.document import DECIDING_FIELDS, Document, Fault, Tree
from bot.content.formats.json_text import read_json
from bot.errors import Complaint, ContentError, NoArticle

LARGEST = 2**20  # bytes
SUFFIXES = frozenset({".md", ".markdown", ".txt", ".yaml", ".yml", ".json"})
_MAX_REMARKS = 20  # lines above the front matter
MAX_DOUBLED = 20  # fields given twice that are named
TOO_LARGE = "is larger than 1 MiB"
WHOLE_FILE = "file"  # the field of complaints about no field in particular

# `---yaml` names the language, as gray-matter has it.
_OPENING = re.compile(r"(?:[ \t]*\n)*---[ \t]*(?:ya?ml)?[ \t]*\n")
# `...` ends a YAML document, and front matter for pandoc.
# https://pandoc.org/MANUAL.html#extension-yaml_metadata_block
_CLOSING = re.compile(r"\n(---|\.\.\.)[ \t]*(?=\n|\Z)")
_UNFINISHED = "the front matter has no end; put a line of --- below its last field"
_ENDS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:---[ \t]*[\r\n]|\{)")
# What generators write for other languages: TOML (Hugo, Zola), JSON (Hexo), or a language's name (gray-matter).
_OTHER_LINE = re.compile(r"(?:[ \t]*\n)*(-{4,}|[\u2013\u2014\u2015]+-*|={3,}|~{3,}|\*{3,})[ \t]*\n")
_FOREIGN_FENCE = re.compile(r"(?:[ \t]*\n)*(\+\+\+|;;;|---[ \t]*(?:json|toml|js|javascript|coffee|cson)\b)[ \t]*\n")
_OUR_FIELD = re.compile(
    r"""^[ \t{,]*["']?(?:title|publishedDateTime|webUrl|originalUrl|taxonomy)["']?[ \t]*:"""
    # anywhere in a line, as programs write JSON, only in quotes: else it would be found in prose
    r"""|[{,][ \t]*(["'])(?:title|publishedDateTime|webUrl|originalUrl|taxonomy)\1[ \t]*:""",
    re.MULTILINE,
)
_OUR_OWN_FIELDS = frozenset({"taxonomy", "publishedDateTime", "webUrl", "originalUrl"})
_CONFIGURATION = re.compile(
    r"_|(?:config|hugo|mkdocs|netlify|package|manifest|composer|theme|site|settings)\.(?:ya?ml|json)$"
    r"|(?:docker-)?compose.*\.ya?ml$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def read_document(path: PurePath | str, data: bytes) -> Document:
    """Return the fields of a file; `path` is the name for complaints, and its suffix tells JSON.

    Raises: ContentError, when there is no way to read it; complaints that others may join are in the document.
    """
    name = shown_path(path)
    try:
        text = decoded(name, data)
    except ContentError as error:
        raise _as_no_article(error, data.decode("latin-1")) from error
    lower = name.lower()
    is_json = lower.endswith(".json")
    is_yaml = lower.endswith((".yaml", ".yml"))
    start, end = (0, len(text)) if is_json else _front(text)
    is_bare = start == 0
    if is_bare and (fence := _FOREIGN_FENCE.match(text)) is not None:
        raise ContentError(Complaint(name, 1, WHOLE_FILE, _foreign(fence[1])))
    if is_bare and (line := _OTHER_LINE.match(text)) is not None and _OUR_FIELD.search(text):
        raise ContentError(Complaint(name, 1, WHOLE_FILE, _foreign(line[1][:8])))

    def line_at(offset: int) -> int:
        return 1 + text.count("\n", 0, start + offset)

    try:
        if end < 0:
            # A mapping that was cut reads like a whole one: without its end nobody knows what is still to come.
            if not is_yaml:
                raise Fault(len(text.rstrip()) - start, _UNFINISHED)
            end = len(text)
        elif is_yaml and (rest := _WORD.search(text, end + len("---"))):
            raise Fault(rest.start() - start, "holds more than one document; put each in a file of its own")
        tree = read_json(text) if is_json else _tree(text[start:end], is_whole=end < len(text))
        if is_bare and isinstance(tree.root, list) and not any(map(_has_our_own_field, tree.root)):
            raise NoArticle(Complaint(name, 1, WHOLE_FILE, "holds a list"))  # of people with their titles, say
        fields = _fields(tree, text, start)
    except Fault as fault:
        refusal = ContentError(Complaint(name, line_at(fault.offset), WHOLE_FILE, fault.reason))
        raise (_as_no_article(refusal, text) if is_bare else refusal) from fault
    document = Document(name, fields, tree, line_at, is_meant=not is_bare or _is_meant(name, fields))
    if not tree.doubled:
        return document
    named = sorted(tree.doubled, key=lambda one: one[0][0] not in DECIDING_FIELDS)[:MAX_DOUBLED]
    doubled = tuple(
        Complaint(
            name,
            line_at(offset),
            document.complaint(where, "").field,
            f"given twice, first on line {document.line_of(where)}",
        )
        for where, offset in sorted(named, key=itemgetter(1))
    )
    return replace(document, complaints=doubled)


def _as_no_article(error: ContentError, text: str) -> ContentError:
    """Return an error as what it is to a file that never was meant to be an article, or as it is."""
    if not text.strip("\ufeff \t\r\n\x00") or _OPENING.match(text) or _OUR_FIELD.search(text) or "\x00" in text:
        return error
    return error if error.complaints[0].reason == TOO_LARGE else NoArticle(*error.complaints)


def _is_meant(name: str, fields: Mapping[str, object]) -> bool:
    """Return whether a document without front matter is an article or topic, and no site's configuration."""
    given = fields.keys()
    if given & _OUR_OWN_FIELDS:
        return True
    return "title" in given and _CONFIGURATION.match(name.rpartition("/")[2]) is None


def _has_our_own_field(entry: object) -> bool:
    return isinstance(entry, dict) and not _OUR_OWN_FIELDS.isdisjoint(entry)


def _foreign(fence: str) -> str:
    return f"the front matter between {fence} lines is not read here; write YAML between two --- lines"


def shows_its_end(path: str, data: bytes) -> bool:
    """Return whether a document that can be read is whole: JSON and closed front matter are, bare YAML never shows."""
    return not path.lower().endswith((".yaml", ".yml")) and _ENDS.match(data) is not None


def shown_path(path: PurePath | str) -> str:
    """Return a path that keeps to one line and can be stored, whatever bytes the file's name is made of."""
    name = path if isinstance(path, str) else path.as_posix()
    if name.isprintable():
        return name
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", name)


def decoded(name: str, data: bytes, *, may_be_empty: bool = False) -> str:
    """Return the text with `\\n` newlines and no byte-order mark. Raises: ContentError."""
    if len(data) > LARGEST:
        raise ContentError(Complaint(name, 0, WHOLE_FILE, TOO_LARGE))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ContentError(Complaint(name, 1, WHOLE_FILE, "is saved as UTF-16; save it as UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise ContentError(Complaint(name, line, WHOLE_FILE, "is not UTF-8; save it as UTF-8")) from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not may_be_empty and not text.strip():
        raise ContentError(Complaint(name, 0, WHOLE_FILE, "is empty"))
    return text


def _front(text: str) -> tuple[int, int]:
    """Return where the YAML begins and ends: between the `---` lines, else the whole text; -1 where no end is seen."""
    opening = _OPENING.match(text)
    start = _behind_remarks(text) if opening is None else opening.end()
    if start is None:
        return 0, len(text)
    closing = _CLOSING.search(text, start - 1)
    end = -1 if closing is None else closing.start(1)
    if opening is None and not _OUR_FIELD.search(text, start, len(text) if end < 0 else end):
        return 0, len(text)  # a heading, and a line across the page below it
    return start, end


def _behind_remarks(text: str) -> int | None:
    """Return where front matter begins that has comments above its fence; None when anything else stands there."""
    at = 0
    for _ in range(_MAX_REMARKS):
        end = text.find("\n", at)
        line = text[at:end].strip()
        if end < 0 or not (not line or line[0] == "#" or line == "---" or _is_remark(line)):
            return None
        at = end + 1
        if line == "---":
            return at
    return None


def _is_remark(line: str) -> bool:
    return line.startswith("<!--") and line.endswith("-->")


def _tree(text: str, *, is_whole: bool) -> Tree:
    from bot.content.formats.broken_fields import read_most

    if text.lstrip().startswith("{"):
        try:
            return read_json(text)
        except Fault:
            front = _json_before_a_body(text)
            if front is not None:
                return read_json(front)
    return read_most(text, is_whole=is_whole)  # braces are YAML too


def _json_before_a_body(text: str) -> str | None:
    """Return the JSON object that a text begins with, as Hugo has it; None when there is none."""
    try:
        _, end = json.JSONDecoder().raw_decode(text, text.index("{"))
    except (ValueError, RecursionError):
        return None
    return text[:end] if text[end : end + 1] == "\n" else None


def _fields(tree: Tree, text: str, start: int) -> dict[str, object]:
    if isinstance(tree.root, dict):
        return tree.root
    if start == 0 and isinstance(tree.root, str):
        raise Fault(0, "has no fields; put them at the top, between two --- lines")
    if tree.root is None:
        raise Fault(0, "has no fields")
    if isinstance(tree.root, list):
        raise Fault(0, "holds a list; put each article in a file of its own")
    raise Fault(0, "must hold fields and their values, as “title: …”")
