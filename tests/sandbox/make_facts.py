"""
Makes bot/sandbox/bot_api.json.gz: the Bot API's methods and types as bare facts, without its prose.

Run it on a machine-readable description of a newer Bot API, in the form that https://github.com/PaulSonOfLars/
telegram-bot-api-spec publishes: `python tests/sandbox/make_facts.py api.min.json`
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parents[2] / "bot/sandbox/bot_api.json.gz"
_CONSTANT = re.compile(r"(?:must be|always) [“\"*]?(\w+)[”\"*]?\.?$")


def facts(description: dict[str, Any]) -> dict[str, Any]:
    """Return the version, each method's parameters and each type's fields as `[name, types, required, constant]`."""
    return {
        "version": description["version"],
        "methods": {
            name: {"fields": _fields(method), "returns": method["returns"]}
            for name, method in sorted(description["methods"].items())
        },
        "types": {
            name: {"subtypes": kind["subtypes"]} if kind.get("subtypes") else {"fields": _fields(kind)}
            for name, kind in sorted(description["types"].items())
        },
    }


def _fields(owner: dict[str, Any]) -> list[list[Any]]:
    return [[field["name"], field["types"], field["required"], _constant(field)] for field in owner.get("fields", ())]


def _constant(field: dict[str, Any]) -> str | None:
    """Return the one value a discriminating field can have, which only the prose tells."""
    if field["types"] != ["String"] or field["name"] not in ("type", "source", "status"):
        return None
    found = _CONSTANT.search(field["description"])
    return found[1] if found else None


if __name__ == "__main__":
    made = facts(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    text = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    PLACE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
