"""Records which forum threads are closed or deleted; `telegram_edge.notifications.alerts` tells their chats."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.delivery import Sent, ThreadGone
from bot.services.delivery.item import Item
from bot.store.engine.database import Connection
from bot.store.readers import closed_threads
from bot.store.readers.closed_threads import Place


async def note_threads(conn: Connection, answered: Iterable[Item], now: datetime) -> None:
    """Record, in the order of the answers, which threads took a message and which no longer do."""
    opened: set[Place] = set()
    closed: set[Place] = set()
    for item in answered:
        place = item.delivery.chat, item.delivery.thread
        match item.outcome:
            case Sent(strayed=True):
                closed.add(place)
            case Sent():
                opened.add(place)
                closed.discard(place)
            case ThreadGone():
                closed.add(place)
    if opened:
        await closed_threads.end(conn, opened)
    if closed:
        await closed_threads.begin(conn, closed, now)
