"""A private PostgreSQL that waits for the disk with every commit, for benchmarks, and towns on it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from postgres_cluster import Cluster, private_cluster

from bot.domain.database_place import ServerAddress
from bot.store.moving.carrying import carry
from bot.store.moving.opening import source_at, target_at


@contextmanager
def durable() -> Iterator[Cluster]:
    """A server with room for a million chats in its memory and in its log, as docs/more-than-one-machine.md advises,
    until the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="newsbot-bench-", ignore_cleanup_errors=True) as base,
        private_cluster(Path(base), durable=True, shared_buffers="'512MB'", min_wal_size="'1GB'") as cluster,
    ):
        yield cluster


def moved(cluster: Cluster, file: Path) -> ServerAddress:
    """Return a database of its own for a town, to which it was moved as `newsbot move` does it."""
    address = ServerAddress(cluster.url(cluster.create()))
    with source_at(file) as source, target_at(address) as target:
        carry(source, target, lambda done, of: None)
    return address
