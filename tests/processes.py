"""
Real processes of newsbot, without the half second that Python and its imports take: forked from `fork_server`.

`start_python` takes what `asyncio.create_subprocess_exec` takes and returns what can be used like its process. Python
is started anew where the start itself is the subject, and where an environment says something to Python itself.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import pickle
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO

FORK_SERVER = Path(__file__).with_name("fork_server.py")
# What Python, or a library when it is imported, reads once: aiohttp knows by then whose certificates count. The server
# has not read the two below, and a forked process need not.
_READ_BY_PYTHON = ("PYTHON", "LANG", "LC_", "SSL_CERT_")
_NOT_READ = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}

Stream = int | IO[bytes] | None


class Process(asyncio.Protocol):
    """A forked process: the parts of `asyncio.subprocess.Process` that tests use."""

    stdin: asyncio.StreamWriter | None = None
    stdout: asyncio.StreamReader | None = None
    stderr: asyncio.StreamReader | None = None

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.started: asyncio.Future[int] = loop.create_future()
        self._ended: asyncio.Future[int] = loop.create_future()
        self._told = b""

    def data_received(self, data: bytes) -> None:
        """Read the process's number and, when it has ended, how."""
        self._told += data
        for future, line in zip((self.started, self._ended), self._told.split(b"\n")[:-1], strict=False):
            if not future.done():
                future.set_result(int(line))

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.started, self._ended):
            if not future.done():
                future.set_exception(ConnectionError("the fork server has ended"))
                future.exception()  # nobody may be waiting

    @property
    def pid(self) -> int:
        return self.started.result()

    @property
    def returncode(self) -> int | None:
        """The exit status, a signal's number below zero; None while it runs."""
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def communicate(self, input: bytes | None = None) -> tuple[bytes, bytes]:
        """Give it `input`, and return all that it writes to pipes once it has ended."""

        async def give() -> None:
            assert self.stdin is not None
            try:
                self.stdin.write(input or b"")
                await self.stdin.drain()
            except ConnectionError:
                pass  # it does not read to the end
            self.stdin.close()

        async def read(stream: asyncio.StreamReader | None) -> bytes:
            return b"" if stream is None else await stream.read()

        giving = [] if self.stdin is None else [asyncio.ensure_future(give())]
        out, err, *_ = await asyncio.gather(read(self.stdout), read(self.stderr), *giving)
        await self.wait()
        return out, err

    def send_signal(self, number: int) -> None:
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


async def start_python(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str],
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
    forked: bool = True,
) -> Process | asyncio.subprocess.Process:
    """Run `python ARGUMENTS`: `-m MODULE …` or a file, and what it is given.

    Not `forked` is for tests of what happens while all is being loaded.
    """
    if not forked or sys.platform != "linux" or _read_by_python(env) != _read_by_python(os.environ):
        streams = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, *map(str, arguments)), cwd=cwd, env=env, preexec_fn=_on_a_terminal, **streams
        )
    process, loop, theirs = Process(), asyncio.get_running_loop(), []
    if stdin == PIPE:
        end, ours = os.pipe()
        theirs.append(end)
        transport, protocol = await loop.connect_write_pipe(_flow, os.fdopen(ours, "wb", 0))
        process.stdin = asyncio.StreamWriter(transport, protocol, None, loop)
    else:
        theirs.append(_descriptor(stdin, 0))
    for name, stream, number in (("stdout", stdout, 1), ("stderr", stderr, 2)):
        if stream == PIPE:
            ours, end = os.pipe()
            theirs.append(end)
            setattr(process, name, reader := asyncio.StreamReader())
            await loop.connect_read_pipe(lambda reader=reader: asyncio.StreamReaderProtocol(reader), _opened(ours))
        else:
            theirs.append(os.dup(theirs[1]) if stream == STDOUT else _descriptor(stream, number))
    ours, end = os.pipe()
    theirs.append(end)
    await loop.connect_read_pipe(lambda: process, _opened(ours))
    command = [str(one) for one in arguments], str(cwd), dict(env)
    socket.send_fds(_server(), [pickle.dumps(command)], theirs)
    for descriptor in theirs:
        os.close(descriptor)
    await process.started
    return process


def _on_a_terminal() -> None:
    """Let a process meet SIGHUP as it does on a terminal, also where the tests themselves run under `nohup`."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _flow() -> asyncio.StreamReaderProtocol:
    """Return a protocol for a pipe that is only written to."""
    return asyncio.StreamReaderProtocol(asyncio.StreamReader())


def _opened(descriptor: int) -> IO[bytes]:
    return os.fdopen(descriptor, "rb", 0)


def _descriptor(stream: Stream, number: int) -> int:
    """Return a descriptor of our own for a stream that is no pipe; `number` is that of ours, for None."""
    if stream == DEVNULL:
        return os.open(os.devnull, os.O_RDWR)
    if stream is None:
        return os.dup(number)
    return os.dup(stream if isinstance(stream, int) else stream.fileno())


def _read_by_python(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_READ_BY_PYTHON) and name not in _NOT_READ}


@cache
def _server() -> socket.socket:
    """Start this test process's server at its first command."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, str(FORK_SERVER), str(theirs.fileno())]
        env = {name: value for name, value in os.environ.items() if name not in _NOT_READ}
        server = subprocess.Popen(command, env=env, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours
