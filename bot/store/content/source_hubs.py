"""WebSub: which hub each source's feed names, and how our subscription stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from bot.domain.source import Source
from bot.store.content.sources import source_of
from bot.store.content.story_json import epoch, moment_or_none
from bot.store.engine.database import Connection


@dataclass(frozen=True, slots=True)
class HubState:
    """How a source stands with its WebSub hub.

    `hub` and `topic` are as its feed names them; `token` is the unguessable part of our address for the hub, and
    `secret` what the hub signs with. `until` is the end of the subscription, None while it is not confirmed; `asked_at`
    when one was last asked for.
    """

    hub: str
    topic: str
    token: str
    secret: str
    asked_at: datetime | None = None
    until: datetime | None = None


async def hub_state(conn: Connection, number: int) -> HubState | None:
    """Return how a source stands with its hub; None when it has none."""
    rows = await conn.execute_fetchall(
        "SELECT * FROM sources WHERE number = :number AND hub IS NOT NULL", {"number": number}
    )
    return next((_hub(row) for row in rows), None)


async def by_hub_token(conn: Connection, token: str) -> tuple[Source, HubState] | None:
    """Return the source whose hub was given this part of our address; None when none was."""
    rows = await conn.execute_fetchall(
        "SELECT * FROM sources WHERE hub_token = :token AND hub IS NOT NULL", {"token": token}
    )
    return next(((source_of(row), _hub(row)) for row in rows), None)


async def unwanted_hubs(conn: Connection, limit: int) -> list[tuple[int, HubState]]:
    """Return sources that are asked no more and are still subscribed at their hubs, by number, as many as `limit`."""
    rows = await conn.execute_fetchall(
        """
        SELECT * FROM sources WHERE hub_until IS NOT NULL AND state NOT IN ('active', 'failing')
        ORDER BY number LIMIT :limit
        """,
        {"limit": limit},
    )
    return [(int(row["number"]), _hub(row)) for row in rows]


async def set_hub(conn: Connection, number: int, hub: HubState | None) -> None:
    """Store how a source stands with its hub; None: it has none any more."""
    await conn.execute(
        """
        UPDATE sources SET hub = :hub, hub_topic = :topic, hub_token = :token, hub_secret = :secret,
            hub_asked_at = :asked_at, hub_until = :until
        WHERE number = :number
        """,
        {
            "number": number,
            "hub": hub and hub.hub,
            "topic": hub and hub.topic,
            "token": hub and hub.token,
            "secret": hub and hub.secret,
            "asked_at": None if hub is None or hub.asked_at is None else epoch(hub.asked_at),
            "until": None if hub is None or hub.until is None else epoch(hub.until),
        },
    )


def _hub(row: Row) -> HubState:
    return HubState(
        hub=row["hub"],
        topic=row["hub_topic"],
        token=row["hub_token"],
        secret=row["hub_secret"],
        asked_at=moment_or_none(row["hub_asked_at"]),
        until=moment_or_none(row["hub_until"]),
    )
