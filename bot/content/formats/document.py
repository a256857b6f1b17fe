"""
Documents: the plain values of a parsed file, and the line of each, before the schema validates them.

YAML and JSON both end here, so there is one place that says how deep and how much a file may hold, what two fields
of one name are, and on which line a complaint belongs. Nothing recurses, and aliases count for all they stand for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.errors import Complaint

MAX_DEPTH = 32  # levels of lists and fields within each other
MAX_WEIGHT = 2 * 2**20  # characters, each value counting `VALUE_WEIGHT` more
VALUE_WEIGHT = 64
MAX_LOST = 50  # parts of texts that are named

TEXT_FIELDS = frozenset(
    {
        *("title", "excerpt", "category", "type", "provider", "name", "domain", "topics", "credit", "alt"),
        *("featuredContent", "secured", "_id", "shortname", "parent", "description", "keywords", "hashtags"),
    }
)
"""Fields that want text, alone or in a list: `title: true` and `topics: [2024, 1.0, No]` are read as written there."""

DECIDING_FIELDS = frozenset({"title", "publishedDateTime", "webUrl", "originalUrl", "published", "taxonomy"})
"""Fields that can make an article be refused; what is wrong with any other costs its value only."""

Place = tuple[str | int, ...]
Where = Sequence[str | int]
_Container = dict[str, object] | list[object]
_Offsets = dict[str, int] | list[int]
# What is around an open list or mapping, None for the root: itself, its offsets, the field it is at, and whether that
# wants text. Then the weight of the tree when the inner one was begun, and that one's anchor.
_Around = tuple[_Container | None, _Offsets, str, bool, int, str | None]


class Fault(Exception):
    """Why a text cannot be read at all, and at which character of it."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class NoSlip(Fault):
    """What nobody writes by mistake, such as aliases that multiply: it refuses a file wherever it stands."""


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of one file. `path` is as complaints name it; `complaints` are of fields that were given twice.

    One that is not `is_meant` has neither front matter nor a field that articles need.
    Values are None, bool, int, float, str, list and dict, all of which JSON can hold.
    """

    path: str
    fields: dict[str, object]
    tree: Tree
    line_at: Callable[[int], int]
    complaints: tuple[Complaint, ...] = ()
    is_meant: bool = True

    def lost(self) -> tuple[Complaint, ...]:
        """Return what was left out of texts before anyone saw them."""
        named = self.tree.lost[:MAX_LOST]
        return tuple(Complaint(self.path, self.line_at(at), field_name(where), why) for where, at, why in named)

    def line_of(self, where: Where) -> int:
        """Return the line of a field, or of the nearest thing around it that the file has; 0 when there is none."""
        offset = self.tree.offset_of(where)
        return 0 if offset is None else self.line_at(offset)

    def complaint(self, where: Where, reason: str) -> Complaint:
        return Complaint(self.path, self.line_of(where), field_name(where), reason)

    def is_doubled(self, name: str) -> bool:
        """Return whether a field of the document itself was given twice."""
        return any(where == (name,) for where, _ in self.tree.doubled)


def field_name(where: Where) -> str:
    """Return a place as authors read it: `images[1].url`."""
    name = ""
    for step in where:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name


class Tree:
    """Builds values from a stream of keys, values, beginnings and ends, in one pass.

    `doubled` lists the fields that were given twice; the first one counts. `lost` says what was left out of texts, at
    which character and why. `wants_text` says whether the next value
    belongs to one of `TEXT_FIELDS`. Every word of every file passes through `key` or `value`, so these two call
    nothing, and what is open is kept in attributes rather than in an object of its own.
    """

    def __init__(self) -> None:
        self.root: object = None
        self.doubled: list[tuple[Place, int]] = []
        self.lost: list[tuple[Place, int, str]] = []
        self.awaits_key = False
        self.wants_text = False
        self._weight = 0
        self._open: _Container | None = None  # the innermost list or mapping, which is still being filled
        self._places: _Offsets = {}  # of the values in it
        self._key = ""
        self._around: list[_Around] = []
        # Keyed by the identity of a list or dict, which the root keeps alive: offsets beside the values would make
        # every reader of the values unwrap them.
        self._offsets: dict[int, _Offsets] = {}
        self._anchors: dict[str, tuple[object, int]] = {}

    def key(self, name: str, offset: int) -> None:
        """Take the name of the mapping's next field."""
        places = self._places
        if name in places:
            self.doubled.append(((*self._way(), name), offset))
        else:
            places[name] = offset  # type: ignore[call-overload]  # a mapping is open
        self._key = name
        self.awaits_key = False
        self.wants_text = name in TEXT_FIELDS

    def value(self, value: object, offset: int, size: int, anchor: str | None = None) -> None:
        """Take a finished value of `size` characters.

        Raises: NoSlip, when the file holds too much.
        """
        self._weight = weight = self._weight + size + VALUE_WEIGHT
        if weight > MAX_WEIGHT:
            raise NoSlip(offset, "holds too many values, or aliases that multiply")
        if anchor is not None:
            self._anchors[anchor] = (value, size)
        around = self._open
        if isinstance(around, dict):
            around.setdefault(self._key, value)
            self.awaits_key = True
        elif around is None:
            self.root = value
        else:
            around.append(value)
            self._places.append(offset)  # type: ignore[union-attr]  # a list is open

    def lose(self, offset: int, reason: str) -> bool:
        """Note that the next value cannot be read, and return whether that costs no more than a text of its own."""
        around = self._open
        if around is None or self.awaits_key or not self.wants_text:
            return False
        where = (*self._way(), len(around) if isinstance(around, list) else self._key)
        if where[0] in DECIDING_FIELDS:
            return False
        self.lost.append((where, offset, reason))
        return True

    def begin(self, container: _Container, offset: int, anchor: str | None = None) -> None:
        """Enter a new mapping or list.

        Raises: Fault, when it is nested too deeply or stands where a field's name should.
        """
        if self.awaits_key:
            raise Fault(offset, "a field's name must be text")
        begun_at = self._weight
        self.value(container, offset, 0)
        self._around.append((self._open, self._places, self._key, self.wants_text, begun_at, anchor))
        if len(self._around) > MAX_DEPTH:
            raise NoSlip(offset, f"nested more than {MAX_DEPTH} levels deep")
        self._open = container
        self.awaits_key = is_mapping = isinstance(container, dict)
        self._places = self._offsets[id(container)] = {} if is_mapping else []
        self.wants_text = self.wants_text and not is_mapping

    def end(self) -> None:
        """Leave the innermost mapping or list."""
        ended = self._open
        self._open, self._places, self._key, self.wants_text, begun_at, anchor = self._around.pop()
        if anchor is not None:
            self._anchors[anchor] = (ended, self._weight - begun_at)
        self.awaits_key = isinstance(self._open, dict)

    def alias(self, anchor: str, offset: int) -> None:
        """Take the value that stands at an anchor, with its whole weight.

        Raises: Fault, when there is no such anchor, when the anchor is around the alias, or when it weighs too much.
        """
        if self.awaits_key:
            raise Fault(offset, "an alias cannot be a field's name")
        if anchor not in self._anchors:
            reason = f"the alias *{anchor[:40]} refers to nothing finished before it; put a text with * in quotes"
            if not self.lose(offset, reason):
                raise Fault(offset, reason)
            self.value(None, offset, 0)
            return
        value, size = self._anchors[anchor]
        self.value(value, offset, size)

    def _way(self) -> Iterator[str | int]:
        """Yield the steps from the root to the innermost list or mapping."""
        for around, _, key, *_ in self._around[1:]:
            yield len(around) - 1 if isinstance(around, list) else key

    def offset_of(self, where: Where) -> int | None:
        """Return where a field begins, or the nearest thing around it; None when the file has nothing of it."""
        value: object = self.root
        found = None
        for step in where:
            offsets = self._offsets.get(id(value))
            if isinstance(offsets, dict) and isinstance(value, dict) and isinstance(step, str) and step in offsets:
                found, value = offsets[step], value[step]
            elif isinstance(offsets, list) and isinstance(value, list) and isinstance(step, int):
                if step >= len(offsets):
                    break
                found, value = offsets[step], value[step]
            elif isinstance(value, dict) and step == 0:
                continue  # one entry alone stands where a list could
            else:
                break
        return found
