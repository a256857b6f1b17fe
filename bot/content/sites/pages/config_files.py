"""
Reading a site's configuration: YAML, TOML and JSON as data, JavaScript and Python as text in which patterns are found.

Nothing of a site is executed. What cannot be read counts as empty: the generator itself will complain about it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.content.formats.document import MAX_DEPTH, Fault
from bot.content.formats.json_text import read_json

LARGEST = 2**20  # bytes
LARGEST_TOML = 2**16  # characters: tomllib recurses, and takes a quadratic time for keys of many steps

Fields = dict[str, Any]


def text_of(path: Path) -> str:
    """Return a configuration file's text; empty when there is none, or none that can be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        return data.decode("utf-8-sig").replace("\r\n", "\n") if len(data) <= LARGEST else ""
    except (UnicodeDecodeError, OSError, ValueError):
        return ""


def fields_of(path: Path) -> Fields:
    """Return what a YAML, TOML or JSON file holds; nothing when it is none or holds no fields."""
    text = text_of(path)
    if not text.strip():
        return {}
    from bot.content.formats.broken_fields import read_most

    try:
        match path.suffix.lower():
            case ".toml":
                return read_toml(text)
            case ".json":
                root = read_json(text).root
            case _:
                root = read_most(text, is_whole=True).root  # one odd field must not hide the others
    except Fault:
        return {}
    return root if isinstance(root, dict) else {}


def read_toml(text: str) -> Fields:
    """Return the fields of a TOML document; its times are values of `datetime`. Raises: Fault."""
    if len(text) > LARGEST_TOML:
        raise Fault(0, "is larger than 64 KiB of TOML")
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Fault(_offset(text, str(error)), f"not TOML: {str(error)[:100]}") from error
    except (RecursionError, ValueError) as error:
        raise Fault(0, "not TOML that can be read") from error
    if _is_too_deep(fields):
        raise Fault(0, f"nested more than {MAX_DEPTH} levels deep")
    return fields


def _offset(text: str, error: str) -> int:
    found = re.search(r"at line (\d{1,6}), column (\d{1,6})", error)
    if found is None:
        return 0
    lines = text.split("\n")[: int(found[1]) - 1]
    return min(len(text), sum(len(line) + 1 for line in lines) + int(found[2]) - 1)


def _is_too_deep(fields: object) -> bool:
    level: list[object] = [fields]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def lowered(fields: Mapping[str, Any]) -> Fields:
    """Return fields with their names in lower case, at every level, as Hugo compares them."""
    return {str(name).lower(): lowered(value) if isinstance(value, dict) else value for name, value in fields.items()}


def merged(fields: Mapping[str, Any], others: Mapping[str, Any]) -> Fields:
    """Return `fields` with those of `others` over them, at every level."""
    both = dict(fields)
    for name, value in others.items():
        mine = both.get(name)
        both[name] = merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return both


def at(fields: Mapping[str, Any], path: str) -> Any:
    """Return the value at `a.b.c`; None when there is none."""
    value: Any = fields
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def texts(value: object) -> list[str]:
    """Return a text, or those in a list, as a list."""
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if isinstance(one, str | int | float) and not isinstance(one, bool)]


def first_match(patterns: Iterable[str], text: str) -> str | None:
    """Return the first group of the first pattern that is found in a program's text."""
    return next((found[1] for pattern in patterns if (found := re.search(pattern, text)) is not None), None)
