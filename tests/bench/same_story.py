"""
The same long story told to two builds: whether readers see the same, and whether the bots say the same afterwards.

    python tests/bench/same_story.py --against ../older [--seed 1] [--acts 150]

Without `--against` this build is played against itself: what differs then is the comparison's own doing. Differences
that repairs were meant to make are listed with their reason; any other fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import story_acts
import table
from story_acts import Act
from story_player import played

HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Difference:
    """Where two builds differ: in what a chat saw of an act, or in what they say in the end."""

    where: str
    old: str
    new: str
    act: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.old} → {self.new} ({self.act})"


@dataclass(frozen=True)
class Intended:
    """A kind of difference that is meant: `where` is a pattern, `fits` looks at the whole of it."""

    reason: str
    where: str
    fits: Callable[[Difference], bool]

    def explains(self, one: Difference) -> bool:
        return re.search(self.where, one.where) is not None and self.fits(one)


INTENDED = (
    Intended(
        "a 502 may have been accepted by what stands behind the gateway: it counts as perhaps twice",
        r"^deliveries / s\d+ / delivery perhaps_twice$",
        lambda one: 0 < int(one.new) - int(one.old) <= one.act.count("'502"),
    ),
    Intended(
        "a message stays in the group that became a supergroup, where its number is another's: nothing is edited by it",
        r"^ledger / g\d+ / has$",
        lambda one: (
            "migrate" in one.act
            and json.loads(one.old) == [said.removesuffix(": None") for said in json.loads(one.new)]
        ),
    ),
)


def differences(acts: list[Act], old: Any, new: Any) -> Iterator[Difference]:
    """Yield where two playings of the same acts differ."""
    for number, (act, seen, now_seen) in enumerate(zip(acts, old[0], new[0], strict=True)):
        for chat in sorted(seen.keys() | now_seen.keys()):
            before, after = _listed(seen.get(chat)), _listed(now_seen.get(chat))
            if before != after:
                yield Difference(f"act {number}, {chat}", before, after, str(act))
        if old[1][number] != new[1][number]:
            yield Difference(f"act {number}, course", str(old[1][number]), str(new[1][number]), str(act))
    for one in _unlike("", old[2], new[2]):
        story = re.search(r"^deliveries / (s\d+)", one.where)
        group = re.search(r"^ledger / (g\d+)", one.where)
        about = [
            str(act)
            for act in acts
            if (story is not None and f"'{story[1]}'" in str(act))
            or (group is not None and act.what == "migrate" and group[1] in act.given.values())
        ]
        yield replace(one, act="; ".join(about))


def _listed(seen: Any) -> str:
    return ", ".join(f"{what} × {many}" for what, many in sorted((seen or {}).items())) or "nothing"


def _many(names: Iterable[str]) -> str:
    return ", ".join(f"{name} × {many}" for name, many in sorted(Counter(names).items()))


def _unlike(where: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            yield from _unlike(f"{where} / {name}" if where else name, old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and old != new:
        missing, more = [one for one in old if one not in new], [one for one in new if one not in old]
        yield Difference(where, json.dumps(missing or old), json.dumps(more or new))
    elif old != new:
        yield Difference(where, json.dumps(old), json.dumps(new))


def reason_of(one: Difference) -> str | None:
    """Return why a difference is meant; None for one that nobody explains."""
    return next((intended.reason for intended in INTENDED if intended.explains(one)), None)


async def compare(old: Path, new: Path, seed: int, acts: list[Act]) -> bool:
    """Play the acts to both builds, print how they differ, and return whether all of that is explained."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        before, after = await asyncio.gather(played(Path(one), old, acts), played(Path(other), new, acts))
    found = [(difference, reason_of(difference)) for difference in differences(acts, before, after)]
    pushes = sum(many for seen in before[0] for of in seen.values() for what, many in of.items() if " as " in what)
    rows = [(one.where, one.old, one.new, reason or "UNEXPLAINED") for one, reason in found]
    unexplained = [one for one, reason in found if reason is None]
    table.print_table(
        f"One story, two builds: seed {seed}, {len(acts)} acts, {pushes} messages with an article",
        ("where", old.name if old != new else "first", new.name if old != new else "second", "why"),
        rows,
        _many(act.what for act in acts),
        f"in trouble: {_many(kind for act in acts for kind in act.given.get('where', {}).values())}",
        f"beside the acts: {_many(note for notes in before[1] for note in notes)}",
        f"{len(found)} differences, {len(unexplained)} of them unexplained; {time.monotonic() - began:,.0f} s",
        *(f"UNEXPLAINED {one}" for one in unexplained),
    )
    return not unexplained


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--against", type=Path, default=HERE, help="an older checkout")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--acts", type=int, default=150)
    parser.add_argument("--show", action="store_true", help="print the acts and play nothing")
    given = parser.parse_args()
    acts = story_acts.story(given.seed, given.acts)
    if given.show:
        print("\n".join(f"{number:4} {act}" for number, act in enumerate(acts)))
        return 0
    return 0 if asyncio.run(compare(given.against.resolve(), HERE, given.seed, acts)) else 1


if __name__ == "__main__":
    sys.exit(main())
