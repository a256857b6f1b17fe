"""
The crew that sends: newsbot's dispatcher with its real database, transport, gateway and pacer, and nothing else.

    python tests/bench/crew.py '{"database": "town.db", "url": "http://127.0.0.1:8082"}'

runs one until nothing is due, spreading what is promised, and prints what it did as JSON: benchmarks run it as a
process of its own, so that its processor time is its own, and so that it can be killed. With `"to_the_end": true` it
runs until every campaign is done, those that are promised meanwhile too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import stub
import table
from telegram.ext import ExtBot

from bot.content.web.pictures import PictureSource
from bot.domain.database_place import Place, place_of
from bot.domain.delivery import Outcome
from bot.event_loop import tune_garbage_collector
from bot.services.delivery.attempt import SendPort
from bot.services.delivery.claiming import SendingLimits
from bot.services.delivery.dispatcher import Alarm, Dispatcher
from bot.services.delivery.fanout import fan_out_next
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.delivery.senders import SendingTools
from bot.settings import Settings
from bot.store.delivery import campaigns
from bot.store.engine.database import Database
from bot.store.opening import open_database
from bot.telegram_edge.botapi.dispatch_port import send_port
from bot.telegram_edge.botapi.gateway import Gateway
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.botapi.transport import HttpTransport, Timeouts
from bot.telegram_edge.kit.context import look_of


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Crew:
    """`alarms` are what owners would be told; `taken` the seconds of each call, if they are timed."""

    db: Database
    dispatcher: Dispatcher
    pacer: Pacer
    alarms: list[str]
    taken: list[float]


@asynccontextmanager
async def crew(
    database: Place,
    url: str,
    *,
    rate: float | None = None,
    in_flight: int = 64,
    clock: Callable[[], datetime] = utc_now,
    timeouts: Timeouts | None = None,
    is_timed: bool = False,
) -> AsyncIterator[Crew]:
    """A dispatcher ready to `run` on a database."""
    db = await open_database(database)
    transport = HttpTransport(timeouts or Timeouts())
    async with ExtBot(stub.TOKEN, base_url=f"{url}/bot", request=transport, get_updates_request=transport) as bot:
        settings = Settings(token=stub.TOKEN, api_url=url)
        pacer = Pacer(rate)
        taken: list[float] = []
        alarms: list[str] = []

        async def alarm(kind: Alarm, campaign: int | None, reason: str | None) -> None:
            alarms.append(f"{kind}: {reason}")

        tune_garbage_collector()  # as the running bot does
        port = send_port(Gateway(bot, transport), pacer)
        dispatcher = Dispatcher(
            db,
            SendingTools(
                _timed(port, taken) if is_timed else port,
                lambda chat: look_of(chat, settings, bot.username),
                PictureSource(),
            ),
            SendingLimits(rate, timedelta(days=1), PaidBudget(0, rate), in_flight),
            clock=clock,
            alarm=alarm,
        )
        try:
            yield Crew(db, dispatcher, pacer, alarms, taken)
        finally:
            await db.close()


def _timed(plain: SendPort, taken: list[float]) -> SendPort:
    async def send(*what: Any) -> Outcome:
        began = time.perf_counter()
        outcome = await plain.send(*what)
        taken.append(time.perf_counter() - began)
        return outcome

    return replace(plain, send=send)


async def spread_and_send(crew: Crew) -> None:
    """Send all that is due, spreading beside it as the bot does."""
    running = asyncio.create_task(crew.dispatcher.run())
    try:
        while await fan_out_next(crew.db, now=utc_now(), draw=random.random()):
            crew.dispatcher.wake()
        crew.dispatcher.wake()
        await crew.dispatcher.idle()
    finally:
        crew.dispatcher.stop()
        await running


async def spread_and_send_to_the_end(crew: Crew, clock: Callable[[], datetime]) -> None:
    """Send until no campaign is open, retries and what others promise meanwhile included."""
    running = asyncio.create_task(crew.dispatcher.run())
    try:
        while True:
            while await fan_out_next(crew.db, now=clock(), draw=random.random()):
                crew.dispatcher.wake()
            crew.dispatcher.wake()
            await asyncio.sleep(0.02)
            async with crew.db.reading() as conn:
                if not await campaigns.open_ones(conn):
                    break
    finally:
        crew.dispatcher.stop()
        await running


def hurried(speed: float, since: float) -> Callable[[], datetime]:
    """Return a clock that runs `speed` times as fast since a moment (Unix time): the same one in every life."""
    return lambda: datetime.fromtimestamp(since + speed * (time.time() - since), UTC)


def processor_time() -> float:
    """Seconds of processor time this process has used, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _main(
    database: str,
    url: str,
    seconds: float | None = None,
    is_timed: bool = False,
    to_the_end: bool = False,
    speed: float = 1,
    since: float = 0,
    **options: Any,
) -> None:
    if "answer" in options:
        options["timeouts"] = Timeouts(answer=options.pop("answer"))
    clock = utc_now if speed == 1 else hurried(speed, since)
    async with crew(place_of(database), url, is_timed=is_timed, clock=clock, **options) as found:
        print("{}", flush=True)  # whoever wants to kill it counts from here
        began, used = time.perf_counter(), processor_time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (spread_and_send_to_the_end(found, clock) if to_the_end else spread_and_send(found))
        print(
            json.dumps(
                {
                    "seconds": time.perf_counter() - began,
                    "cpu": processor_time() - used,
                    "taken": found.taken,
                    "alarms": found.alarms,
                    "memory": table.resident(),
                }
            ),
            flush=True,
        )


def start(database: Path, url: str, **options: Any) -> subprocess.Popen[str]:
    """Start a crew of its own on the client's core."""
    given = json.dumps({"database": str(database), "url": url, **options})
    return subprocess.Popen([sys.executable, __file__, given], stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what a crew says at its end."""
    said, _ = process.communicate()
    assert process.returncode == 0, f"the crew ended with {process.returncode}"
    return dict(json.loads(said.splitlines()[-1]))


def run(main: Any) -> Any:
    """Run a coroutine as the bot runs: on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)


if __name__ == "__main__":
    table.pin()
    run(_main(**json.loads(sys.argv[1])))
