"""
OPML: lists of feeds, as feed readers exchange them.

What is read comes from strangers: it is bounded in size, depth and number, and a document that declares a type or an
entity is refused, so that nothing is expanded or fetched. Source: http://opml.org/spec2.opml
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from bot.content.plain_text import NAME_LIMIT, shown
from bot.domain.source import Source, SourceChoices, TakenAs, every_of, every_text
from bot.domain.topic import listed_names

LARGEST = 10 * 2**20
"""Bytes of a document."""
DEEPEST = 64
MOST = 20_000
"""Feeds of a document."""
NAMESPACE = "urn:newsbot:opml"
_OWN = "newsbot:"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotOpml(Exception):
    """A document that is no OPML. `line` is where; 0 where no line is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list: its address, what was chosen for it, and the folders it stands in, outermost first.

    `line` is where it stands; `warnings` say which of its attributes could not be read.
    """

    url: str
    choices: SourceChoices
    folders: tuple[str, ...] = ()
    line: int = 0
    warnings: tuple[str, ...] = ()


def read_opml(data: bytes) -> list[Outline]:
    """Return the feeds that a document lists, each address once. Raises: NotOpml."""
    if len(data) > LARGEST:
        raise NotOpml(f"is larger than {LARGEST >> 20} MiB")
    reader = _Reader()
    reader.read(data)
    return list(reader.found.values())


def write_opml(sources: Iterable[Source]) -> str:
    """Return a document that lists these sources. What other readers do not know stands in attributes of our own."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:newsbot={quoteattr(NAMESPACE)}>',
        "  <head><title>Sources of newsbot</title></head>",
        "  <body>",
    ]
    for source in sources:
        attributes = {"type": "rss", "text": source.name, "title": source.name, "xmlUrl": source.url}
        if source.site is not None:
            attributes["htmlUrl"] = source.site
        attributes.update(_own_attributes(source.choices))
        written = " ".join(f"{name}={quoteattr(_ILLEGAL.sub('', value))}" for name, value in attributes.items())
        lines.append(f"    <outline {written}/>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _own_attributes(choices: SourceChoices) -> dict[str, str]:
    own = {f"{_OWN}topics": _names(choices.topics), f"{_OWN}as": choices.taken_as.value}
    if choices.every is not None:
        own[f"{_OWN}every"] = every_text(choices.every)
    if choices.only:
        own[f"{_OWN}only"] = json.dumps(choices.only, ensure_ascii=False)
    if choices.never:
        own[f"{_OWN}never"] = json.dumps(choices.never, ensure_ascii=False)
    return own


def _names(topics: Iterable[str]) -> str:
    names = list(topics)
    return ", ".join(names) if listed_names(", ".join(names)) == names else json.dumps(names, ensure_ascii=False)


class _Reader:
    """Reads a document from beginning to end, and never into depth."""

    def __init__(self) -> None:
        self.found: dict[str, Outline] = {}
        self._open: list[str | None] = []  # folders that the place is in; None for what is no folder
        self._has_root = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_type
        self._parser.EntityDeclHandler = self._refuse_entity

    def read(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise NotOpml(f"is no XML: {expat.ErrorString(error.code)}", error.lineno) from error
        except (LookupError, ValueError) as error:
            raise NotOpml("is in an encoding that nobody knows", 1) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        if not self._has_root and name.lower() != "opml":
            raise NotOpml(f"is no OPML: it begins with <{shown(name, 60)}>", line)
        self._has_root = True
        if len(self._open) >= DEEPEST:
            raise NotOpml(f"has outlines more than {DEEPEST} deep", line)
        self._open.append(None)
        if name.lower() != "outline":
            return
        given = {key.lower(): value for key, value in attributes.items()}
        text = shown(given.get("title") or given.get("text") or "", NAME_LIMIT) or None
        url = (given.get("xmlurl") or "").strip()
        if not url:
            self._open[-1] = text
            return
        if len(self.found) >= MOST:
            raise NotOpml(f"lists more than {MOST:,} feeds", line)
        folders = tuple(folder for folder in self._open if folder)
        warnings: list[str] = []
        choices = _choices(given, text, warnings)
        self.found.setdefault(url, Outline(url, choices, folders, line, tuple(warnings)))

    def _end(self, _: str) -> None:
        self._open.pop()

    def _refuse_type(self, *_: object) -> None:
        raise NotOpml("declares a document type; take that line out", self._parser.CurrentLineNumber)

    def _refuse_entity(self, *_: object) -> None:
        raise NotOpml("declares an entity; take that line out", self._parser.CurrentLineNumber)


def _choices(given: dict[str, str], text: str | None, warnings: list[str]) -> SourceChoices:
    taken_as = TakenAs.NEWS
    if (said := given.get(f"{_OWN}as")) is not None:
        if said in tuple(TakenAs):
            taken_as = TakenAs(said)
        else:
            # What somebody wanted to look at first must not become news by a slip of the pen.
            taken_as = TakenAs.DRAFTS
            warnings.append(f"“{shown(said, 60)}” is neither news nor drafts; drafts is taken")
    every = None
    if (said := given.get(f"{_OWN}every")) is not None:
        try:
            every = every_of(said)
        except ValueError as error:
            warnings.append(str(error))
    return SourceChoices(
        name=text,
        topics=_listed(given.get(f"{_OWN}topics", "")),
        taken_as=taken_as,
        every=every,
        only=_listed(given.get(f"{_OWN}only", "")),
        never=_listed(given.get(f"{_OWN}never", "")),
    )


def _listed(text: str) -> tuple[str, ...]:
    names: list[str] = []
    if text.lstrip().startswith("["):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            given = None
        if isinstance(given, list):
            names = [one for one in given if isinstance(one, str)]
    else:
        names = listed_names(text)
    return tuple(dict.fromkeys(name for one in names[:50] if (name := shown(one, NAME_LIMIT))))
