"""`/editors`: owners invite editors with a link that works once, withdraw such links, and remove editors."""

from __future__ import annotations

from bot.domain.message import Message
from bot.domain.role import INVITATION_LASTS, Role
from bot.render import error_messages
from bot.render.editor import editors as screens
from bot.render.editor.editors import EditorsVerb
from bot.services.newsroom import roles
from bot.telegram_edge.conversations.reader.onboarding import open_invitation
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule, StartRule
from bot.telegram_edge.kit.request import PressRequest, Request

EDITOR_LINK = "e_"


async def editors(ctx: BotContext, request: Request) -> None:
    await request.answer(await _roster(ctx, request))


async def invite(ctx: BotContext, press: PressRequest) -> None:
    """Give an owner a link to pass on."""
    code = await roles.invite_editor(ctx.db, by=press.person, admins=ctx.settings.admins, now=ctx.clock())
    if code is not None:
        link = f"https://t.me/{ctx.bot_username}?start={EDITOR_LINK}{code}"
        await press.answer(screens.invitation(press.words, link, INVITATION_LASTS))


async def withdraw(ctx: BotContext, press: PressRequest) -> None:
    """Take a link back that nobody has used yet."""
    number = number_of(press)
    is_done = await roles.withdraw(ctx.db, number, by=press.person, admins=ctx.settings.admins, now=ctx.clock())
    await press.toast(
        screens.withdrawn(press.words, number) if is_done else error_messages.list_out_of_date(press.words)
    )
    await press.redraw(await _roster(ctx, press, is_changed=True))


async def remove(ctx: BotContext, press: PressRequest) -> None:
    """Make an editor a reader, at once. An owner stays one, and who is a reader already too."""
    person = number_of(press)
    was = await roles.remove_editor(ctx.db, person, by=press.person, admins=ctx.settings.admins, now=ctx.clock())
    if was is None:
        await press.toast(error_messages.list_out_of_date(press.words))
    else:
        _, _, names = await roles.roster(ctx.db, ctx.settings.admins, ctx.clock())
        await press.toast(screens.removed(press.words, person, names))
        await ctx.menus.register_editors()
    await press.redraw(await _roster(ctx, press, is_changed=True))


async def show_first(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show the list with its buttons again, instead of a link that was asked for while newsbot was not running."""
    return LateAnswer(await _roster(ctx, press))


async def show_anew(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show the list as it is now, instead of removing somebody or a link by a late press."""
    toast = error_messages.list_out_of_date(press.words)
    return LateAnswer(await _roster(ctx, press, is_changed=True), toast=toast)


async def more(ctx: BotContext, press: PressRequest) -> None:
    """Show everybody again, with the buttons that take something away."""
    await press.answer(await _roster(ctx, press))


async def _roster(ctx: BotContext, asked: Request | PressRequest, *, is_changed: bool = False) -> Message:
    people, links, names = await roles.roster(ctx.db, ctx.settings.admins, ctx.clock())
    zone = ctx.look(asked.chat).zone
    return screens.roster(
        asked.words,
        [one.person for one in people if one.role is Role.OWNER],
        [one.person for one in people if one.role is Role.EDITOR],
        [(one.number, one.role, one.made_by, asked.words.time(one.expires_at, zone)) for one in links],
        names,
        asked_by=asked.person,
        is_changed=is_changed,
    )


CONVERSATION = Conversation(
    name="colleagues",
    commands=(
        Command(
            "editors",
            msgid("who may publish; invite editors, or let them go"),
            editors,
            access=Access.OWNERS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(EditorsVerb.INVITE, invite, access=Access.OWNERS, late=show_first),
        PressRule(EditorsVerb.WITHDRAW, withdraw, access=Access.OWNERS, late=show_anew),
        PressRule(EditorsVerb.REMOVE, remove, access=Access.OWNERS, late=show_anew),
        PressRule(EditorsVerb.MORE, more, access=Access.OWNERS),
    ),
    starts=(StartRule(EDITOR_LINK, open_invitation),),
)
