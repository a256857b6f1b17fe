"""What people wrote, with the formatting that they gave it."""

from __future__ import annotations

import re

import telegram
from telegram.constants import MessageEntityType

from bot.domain.text import Entity, Text, part

# Addresses, hashtags and the like are not among them: Telegram finds those by itself in whatever is sent. A custom
# emoji stays the plain one under it, because only few bots may send them.
# Source: https://core.telegram.org/bots/api#messageentity
_FORMATTING = frozenset(
    {
        MessageEntityType.BOLD, MessageEntityType.ITALIC, MessageEntityType.UNDERLINE, MessageEntityType.STRIKETHROUGH,
        MessageEntityType.SPOILER, MessageEntityType.BLOCKQUOTE, MessageEntityType.EXPANDABLE_BLOCKQUOTE,
        MessageEntityType.CODE, MessageEntityType.PRE, MessageEntityType.TEXT_LINK, MessageEntityType.TEXT_MENTION,
    }
)  # fmt: skip


def said_in(message: telegram.Message, command: re.Match[str] | None) -> Text:
    """Return what a message or caption says behind its command, or all of it, without space around it."""
    string = message.text or message.caption or ""
    start = 0 if command is None else len(string) if command[3] is None else command.start(3)
    rest = string[start:]
    start += len(rest) - len(rest.lstrip())
    entities = message.entities or message.caption_entities
    whole = Text(string, tuple(_entity(one) for one in entities if one.type in _FORMATTING))
    return part(whole, start, max(start, len(string.rstrip())))


def _entity(span: telegram.MessageEntity) -> Entity:
    """Return one span in our words. Somebody who has no name in Telegram is linked to by their number.

    Source: https://core.telegram.org/api/links#user-links, https://core.telegram.org/bots/api#formatting-options
    """
    if span.user is not None:
        return Entity("text_link", span.offset, span.length, url=f"tg://user?id={span.user.id}")
    return Entity(span.type, span.offset, span.length, url=span.url, language=span.language)
