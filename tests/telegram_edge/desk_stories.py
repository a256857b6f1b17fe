"""The newsroom's desk for stories: all conversations, a dispatcher and notifications that move when told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from press_room import PressRoom, press_room
from story import EDITH, StoryHouse, story_house

from bot.telegram_edge.conversations.editor import (
    audit_log,
    delivery_report,
    drafts,
    publishing,
    statistics,
    uploads,
)
from bot.telegram_edge.notifications.notifier import Notifier

DESK = (
    drafts.CONVERSATION,
    publishing.CONVERSATION,
    delivery_report.CONVERSATION,
    uploads.CONVERSATION,
    audit_log.CONVERSATION,
    statistics.CONVERSATION,
)


class Desk:
    """Edith's desk: `house` and `room` as their stories have them, and the notifications in between."""

    def __init__(self, house: StoryHouse, room: PressRoom) -> None:
        self.house = house
        self.room = room
        self.notifications = Notifier(house.ctx)

    async def turn(self) -> None:
        """Let the notifications draw and tell what is due, without anything being sent to readers."""
        await self.notifications.turn()
        await self.notifications.settled()

    async def run(self) -> None:
        """Send all that is due, and let the notifications say so."""
        await self.room.run()
        await self.turn()

    async def passes(self, seconds: float) -> None:
        self.house.clock.advance(timedelta(seconds=seconds))
        await self.turn()

    async def says(self, text: str, **how: Any) -> None:
        await self.house.says(EDITH, text, **how)
        await self.turn()

    async def presses(self, label: str) -> str | None:
        toast = await self.house.presses(EDITH, label)
        await self.turn()
        return toast

    @property
    def numbers(self) -> str:
        """The newest message that is no picture: below the numbers of /stats follows a chart."""
        return plain([message["text"] for message in self.house.messages(EDITH) if "text" in message][-1])

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))

    @property
    def screens(self) -> list[str]:
        return [plain(screen) for screen in self.house.screens(EDITH)]

    @property
    def buttons(self) -> list[list[str]]:
        return self.house.buttons(EDITH)


def plain(text: str) -> str:
    """Return a text without the marks that keep foreign words apart."""
    return text.translate(dict.fromkeys(map(ord, "\u2060\u2068\u2069"))).replace("\N{NO-BREAK SPACE}", " ")


@asynccontextmanager
async def desk_of(folder: Path, **settings: Any) -> AsyncIterator[Desk]:
    """Open the newsroom; `settings` are those of the house."""
    async with story_house(folder, **{"content": str(folder), **settings}) as house, press_room(house, folder) as room:
        await house.starts(EDITH)
        yield Desk(house, room)
