"""
A process that takes part in leadership and "sends" while it may: a line is a message that has left.

    python leading_process.py ADDRESS

`sent TERM TIME` each few milliseconds, with the time before it was asked whether it may; `heard WHAT` for a wake-up;
`ready` once it takes part. Times are seconds since the machine's start, the same in every process.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from bot.store.postgres.leadership import Leadership, since_boot


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def main(url: str) -> None:
    leadership = Leadership(url, f"test:{os.getpid()}", heard=lambda what: say("heard", what or "-"))

    async def send(term: int) -> None:
        while True:
            now = since_boot()
            if leadership.leads(term):
                say("sent", term, now)
            await asyncio.sleep(0.005)

    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    taking_part = asyncio.create_task(leadership.run())
    sending = asyncio.create_task(leadership.while_leading(send))
    say("ready")
    await end.wait()
    sending.cancel()
    await asyncio.wait([sending])
    taking_part.cancel()
    await asyncio.wait([taking_part])


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(main(sys.argv[1]))
