"""
At Telegram's limit: how much of 30 a second is used, and how often Telegram has to say "too many".

    python tests/bench/limits.py [--seconds 60]

The stub accepts 30 in any sliding second, which is stricter than Telegram. Beside newsbot, one after the other:
python-telegram-bot with its AIORateLimiter, told to try again as often as it takes. At the end newsbot is told to
wait once more without cause, and nothing more may be refused within 10 s.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import crew
import stub as far
import table
import town

LIMIT = 30
LATENCY = 0.05
AFTER = 10  # seconds without a second 429


def ours(base: Path, stub: far.Stub, seconds: float) -> dict[str, Any]:
    crew.finished(crew.start(base, stub.url, rate=LIMIT, seconds=seconds))
    return dict(stub.ask("stats"))


def injected(base: Path, stub: far.Stub) -> list[float]:
    """Refuse one message in the midst of a broadcast, and return when messages were refused."""
    process = crew.start(base, stub.url, rate=LIMIT, seconds=AFTER + 4)
    while stub.ask("stats")["accepted"] < 2 * LIMIT:
        time.sleep(0.1)
    stub.ask("throttle", times=1)
    crew.finished(process)
    return list(stub.ask("stats")["refused_at"])


async def theirs(url: str, seconds: float) -> None:
    """Send for so long with python-telegram-bot's limiter, over its own client."""
    from telegram.error import TelegramError
    from telegram.ext import AIORateLimiter, ExtBot

    limiter = AIORateLimiter(max_retries=100)
    async with ExtBot(far.TOKEN, base_url=f"{url}/bot", rate_limiter=limiter) as bot:

        async def send(chat: int) -> None:
            with contextlib.suppress(TelegramError):
                await bot.send_photo(chat, town.FILE_ID, caption="Batteries in an old mine shaft")

        sends = [asyncio.create_task(send(town.FIRST_CHAT + n)) for n in range(int(LIMIT * seconds * 1.2))]
        await asyncio.sleep(seconds)
        for one in sends:
            one.cancel()
        await asyncio.gather(*sends, return_exceptions=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with town.scratch() as folder:
        base = town.build(folder / "base.db", int(asked.seconds + AFTER + 10) * LIMIT)
        asyncio.run(town.ready_to_send(base))
        with far.far_side(latency=LATENCY, limit=LIMIT) as stub:
            did = ours(town.copy(base, folder / "ours.db"), stub, asked.seconds)
            stub.ask("forget")
            refused = injected(town.copy(base, folder / "injected.db"), stub)
            stub.ask("forget")
            others = None
            if find_spec("aiolimiter"):  # pip install 'python-telegram-bot[rate-limiter]'
                subprocess.run([sys.executable, __file__, "--theirs", stub.url, str(asked.seconds)], check=True)
                others = stub.ask("stats")
    rate = did["accepted"] / asked.seconds
    again = [at - refused[0] for at in refused[1:] if at - refused[0] < AFTER]
    table.print_table(
        f"Under a limit of {LIMIT} a second for {asked.seconds:g} s at 50 ms round trips",
        ("who", "accepted a second", "429s", "target", ""),
        [
            (
                "newsbot",
                f"{rate:.2f}",
                len(did["refused_at"]),
                "≥ 28.5, none",
                table.verdict(rate >= 28.5 and not did["refused_at"]),
            ),
            ("... more 429s within 10 s of a stray one", "", len(again), "none", table.verdict(not again)),
            (
                "python-telegram-bot, AIORateLimiter",
                f"{others['accepted'] / asked.seconds:.2f}" if others else "aiolimiter is not installed",
                len(others["refused_at"]) if others else "",
                "",
                "",
            ),
        ],
        "n = 1 run each, the start-up of newsbot's database included",
    )
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--theirs"]:
        table.pin()
        asyncio.run(theirs(sys.argv[2], float(sys.argv[3])))
    else:
        sys.exit(main())
