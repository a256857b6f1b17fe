"""How one chat sees newsbot, put together from what it has set and what the operator chose."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.chat import Chat, ChatKind, Pictures
from bot.render.locale import words_for
from bot.render.look import Look, Surface
from bot.settings import Settings


def look_of(chat: Chat, settings: Settings, bot_username: str) -> Look:
    """Return a chat's look."""
    zone = settings.timezone if chat.zone is None else ZoneInfo(chat.zone)
    return _look(chat.language, settings.language, zone, chat.pictures, chat.kind, bot_username)


@lru_cache(maxsize=1024)
def _look(language: str, fallback: str, zone: ZoneInfo, pictures: Pictures, kind: ChatKind, bot_username: str) -> Look:
    return Look(words_for(language, fallback), zone, pictures, Surface(kind.value), bot_username)
