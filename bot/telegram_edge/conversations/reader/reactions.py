"""Keeping an article by reacting to its push, for whoever reacted."""

from __future__ import annotations

from bot.domain.reactions import keeps
from bot.render.reader.card import keyboard
from bot.services.readers import browsing, reading
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation
from bot.telegram_edge.kit.request import ReactionRequest


async def reacted(ctx: BotContext, reaction: ReactionRequest) -> None:
    """Keep the article or let it go. In the person's own chat the button under it shows which, as a press would."""
    now = ctx.clock()
    if not reaction.is_private and not await browsing.count_answer(ctx.db, None, reaction.person, now):
        return  # one person costs no more over all groups by reacting than by pressing
    number = await reading.react(
        ctx.db,
        reaction.chat.id,
        reaction.message_id,
        reaction.person,
        keeps=keeps(reaction.emojis),
        language=reaction.language,
        now=now,
    )
    if number is None or not reaction.is_private:
        return
    standing = await reading.standing(
        ctx.db, number, reason=None, chat=reaction.chat.id, person=reaction.person, now=now
    )
    look = ctx.look(reaction.chat)
    await reaction.redraw_keyboard(keyboard(standing.article, look, reason=standing.reason, saved=standing.saved))


CONVERSATION = Conversation(name="reactions", reaction=reacted)
