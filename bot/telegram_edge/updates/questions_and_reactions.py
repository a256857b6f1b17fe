"""Routing of what is neither a message nor a press: questions in other chats, and reactions."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import telegram
from telegram.error import TelegramError

from bot.domain.reactions import keeps
from bot.domain.statistics import Act
from bot.errors import UnknownArticle
from bot.render.locale import words_for
from bot.services.newsroom import statistics
from bot.services.readers import membership
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.inline_request import InlineRequest
from bot.telegram_edge.kit.registry import Registry
from bot.telegram_edge.kit.request import ReactionRequest

log = logging.getLogger(__name__)

_MAX_DIGITS = 19  # of a row's number


async def asked(ctx: BotContext, registry: Registry, query: telegram.InlineQuery, is_backlog: bool) -> None:
    """Answer a question that somebody asks in any chat. One that waited for the process is no longer asked."""
    if registry.inline is None or is_backlog:
        return
    words = words_for(query.from_user.language_code, ctx.settings.language)
    request = InlineRequest(ctx, query.from_user.id, words, words.language, query.id, query.query, query.offset)
    try:
        await registry.inline(ctx, request)
    except Exception as error:
        log.exception("a question in another chat failed: %s", type(error).__name__)


async def chosen(ctx: BotContext, choice: telegram.ChosenInlineResult) -> None:
    """Count a card that somebody put into a chat. Telegram tells of them where @BotFather's /setinlinefeedback says so.

    Source: https://core.telegram.org/bots/inline#collecting-feedback
    """
    article = choice.result_id.partition(".")[0]  # as `render.reader.inline` names its cards
    if article.isascii() and article.isdigit() and len(article) < _MAX_DIGITS:
        await statistics.count_act(ctx.db, int(article), Act.SHARED)


def may_keep(change: telegram.MessageReactionUpdated) -> bool:
    """Return whether a change of reactions may keep an article or let one go: nearly all in a busy group do neither.

    Who reacts as a chat is nobody who could keep anything.
    """
    return change.user is not None and keeps((*_emojis(change.old_reaction), *_emojis(change.new_reaction)))


async def reacted(ctx: BotContext, registry: Registry, change: telegram.MessageReactionUpdated) -> None:
    """Tell the conversation what somebody's reactions to a message are, in a chat that we know.

    Telegram tells bots of them in private chats and where they are administrators.
    Source: https://core.telegram.org/bots/api#update (message_reaction)
    """
    chat = await membership.known(ctx.db, change.chat.id)
    if registry.reaction is None or change.user is None or chat is None:
        return
    language = words_for(change.user.language_code, ctx.settings.language).language
    emojis = tuple(_emojis(change.new_reaction))
    request = ReactionRequest(ctx, chat, change.user.id, change.message_id, emojis, language)
    try:
        await registry.reaction(ctx, request)
    except UnknownArticle:
        log.debug("an article was gone when somebody reacted to it")
    except TelegramError as error:
        log.debug("the buttons under a message could not be changed: %s", type(error).__name__)
    except Exception as error:
        log.exception("a reaction failed: %s", type(error).__name__)


def _emojis(reactions: Iterable[telegram.ReactionType]) -> Iterator[str]:
    """Yield those of these reactions that are plain emoji."""
    for reaction in reactions:
        if isinstance(reaction, telegram.ReactionTypeEmoji):
            yield reaction.emoji
