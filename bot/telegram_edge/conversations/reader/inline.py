"""Passing stories on: cards for whoever writes the bot's name in a chat, whether the bot is there or not."""

from __future__ import annotations

from bot.domain.browsing import place_of
from bot.domain.chat import Chat
from bot.render.reader.inline import inline_card, nothing_found
from bot.services.readers import inline
from bot.telegram_edge.conversations.reader.search import MAX_QUERY_LENGTH
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.inline_request import InlineRequest
from bot.telegram_edge.kit.registry import Conversation

CARDS = 20
"""Cards in an answer, of the 50 that Telegram takes: what is further down is asked for when somebody scrolls."""


async def answer(ctx: BotContext, request: InlineRequest) -> None:
    """Answer what somebody asks in any chat. Who asks too often is not answered; clients ask again by themselves."""
    now = ctx.clock()
    if not ctx.inline_quota.ask(request.person, now):
        return
    after = place_of(request.offset)
    if request.offset and after is None:
        await request.answer([])  # no offset of ours
        return
    words = request.args[:MAX_QUERY_LENGTH]
    shown, older, chat = await inline.find(ctx.db, request.person, words, size=CARDS, after=after)
    # Their client's language, unless they chose one: whoever reads the card is likely to read theirs.
    look = ctx.look(chat or Chat(request.person, language=request.language))
    await request.answer(
        [inline_card(one.article, one.topic, look, now, one.picture) for one in shown],
        next_offset="" if older is None else older.offset,
        invitation="" if shown or after is not None else nothing_found(request.words),
    )


CONVERSATION = Conversation(name="inline", inline=answer)
