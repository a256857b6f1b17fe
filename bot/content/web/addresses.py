"""
Resolving the names of hosts, in threads of their own.

The event loop's threads do other work, and its end waits for them; a name server that does not answer would hold up
both. These are left behind when nobody waits for them any more.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Return the IP addresses of a host, best first, for a port. Raises: OSError when it has none."""


async def resolve(host: str, port: int) -> list[str]:
    """Return what this machine's resolver says of a host. Raises: OSError."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str] | None, error: Exception | None) -> None:
        if answer.done():  # nobody waits any more
            return
        if addresses is None:
            answer.set_exception(error or OSError(f"{host} has no address"))
        else:
            answer.set_result(addresses)

    def ask() -> None:
        addresses, failure = None, None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA cannot have
            failure = error if isinstance(error, OSError) else OSError(str(error))
        try:
            loop.call_soon_threadsafe(settle, addresses, failure)
        except RuntimeError:  # the loop has ended meanwhile
            pass

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    return await answer
