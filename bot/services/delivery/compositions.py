"""
The compositions of the campaigns under way: each is made once, and anew when its subject was revised.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

from bot.content.web.pictures import PictureSource
from bot.domain.delivery import Operation
from bot.domain.message import Message
from bot.services.delivery.composing import Composition
from bot.services.delivery.kinds import Kind
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection


class Compositions:
    """Keeps one composition for each campaign. `prepare` serialises a message to be sent, `prepare_edit` one that
    takes the place of another."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        *,
        prepare: Callable[[Message], Any],
        prepare_edit: Callable[[Message], Any],
        pictures: PictureSource,
    ) -> None:
        self._kinds = kinds
        self._prepare = prepare
        self._prepare_edit = prepare_edit
        self._pictures = pictures
        self._made: dict[int, Composition[Any]] = {}  # by campaign

    async def of(self, conn: Connection, campaign: Campaign) -> Composition[Any]:
        """Return what a campaign sends, made anew when its subject was revised."""
        kind = self._kinds[campaign.kind]
        found = self._made.get(campaign.id)
        if found is None or found.revision != await kind.revision(conn, campaign):
            prepare = self._prepare_edit if kind.operation is Operation.EDIT else self._prepare
            found = await kind.compose(conn, campaign, prepare, self._pictures)
            self._made[campaign.id] = found
        return found

    def keep(self, running: Container[int]) -> None:
        """Forget the compositions of campaigns that no longer run."""
        self._made = {number: one for number, one in self._made.items() if number in running}
