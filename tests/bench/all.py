"""
Every table, one after the other.

    python tests/bench/all.py            as the README shows them: about 20 minutes on a quiet machine
    python tests/bench/all.py --small    a look at whether all of it still runs: about 4 minutes
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SMALL = {
    "sending": ("--rounds", "1", "--seconds", "2", "--messages", "5000"),
    "ceiling": ("--seconds", "5"),
    "limits": ("--seconds", "10"),
    "replies": ("--asks", "20", "--waiting", "5000"),
    "fetching": ("--asks", "20", "--servers", "50"),
    "fanout": ("--rounds", "1", "--chats", "100000"),
    "phrases": ("--rounds", "1", "--chats", "100000"),
    "search": ("--articles", "5000", "--rounds", "3"),
    "million_receipts": ("--chats", "5000", "--articles", "10", "--each", "1000", "--rounds", "3"),
    "outbox": ("--rounds", "1", "--chats", "100000", "--messages", "5000"),
    "digests": ("--chats", "10000"),
    "corrections": ("--rounds", "1", "--copies", "3000", "--seconds", "8"),
    "kill": ("--kills", "5", "--chats", "2000"),
    "leadership": ("--times", "1"),
    "leaders": ("--kills", "3", "--chats", "2000"),
    "faults": ("--chats", "1000"),
    "copies_under_faults": ("--copies", "1000", "--kills", "1"),
    "size": ("--deliveries", "100000"),
    "move": ("--chats", "50000"),
    "startup": ("--rounds", "1", "--articles", "500"),
    "sources": ("--sources", "500", "--seconds", "15"),
    "feeds": ("--rounds", "1", "--feeds", "20"),
    "sites": ("--rounds", "1", "--pages", "500"),
    "soak": ("--seconds", "20"),
}


def main() -> int:
    worst = 0
    for name, small in SMALL.items():
        words = small if "--small" in sys.argv[1:] else ()
        script = Path(__file__).with_name(f"{name}.py")
        worst = max(worst, subprocess.run([sys.executable, str(script), *words], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
