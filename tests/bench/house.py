"""The whole bot as its operator runs it: `python -m bot run`, a process of its own that talks to a stub."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import stub as far
import table

ROOT = Path(__file__).resolve().parents[2]


def environment(folder: Path, url: str, *, checkout: Path = ROOT, **settings: object) -> dict[str, str]:
    """Return the environment of a bot whose database and content are in `folder`; more settings by their names.

    `checkout` is whose `bot` package runs: this one's, or another's to compare with. Its compiled modules are kept in
    the folder, as an installed package has them beside its own: without them a start is mostly compiling.
    """
    given = {
        "token": far.TOKEN,
        "api_url": url,
        "database": folder / "town.db",
        "content": folder / "content",
        "log": "text:error",
        "undo": "0",
        **settings,
    }
    own = ("NEWSBOT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    kept["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    path = os.pathsep.join(filter(None, (str(checkout), kept.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": path, **{f"NEWSBOT_{name.upper()}": str(value) for name, value in given.items()}}


def command(folder: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    """Start a `newsbot` command on the client's core."""

    def on_its_core() -> None:
        table.pin()

    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=environment,
        preexec_fn=on_its_core,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def bot(
    folder: Path, stub: far.Stub, *, checkout: Path = ROOT, **settings: object
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bot until the block ends; it has asked for updates when the block begins."""
    asked_before = stub.ask("stats")["polls"]
    process = command(folder, environment(folder, stub.url, checkout=checkout, **settings), "run")
    try:
        wait_for_polls(stub, process, asked_before + 1)
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_for_polls(stub: far.Stub, process: subprocess.Popen[bytes], many: int, seconds: float = 60) -> None:
    """Wait until updates have been asked for so often."""
    end = time.monotonic() + seconds
    while stub.ask("stats")["polls"] < many:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the bot did not come to work; exit status {process.returncode}")
        time.sleep(0.01)
