"""A real PgBouncer in front of a cluster of `postgres_cluster`, on a port of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postgres_cluster import ROLE, Cluster, free_port, skip_without, unprivileged

PATIENCE = 30.0  # seconds for its start


@contextmanager
def pgbouncer(cluster: Cluster, mode: str, **settings: str) -> Iterator[int]:
    """Run one in `mode` (`transaction`, `session`); give its port. It ends with the block, and with this process.

    `settings` are PgBouncer's own. Source: https://www.pgbouncer.org/config.html
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        skip_without("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    assert program is not None
    folder, user, port = Path(tempfile.mkdtemp(prefix="newsbot-bouncer-")), unprivileged(), free_port()
    (folder / "users.txt").write_text(f'"{ROLE}" ""\n')
    written = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": str(folder / "users.txt"),
        "pool_mode": mode,
        "logfile": str(folder / "pgbouncer.log"),
        **settings,
    }
    lines = [
        f"* = host=127.0.0.1 port={cluster.port}",
        "[pgbouncer]",
        *(f"{name} = {written[name]}" for name in written),
    ]
    (folder / "pgbouncer.ini").write_text("\n".join(["[databases]", *lines, ""]))
    # https://man7.org/linux/man-pages/man1/setpriv.1.html (--pdeathsig: it ends when this process does, killed or not)
    become = ["setpriv", "--pdeathsig", "KILL"]
    if user is not None:
        become += [f"--reuid={user}", "--clear-groups"]
        for place in (folder, *folder.iterdir()):
            os.chown(place, user, -1)
    process = subprocess.Popen([*become, program, "-q", str(folder / "pgbouncer.ini")], stdin=subprocess.DEVNULL)
    try:
        _answers(port, process)
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < end, "PgBouncer does not start"
            time.sleep(0.01)
