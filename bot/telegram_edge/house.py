"""What every conversation may reach: built once by `app`, passed in, never global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import telegram

from bot.services.places import Gazetteer
from bot.services.purse import Purse
from bot.settings import Settings
from bot.store.database import Database
from bot.telegram_edge.admin import Administrators
from bot.telegram_edge.gateway import Gateway
from bot.telegram_edge.pacer import Pacer
from bot.telegram_edge.registry import Registry


@dataclass(frozen=True, slots=True)
class House:
    """The parts a handler works with.

    `clock` gives the time as an aware UTC datetime; `wake` tells the dispatcher that something was promised,
    stopped or released, so that it does not wait for its next look at the database. `bot` answers people; news
    leaves through `gateway`. Both ask `pacer` first, and both are paid for from `purse`, if anything is.
    """

    db: Database
    bot: telegram.Bot
    gateway: Gateway
    pacer: Pacer
    purse: Purse
    registry: Registry
    administrators: Administrators
    settings: Settings
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    bot_id: int
    bot_username: str
    gazetteer: Gazetteer = field(default_factory=Gazetteer)
