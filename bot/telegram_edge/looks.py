"""How one chat sees newsbot, put together from what it has set and what the operator chose."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.chat import Chat
from bot.render.locale import words_for
from bot.render.look import Look, Surface
from bot.settings import Settings


def look_of(chat: Chat, settings: Settings, bot_username: str) -> Look:
    """Return a chat's look."""
    return Look(
        words=words_for(chat.language, settings.language),
        zone=settings.timezone if chat.zone is None else ZoneInfo(chat.zone),
        pictures=chat.pictures,
        surface=Surface(chat.kind.value),
        bot_username=bot_username,
    )
