"""Routing: finds the conversation an update belongs to, its chat and its sender, and handles what goes wrong there."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import telegram
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.domain.channel import Channel
from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery import Restricted, ThreadGone, Unreachable
from bot.domain.press import Press, read_press
from bot.domain.topic_threads import GENERAL
from bot.errors import NotAllowed, ReaderError
from bot.render import error_messages
from bot.render.editor.verbs import OF_AN_ARTICLE
from bot.render.locale import words_for
from bot.render.reader.card import Verb as CardVerb
from bot.services.readers import channels, linked_groups, membership
from bot.telegram_edge.botapi.ephemeral import ephemeral_id
from bot.telegram_edge.botapi.methods import CHANNEL_REQUEST
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.conversations.reader import onboarding
from bot.telegram_edge.kit.commands import Where, may
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.linking import learn_link
from bot.telegram_edge.kit.managing import channel_of, may_act_for
from bot.telegram_edge.kit.permission import is_for, may_be_answered, may_press, objection, role_of
from bot.telegram_edge.kit.registry import Command, PressRule, Registry
from bot.telegram_edge.kit.request import Document, PressRequest, Request, SentPhoto
from bot.telegram_edge.updates.formatting import said_in
from bot.telegram_edge.updates.questions_and_reactions import asked, chosen, may_keep, reacted

LATE_AFTER = timedelta(minutes=10)
MIGRATION_REPORT_WITHIN = timedelta(seconds=2)
"""Telegram reports a group's migration to a supergroup up to 2 s after `my_chat_member`."""

START = "start"
"""The command that a deep link sends, with the link's payload behind it."""

_MAX_PAYLOAD_LENGTH = 64  # https://core.telegram.org/bots/features#deep-linking
_COMMAND = re.compile(r"/([a-zA-Z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
_KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}
_ABOUT_AN_ARTICLE = OF_AN_ARTICLE.union(CardVerb)
_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)

log = logging.getLogger(__name__)


async def route(ctx: BotContext, registry: Registry, update: telegram.Update, *, is_backlog: bool) -> None:
    """Do what one update asks for. `is_backlog`: it waited at Telegram when this process started."""
    if update.my_chat_member is not None:
        await _membership_changed(ctx, update.my_chat_member)
    elif update.callback_query is not None:
        await _pressed(ctx, registry, update.callback_query, is_backlog)
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
    if chat is not None and chat.type not in _KINDS:
        return False
    if update.message_reaction is not None:
        return may_keep(update.message_reaction)
    message = update.message or update.channel_post
    if message is None or message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None:
        return True
    if message.is_automatic_forward:
        return message.sender_chat is not None
    return _is_for_bot(ctx, message, _COMMAND.fullmatch(message.text or ""))


async def _membership_changed(ctx: BotContext, change: telegram.ChatMemberUpdated) -> None:
    """Take note of being added, removed, blocked or let in again.

    A group that becomes a supergroup first looks like one that the bot was added to; it has been greeted already.
    Source: https://core.telegram.org/bots/api#chatmemberupdated (private chats: only blocks and their end)
            https://github.com/tdlib/telegram-bot-api/issues/266 (what is sent when a group becomes a supergroup)
    """
    kind, now = _KINDS[change.chat.type], ctx.clock()
    if change.new_chat_member.status in _OUTSIDE:
        await membership.mark_unreachable(ctx.db, change.chat.id, now)
    elif kind is ChatKind.PRIVATE:
        await membership.mark_reachable(ctx.db, change.chat.id, now)
    else:
        await membership.join(ctx.db, change.chat.id, kind, _language(ctx, change.from_user), now)
        if kind is ChatKind.CHANNEL:
            person, language = change.from_user.id, _language(ctx, change.from_user)
            await channels.let_manage(ctx.db, person, channel_of(change.chat), language, now)
        await learn_link(ctx, Chat(change.chat.id, kind))
        if _may_write(change.new_chat_member, kind):
            await membership.may_write_again(ctx.db, change.chat.id, now)
            ctx.wake()
        if change.chat.type == telegram.Chat.SUPERGROUP and change.old_chat_member.status in _OUTSIDE:
            await asyncio.sleep(MIGRATION_REPORT_WITHIN.total_seconds())
        if (chat := await membership.newcomer(ctx.db, change.chat.id)) is not None:
            words = words_for(chat.language, ctx.settings.language)
            newcomer = Request(ctx=ctx, chat=chat, person=None, words=words, message_id=0, sent_at=now)
            await _guarded(ctx, newcomer, "greeting", onboarding.greet(ctx, newcomer))


