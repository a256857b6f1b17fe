"""
Parts of a push: what stands in it beside its title, and in which order.

The operator's list says the order, and what chats see that chose nothing; a chat chooses which of the parts it wants.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum

TITLE = "title"
"""What every push has, and is no choice; it may be named beside the parts."""
ALL = "all"


class Part(StrEnum):
    """A part of a push, by the name under which it is set."""

    EXCERPT = "excerpt"
    SOURCE = "source"
    DATE = "date"
    RELATED = "related"
    HASHTAGS = "hashtags"


Parts = tuple[Part, ...]
ALL_PARTS: Parts = tuple(Part)


def read_parts(text: str) -> Parts:
    """Return the parts that a text names, between blanks or commas, each once; none where it names the title alone.

    Raises: ValueError with the first name that is none.
    """
    names = [name for name in re.split(r"[\s,;]+", text.casefold()) if name]
    if names == [ALL]:
        return ALL_PARTS
    found: dict[Part, None] = {}
    for name in names:
        if name != TITLE:
            if name not in set(Part):
                raise ValueError(name)
            found[Part(name)] = None
    return tuple(found)


def arranged(chosen: Collection[Part] | None, order: Sequence[Part]) -> Parts:
    """Return the parts of a chat's pushes in the operator's order; None: the chat chose none, and has the operator's.

    What the operator leaves out and a chat chose comes behind the others.
    """
    if chosen is None:
        return tuple(order)
    return tuple(part for part in dict.fromkeys((*order, *ALL_PARTS)) if part in chosen)
