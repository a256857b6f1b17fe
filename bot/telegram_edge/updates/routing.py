"""Routing: which updates concern newsbot, and to which conversation each goes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import telegram

from bot.render import error_messages
from bot.render.locale import words_for
from bot.services.readers import linked_groups, membership
from bot.telegram_edge.botapi.ephemeral import ephemeral_id
from bot.telegram_edge.kit.commands import Where, may
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.linking import learn_link
from bot.telegram_edge.kit.permission import is_for, may_be_answered, objection, role_of
from bot.telegram_edge.kit.registry import Command, Registry
from bot.telegram_edge.kit.request import Request
from bot.telegram_edge.updates.failures import reporting_failure
from bot.telegram_edge.updates.formatting import said_in
from bot.telegram_edge.updates.incoming import (
    KINDS,
    channel_named_by,
    chat_of,
    document_of,
    language_of,
    location_of,
    photo_of,
    replied_article,
    thread_of,
)
from bot.telegram_edge.updates.membership_changes import membership_changed
from bot.telegram_edge.updates.presses import pressed
from bot.telegram_edge.updates.questions_and_reactions import asked, chosen, may_keep, reacted

LATE_AFTER = timedelta(minutes=10)

START = "start"
"""The command that a deep link sends, with the link's payload behind it."""

