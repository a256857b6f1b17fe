"""
Marks that keep a text which runs from right to left in order, where Latin letters stand in it.

A client takes the direction of a line from its first letter, so a line that begins with somebody's title would run as
the title does. And a sign at the edge of a Latin word falls to the word's other side: `/stop` is seen as `stop/`.
Titles and names are isolated where they are filled in (`bot.render.text.isolate`); here it is the texts around them.
Source: https://www.unicode.org/reports/tr9/#P2 (the first strong letter decides), #N1 (signs between two directions),
        https://www.unicode.org/reports/tr9/#Implicit_Directional_Marks
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_RLM = "\N{RIGHT-TO-LEFT MARK}"
_LRM = "\N{LEFT-TO-RIGHT MARK}"
_BEGINNING = re.compile(r"(?<![a-zA-Z0-9/:])(?=(?:/|@|--)[a-zA-Z])")  # /command, @name, --option
_ENDING = re.compile(r"(?<=[a-zA-Z])\*(?!\w)")  # sol*


@lru_cache(maxsize=4096)
def right_to_left(template: str) -> str:
    """Return a text of such a language with marks: before what begins a line otherwise, and at signs of Latin words."""
    lines = [line if _turns_first(line) else _RLM + line for line in _ENDING.sub(rf"\g<0>{_LRM}", template).split("\n")]
    return _BEGINNING.sub(_LRM, "\n".join(lines))


def _turns_first(line: str) -> bool:
    """Return whether a line's first letter runs from right to left; what is filled in may begin with any."""
    for char in line.replace("{n}", ""):  # digits have no direction
        if char == "{":
            return False
        match unicodedata.bidirectional(char):
            case "R" | "AL":
                return True
            case "L":
                return False
    return True
