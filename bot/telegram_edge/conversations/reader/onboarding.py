"""Coming, pausing, coming back, and what there is to say."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.chat import ChatKind, ChatState
from bot.domain.role import Role
from bot.domain.text import Text
from bot.render.reader import onboarding as screens
from bot.render.reader.channels import keyboard_of_greeting
from bot.render.reader.picker import Opening
from bot.services.newsroom import roles
from bot.services.readers import membership
from bot.telegram_edge.conversations.reader.subscriptions import overview
from bot.telegram_edge.conversations.reader.topics import first_page
from bot.telegram_edge.kit.commands import Access, Where, may, msgid, spoken
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.permission import role_of
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule, StartRule
from bot.telegram_edge.kit.request import PressRequest, Request

OWNER_LINK = "o_"
_LISTED_WITH = {Access.EDITORS: (Access.CONTRIBUTORS, Access.EDITORS)}
"""Editors find what contributors can do too among their own commands."""


async def start(ctx: BotContext, request: Request) -> None:
    """Greet; what was paused comes again when somebody starts by hand."""
    was_paused = await membership.resume(ctx.db, request.chat.id, ctx.clock())
    if request.managing is not None:
        first = [screens.resumed(request.words)] if was_paused else []
        request = replace(request, chat=request.chat._replace(state=ChatState.ACTIVE, paused_until=None))
        await request.answer(screens.above(first, await overview(ctx, request)))
        return
    await greet(ctx, request, *([screens.resumed(request.words)] if was_paused else []))


async def stop(ctx: BotContext, request: Request) -> None:
    was_paused = request.chat.state is ChatState.PAUSED
    await membership.pause(ctx.db, request.chat.id, ctx.clock())
    await request.answer(screens.paused(request.words, was_paused))


async def resume(ctx: BotContext, press: PressRequest) -> None:
    await membership.resume(ctx.db, press.chat.id, ctx.clock())
    await press.redraw(screens.above([screens.resumed(press.words)], None))


async def help_(ctx: BotContext, request: Request) -> None:
    """List every command there is for the one who asks, where they ask."""
    words, role = request.words, await role_of(ctx, request)
    sections = []
    for access, heading, is_shown in (
        (Access.READERS, "", True),
        (Access.CONTRIBUTORS, words("For contributors"), role is Role.CONTRIBUTOR),
        (Access.EDITORS, words("For editors"), may(role, Access.EDITORS)),
        (Access.OWNERS, words("For owners"), may(role, Access.OWNERS)),
    ):
        lines = [
            (spoken(words, command.usage or f"/{command.name}"), spoken(words, command.summary))
            for command in ctx.commands.of(*_LISTED_WITH.get(access, (access,)))
            if request.is_private or command.where is Where.EVERYWHERE
        ]
        if is_shown and lines:
            sections.append((heading, lines))
    await request.answer(screens.help_text(words, sections))


async def open_invitation(ctx: BotContext, request: Request) -> None:
    """Make the first who opens a one-time link what it promises."""
    accepted = None
    if request.person is not None and request.is_private:
        accepted = await roles.accept_invitation(
            ctx.db,
            request.args,
            request.person,
            name=request.name,
            admins=ctx.settings.admins,
            now=ctx.clock(),
        )
    if accepted is None:
        await request.answer(screens.invitation_used_up(request.words))
    elif not accepted.is_new:
        await request.answer(screens.invitation_not_needed(request.words))
    else:
        ctx.wake()  # owners are told
        await request.answer(screens.made(request.words, accepted.role, _name(ctx), accepted.invited_by))
        await ctx.menus.register_editors()


async def greet(ctx: BotContext, request: Request, *first: Text) -> None:
    """Greet, with the topic picker in the same message; in channels with the way to where they are managed."""
    match request.chat.kind:
        case ChatKind.PRIVATE:
            text = screens.greeting(request.words, _name(ctx))
        case ChatKind.GROUP:
            text = screens.greeting_of_group(request.words, _name(ctx))
        case ChatKind.CHANNEL:
            text = screens.greeting_of_channel(request.words, _name(ctx))
    if request.chat.kind is ChatKind.CHANNEL:
        keyboard = keyboard_of_greeting(request.words, ctx.bot_username, request.chat.id)
        await request.answer(replace(screens.above([*first, text], None), keyboard=keyboard))
        return
    picker = await first_page(ctx, request.chat, request.words, Opening.GREETING)
    await request.answer(screens.above([*first, text], picker))


def _name(ctx: BotContext) -> str:
    return ctx.bot.first_name


CONVERSATION = Conversation(
    name="onboarding",
    commands=(
        Command("start", msgid("begin, or let news come again"), start, admins_only=True),
        Command("stop", msgid("pause; everything is kept"), stop, in_menu=True, admins_only=True),
        Command("help", msgid("all commands"), help_, in_menu=True, for_one=True),
    ),
    presses=(PressRule(screens.RESUME, resume, admins_only=True),),
    starts=(StartRule(OWNER_LINK, open_invitation),),
)
