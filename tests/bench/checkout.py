"""
Another checkout beside this one: the same benchmark with its code, in processes of its own, turn by turn.

Each checkout builds its own databases and runs its own `crew.py`, because schemas and names differ. All of them use
this Python and its libraries, this far side and this table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
WORK = Path(__file__).with_name("checkout_work.py")


class Checkout:
    """A checkout at `path`: this one, or an older one that has `tests/bench/crew.py` and `town.py`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if not (self.path / "tests/bench/crew.py").exists():
            raise SystemExit(f"{path}: no checkout with benchmarks")

    @property
    def name(self) -> str:
        """How tables call it."""
        return "newsbot" if self.path == HERE else f"newsbot in {self.path.name}"

    def work(self, what: str, **given: Any) -> dict[str, Any]:
        """Do one of the things in `checkout_work.py` with this checkout's code and return what it measured."""
        command = [sys.executable, str(WORK), str(self.path), what, json.dumps(given, default=str)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=self._environment())
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def crew(self, database: Path | str, url: str, **options: Any) -> dict[str, Any]:
        """Run this checkout's crew to its end on a file, or a server's URL, and return what it did."""
        given = json.dumps({"database": str(database), "url": url, **options})
        command = [sys.executable, str(self.path / "tests/bench/crew.py"), given]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=self._environment())
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def _environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.path)}


def here_and(other: Path | None) -> list[Checkout]:
    """Return this checkout and, when one is given, the other."""
    return [Checkout(HERE), *([] if other is None else [Checkout(other)])]


def turns(rounds: int, checkouts: list[Checkout]) -> Iterator[Checkout]:
    """Yield every checkout once a round, and every second round in the other order."""
    for number in range(rounds):
        yield from checkouts if number % 2 == 0 else reversed(checkouts)
