"""
The methods that are built into the sandbox, by name; every other one is answered 404 and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.bot_api import answering, chats, describing, editing, ephemeral, receiving, sending, topics

METHODS: dict[str, Callable[..., Any]] = {
    "getMe": answering.get_me,
    "logOut": answering.log_out,
    "close": answering.log_out,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendRichMessage": sending.send_rich_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendVideo": sending.send_video,
    "sendAnimation": sending.send_animation,
    "sendAudio": sending.send_audio,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "copyMessage": sending.copy_message,
    "forwardMessage": sending.forward_message,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editEphemeralMessageText": editing.edit_ephemeral_message_text,
    "editEphemeralMessageCaption": editing.edit_ephemeral_message_caption,
    "editEphemeralMessageReplyMarkup": editing.edit_ephemeral_message_reply_markup,
    "deleteEphemeralMessage": ephemeral.delete,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "createForumTopic": topics.create_forum_topic,
    "editForumTopic": topics.edit_forum_topic,
    "closeForumTopic": topics.close_forum_topic,
    "deleteForumTopic": topics.delete_forum_topic,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "unpinAllChatMessages": editing.unpin_all_chat_messages,
    "setMessageReaction": editing.set_message_reaction,
    "answerCallbackQuery": answering.answer_callback_query,
    "answerInlineQuery": answering.answer_inline_query,
    "getFile": answering.get_file,
    "getChat": chats.get_chat,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMember": chats.get_chat_member,
    "getChatMemberCount": chats.get_chat_member_count,
    "leaveChat": chats.leave_chat,
    "setMyCommands": describing.set_my_commands,
    "getMyCommands": describing.get_my_commands,
    "deleteMyCommands": describing.delete_my_commands,
    "setMyName": describing.set_my_name,
    "getMyName": describing.get_my_name,
    "setMyDescription": describing.set_my_description,
    "getMyDescription": describing.get_my_description,
    "setMyShortDescription": describing.set_my_short_description,
    "getMyShortDescription": describing.get_my_short_description,
    "setChatMenuButton": describing.set_chat_menu_button,
    "getChatMenuButton": describing.get_chat_menu_button,
}
"""Each takes the world, the checked parameters and the uploads, and returns the result or something to await."""
