"""`/editors`: owners invite people with a link that works once or by id, change their roles, and let them go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.message import Message
from bot.domain.role import INVITATION_LASTS, Objection, Role
from bot.domain.text import Text
from bot.render import error_messages
from bot.render.editor import desk
from bot.render.editor import editors as screens
from bot.render.editor.editors import ROLES, EditorsVerb
from bot.services.newsroom import roles
from bot.services.newsroom.roles import RoleChange
from bot.telegram_edge.conversations.reader.onboarding import open_invitation
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule, StartRule
from bot.telegram_edge.kit.request import PressRequest, Request

EDITOR_LINK = "e_"
_ID = re.compile(r"[1-9]\d{0,15}", re.ASCII)  # https://core.telegram.org/bots/api#user: at most 52 significant bits


async def editors(ctx: BotContext, request: Request) -> None:
    """Show everybody, or do what is typed in full; late, it is shown what could be done."""
    act, *rest = request.args.casefold().split() or [""]
    if not act:
        await request.answer(await _roster(ctx, request))
        return
    typed = _typed(act, rest, _role_names(request))
    if typed is None:
        await request.answer(screens.usage(request.words))
        return
    if request.is_late:
        at = request.words.time(request.sent_at, ctx.look(request.chat).zone)
        await request.answer(Message(Text(desk.asked_while_away(request.words, at))))
        await request.answer(await _roster(ctx, request))
        return
    match typed:
        case _Invite(role):
            await _invite(ctx, request, role)
        case _Withdraw(number):
            is_done = await _withdraw(ctx, request, number)
            said = screens.withdrawn(request.words, number) if is_done else screens.no_link(request.words, number)
            await request.answer(Message(Text(said)))
        case _Change(person, role):
            await request.answer(Message(Text(await _change(ctx, request, person, role))))


@dataclass(frozen=True, slots=True)
class _Invite:
    role: Role


@dataclass(frozen=True, slots=True)
class _Withdraw:
    number: int


@dataclass(frozen=True, slots=True)
class _Change:
    person: int
    role: Role | None


def _typed(act: str, rest: list[str], names: dict[str, Role]) -> _Invite | _Withdraw | _Change | None:
    """Return what is typed, or None when it is not understood to its end."""
    match act, rest:
        case "invite", []:
            return _Invite(Role.EDITOR)
        case "invite", [name] if names.get(name) in (Role.EDITOR, Role.CONTRIBUTOR):
            return _Invite(names[name])
        case (("add" | "role"), [id, name]) if _ID.fullmatch(id) and name in names:
            return _Change(int(id), names[name])
        case "add", [id] if _ID.fullmatch(id):
            return _Change(int(id), Role.EDITOR)
        case "remove", [id] if _ID.fullmatch(id):
            return _Change(int(id), None)
        case "withdraw", [number] if _ID.fullmatch(number):
            return _Withdraw(int(number))
    return None


def _role_names(request: Request) -> dict[str, Role]:
    """Return the roles by what they are called, in English and in the owner's language."""
    words = request.words
    spoken = {words("contributor"): Role.CONTRIBUTOR, words("editor"): Role.EDITOR, words("owner"): Role.OWNER}
    return {str(role): role for role in Role} | {name.casefold(): role for name, role in spoken.items()}


async def invite(ctx: BotContext, press: PressRequest) -> None:
    """Give an owner a link to pass on."""
    await _invite(ctx, press, _role_pressed(press, 0) if press.numbers else Role.EDITOR)


async def by_id(ctx: BotContext, press: PressRequest) -> None:
    """Say how somebody is given a role who has no link."""
    await press.answer(screens.usage(press.words))


async def withdraw(ctx: BotContext, press: PressRequest) -> None:
    """Take a link back that nobody has used yet."""
    number = number_of(press)
    is_done = await _withdraw(ctx, press, number)
    await press.toast(
        screens.withdrawn(press.words, number) if is_done else error_messages.list_out_of_date(press.words)
    )
    await press.redraw(await _roster(ctx, press, is_changed=True))


async def show(ctx: BotContext, press: PressRequest) -> None:
    """Show one person's role, with what can be made of it."""
    person = number_of(press)
    people, _, names = await roles.roster(ctx.db, ctx.settings.admins, ctx.clock())
    role = next((one.role for one in people if one.person == person), None)
    if role is None:
        await press.toast(error_messages.list_out_of_date(press.words))
        await press.redraw(await _roster(ctx, press, is_changed=True))
        return
    await press.redraw(screens.card(press.words, person, role, names, press.person))


async def back(ctx: BotContext, press: PressRequest) -> None:
    await press.redraw(await _roster(ctx, press))


async def set_role(ctx: BotContext, press: PressRequest) -> None:
    """Make somebody more or less than they are."""
    role = _role_pressed(press, 1)
    if role is not None:
        await _change_pressed(ctx, press, number_of(press), role)


