"""The page of failure modes names tests, and they are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent


def _names(file: Path) -> set[str]:
    defined = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {node.name for node in defined if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_page_names_exists():
    named = re.findall(r"^- `([\w/]+\.py)(?:::(\w+))?`$", (TESTS / "failure_modes.md").read_text("utf-8"), re.MULTILINE)
    assert len(named) > 50
    for file, name in named:
        assert not name or name in _names(TESTS / file), f"{file} has no {name}"
