"""
Elements of a feed, an item at a time: each complete item is handed on and forgotten.

Bounds are kept here, because a document of 10 MiB may hold millions of elements, one in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from bot.content.feeds.xml.element_names import Scope, canonical, scope_within

MAX_DEPTH = 100
"""Elements inside of deeper ones are read as if their tags were not there."""
MAX_ELEMENTS = 20_000
"""In one item, and outside of all items; tags of more are left out."""
_ITEMS = frozenset({"item", "entry"})
# Of which only one is open at a time: in broken documents the next one ends it.
_PLAIN = frozenset(
    {"title", "link", "guid", "id", "pubdate", "author", "category", "comments", "dc:date", "dc:creator"}
)
_BESIDE = _PLAIN | {
    "description",
    "summary",
    "content",
    "content:encoded",
    "enclosure",
    "published",
    "updated",
    "source",
}


class Element:
    """One element: its name, attributes with names in lower case, and in `parts` texts and elements in their order.

    `base` is what relative addresses in it are against, where `xml:base` says so.
    """

    __slots__ = ("attributes", "base", "name", "parts")

    def __init__(self, name: str, attributes: dict[str, str], base: str | None) -> None:
        self.name = name
        self.attributes = attributes
        self.base = base
        self.parts: list[str | Element] = []

    def elements(self) -> Iterator[Element]:
        return (part for part in self.parts if isinstance(part, Element))

    def text(self) -> str:
        """Return its own text, without that of elements in it."""
        parts = self.parts
        if len(parts) == 1 and isinstance(parts[0], str):
            return parts[0]
        return "".join([part for part in parts if isinstance(part, str)])


class TreeBuilder:
    """Takes a parser's events. `on_item` gets each complete item; `root` has the rest."""

    def __init__(self, url: str, on_item: Callable[[Element], None]) -> None:
        self.root: Element | None = None
        self.is_atom = False
        self.is_closed = False
        self._url = url
        self._on_item = on_item
        self._open: list[Element] = []
        self._names: list[str] = []  # of the open elements, as the document spells them
        self._scopes: list[Scope] = []
        self._known: dict[str, str] = {}  # canonical names in the scope of the moment
        self._item_at: int | None = None  # how many were open when the item began
        self._outside = self._in_item = 0  # elements
        self._ignored = 0  # open elements that are left out

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.is_closed:
            return
        if self._ignored or self._is_full(name):
            self._ignored += 1
            return
        depth = len(self._open)
        scope, base = (self._scopes[-1], self._open[-1].base) if depth else ({}, None)
        if attributes:
            inner = scope_within(scope, attributes)
            if depth == 0 and "" in inner and inner[""] != "atom":
                inner = {**inner, "": ""}  # whatever namespace somebody invented for the whole
            if inner is not scope:
                scope = inner
                self._known = {}
            attributes = {key.lower(): value for key, value in attributes.items()}
            if "xml:base" in attributes:
                base = _joined(base or self._url, attributes["xml:base"].strip())
        if depth == 0:
            local = name.lower().rpartition(":")[2]
            self.is_atom = local == "feed"
            if not self.is_atom and scope.get("") == "atom":
                scope = {**scope, "": ""}
            meant = local
        else:
            found = self._known.get(name)
            if found is None:
                found = self._known[name] = canonical(name, scope, is_atom=self.is_atom)
            meant = found
        element = Element(meant, attributes, base)
        if depth == 0:
            self.root = element
        elif self._item_at is None and meant in _ITEMS:
            self._item_at = depth
            self._in_item = 0
        else:
            self._open[-1].parts.append(element)
        if self._item_at is None:
            self._outside += 1
        else:
            self._in_item += 1
        self._open.append(element)
        self._names.append(name)
        self._scopes.append(scope)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].parts.append(text)

    def end(self, name: str) -> None:
        if self._ignored:
            self._ignored -= 1
            return
        if not self._open:
            return
        element = self._open.pop()
        self._names.pop()
        scope = self._scopes.pop()
        if not self._open:
            self.is_closed = True
            return
        if scope is not self._scopes[-1]:
            self._known = {}
        if self._item_at == len(self._open):
            self._item_at = None
            self._on_item(element)

    # What a reader of broken documents needs beside.

    def end_leniently(self, name: str) -> None:
        """End the nearest open element of that name and what is open in it; nothing when none is open."""
        name = name.lower()
        lowest = (self._item_at or 0) if not self._ends_item(name) else 0
        for place in range(len(self._names) - 1, lowest - 1, -1):
            if self._names[place].lower() == name:
                while len(self._open) > place:
                    self.end("")
                return

    def start_leniently(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element where it can be; an item ends an item, and a title's neighbour ends the title."""
        if self._item_at is not None:
            meant = canonical(name, self._scopes[-1], is_atom=self.is_atom)
            if meant in _ITEMS and meant == self._open[self._item_at].name:
                while self._item_at is not None:
                    self.end("")
            elif self._open[-1].name in _PLAIN and meant in _BESIDE and len(self._open) == self._item_at + 2:
                self.end("")
        if not self._is_full(name):
            self.start(name, attributes)

    def _is_full(self, name: str) -> bool:
        """Return whether no more elements are kept where this one would be."""
        if len(self._open) >= MAX_DEPTH:
            return True
        if self._item_at is not None:
            return self._in_item >= MAX_ELEMENTS
        return self._outside >= MAX_ELEMENTS and name.lower().rpartition(":")[2] not in _ITEMS

    def _ends_item(self, name: str) -> bool:
        """Return whether an end tag is that of the open item, or of what stands around it."""
        return self._item_at is not None and name in [one.lower() for one in self._names[: self._item_at + 1]]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return base