async def remove(ctx: BotContext, press: PressRequest) -> None:
    """Make somebody a reader, at once. Who is one already stays one."""
    await _change_pressed(ctx, press, number_of(press), None)


async def show_first(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show the list with its buttons again, instead of a link that was asked for while newsbot was not running."""
    return LateAnswer(await _roster(ctx, press))


async def show_anew(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show the list as it is now, instead of taking something away or giving a role by a late press."""
    toast = error_messages.list_out_of_date(press.words)
    return LateAnswer(await _roster(ctx, press, is_changed=True), toast=toast)


async def more(ctx: BotContext, press: PressRequest) -> None:
    """Show everybody again, with the buttons that take something away."""
    await press.answer(await _roster(ctx, press))


async def _invite(ctx: BotContext, asked: Request | PressRequest, role: Role | None) -> None:
    if role is None or asked.person is None:
        return
    code = await roles.invite(ctx.db, role, by=asked.person, admins=ctx.settings.admins, now=ctx.clock())
    if code is not None:
        link = f"https://t.me/{ctx.bot_username}?start={EDITOR_LINK}{code}"
        await asked.answer(screens.invitation(asked.words, role, link, INVITATION_LASTS))


async def _withdraw(ctx: BotContext, asked: Request | PressRequest, number: int) -> bool:
    return await roles.withdraw(ctx.db, number, by=asked.person, admins=ctx.settings.admins, now=ctx.clock())


async def _change(ctx: BotContext, request: Request, person: int, role: Role | None) -> str:
    """Change a role as it was typed, and return what is said of it."""
    words = request.words
    done = await roles.change_role(ctx.db, person, role, by=request.person, admins=ctx.settings.admins, now=ctx.clock())
    _, _, names = await roles.roster(ctx.db, ctx.settings.admins, ctx.clock())
    if isinstance(done, Objection):
        return screens.not_changed(words, done, person, role, names, request.person)
    await ctx.menus.register_editors()
    return f"{screens.done(words, done.person, done.was, done.role, names, request.person)}."


async def _change_pressed(ctx: BotContext, press: PressRequest, person: int, role: Role | None) -> None:
    done = await roles.change_role(ctx.db, person, role, by=press.person, admins=ctx.settings.admins, now=ctx.clock())
    _, _, names = await roles.roster(ctx.db, ctx.settings.admins, ctx.clock())
    match done:
        case Objection.UNCHANGED | Objection.NOT_ALLOWED:
            await press.toast(error_messages.list_out_of_date(press.words))
        case Objection():
            reason = screens.not_changed(press.words, done, person, role, names, press.person)
            await press.toast(reason, alert=True)
        case RoleChange():
            await press.toast(screens.done(press.words, person, done.was, done.role, names, press.person))
            await ctx.menus.register_editors()
            if person == press.person:
                await press.redraw(screens.stepped_down(press.words))
                return
    await press.redraw(await _roster(ctx, press, is_changed=True))


def _role_pressed(press: PressRequest, place: int) -> Role | None:
    number = number_of(press, place)
    return ROLES[number] if 0 <= number < len(ROLES) else None


async def _roster(ctx: BotContext, asked: Request | PressRequest, *, is_changed: bool = False) -> Message:
    people, links, names = await roles.roster(ctx.db, ctx.settings.admins, ctx.clock())
    zone = ctx.look(asked.chat).zone
    return screens.roster(
        asked.words,
        {role: [one.person for one in people if one.role is role] for role in Role},
        [(one.number, one.role, one.made_by, asked.words.time(one.expires_at, zone)) for one in links],
        names,
        asked_by=asked.person,
        configured=ctx.settings.admins,
        is_changed=is_changed,
    )


CONVERSATION = Conversation(
    name="colleagues",
    commands=(
        Command(
            "editors",
            msgid("the people: invite, change a role, let go"),
            editors,
            access=Access.OWNERS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(EditorsVerb.INVITE, invite, access=Access.OWNERS, late=show_first),
        PressRule(EditorsVerb.BY_ID, by_id, access=Access.OWNERS),
        PressRule(EditorsVerb.WITHDRAW, withdraw, access=Access.OWNERS, late=show_anew),
        PressRule(EditorsVerb.ROLE, show, access=Access.OWNERS),
        PressRule(EditorsVerb.SET, set_role, access=Access.OWNERS, late=show_anew),
        PressRule(EditorsVerb.BACK, back, access=Access.OWNERS),
        PressRule(EditorsVerb.REMOVE, remove, access=Access.OWNERS, late=show_anew),
        PressRule(EditorsVerb.MORE, more, access=Access.OWNERS),
    ),
    starts=(StartRule(EDITOR_LINK, open_invitation),),
)
