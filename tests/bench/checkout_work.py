"""
What a benchmark has done with the code of a checkout, as a process of its own.

    python checkout_work.py /path/to/checkout town '{"database": "town.db", "chats": 1000}'

prints what it measured as JSON. Only what has stood in `town.py`, `crew.py` and `bot` for long is used here.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any


def town(database: str, chats: int, follows: int = 1) -> dict[str, Any]:
    """Build a town."""
    import town

    town.build(Path(database), chats, follows=follows)
    return {}


async def promise(database: str) -> dict[str, Any]:
    """Publish an article to everybody and give all its rows; how long the rows took."""
    import crew
    import town

    db = await town.Database.open(Path(database))  # wherever a checkout has it
    await town.publish(db, "sending")
    began, used = time.perf_counter(), crew.processor_time()
    await town.spread_all(db)
    did = {"seconds": time.perf_counter() - began, "cpu": crew.processor_time() - used}
    await db.close()
    return did


async def settle(database: str, url: str, in_flight: int = 64) -> dict[str, Any]:
    """Claim and settle all that is due; every message is answered at once, without leaving."""
    import crew

    from bot.domain.delivery import Outcome, Sent

    message_id = random.randrange(10**9)
    name = "send_port" if hasattr(crew, "send_port") else "wire"  # as it was called at first
    plain: Callable[..., Any] = getattr(crew, name)

    def answering(*parts: Any) -> Any:
        async def send(*what: Any) -> Outcome:
            nonlocal message_id
            message_id += 1
            return Sent(message_id)

        return replace(plain(*parts), send=send)

    setattr(crew, name, answering)
    async with crew.crew(Path(database), url, in_flight=in_flight) as found:
        began, used = time.perf_counter(), crew.processor_time()
        await crew.spread_and_send(found)
        return {"seconds": time.perf_counter() - began, "cpu": crew.processor_time() - used}


def main(checkout: str, what: str, given: str) -> None:
    sys.path[:1] = [f"{checkout}/tests/bench", checkout]  # not this file's folder
    import crew
    import table

    table.pin()
    asked: Callable[..., Any] = {"town": town, "promise": promise, "settle": settle}[what]
    done = asked(**json.loads(given))
    print(json.dumps(crew.run(done) if isinstance(done, Awaitable) else done))


if __name__ == "__main__":
    main(*sys.argv[1:])