_MAX_PAYLOAD_LENGTH = 64  # https://core.telegram.org/bots/features#deep-linking
_COMMAND = re.compile(r"/([a-zA-Z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)


async def route(ctx: BotContext, registry: Registry, update: telegram.Update, *, is_backlog: bool) -> None:
    """Do what one update asks for. `is_backlog`: it waited at Telegram when this process started."""
    if update.my_chat_member is not None:
        await membership_changed(ctx, update.my_chat_member)
    elif update.callback_query is not None:
        await pressed(ctx, registry, update.callback_query, is_backlog)
    elif update.inline_query is not None:
        await asked(ctx, registry, update.inline_query, is_backlog)
    elif update.chosen_inline_result is not None:
        await chosen(ctx, update.chosen_inline_result)
    elif update.message_reaction is not None:
        await reacted(ctx, registry, update.message_reaction)
    elif (message := update.message or update.channel_post) is not None:
        await _said(ctx, registry, message)


def concerns_us(ctx: BotContext, update: telegram.Update) -> bool:
    """Return whether there is anything to do for an update. Messages of a group that are not for the bot need nothing.

    Nor do updates from kinds of chats that this version does not know.
    """
    chat = update.effective_chat
    if chat is not None and chat.type not in KINDS:
        return False
    if update.message_reaction is not None:
        return may_keep(update.message_reaction)
    message = update.message or update.channel_post
    if message is None or message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None:
        return True
    if message.is_automatic_forward:
        return message.sender_chat is not None
    return _is_for_bot(ctx, message, _COMMAND.fullmatch(message.text or ""))


async def _said(ctx: BotContext, registry: Registry, message: telegram.Message) -> None:
    if message.migrate_to_chat_id is not None:
        await membership.move(ctx.db, message.chat.id, message.migrate_to_chat_id, ctx.clock())
        return
    if message.migrate_from_chat_id is not None:
        await membership.move(ctx.db, message.migrate_from_chat_id, message.chat.id, ctx.clock())
        return
    if message.is_automatic_forward and message.sender_chat is not None:
        await linked_groups.link(ctx.db, message.chat.id, message.sender_chat.id)
        return
    command = _command(registry, message)
    if not _is_for_bot(ctx, message, command):
        return
    speaks_as_chat = message.sender_chat is not None
    chat = await chat_of(ctx, message.chat, message.from_user)
    request = Request(
        ctx=ctx,
        chat=chat,
        person=message.from_user.id if message.from_user is not None and not speaks_as_chat else None,
        words=words_for(chat.language, ctx.settings.language),
        message_id=message.message_id,
        sent_at=message.date,
        args=(said := said_in(message, command)).string,
        said=said,
        photo=photo_of(message.photo),
        in_album=message.media_group_id is not None,
        thread=thread_of(message),
        replied_to=message.reply_to_message.message_id if message.reply_to_message else None,
        replied_article=replied_article(ctx, message.reply_to_message),
        document=document_of(message.document),
        as_chat=message.sender_chat is not None and message.sender_chat.id == message.chat.id,
        speaker_chat=message.sender_chat.id if message.sender_chat is not None else None,
        is_late=ctx.clock() - message.date > LATE_AFTER,
        name=message.from_user.full_name if message.from_user is not None and not speaks_as_chat else "",
        language=language_of(ctx, message.from_user),
        has_location=message.location is not None,
        location=location_of(message),
        channel=channel_named_by(message),
        ephemeral_id=ephemeral_id(message),
    )
    if command is None:
        await reporting_failure(ctx, request, "text", _take_text_or_file(ctx, registry, request))
        return
    known = registry.command(command[1])
    name = f"/{known.name}" if known else "unknown command"
    is_for_us = request.is_private or command[2] is not None
    speaker = (message.sender_chat or message.from_user or message.chat).id
    await reporting_failure(ctx, request, name, _run_command(ctx, registry, request, speaker, known, is_for_us))


def _command(registry: Registry, message: telegram.Message) -> re.Match[str] | None:
    """Return the command that a message is, also as a picture's caption in a private chat, where it allows that."""
    if message.photo and message.chat.type == telegram.Chat.PRIVATE:
        found = _COMMAND.fullmatch(message.caption or "")
        known = registry.command(found[1]) if found is not None else None
        return found if known is not None and known.with_photo else None
    return _COMMAND.fullmatch(message.text or "")


async def _run_command(
    ctx: BotContext, registry: Registry, request: Request, speaker: int, command: Command | None, is_for_us: bool
) -> None:
    """Run a command. One that is not there is answered only where newsbot was meant for sure."""
    if (command is not None or is_for_us) and not await may_be_answered(ctx, request, speaker):
        return
    is_start = command is not None and command.name == START
    rule, rest = (registry.start(request.args[:_MAX_PAYLOAD_LENGTH]) if is_start else None) or (None, "")
    only_shows = rule is not None and rule.for_all
    if command is None or not await is_for(ctx, request, command.access):
        if is_for_us:
            await request.for_speaker().answer(error_messages.not_understood(request.words))
    elif command.where is Where.PRIVATE and not request.is_private:
        await request.for_speaker().answer(error_messages.private_only(request.words, ctx.bot_username))
    elif command.admins_only and not only_shows and (reason := await objection(ctx, request)) is not None:
        await request.for_speaker().answer(error_messages.refused(reason))
    elif rule is not None:
        await rule.handler(ctx, request.with_args(rest))
    else:
        if command.admins_only:
            request = replace(request, chat=await learn_link(ctx, request.chat))
        await command.handler(ctx, replace(request, for_one=command.for_one))


async def _take_text_or_file(ctx: BotContext, registry: Registry, request: Request) -> None:
    """Take plain text or a file in a private chat, and a file that answers the bot elsewhere."""
    role = await role_of(ctx, request)
    if request.has_location:
        for place in registry.locations:
            await place.handler(ctx, request)
            return
    for file in registry.documents:
        is_meant = file.with_photos if request.photo is not None else request.document is not None
        is_here = request.is_private or file.in_groups
        if is_meant and is_here and may(role, file.access) and await file.handler(ctx, request):
            return
    if request.document is None and (request.args or request.channel is not None):
        for text in registry.texts:
            takes = bool(request.args) or text.with_channels
            if takes and may(role, text.access) and await text.handler(ctx, request):
                return
    if request.is_private:
        await request.answer(error_messages.not_understood(request.words))


def _is_for_bot(ctx: BotContext, message: telegram.Message, command: re.Match[str] | None) -> bool:
    """Return whether a message is for newsbot: commands everywhere, all else in private chats.

    A file is for it in a group, too, when it answers what newsbot said.
    """
    sender = message.from_user
    speaks_as_chat = message.sender_chat is not None
    if (sender is not None and sender.is_bot and not speaks_as_chat) or message.via_bot or message.is_automatic_forward:
        return False
    if command is not None:
        return (command[2] or ctx.bot_username).lower() == ctx.bot_username.lower()
    answered = message.reply_to_message.from_user if message.reply_to_message is not None else None
    if message.document is not None and answered is not None and answered.id == ctx.bot.id:
        return True
    # What is left without text or attachment is news of the chat itself: a pinned message, a new picture.
    said = message.text or message.effective_attachment or message.chat_shared
    return message.chat.type == telegram.Chat.PRIVATE and bool(said)
