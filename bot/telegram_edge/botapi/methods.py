"""
Methods: which one of the Bot API's sends or edits a Message, and with which parameters.

Deliveries go out as bodies that are prepared once (`gateway`), replies by way of python-telegram-bot (`kit.replies`);
both ask here what is called. Text goes with entities, never as markup, so there is nothing to escape.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

import telegram

from bot.domain.message import InlineCard, Keyboard, Message
from bot.domain.text import Text
from bot.telegram_edge.botapi import rich_messages

Params = dict[str, Any]
CHANNEL_REQUEST = 1
"""Comes back with the channel that a person has chosen."""


class MethodCall(NamedTuple):
    """A method in the Bot API's spelling, and those of its parameters that are the same in every chat.

    The values are python-telegram-bot's, whose Bot has a method of that name with parameters of the same names, but for
    `rich_messages.METHOD`; those that would be None are left out. `photo` is a file id, a URL, or the bytes.
    """

    method: str
    params: Params


def sending(message: Message) -> MethodCall:
    """Return the call that sends a message.

    Source: https://core.telegram.org/bots/api#sendphoto, https://core.telegram.org/bots/api#sendmessage,
    https://core.telegram.org/bots/api#sendrichmessage
    """
    if message.rich is not None:
        said = {"rich_message": rich_messages.input_rich_message(message.rich)}
        return MethodCall(rich_messages.METHOD, said | _keys(message.rich.keyboard))
    photo = message.photo
    if photo is None:
        keys = _keys(message.keyboard) | _location_key(message) | _channel_request(message)
        return MethodCall("sendMessage", _text(message) | keys)
    return MethodCall("sendPhoto", {"photo": photo.file_id or photo.url or photo.data} | captioned(message))


def editing(message: Message, *, is_photo: bool) -> MethodCall:
    """Return the call that makes a message of ours say what `message` says. A picture stays; its caption changes.

    Source: https://core.telegram.org/bots/api#editmessagecaption, https://core.telegram.org/bots/api#editmessagetext
    """
    if is_photo:
        return MethodCall("editMessageCaption", captioned(message))
    return MethodCall("editMessageText", _text(message) | _keys(message.keyboard))


def editing_rich(message: Message) -> MethodCall:
    """Return the call that gives a message of ours other blocks, or blocks in the place of its text.

    Source: https://core.telegram.org/bots/api#editmessagetext (rich_message)
    """
    assert message.rich is not None
    said = {"rich_message": rich_messages.input_rich_message(message.rich)}
    return MethodCall("editMessageText", said | _keys(message.rich.keyboard))


def editing_photo(message: Message, picture: str | bytes) -> MethodCall:
    """Return the call that gives a photo of ours another picture, with its caption and buttons.

    `picture` is a file id, a URL, the bytes, or `attach://` and the name of what is sent beside it.
    Source: https://core.telegram.org/bots/api#editmessagemedia, https://core.telegram.org/bots/api#inputmediaphoto
    """
    media = telegram.InputMediaPhoto(picture, caption=message.text.string, caption_entities=entities_of(message.text))
    return MethodCall("editMessageMedia", {"media": media} | _keys(message.keyboard))


def editing_keyboard(keyboard: Keyboard) -> MethodCall:
    """Return the call that swaps the buttons under a message of ours; none takes them away."""
    return MethodCall("editMessageReplyMarkup", _keys(keyboard))


def captioned(message: Message) -> Params:
    """Return what stands under a picture or a file: the text as its caption, and the buttons."""
    said = {"caption": message.text.string, "caption_entities": entities_of(message.text)}
    return said | _keys(message.keyboard)


def entities_of(text: Text) -> list[telegram.MessageEntity]:
    """Return the text's formatting in python-telegram-bot's words."""
    return [
        telegram.MessageEntity(
            span.type,
            span.offset,
            span.length,
            url=span.url,
            unix_time=None if span.unix_time is None else datetime.fromtimestamp(span.unix_time, UTC),
            date_time_format=span.format,
            language=span.language,
        )
        for span in text.entities
    ]


def markup_of(keyboard: Keyboard) -> telegram.InlineKeyboardMarkup | None:
    """Return the keyboard in python-telegram-bot's words; None when it has no buttons."""
    if not keyboard:
        return None
    return telegram.InlineKeyboardMarkup(
        [
            [
                telegram.InlineKeyboardButton(
                    button.label, url=button.url, callback_data=button.data, switch_inline_query=button.inline
                )
                for button in row
            ]
            for row in keyboard
        ]
    )


def inline_result(card: InlineCard) -> telegram.InlineQueryResultArticle:
    """Return a card in python-telegram-bot's words.

    Source: https://core.telegram.org/bots/api#inlinequeryresultarticle
    """
    message = card.message
    return telegram.InlineQueryResultArticle(
        card.id,
        card.title,
        telegram.InputTextMessageContent(
            message.text.string, entities=entities_of(message.text), link_preview_options=_preview_of(message)
        ),
        reply_markup=markup_of(message.keyboard),
        description=card.description or None,
        thumbnail_url=card.thumbnail,
    )


def _text(message: Message) -> Params:
    return {
        "text": message.text.string,
        "entities": entities_of(message.text),
        "link_preview_options": _preview_of(message),
    }


def _keys(keyboard: Keyboard) -> Params:
    markup = markup_of(keyboard)
    return {} if markup is None else {"reply_markup": markup}


def _location_key(message: Message) -> Params:
    """Return the markup with the key that sends a location, or without it.

    Source: https://core.telegram.org/bots/api#replykeyboardmarkup, https://core.telegram.org/bots/api#keyboardbutton
    """
    if message.location_key is None or message.keyboard:
        return {}
    if not message.location_key:
        return {"reply_markup": telegram.ReplyKeyboardRemove()}
    key = telegram.KeyboardButton(message.location_key, request_location=True)
    return _reply_key(key)


def _channel_request(message: Message) -> Params:
    """Return the key that lets a person choose a channel, where the bot becomes an administrator if it is none.

    Source: https://core.telegram.org/bots/api#keyboardbuttonrequestchat ("the bot will be granted requested rights in
            the chat if appropriate"; the person's rights must be a superset of the bot's)
    """
    if message.channel_request is None:
        return {}
    rights = telegram.ChatAdministratorRights(
        is_anonymous=False,
        can_manage_chat=True,
        can_delete_messages=False,
        can_manage_video_chats=False,
        can_restrict_members=False,
        can_promote_members=False,
        can_change_info=False,
        can_invite_users=False,
        can_post_stories=False,
        can_edit_stories=False,
        can_delete_stories=False,
        can_post_messages=True,
        api_kwargs={"can_send_welcome_messages": False},  # required since Bot API 10.3
    )
    request = telegram.KeyboardButtonRequestChat(
        request_id=CHANNEL_REQUEST,
        chat_is_channel=True,
        user_administrator_rights=rights,
        bot_administrator_rights=rights,
        request_title=True,
        request_username=True,
    )
    return _reply_key(telegram.KeyboardButton(message.channel_request, request_chat=request))


def _reply_key(key: telegram.KeyboardButton) -> Params:
    return {"reply_markup": telegram.ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)}


def _preview_of(message: Message) -> telegram.LinkPreviewOptions:
    """Return which link is previewed, and how large.

    Source: https://core.telegram.org/bots/api#linkpreviewoptions
    """
    if message.preview is None:
        return telegram.LinkPreviewOptions(is_disabled=True)
    return telegram.LinkPreviewOptions(
        url=message.preview, prefer_small_media=message.preview_small, prefer_large_media=not message.preview_small
    )
