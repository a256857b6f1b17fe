"""
From bytes to a document: the first thing every file passes, and the last that has to know about encodings.

An article is Markdown or text with YAML between `---` lines, or a bare YAML or JSON document. What follows the
front matter is not read.
"""

from __future__ import annotations

import re
from operator import itemgetter
from pathlib import PurePath

from bot.content.document import DECIDING_FIELDS, Document, Fault, Tree
from bot.content.json_text import read_json
from bot.content.yaml_text import read_yaml
from bot.errors import Complaint, ContentError

LARGEST = 2**20  # bytes
SUFFIXES = frozenset({".md", ".markdown", ".txt", ".yaml", ".yml", ".json"})
MOST_DOUBLED = 20  # fields given twice that are named
TOO_LARGE = "is larger than 1 MiB"
WHOLE_FILE = "file"  # the field of complaints about no field in particular

_OPENING = re.compile(r"(?:[ \t]*\n)*---[ \t]*\n")
# `...` ends a YAML document, and front matter for pandoc.
# https://pandoc.org/MANUAL.html#extension-yaml_metadata_block
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_UNFINISHED = "the front matter has no end; put a line of --- below its last field"
_ENDS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:---[ \t]*[\r\n]|\{)")
_WORD = re.compile(r"\S")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def read_document(path: PurePath | str, data: bytes) -> Document:
    """Return the fields of a file; `path` is the name for complaints, and its suffix tells JSON.

    Raises: ContentError, when there is no way to read it; complaints that others may join are in the document.
    """
    name = shown_path(path)
    text = _decoded(name, data)
    lower = name.lower()
    is_json = lower.endswith(".json")
    is_yaml = lower.endswith((".yaml", ".yml"))
    start, end = (0, len(text)) if is_json else _front(text)

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
        tree = read_json(text) if is_json else _tree(text[start:end])
        fields = _fields(tree, text, start)
    except Fault as fault:
        raise ContentError(Complaint(name, line_at(fault.offset), WHOLE_FILE, fault.reason)) from fault
    document = Document(name, fields, tree, line_at)
    if not tree.doubled:
        return document
    named = sorted(tree.doubled, key=lambda one: one[0][0] not in DECIDING_FIELDS)[:MOST_DOUBLED]
    doubled = tuple(
        Complaint(
            name,
            line_at(offset),
            document.complaint(where, "").field,
            f"given twice, first on line {document.line_of(where)}",
        )
        for where, offset in sorted(named, key=itemgetter(1))
    )
    return Document(name, fields, tree, line_at, doubled)


def shows_its_end(path: str, data: bytes) -> bool:
    """Return whether a document that can be read is whole: JSON and closed front matter are, bare YAML never shows."""
    return not path.lower().endswith((".yaml", ".yml")) and _ENDS.match(data) is not None


def shown_path(path: PurePath | str) -> str:
    """Return a path that keeps to one line and can be stored, whatever bytes the file's name is made of."""
    name = path if isinstance(path, str) else path.as_posix()
    if name.isprintable():
        return name
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", name)


def _decoded(name: str, data: bytes) -> str:
    """Return the text with `\\n` newlines and no byte-order mark."""
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
    if not text.strip():
        raise ContentError(Complaint(name, 0, WHOLE_FILE, "is empty"))
    return text


def _front(text: str) -> tuple[int, int]:
    """Return where the YAML begins and ends: between the `---` lines, else the whole text; -1 where no end is seen."""
    opening = _OPENING.match(text)
    if opening is None:
        return 0, len(text)
    closing = _CLOSING.search(text, opening.end())
    return opening.end(), -1 if closing is None else closing.start()


def _tree(text: str) -> Tree:
    if text.lstrip().startswith("{"):
        try:
            return read_json(text)
        except Fault:
            return read_yaml(text)  # braces are YAML too
    return read_yaml(text)


def _fields(tree: Tree, text: str, start: int) -> dict[str, object]:
    if isinstance(tree.root, dict):
        return tree.root
    if start == 0 and isinstance(tree.root, str):
        raise Fault(0, "has no fields; put them at the top, between two --- lines")
    if tree.root is None:
        raise Fault(0, "has no fields")
    raise Fault(0, "must hold fields and their values, as “title: …”")
