"""
A `.po` file, compiled in memory to what gettext reads.

Babel's reader makes an object of every entry and looks after places in the code, comments and dates; a file of some
hundred texts took a tenth of a second and 3 MiB for good. Here is what the bot asks of it: the texts. Translators'
files are checked with Babel's reader, in `tests/render/test_render_locale.py`.
Source: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
        https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)[ \t]*)?"(.*)"[ \t]*')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_MAGIC = 0x950412DE
_HEADER = 28  # bytes, before the table of texts
_FORMS = re.compile(r"\s*nplurals\s*=\s*(\d)\s*;\s*plural\s*=")
_CHARSET = "Content-Type: text/plain; charset=UTF-8\n"  # of what is made here; of two the last one counts


def compiled(text: str) -> bytes:
    """Return the `.mo` file of a `.po` file's texts. What is fuzzy or not translated throughout is left out."""
    texts: dict[str, str] = {}
    forms = plural_forms(header(text))
    for entry in _entries(text):
        if entry.source == "":
            texts[""] = entry.translation + _CHARSET
        elif entry.is_done and (not entry.counts or len(entry.translations) == forms):
            texts.setdefault(entry.source, entry.translation)
    pairs = [(source.encode(), translation.encode()) for source, translation in texts.items()]
    pairs.sort()
    return _mo(pairs)


def header(text: str) -> Mapping[str, str]:
    """Return the fields of a `.po` file's header, by their names in small letters; `text` may end after the header."""
    first = next(_entries(text), None)
    if first is None or first.source:
        return {}
    fields = (line.partition(":") for line in first.translation.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in fields if colon}


def plural_forms(fields: Mapping[str, str]) -> int | None:
    """Return how many forms a text that counts has; None when the header does not say.

    Without it gettext would take English's rule, and a library's own rules change from one version to the next:
    between Babel 2.18 and 2.19 those of Arabic, French, Hebrew, Hindi, Latvian, Spanish and others did.
    """
    found = _FORMS.match(fields.get("plural-forms", ""))
    return int(found[1]) if found else None


@dataclass(slots=True)
class _Entry:
    """One text, in pieces by keyword: `msgid`, `msgid_plural`, `msgstr` or `msgstr[0]` and so on."""

    is_fuzzy: bool = False
    pieces: dict[str, str] = field(default_factory=dict)

    @property
    def translations(self) -> list[str]:
        return [piece for keyword, piece in self.pieces.items() if keyword.startswith("msgstr")]

    @property
    def source(self) -> str:
        context = f"{self.pieces['msgctxt']}\x04" if "msgctxt" in self.pieces else ""
        plural = f"\0{self.pieces['msgid_plural']}" if "msgid_plural" in self.pieces else ""
        return context + self.pieces.get("msgid", "") + plural

    @property
    def translation(self) -> str:
        return "\0".join(self.translations)

    @property
    def counts(self) -> bool:
        return "msgid_plural" in self.pieces

    @property
    def is_done(self) -> bool:
        return not self.is_fuzzy and all(self.translations)


def _entries(text: str) -> Iterator[_Entry]:
    entry, keyword = _Entry(), ""
    for line in text.splitlines():
        found = _LINE.fullmatch(line.strip())
        begins = line.startswith("#") or (found is not None and found[1] in ("msgctxt", "msgid"))
        if begins and entry.translations:
            yield entry
            entry, keyword = _Entry(), ""
        if line.startswith("#,") and "fuzzy" in line:
            entry.is_fuzzy = True
        if found is not None:
            keyword = found[1] or keyword
            piece = _ESCAPE.sub(lambda sign: _ESCAPED.get(sign[1], sign[1]), found[2])
            entry.pieces[keyword] = entry.pieces.get(keyword, "") + piece
    if entry.translations:
        yield entry


def _mo(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """Return two tables of lengths and places, of the texts and of their translations, and then all of them."""
    table = 8 * len(pairs)
    at = _HEADER + 2 * table
    places, words = b"", b""
    for column in (0, 1):
        for pair in pairs:
            places += struct.pack("<II", len(pair[column]), at + len(words))
            words += pair[column] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), _HEADER, _HEADER + table, 0, 0)
    return head + places + words