def _may_write(member: telegram.ChatMember, kind: ChatKind) -> bool:
    """Return whether a standing lets newsbot write, for all that it says: what a group forbids its members it does not.

    Source: https://core.telegram.org/bots/api#chatmember
    """
    match member:
        case telegram.ChatMemberAdministrator():
            return kind is not ChatKind.CHANNEL or bool(member.can_post_messages)
        case telegram.ChatMemberRestricted():
            return member.can_send_messages
    return kind is not ChatKind.CHANNEL and member.status not in _OUTSIDE


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
    chat = await _chat(ctx, message.chat, message.from_user)
    request = Request(
        ctx=ctx,
        chat=chat,
        person=message.from_user.id if message.from_user is not None and not speaks_as_chat else None,
        words=words_for(chat.language, ctx.settings.language),
        message_id=message.message_id,
        sent_at=message.date,
        args=(said := said_in(message, command)).string,
        said=said,
        photo=_photo(message.photo),
        thread=_thread(message),
        replied_to=message.reply_to_message.message_id if message.reply_to_message else None,
        replied_article=_card(ctx, message.reply_to_message),
        document=_document(message.document),
        as_chat=message.sender_chat is not None and message.sender_chat.id == message.chat.id,
        speaker_chat=message.sender_chat.id if message.sender_chat is not None else None,
        is_late=ctx.clock() - message.date > LATE_AFTER,
        name=message.from_user.full_name if message.from_user is not None and not speaks_as_chat else "",
        language=_language(ctx, message.from_user),
        has_location=message.location is not None,
        location=_location(message),
        channel=_channel_of(message),
        ephemeral_id=ephemeral_id(message),
    )
    if command is None:
        await _guarded(ctx, request, "text", _take_text_or_file(ctx, registry, request))
        return
    known = registry.command(command[1])
    name = f"/{known.name}" if known else "unknown command"
    is_for_us = request.is_private or command[2] is not None
    speaker = (message.sender_chat or message.from_user or message.chat).id
    await _guarded(ctx, request, name, _run_command(ctx, registry, request, speaker, known, is_for_us))


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
    if command is None or not await is_for(ctx, request, command.access):
        if is_for_us:
            await request.for_speaker().answer(error_messages.not_understood(request.words))
    elif command.where is Where.PRIVATE and not request.is_private:
        await request.for_speaker().answer(error_messages.private_only(request.words, ctx.bot_username))
    elif command.admins_only and (reason := await objection(ctx, request)) is not None:
        await request.for_speaker().answer(error_messages.refused(reason))
    elif command.name == START and (linked := registry.start(request.args[:_MAX_PAYLOAD_LENGTH])) is not None:
        rule, rest = linked
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


async def _pressed(ctx: BotContext, registry: Registry, query: telegram.CallbackQuery, is_backlog: bool) -> None:
    message = query.message
    if message is None:  # a button on a message sent through inline mode, which has none of ours
        words = words_for(query.from_user.language_code, ctx.settings.language)
        with suppress(TelegramError):  # too old, mostly: the person no longer waits for it
            await query.answer(error_messages.button_too_old(words), show_alert=True)
        return
    # A message too old for Telegram to show it to bots comes without its contents.
    shown = message if isinstance(message, telegram.Message) else None
    chat = await _chat(ctx, message.chat, query.from_user)
    request = PressRequest(
        ctx=ctx,
        chat=chat,
        person=query.from_user.id,
        words=words_for(chat.language, ctx.settings.language),
        press=read_press(query.data or "") or Press(""),
        message_id=message.message_id,
        query_id=query.id,
        language=_language(ctx, query.from_user),
        thread=_thread(shown) if shown is not None else 0,
        is_photo=shown is not None and bool(shown.photo),
        is_late=is_backlog,
        name=query.from_user.full_name,
        ephemeral_id=ephemeral_id(shown),
    )
    rule = registry.press(request.press.verb)
    name = f"press of {rule.verb}" if rule else "unknown press"
    await _guarded(ctx, request, name, _run_press(ctx, request, rule, hangs_there=_hangs_on(shown, request.press)))
    await request.finish()


async def _run_press(ctx: BotContext, request: PressRequest, rule: PressRule | None, *, hangs_there: bool) -> None:
    """Run a button's handler. In a group or channel, a message is only changed by a button that it really has.

    A channel's posts are shared: what one reader changed would change for all others.
    """
    if not await may_press(ctx, request):
        return
    if request.press.channel is not None:
        if rule is None or not rule.works_for_channels:
            await request.toast(error_messages.button_too_old(request.words), alert=True)
        elif await may_act_for(ctx, request, request.press.channel):
            await rule.handler(ctx, request)
        return
    is_free = rule is not None and (hangs_there or rule.admins_only or request.is_private)
    is_admins = rule is not None and (rule.admins_only or request.chat.kind is ChatKind.CHANNEL)
    if rule is None or not is_free or not await is_for(ctx, request, rule.access):
        await request.toast(error_messages.button_too_old(request.words), alert=True)
    elif is_admins and (reason := await objection(ctx, request)) is not None:
        await request.toast(reason)  # no box to be closed: any of a group's people may touch these
    elif rule.late is not None and request.is_late and (instead := await rule.late(ctx, request)) is not None:
        if instead.toast:
            await request.toast(instead.toast)
        await (request.redraw(instead.message) if instead.in_place else request.answer(instead.message))
    else:
        await rule.handler(ctx, request)


