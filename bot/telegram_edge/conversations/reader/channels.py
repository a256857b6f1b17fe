"""`/channel`: what a channel follows and how it is delivered, from the private chat of somebody who administers it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.domain.channel import Channel, Standing, named_channel
from bot.domain.chat import ChatKind
from bot.domain.message import Message
from bot.render import error_messages
from bot.render.reader import channels as screens
from bot.services.readers import channels
from bot.telegram_edge.conversations.reader.subscriptions import overview
from bot.telegram_edge.kit.chat_facts import chat_facts
from bot.telegram_edge.kit.commands import Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.linking import learn_link
from bot.telegram_edge.kit.managing import managing, may_act_for, objection, standing
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule, StartRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request

CHANNEL_LINK = "c_"
LISTED = 20
"""Channels of one list: Telegram is asked about each when it is drawn."""


async def channel(ctx: BotContext, request: Request) -> None:
    """List the channels that somebody manages, or do for a named one what stands behind its name."""
    if request.person is None or not request.args:
        await request.answer(await _list(ctx, request))
        return
    managed = await channels.managed_by(ctx.db, request.person)
    named = named_channel(request.args, managed)
    if named is None:
        await request.answer(screens.unknown(request.words, request.args))
        return
    reference = f"@{named.username}" if named.username is not None else named.number
    meant = named.channel or (await _ask(ctx, reference) if reference is not None else None)
    if meant is None:
        await request.answer(screens.unknown(request.words, request.args.split()[0]))
    else:
        await _act(ctx, request, meant, named.rest, is_theirs=named.channel is not None)


async def _ask(ctx: BotContext, reference: int | str) -> Channel | None:
    """Return the channel of a number or a `@name`, as Telegram knows it; None when it tells of none."""
    facts = await chat_facts(ctx.bot, reference)
    if facts is None or facts.type != ChatKind.CHANNEL:
        return None
    return Channel(facts.id, facts.title, facts.username)


async def _act(ctx: BotContext, request: Request, channel: Channel, rest: str, *, is_theirs: bool) -> None:
    """Do for a channel what `rest` says, a command without its slash; without any, show what the channel has set.

    Somebody who does not administer a private channel is not told that there is one.
    """
    assert request.person is not None
    reason = await objection(ctx, request, channel)
    if reason is not None:
        if is_theirs or channel.username is not None:
            await request.answer(error_messages.refused(reason))
        else:
            await request.answer(screens.unknown(request.words, str(channel.id)))
        return
    chat = await channels.let_manage(ctx.db, request.person, channel, request.language, ctx.clock())
    about = replace(
        request, chat=chat, managing=managing(ctx, request, channel), thread=0, args="", replied_to=None, message_id=0
    )
    await learn_link(ctx, chat)
    if not rest:
        await about.answer(await overview(ctx, about))
        return
    name, *args = rest.split(maxsplit=1)
    command = ctx.commands.named(name.removeprefix("/"))
    if isinstance(command, Command) and command.works_for_channels:
        await command.handler(ctx, about.with_args(args[0].strip() if args else ""))
    else:
        await request.answer(screens.no_such_command(request.words, channel, name))


async def take_channel(ctx: BotContext, request: Request) -> bool:
    """Take a channel that was chosen with the key, or one of its posts that is forwarded.

    A post with words, of a channel that has nothing to do with them, is what any other text is.
    """
    channel = request.channel
    if channel is None or request.person is None:
        return False
    managed = await channels.managed_by(ctx.db, request.person)
    is_theirs = any(one.id == channel.id for one in managed)
    if request.args and not is_theirs and await objection(ctx, request, channel) is not None:
        return False
    await _act(ctx, request, channel, "", is_theirs=is_theirs)
    return True


async def open_linked(ctx: BotContext, request: Request) -> None:
    """Open the channel of a link, which hangs under the one message that a channel gets."""
    if not request.is_private:
        await request.answer(error_messages.private_only(request.words, ctx.bot_username))
        return
    await channel(ctx, request.with_args(f"-{request.args}"))


async def show(ctx: BotContext, press: PressRequest) -> None:
    """Show what a channel has set."""
    if not await may_act_for(ctx, press, number(press)):
        return
    await press.redraw(await overview(ctx, press))


async def show_all(ctx: BotContext, press: PressRequest) -> None:
    await press.redraw(await _list(ctx, press))


async def ask_for_another(ctx: BotContext, press: PressRequest) -> None:
    """Offer the key with which another channel is chosen: keys come with new messages only."""
    await press.answer(screens.another(press.words))


async def _list(ctx: BotContext, request: Request | PressRequest) -> Message:
    """Return the channels somebody manages, each as it stands at this moment."""
    if request.person is None:
        return screens.channel_list(request.words, ())
    managed = (await channels.managed_by(ctx.db, request.person))[:LISTED]
    told = await asyncio.gather(*(standing(ctx, one.id, request.person) for one in managed))
    for one, how in zip(managed, told, strict=True):
        if how is Standing.NOT_ADMINISTRATOR:
            await channels.let_go(ctx.db, request.person, one.id)
    return screens.channel_list(request.words, tuple(zip(managed, told, strict=True)))


CONVERSATION = Conversation(
    name="channels",
    commands=(
        Command(
            "channel",
            msgid("manage your channel from here"),
            channel,
            usage=msgid("/channel [@NAME]"),
            where=Where.PRIVATE,
        ),
    ),
    presses=(
        PressRule(screens.CHANNEL, show),
        PressRule(screens.CHANNELS, show_all),
        PressRule(screens.ANOTHER, ask_for_another),
    ),
    starts=(StartRule(CHANNEL_LINK, open_linked),),
    texts=(TextRule(take_channel, with_channels=True),),
)
