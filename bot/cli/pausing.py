"""`newsbot pause` and `resume`: holding and releasing all pushes. A running bot notices within a second."""

from __future__ import annotations

import asyncio

from bot.cli.shell import me, now, opened, say
from bot.settings import read_settings
from bot.store.desk import audit_log
from bot.store.engine import metadata


def pause() -> int:
    """Hold all pushes. Replies go on."""
    changed = asyncio.run(_set_paused(True))
    say(
        "All pushes are held; replies go on. `newsbot resume` releases them." if changed else "Pushes are held already."
    )
    return 0


def resume() -> int:
    """Release all pushes."""
    changed = asyncio.run(_set_paused(False))
    say("Pushes go on." if changed else "Pushes were not held.")
    return 0


async def _set_paused(paused: bool) -> bool:
    """Hold or release, and return whether that changed anything."""
    at = now()
    async with opened(read_settings()) as db, db.transaction() as conn:
        if await metadata.is_paused(conn) == paused:
            return False
        await metadata.put(conn, "paused", at.isoformat() if paused else None)
        await audit_log.record(conn, "pause" if paused else "resume all", at=at, person=me())
        return True
