"""Learning which group discusses which channel: no update says so, so it is asked when somebody decides something."""

from __future__ import annotations

from bot.domain.chat import Chat, ChatKind
from bot.services.readers import linked_groups
from bot.telegram_edge.kit.context import BotContext

SUPERGROUPS = -1_000_000_000_000  # a basic group discusses no channel, and has a number above


async def learn_link(ctx: BotContext, chat: Chat) -> Chat:
    """Return a chat as it stands once Telegram has been asked what is linked to it. What it does not say stays."""
    if chat.kind is ChatKind.PRIVATE or chat.id > SUPERGROUPS:
        return chat
    is_told, linked = await ctx.linked_chats.of(chat.id, ctx.clock())
    if is_told and chat.kind is ChatKind.GROUP:
        return await linked_groups.link(ctx.db, chat.id, linked) or chat
    if linked is not None:
        await linked_groups.link(ctx.db, linked, chat.id)
    return chat
