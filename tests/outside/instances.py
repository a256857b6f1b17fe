"""Several bots' processes that are one bot: on one PostgreSQL, in front of one Telegram."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from lateness import Lateness
from postgres_cluster import free_port
from street import PATIENCE, Street

FIRST_READER = 700_000
ON_THE_WIRE = 64  # messages that one process has at once


@dataclass(eq=False)
class Instance:
    """One process, and where it says how it is."""

    process: Any
    url: str

    async def asks(self, path: str) -> tuple[int, str]:
        """Return status and text of what it answers; 0 when it does not."""
        patience = aiohttp.ClientTimeout(total=10)
        with suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=patience) as client, client.get(self.url + path) as answer:
                return answer.status, await answer.text()
        return 0, ""

    async def rate(self) -> float:
        """Return how many messages a second it allows itself."""
        _, text = await self.asks("/metrics")
        return float(next(line for line in text.splitlines() if line.startswith("newsbot_rate ")).split()[1])

    async def leads(self) -> bool:
        """Return what it says of itself: whether it is the one that sends."""
        _, text = await self.asks("/metrics")
        return re.search(r"^newsbot_leader 1\.0$", text, re.MULTILINE) is not None


@dataclass
class Instances:
    """The processes of a street whose database is on a server."""

    here: Street
    running: list[Instance] = field(default_factory=list)
    lateness: Lateness = field(default_factory=Lateness)
    _read: int = 0  # calls of the ledger
    _times: list[float] = field(default_factory=list)
    _reached: set[int] = field(default_factory=set)

    @property
    def log(self) -> Path:
        """What all of them log. Whoever has lost its database says so, and that is no failure of the bot's."""
        return self.here.folder / "instances.txt"

    async def start(
        self, port: int | None = None, *, differs: float = 0.0, looks: bool = True, **changed: str
    ) -> Instance:
        """Start one more, which listens on a port, and return when it can answer people.

        Its machine's clock `differs` by so many seconds. One that never `looks` knows only by wake-ups what others do.
        """
        port = port or free_port()
        what: tuple[str | Path, ...] = ("-m", "bot", "run")
        if differs:
            what = Path(__file__).with_name("skewed.py"), str(differs)
        elif not looks:
            what = (Path(__file__).with_name("never_looking.py"),)
        with self.log.open("ab") as log:
            listens = f"127.0.0.1:{port}"
            changed = {"HTTP": listens, "LISTEN": listens, **changed}
            process = await self.here._start(*what, changed=changed, stdout=log, stderr=log)
        started = Instance(process, f"http://127.0.0.1:{port}")
        self.running.append(started)
        async with asyncio.timeout(PATIENCE):
            while (await started.asks("/readyz"))[0] != 200:
                assert process.returncode is None, self.log.read_text()[-2000:]
                await asyncio.sleep(0.05)
        return started

    async def leader(self, *but: Instance) -> Instance:
        """Wait until one of them, but these, says that it sends, and return it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for one in self.running:
                    if one not in but and await one.leads():
                        return one
                await asyncio.sleep(0.05)

    async def end(self, one: Instance, how: signal.Signals = signal.SIGTERM) -> float:
        """Let one end, and return when it had."""
        self.running.remove(one)
        one.process.send_signal(how)
        async with asyncio.timeout(PATIENCE):
            await one.process.wait()
        return time.time()

    # Readers, and what they got

    def readers(self, many: int) -> range:
        """Let so many people have started the bot and follow Energy."""
        ids = range(FIRST_READER, FIRST_READER + many)
        for id in ids:
            self.here.world.add_person(f"Reader {id}", id=id, has_started=True)
        with psycopg.connect(self.here.variables["NEWSBOT_DATABASE"]) as conn:
            conn.execute("SET search_path = newsbot")
            conn.execute(
                "INSERT INTO chats (id, kind, since, state_at) SELECT id, 'private', 1, 1 FROM unnest(%s::bigint[]) id",
                (list(ids),),
            )
            conn.execute(
                "INSERT INTO subscriptions (topic, chat, since) SELECT number, chat, 1 "
                "FROM topics CROSS JOIN unnest(%s::bigint[]) AS chat WHERE name = 'Energy'",
                (list(ids),),
            )
        return ids

    def times(self, readers: range) -> list[float]:
        """Return when messages came to readers, in order."""
        self._read_on(readers)
        return self._times

    async def sent(self, readers: range, many: int) -> None:
        """Wait until so many messages have come to readers."""
        await self.here.until(lambda: len(self.times(readers)) >= many, f"{many} messages")

    async def all_sent(self, readers: range) -> None:
        """Wait until every reader has a message."""
        await self.here.until(lambda: not self.without(readers), "a message for everybody")

    def without(self, readers: range) -> int:
        """Return how many readers have no message yet."""
        self._read_on(readers)
        return len(readers) - len(self._reached)

    def _read_on(self, readers: range) -> None:
        """Take in what has come since the last look: a broadcast is long, and it is looked at with each message."""
        ledger = self.here.world.ledger
        for place in range(self._read, len(ledger)):
            call = ledger[place]
            if call.made_a_message and call.chat_id in readers:
                self._times.append(call.at)
                self._reached.add(call.chat_id)
        self._read = len(ledger)

    async def delivered(self, article: str) -> dict[str, Any]:
        """Wait until nothing of an article's is on its way, and return what `newsbot delivery` says of it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                printed = await self.here.shell("delivery", article, "--json")
                told: dict[str, Any] = json.loads(printed.out)["delivery"]
                if told["waiting"] == 0:
                    return told
                await asyncio.sleep(0.2)

    async def gone_out(self, readers: range, many: int) -> None:
        """Publish the draft `lake`, and return when so many readers have it."""
        assert (await self.here.shell("publish", "lake")).status == 0
        await self.sent(readers, many)

    async def goes_on(self, readers: range, since: float, within: float) -> None:
        """Assert that the next message came so soon after a blow, on a machine that has time for it."""
        before, waited = len(self.times(readers)), self.lateness.seconds
        await self.sent(readers, before + 1)
        assert self.times(readers)[before] - since < within + self.lateness.seconds - waited

    async def finished(self, readers: range, *, twice: int) -> None:
        """Assert that every reader gets `lake`, so many at most twice, and that these are counted."""
        await self.all_sent(readers)
        told = await self.delivered("lake")
        assert (told["reached"], told["failed"], told["waiting"]) == (len(readers), 0, 0)
        assert 0 <= self.twice(readers) <= min(twice, told["perhaps_twice"]), "and who may have it twice is counted"

    def twice(self, readers: range) -> int:
        """Return how many messages too many came, in all."""
        return len(self.times(readers)) - len(readers)


@asynccontextmanager
async def instances(here: Street) -> AsyncIterator[Instances]:
    """Give none yet; those that run at the end are ended, also one that is stopped."""
    several = Instances(here)
    try:
        yield several
    finally:
        several.lateness.stop()
        for one in several.running:
            with suppress(ProcessLookupError):
                one.process.send_signal(signal.SIGCONT)
                one.process.kill()
            await one.process.wait()
