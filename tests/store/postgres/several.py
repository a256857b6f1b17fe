"""Several real processes on one database, and what each of them has sent."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from lateness import Lateness
from postgres_cluster import Cluster
from processes import start_python

from bot.store.postgres.leadership import since_boot
from bot.store.postgres.migrations import migrate

PROCESS = Path(__file__).with_name("leading_process.py")
PATIENCE = 60.0  # seconds for what takes part of one on a quiet machine


def with_tables(cluster: Cluster) -> str:
    """Create a database with newsbot's tables; return its name."""
    return cluster.create(cluster.template("newsbot", migrate))


class Message(NamedTuple):
    """What one process sent. `at`: seconds since the machine's start."""

    term: int
    at: float


class Member:
    """A process that takes part."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[Message] = []
        self.heard: list[str] = []
        self._changed = asyncio.Event()

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Take down what it writes, until it ends."""
        async for line in reader:
            what, *words = line.decode().split()
            if what == "sent":
                self.sent.append(Message(int(words[0]), float(words[1])))
            else:
                self.heard.append(words[0] if words else what)
            self._changed.set()

    async def until(self, come: Callable[[Member], object]) -> None:
        """Return as soon as `come(self)` is true of what it has written."""
        async with asyncio.timeout(PATIENCE):
            while not come(self):
                self._changed.clear()
                await self._changed.wait()

    async def sends(self, after: float = 0.0) -> Message:
        """Return the first message that it sends after a moment."""
        await self.until(lambda member: member.sent and member.sent[-1].at > after)
        return next(message for message in self.sent if message.at > after)


class Several:
    """The processes of one test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[tuple[object, asyncio.Task[None]]] = []
        self.members: list[Member] = []
        self._processes: dict[Member, object] = {}
        self._lateness = Lateness()

    async def start(self, url: str, *, connected: bool = True) -> Member:
        """Start one more, and return when it takes part; not `connected`, when it tries to."""
        process = await start_python(PROCESS, url, cwd=self._folder, env=os.environ, stdout=PIPE)
        member = Member(f"process {len(self.members) + 1}")
        assert process.stdout is not None
        self._running.append((process, asyncio.create_task(member.read(process.stdout))))
        self._processes[member] = process
        self.members.append(member)
        await member.until(lambda member: ("-" if connected else "ready") in member.heard)
        return member

    def signal(self, member: Member, number: signal.Signals) -> float:
        """Send a signal to one; return when."""
        at = since_boot()
        self._processes[member].send_signal(number)  # type: ignore[attr-defined]
        return at

    async def next_after(self, at: float, *but: Member) -> tuple[Member, Message]:
        """Return which of the members, `but` these, sends first after a moment, and what."""
        waiting = {asyncio.create_task(one.sends(at)): one for one in self.members if one not in but}
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            found = done.pop()
            return waiting[found], found.result()
        finally:
            for task in waiting:
                task.cancel()

    async def takes_over(self, at: float, *but: Member, within: float) -> tuple[Member, Message]:
        """Do the same, and assert that it sent within so many seconds of a machine that has time for it.

        What this process, which does next to nothing, waited for the processor meanwhile is not counted.
        """
        waited = self._lateness.seconds
        member, message = await self.next_after(at, *but)
        assert message.at - at < within + self._lateness.seconds - waited
        return member, message

    def turns(self) -> list[tuple[int, str, float, float]]:
        """Return each term with who sent in it, from when to when, in the order of the first messages."""
        found: dict[tuple[int, str], list[float]] = {}
        for member in self.members:
            for term, at in member.sent:
                found.setdefault((term, member.name), []).append(at)
        turns = [(term, name, min(times), max(times)) for (term, name), times in found.items()]
        return sorted(turns, key=lambda turn: turn[2])

    def assert_one_at_a_time(self) -> None:
        """Nobody sent before the one before had sent its last, and each term's number is greater than the last."""
        turns = self.turns()
        for before, after in itertools.pairwise(turns):
            assert before[3] < after[2], turns
            assert before[0] < after[0], turns

    async def end(self) -> None:
        """Kill all that still run, also those that are stopped."""
        self._lateness.stop()
        for process, reading in self._running:
            with suppress(ProcessLookupError):  # it has ended
                process.kill()  # type: ignore[attr-defined]
            await process.wait()  # type: ignore[attr-defined]
            await reading


@asynccontextmanager
async def several(folder: Path) -> AsyncIterator[Several]:
    """Run processes that end with the block."""
    running = Several(folder)
    try:
        yield running
    finally:
        await running.end()
