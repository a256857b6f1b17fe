"""
A process of Python that has newsbot imported already, and forks one for each command that a test starts.

    python fork_server.py DESCRIPTOR

What a command does is done in a process of its own as ever: with its own memory, folder, environment, streams, signals
and end. Only starting Python and importing newsbot, which take half a second of the processor, are done once for
many. Requests come over the socket DESCRIPTOR, with the descriptors of the three streams and of a pipe, in which the
process's number is written, and its exit status once it has ended (`wait` of another process's child is not possible).
When the socket ends, so does the server.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import os
import pickle
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
import time
from pathlib import Path

LARGEST_REQUEST = 1 << 18  # bytes; most of it is the environment
STREAMS = 3
# What libraries import when they are used first.
IMPORTED_LATER = (
    *("anyio._backends._asyncio", "anyio.streams.tls", "concurrent.futures.thread", "pydantic.type_adapter"),
    *("stringprep", "typer._adapters", "typer.rich_utils", "uvloop"),
)
MOST_DESCRIPTORS = 1024  # that the server has open: one for each process that runs, and a few


def prepare() -> None:
    """Import newsbot, and what its functions import only when they are called; learn what all of its processes do."""
    import bot

    names = [module.name for module in pkgutil.walk_packages(bot.__path__, "bot.") if module.name != "bot.__main__"]
    for name in (*names, *IMPORTED_LATER):
        importlib.import_module(name)
    from bot.store.engine.migrations import scripts
    from bot.store.engine.schema_check import built_by

    built_by(tuple(sql for _, sql in scripts()))  # each process remembers it; it compares what it opens with that
    gc.collect()
    gc.freeze()  # else the first collection in each child copies every page


def serve(requests: socket.socket) -> list[str] | None:
    """Fork until the socket ends; return the command line in each child, and None in the end."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    signal.set_wakeup_fd(ends[1].fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C ends the tests, and with them this
    reports: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests, ends[0]], [], [])
        if ends[0] in ready:
            ends[0].recv(4096)
            _report_ended(reports)
        if requests not in ready:
            continue
        body, descriptors, _, _ = socket.recv_fds(requests, LARGEST_REQUEST, STREAMS + 1)
        if not body:
            return None
        *streams, report = descriptors
        number = os.fork()
        if number == 0:
            return _become(*pickle.loads(body), streams)
        for descriptor in streams:
            os.close(descriptor)
        os.write(report, b"%d\n" % number)
        reports[number] = report


def _report_ended(reports: dict[int, int]) -> None:
    while reports:
        number, status = os.waitpid(-1, os.WNOHANG)
        if not number:
            return
        report = reports.pop(number)
        try:
            os.write(report, b"%d\n" % os.waitstatus_to_exitcode(status))
        except BrokenPipeError:
            pass  # the test does not wait for it
        os.close(report)


def _become(arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> list[str]:
    """Turn a forked child into what a new Python would be; return its command line."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGHUP):  # the latter as on a terminal, also where tests run under `nohup`
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for place, descriptor in enumerate(streams):
        os.dup2(descriptor, place)
    os.closerange(STREAMS, MOST_DESCRIPTORS)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = _standard_streams()
    return arguments


def _standard_streams() -> tuple[io.TextIOWrapper, io.TextIOWrapper, io.TextIOWrapper]:
    """Open the standard streams as Python does at its start: a terminal and the errors by the line, the rest not."""

    def stream(number: int, mode: str, errors: str) -> io.TextIOWrapper:
        raw = open(number, mode + "b", closefd=False)  # noqa: SIM115  # it stays as long as the process
        by_line = number == 2 or raw.isatty()
        made = io.TextIOWrapper(raw, sys.__stdout__.encoding, errors, newline=None, line_buffering=by_line)
        made.mode = mode
        return made

    return (
        stream(0, "r", sys.__stdin__.errors or "strict"),
        stream(1, "w", sys.__stdout__.errors or "strict"),
        stream(2, "w", "backslashreplace"),
    )


def run(arguments: list[str]) -> None:
    """Run what stands behind `python` on a command line: `-m MODULE` or a file, and its arguments."""
    try:
        _run(arguments)
    except SystemExit as end:
        # As Python ends, but that it does not take everything apart first, which takes longer than most commands.
        if isinstance(end.code, int):
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise


def _run(arguments: list[str]) -> None:
    if arguments[0] == "-m":
        sys.path[0] = str(Path.cwd())
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(arguments[0]).parent)
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    control = socket.socket(fileno=int(sys.argv[1]))
    prepare()
    command = serve(control)
    if command is not None:
        control.detach()  # its descriptor is closed, or another's by now
        run(command)