def _hangs_on(message: telegram.Message | None, pressed: Press) -> bool:
    """Return whether a message has buttons of the pressed one's kind, and under an article, of the same article.

    A modified client can send callback data that no button has. A message that Telegram does not include any more
    cannot be checked.
    """
    if message is None:
        return True
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    shown = (button.callback_data for row in rows for button in row)
    there = (read_press(data) for data in shown if isinstance(data, str))
    return any(one is not None and _kind(one) == _kind(pressed) for one in there)


def _kind(button: Press) -> tuple[str, int]:
    family = button.verb.partition("_")[0]
    return family, button.numbers[0] if family == "card" and button.numbers else 0


async def _guarded(ctx: BotContext, request: Request | PressRequest, name: str, work: Awaitable[None]) -> None:
    """Run a handler, and report errors in the chat that the person can do something about.

    The top of the loop: a failure of ours is logged once, with its traceback, which shows code and no values.
    """
    try:
        await work
    except NotAllowed:  # the right was lost since it was looked up: there is no such command or button
        if isinstance(request, PressRequest):
            await _say(request, error_messages.button_too_old(request.words))
        else:
            await request.answer(error_messages.not_understood(request.words))
    except ReaderError as error:
        await _say(request, str(error))
    except ChatMigrated as error:
        await membership.move(ctx.db, request.place.id, error.new_chat_id, ctx.clock())
    except (Forbidden, BadRequest) as error:
        match classify_error(error):
            case Unreachable():
                await membership.mark_unreachable(ctx.db, request.place.id, ctx.clock())
            case Restricted():  # where anybody may ask for something; news that is refused is kept for later
                log.info("%s: the chat forbids writing", name)
            case ThreadGone():
                log.info("%s: the thread it was asked in is closed or gone", name)
            case _:
                log.exception("%s: Telegram refused the answer: %s", name, error.message)
    except RetryAfter:  # who pressed is told in the toast, which is never held
        log.info("%s: Telegram lets nothing be said there now", name)
    except NetworkError as error:
        log.warning("%s: the answer did not get through: %s", name, type(error).__name__)
    except Exception as error:
        log.exception("%s failed: %s", name, type(error).__name__)
        await _say(request, error_messages.fault(request.words))


async def _say(request: Request | PressRequest, reason: str) -> None:
    with suppress(TelegramError):
        if isinstance(request, PressRequest):
            await request.toast(reason, alert=True)
        else:
            await request.for_speaker().answer(error_messages.refused(reason))


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


async def _chat(ctx: BotContext, chat: telegram.Chat, person: telegram.User | None) -> Chat:
    """Return the chat, in its person's language of this moment: clients may leave theirs out, which says nothing.

    Source: https://core.telegram.org/bots/api#user (`language_code` is optional)
    """
    language = _language(ctx, person)
    known = await membership.get_or_create(ctx.db, chat.id, _KINDS[chat.type], language, ctx.clock())
    if person is None or not person.language_code or not known.follows(language):
        return known
    known = await membership.follow_client_language(ctx.db, known, language)
    await ctx.menus.retranslate(chat.id)
    return known


def _language(ctx: BotContext, person: telegram.User | None) -> str:
    """Return the language for a chat met through this person: their client's if we speak it, else the operator's."""
    return words_for(person.language_code if person else None, ctx.settings.language).language


def _thread(message: telegram.Message) -> int:
    """Return the forum topic. Replies in other groups bear a thread number too, which means nothing to us."""
    thread = (message.message_thread_id or 0) if message.is_topic_message else 0
    return thread if thread > GENERAL else 0


def _card(ctx: BotContext, message: telegram.Message | None) -> int | None:
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


def _location(message: telegram.Message) -> tuple[float, float] | None:
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


def _channel_of(message: telegram.Message) -> Channel | None:
    """Return the channel whose post is forwarded, or that somebody has chosen with a key of ours.

    Source: https://core.telegram.org/bots/api#messageoriginchannel, https://core.telegram.org/bots/api#chatshared
    """
    if isinstance(message.forward_origin, telegram.MessageOriginChannel):
        return channel_of(message.forward_origin.chat)
    shared = message.chat_shared
    if shared is None or shared.request_id != CHANNEL_REQUEST:
        return None
    return Channel(shared.chat_id, shared.title or str(shared.chat_id), shared.username)


def _document(document: telegram.Document | None) -> Document | None:
    if document is None:
        return None
    return Document(document.file_id, document.file_name or "", document.file_size, document.mime_type or "")


def _photo(sizes: Sequence[telegram.PhotoSize]) -> SentPhoto | None:
    """Return a picture in the largest of its sizes, which is the last one."""
    return SentPhoto(sizes[-1].file_id, sizes[-1].width, sizes[-1].height) if sizes else None
