"""
Ends a cluster of `postgres_cluster` once no test process uses it any more, however they ended.

    python postgres_guard.py LOCK STATE FOLDER PG_CTL

Its input is the reading end of a pipe in FOLDER that each user holds open for writing: the kernel closes it also for a
process that was killed. LOCK is held by whoever joins, so that nobody joins what is being ended; STATE is the file by
which others find the cluster.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path


def main(lock: Path, state: Path, folder: Path, pg_ctl: str) -> None:
    """Wait until the last user has gone, then stop the server and remove what it wrote."""
    users = select.poll()
    users.register(0, 0)  # https://man7.org/linux/man-pages/man2/poll.2.html: POLLHUP is always reported
    while True:
        users.poll()
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not users.poll(0):
                continue  # somebody has joined meanwhile
            owner = (folder / "data").stat().st_uid
            subprocess.run(
                [pg_ctl, "stop", "-D", str(folder / "data"), "-m", "immediate"],
                cwd=folder,
                user=None if os.geteuid() == owner else owner,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            state.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            return


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), sys.argv[4])
