"""A question that somebody asks in any chat, by writing the bot's name and some words, and the way to answer it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import telegram
from telegram.error import BadRequest, TelegramError

from bot.domain.delivery import Rejected
from bot.domain.message import InlineCard, Message
from bot.domain.text import Text
from bot.render.locale import Words
from bot.telegram_edge.botapi.methods import inline_result
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.kit.context import BotContext

CACHED_FOR = timedelta(seconds=10)
"""How long Telegram may give the same answer to the same person without asking: what is retracted is gone soon."""
OPENS = "inline"
"""The payload of the link that opens the bot from a question; it stands for nothing more than a bare start."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InlineRequest:
    """`args` are the words, `offset` what the answer before named as the next one's; empty for the first.

    `language` is that of the person's own client, as far as we speak it.
    """

    ctx: BotContext = field(repr=False)
    person: int
    words: Words = field(repr=False)
    language: str
    query_id: str = field(repr=False)
    args: str = field(default="", repr=False)
    offset: str = ""

    async def answer(self, cards: Sequence[InlineCard], *, next_offset: str = "", invitation: str = "") -> None:
        """Show cards to the one who asks, and above them a button that opens the bot if there is an `invitation`.

        Cards that Telegram refuses are shown once more as plain text. An answer that comes too late is lost: the
        person has typed on.
        """
        try:
            await self._answer(cards, next_offset, invitation)
        except BadRequest as error:
            if not cards or not isinstance(classify_error(error), Rejected) or "query" in error.message.lower():
                log.debug("a question in another chat could not be answered: %s", error.message)
                return
            log.warning("Telegram refused cards (%s); they are shown as plain text", error.message)
            try:
                await self._answer([_plainly(card) for card in cards], next_offset, invitation)
            except TelegramError as refusal:
                log.warning("Telegram refuses cards as plain text too: %s", refusal.message)
        except TelegramError as error:
            log.debug("a question in another chat could not be answered: %s", type(error).__name__)

    async def _answer(self, cards: Sequence[InlineCard], next_offset: str, invitation: str) -> None:
        # They are in the person's language, so nobody else may be given them.
        # https://core.telegram.org/bots/api#answerinlinequery (is_personal)
        await self.ctx.bot.answer_inline_query(
            self.query_id,
            [inline_result(card) for card in cards],
            cache_time=CACHED_FOR,
            is_personal=True,
            next_offset=next_offset,
            button=telegram.InlineQueryResultsButton(invitation, start_parameter=OPENS) if invitation else None,
        )


def _plainly(card: InlineCard) -> InlineCard:
    """Return a card with nothing in it that Telegram may refuse; the story's link stands in the text."""
    message = card.message
    links = [button.url for row in message.keyboard for button in row if button.url]
    text = "\n\n".join((message.text.string, *links[:1]))
    return replace(card, message=Message(Text(text)), thumbnail=None)
