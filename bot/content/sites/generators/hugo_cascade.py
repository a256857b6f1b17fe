"""
Hugo's cascade: fields that a list, or the configuration, passes on to the pages below it.

Source: https://gohugo.io/configuration/cascade/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.content.sites.generators.hugo_configuration import Language
from bot.content.sites.pages.config_files import Fields, lowered, merged


def cascades(value: object) -> tuple[Fields, ...]:
    """Return what is passed on, each with its target; newer versions have the fields in `params` too."""
    entries = value if isinstance(value, list) else [value]
    found = []
    for one in entries:
        if isinstance(one, dict):
            fields = lowered(one)
            inner = fields.pop("params", None)
            found.append(merged(fields, lowered(inner)) if isinstance(inner, dict) else fields)
    return tuple(found)


def is_meant(cascade: Mapping[str, Any], inside: str, language: Language | None) -> bool:
    target = cascade.get("_target") or cascade.get("target")
    if not isinstance(target, dict):
        return True
    kind = str(target.get("kind", "page")).strip("{}").lower()
    if "page" not in kind.split(","):
        return False
    code = target.get("lang")
    if code is not None and language is not None and str(code).lower() != language.code:
        return False
    path = target.get("path")
    if path is None:
        return True
    logical = "/" + re.sub(r"/index$", "", inside.rpartition(".")[0]).lower()
    patterns = re.fullmatch(r"\{(.*)\}", str(path))
    for pattern in patterns[1].split(",") if patterns else [str(path)]:
        if fnmatchcase(logical, re.sub(r"\*+", "*", pattern.lower())):
            return True
    return False
