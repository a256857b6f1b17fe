"""
Front matter in which one field is no valid YAML: that field is left out and reported, the others are read.

A parser gives up at the first slip, though the story is all there: `excerpt: "He said "hi""`, or a list that a comment
cuts, as in `topics: [AI #ML, Robots]`. So what cannot be read is read field by field, as its lines begin. What a story
cannot be without, and whatever might hide it, is never guessed: a slip there refuses the file, or hides the story.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.formats.document import DECIDING_FIELDS, Fault, NoSlip, Place, Tree
from bot.content.formats.yaml_text import fault_of, read_yaml

_LARGEST = 2**18  # characters; reading again field by field takes twice as long
_MAX_FIELDS = 200
_MAX_READINGS = 5
_FIELD = re.compile(
    r"""^(?:"([^"\n]+)"|'([^'\n]+)'|([^\s\-#?&*!|>%@`"'\[\]{},:][^\n]*?))[ \t]*:(?=[ \t]|$)""",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^([ ]*)-(?=[ \n])", re.MULTILINE)
_ALL_LINES = re.compile(r"[^\n]+")
_BETWEEN_DOCUMENTS = re.compile(r"^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
_LINKS = {"webUrl": "originalUrl", "originalUrl": "webUrl"}
_NEVER_LOST = DECIDING_FIELDS | {"<<"}
# A line that may decide whether anybody sees the story, wherever a slip has put it.
_DECIDES = re.compile(
    r"""^[ \t]*["']?(?:draft|published)["']?[ \t]*(?::|(?:true|yes|on|1|false|no|off|0)[ \t]*$)""",
    re.MULTILINE | re.IGNORECASE,
)
_DEFINES = re.compile(r"^taxonomy[ \t]*:", re.MULTILINE)

_Lost = tuple[Place, int, str]


@dataclass(frozen=True, slots=True)
class _Field:
    """The lines of one field of the document itself, and where in the text they stand."""

    name: str
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def read_most(text: str, *, is_whole: bool) -> Tree:
    """Return the YAML document in `text`, without the fields that are none; what was lost is named in the tree.

    Without `is_whole` there may be more to come: what the last field lacks is no slip then.
    A `draft` that cannot be read is true. Topic files are read as a whole or not at all.

    Raises: Fault.
    """
    try:
        return read_yaml(text)
    except NoSlip:
        raise
    except Fault as fault:
        fields = _fields(text)
        if not fields or _DEFINES.search(text):
            raise
        return _without_broken(text, fields, fault, is_whole=is_whole)


def _without_broken(text: str, fields: list[_Field], fault: Fault, *, is_whole: bool) -> Tree:
    broken = {field: found for field in fields if (found := fault_of(field.text)) is not None}
    faults = {field: Fault(field.start + found.offset, found.reason) for field, found in broken.items()}
    lost: list[_Lost] = []
    hides = False
    for _ in range(_MAX_READINGS):
        if not faults:  # each can be read alone, so it is one that the whole cannot hold: a tag, an alias, too much
            faults = {field: fault for field in fields if field.start <= fault.offset < field.end}
        for field, found in faults.items():
            if not _may_be_lost(field, fields, broken) or (field is fields[-1] and not is_whole):
                raise found
            text, lines = _blanked(text, field, found, lost)
            hides = hides or field.name == "draft"
            fields = [one if one is not field else _Field(field.name, field.start, lines) for one in fields]
        try:
            tree = read_yaml(text)
        except Fault as again:
            if not faults:
                raise
            fault, faults = again, {}
            continue
        if not isinstance(tree.root, dict):
            break
        tree.lost += lost
        if hides:
            tree.root["draft"] = True
        return tree
    raise fault


def _fields(text: str) -> list[_Field]:
    """Return the fields as their lines begin; none where that tells nothing."""
    if len(text) > _LARGEST or _BETWEEN_DOCUMENTS.search(text):
        return []
    begins = list(_FIELD.finditer(text))
    if not 0 < len(begins) <= _MAX_FIELDS:
        return []
    if any(line.strip() and not line.startswith("#") for line in text[: begins[0].start()].split("\n")):
        return []
    ends = [*(begin.start() for begin in begins[1:]), len(text)]
    return [
        _Field(next(filter(None, begin.groups())), begin.start(), text[begin.start() : end])
        for begin, end in zip(begins, ends, strict=True)
    ]


def _may_be_lost(field: _Field, fields: list[_Field], broken: dict[_Field, Fault]) -> bool:
    other = _LINKS.get(field.name)
    if other is not None:
        return any(one.name == other and one not in broken for one in fields)
    if field.name in _NEVER_LOST:
        return False
    # The first line is the field's own; a related article has flags of its own.
    _, _, below = field.text.partition("\n")
    return field.name == "related" or _DECIDES.search(below) is None


def _blanked(text: str, field: _Field, fault: Fault, lost: list[_Lost]) -> tuple[str, str]:
    """Return the text and the field's lines with comments in the place of what is no YAML, and note what that is."""
    rest = field.text
    entries = list(_broken_entries(field))
    for start, end, _ in entries:
        rest = rest[:start] + _as_comments(rest[start:end]) + rest[end:]
    if entries and fault_of(rest) is None:
        lost += [
            ((field.name,), field.start + start + found.offset, f"{found.reason}; the entry is left out")
            for start, _, found in entries
        ]
    else:
        kept = "the story stays a draft" if field.name == "draft" else "the field is left out"
        lost.append(((field.name,), fault.offset, f"{fault.reason}; {kept}"))
        rest = _as_comments(field.text)
    return text[: field.start] + rest + text[field.end :], rest


def _broken_entries(field: _Field) -> Iterator[tuple[int, int, Fault]]:
    """Return the entries of a list, each on lines of its own, that are no YAML; none when all are."""
    first = field.text.find("\n") + 1
    begins = [found for found in _ENTRY.finditer(field.text, first) if first]
    begins = [found for found in begins if found[1] == begins[0][1]]
    if not begins or field.text[first : begins[0].start()].strip():
        return
    ends = [*(found.start() for found in begins[1:]), len(field.text)]
    entries = [(begin.start(), end) for begin, end in zip(begins, ends, strict=True)]
    broken = [(*entry, found) for entry in entries if (found := fault_of(field.text[slice(*entry)])) is not None]
    if len(broken) < len(entries):
        yield from broken


def _as_comments(lines: str) -> str:
    """Return as many lines of the same lengths that say nothing."""
    return _ALL_LINES.sub(lambda line: "#" + " " * (len(line[0]) - 1), lines)
