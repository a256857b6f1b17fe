"""What an update says of its chat, its sender and what is attached, as values of ours."""

from __future__ import annotations

from collections.abc import Sequence

import telegram

from bot.domain.channel import Channel
from bot.domain.chat import Chat, ChatKind
from bot.domain.press import read_press
from bot.domain.topic_threads import GENERAL
from bot.render.editor.verbs import OF_AN_ARTICLE
from bot.render.locale import words_for
from bot.render.reader.card import Verb as CardVerb
from bot.services.readers import membership
from bot.telegram_edge.botapi.methods import CHANNEL_REQUEST
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.managing import channel_of
from bot.telegram_edge.kit.request import Document, SentPhoto

KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}
_ABOUT_AN_ARTICLE = OF_AN_ARTICLE.union(CardVerb)


async def chat_of(ctx: BotContext, chat: telegram.Chat, person: telegram.User | None) -> Chat:
    """Return the chat, in its person's language of this moment: clients may leave theirs out, which says nothing.

    Source: https://core.telegram.org/bots/api#user (`language_code` is optional)
    """
    language = language_of(ctx, person)
    known = await membership.get_or_create(ctx.db, chat.id, KINDS[chat.type], language, ctx.clock())
    if person is None or not person.language_code or not known.follows(language):
        return known
    known = await membership.follow_client_language(ctx.db, known, language)
    await ctx.menus.retranslate(chat.id)
    return known


def language_of(ctx: BotContext, person: telegram.User | None) -> str:
    """Return the language for a chat met through this person: their client's if we speak it, else the operator's."""
    return words_for(person.language_code if person else None, ctx.settings.language).language


def thread_of(message: telegram.Message) -> int:
    """Return the forum topic. Replies in other groups bear a thread number too, which means nothing to us."""
    thread = (message.message_thread_id or 0) if message.is_topic_message else 0
    return thread if thread > GENERAL else 0


def replied_article(ctx: BotContext, message: telegram.Message | None) -> int | None:
    """Return the article whose card a message of ours is, or an editors' note or question about it.

    It is read from its buttons; where they are about several articles, as in a list, it is none.
    """
    if message is None or message.from_user is None or message.from_user.id != ctx.bot.id or not message.reply_markup:
        return None
    articles = set()
    for button in (button for row in message.reply_markup.inline_keyboard for button in row):
        press = read_press(button.callback_data) if isinstance(button.callback_data, str) else None
        if press is not None and press.numbers and press.verb in _ABOUT_AN_ARTICLE:
            articles.add(press.numbers[0])
    return articles.pop() if len(articles) == 1 else None


def location_of(message: telegram.Message) -> tuple[float, float] | None:
    """Return where the person is who shares that once: no live location, no venue, and nothing forwarded.

    Source: https://core.telegram.org/bots/api#location (live_period)
    """
    place = message.location
    if (
        place is None
        or "live_period" in place.to_dict()
        or message.venue is not None
        or message.forward_origin is not None
    ):
        return None
    return place.latitude, place.longitude


def channel_named_by(message: telegram.Message) -> Channel | None:
    """Return the channel whose post is forwarded, or that somebody has chosen with a key of ours.

    Source: https://core.telegram.org/bots/api#messageoriginchannel, https://core.telegram.org/bots/api#chatshared
    """
    if isinstance(message.forward_origin, telegram.MessageOriginChannel):
        return channel_of(message.forward_origin.chat)
    shared = message.chat_shared
    if shared is None or shared.request_id != CHANNEL_REQUEST:
        return None
    return Channel(shared.chat_id, shared.title or str(shared.chat_id), shared.username)


def document_of(document: telegram.Document | None) -> Document | None:
    if document is None:
        return None
    return Document(document.file_id, document.file_name or "", document.file_size, document.mime_type or "")


def photo_of(sizes: Sequence[telegram.PhotoSize]) -> SentPhoto | None:
    """Return a picture in the largest of its sizes, which is the last one."""
    return SentPhoto(sizes[-1].file_id, sizes[-1].width, sizes[-1].height) if sizes else None
