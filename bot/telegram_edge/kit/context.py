"""The BotContext: the parts that conversations use, built once by `app` and passed in, never global."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import telegram
from telegram.error import TelegramError

from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web.fetching import Fetcher
from bot.content.web.pictures import PictureSource
from bot.domain.chat import Chat, ChatKind, DigestForm, Pictures
from bot.domain.parts import Parts, arranged
from bot.render.locale import words_for
from bot.render.look import Look, Surface
from bot.services.charts.drawing import ChartDrawer
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.readers.locations import LocationSearch
from bot.services.readers.places import CitySearch
from bot.services.sources.feed_web import FeedWeb
from bot.settings import Settings
from bot.store.engine.database import Database
from bot.telegram_edge.botapi.gateway import Gateway
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.kit.administrators import Administrators
from bot.telegram_edge.kit.chat_facts import LinkedChats
from bot.telegram_edge.kit.commands import Commands
from bot.telegram_edge.kit.inline_quota import InlineQuota
from bot.telegram_edge.kit.menus import Menus
from bot.telegram_edge.kit.replies import Replies
from bot.telegram_edge.kit.sent_files import read_sent
from bot.telegram_edge.kit.side_work import SideWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BotContext:
    """The parts a handler works with.

    `clock` gives the time as an aware UTC datetime; `wake` tells the dispatcher that something was promised,
    stopped or released, so that it does not wait for its next look at the database. `bot` is initialized; it answers
    people through `replies`, and news leaves through `gateway`. Both ask `pacer` first, and both are paid for from
    `paid_budget`, if anything is. `fetcher` fetches whatever comes from the web, `parsing` reads feeds and pages in a
    process of its own, and `chart_drawer` draws in others; `side_work` is what goes on when an update has been
    answered. `inline_quota` is how much one person may ask in other chats.
    """

    db: Database
    bot: telegram.Bot
    gateway: Gateway
    pacer: Pacer
    paid_budget: PaidBudget
    commands: Commands
    settings: Settings
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    fetcher: Fetcher = field(default_factory=Fetcher)
    parsing: ParsingProcess = field(default_factory=ParsingProcess)
    side_work: SideWork = field(default_factory=SideWork)
    chart_drawer: ChartDrawer = field(default_factory=ChartDrawer)
    city_search: CitySearch = field(default_factory=CitySearch)
    location_search: LocationSearch = field(default_factory=LocationSearch)
    inline_quota: InlineQuota = field(default_factory=InlineQuota)
    administrators: Administrators = field(init=False)
    linked_chats: LinkedChats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "administrators", Administrators(self.bot))
        object.__setattr__(self, "linked_chats", LinkedChats(self.bot))

    @property
    def bot_username(self) -> str:
        return self.bot.username

    @property
    def has_inline(self) -> bool:
        """Whether the bot can be asked in any chat, as its owner has it set with @BotFather when newsbot starts."""
        return bool(self.bot.supports_inline_queries)

    @property
    def picture_source(self) -> PictureSource:
        """Where the bytes of articles' pictures come from."""
        return PictureSource(self.settings.content or Path("content"), self.fetcher, self._sent_picture)

    async def _sent_picture(self, file_id: str) -> bytes | None:
        try:
            return await read_sent(self.bot, self.settings.api_url, file_id)
        except (TelegramError, OSError) as error:
            log.info("a picture that was sent in chat could not be fetched: %s", type(error).__name__)
            return None

    @property
    def feed_web(self) -> FeedWeb:
        """The web as far as feeds go."""
        return FeedWeb(self.fetcher, self.parsing)

    @property
    def replies(self) -> Replies:
        """Sends and edits replies."""
        return Replies(self.bot, self.pacer, self.paid_budget, self.db, self.clock, self.wake)

    @property
    def menus(self) -> Menus:
        """Registers the command menus with Telegram."""
        return Menus(self.db, self.bot, self.commands, self.settings)

    def look(self, chat: Chat) -> Look:
        """Return how a chat sees newsbot."""
        return look_of(chat, self.settings, self.bot_username, has_inline=self.has_inline)


def look_of(chat: Chat, settings: Settings, bot_username: str, *, has_inline: bool = False) -> Look:
    """Return a chat's look: what it has set, and what the operator chose for the rest."""
    zone = settings.timezone if chat.zone is None else ZoneInfo(chat.zone)
    parts = settings.parts if chat.parts is None else arranged(chat.parts, settings.parts)
    return _look(
        chat.language,
        settings.language,
        zone,
        chat.pictures,
        chat.kind,
        bot_username,
        parts,
        chat.digest,
        has_inline,
    )


@lru_cache(maxsize=1024)
def _look(
    language: str,
    fallback: str,
    zone: ZoneInfo,
    pictures: Pictures,
    kind: ChatKind,
    bot_username: str,
    parts: Parts,
    digest: DigestForm,
    has_inline: bool,
) -> Look:
    surface = Surface(kind.value)
    return Look(words_for(language, fallback), zone, pictures, surface, bot_username, parts, digest, has_inline)
