"""
The event loop of the process: the fastest that is installed, without searches for garbage, ended by signals.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Coroutine
from typing import Any


def run_loop(main: Coroutine[Any, Any, int]) -> int:
    """Run `main` on the fastest event loop that is installed and return its result."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)


def tune_garbage_collector() -> None:
    """Exclude what was loaded so far from garbage collection, raise the collector's threshold, and switch it on.

    A broadcast allocates hundreds of thousands of small values without cycles; looking for cycles among them took a
    tenth of its time. Source: https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()  # `bot.cli.process` loads the bot without it


async def first_of(*tasks: asyncio.Task[Any]) -> None:
    """Wait until one of these tasks has ended."""
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set, and SIGHUP unless it is ignored, as under `nohup`."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
