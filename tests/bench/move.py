"""
How long a million chats and a million receipts take into another database, and how much memory.

    python tests/bench/move.py [--chats 1000000]

Each chat follows a topic and has got an article. It is moved from file to file, from there to PostgreSQL, which waits
for the disk, and back, each time in a process of its own. What comes back is compared with what was there by the move
itself. PostgreSQL works on the other core.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))  # what tests start a server with
import table
import town
from postgres_cluster import private_cluster

from bot.domain.database_place import Place, ServerAddress
from bot.store.moving.carrying import carry
from bot.store.moving.opening import source_at, target_at

SECONDS, MEBIBYTES = 60.0, 150.0


def with_receipts(path: Path) -> Path:
    """Let every chat have got an article, three months ago."""
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            """
            INSERT INTO receipts (subject_type, subject, chat, message_id, revision, look, sent_at)
            SELECT 1, 1, id, abs(id) % 100000, 1, 1, 1700000000 FROM chats
            """
        )
    return path


def moved(source: Place, target: Place) -> tuple[int, float, float, float]:
    """Move in a process of its own; return rows, seconds, those of them on the processor, and MiB at most."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        began = time.monotonic()
        with source_at(source) as one, target_at(target) as other:
            rows = sum(carry(one, other, lambda _done, _of: None).rows.values())
        took = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_SELF)
        os.write(writing, f"{rows} {took} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}".encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        rows, *figures = told.read().split()
    seconds, processor, memory = map(float, figures)
    return int(rows), seconds, processor, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--chats", type=int, default=1_000_000)
    chats = parser.parse_args().chats
    found = []
    # The server ends when this process does, and what is left of it goes a moment later.
    with (
        town.scratch() as folder,
        TemporaryDirectory(ignore_cleanup_errors=True) as base,
        private_cluster(Path(base), durable=True) as cluster,
    ):
        table.pin()
        first, second, back = (folder / f"{name}.db" for name in ("first", "second", "back"))
        with_receipts(town.build(first, chats))
        server = ServerAddress(cluster.url(cluster.create()))
        for what, source, target in (
            ("file to file", first, second),
            ("file to PostgreSQL", second, server),
            ("PostgreSQL to file", server, back),
        ):
            rows, seconds, processor, memory = moved(source, target)
            is_met = seconds <= SECONDS * chats / 1e6 and memory <= MEBIBYTES
            found.append(
                (what, f"{rows:,}", f"{seconds:.1f}", f"{processor:.1f}", f"{memory:.0f}", table.verdict(is_met))
            )
    table.print_table(
        "A bot moved into another database",
        (
            "from, to",
            "rows",
            "seconds",
            "of the processor here",
            "MiB at most",
            f"≤ {SECONDS:.0f} s, {MEBIBYTES:.0f} MiB",
        ),
        found,
        f"{chats:,} chats, as many subscriptions, as many receipts; copied, and compared by count and checksum",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
