"""Who else may publish: owners invite editors with a link that works once, and let them go."""

from __future__ import annotations

from bot.domain.message import Message
from bot.render import colleagues as screens
from bot.render.colleagues import ColleaguesVerb
from bot.services import membership
from bot.store import editors as store
from bot.store.editors import INVITATION_LASTS, Role
from bot.telegram_edge import menus
from bot.telegram_edge.house import House
from bot.telegram_edge.onboarding import open_invitation
from bot.telegram_edge.registry import Audience, Command, Conversation, PressRule, StartRule, Where, msgid
from bot.telegram_edge.request import PressRequest, Request
from bot.telegram_edge.turning import number as number_of

EDITOR_LINK = "e_"


async def editors(house: House, request: Request) -> None:
    await request.answer(await _roster(house, request))


async def invite(house: House, press: PressRequest) -> None:
    """Give an owner a link to pass on. A press from before an outage shows who there is, with the button again."""
    if press.is_late:
        await press.redraw(await _roster(house, press))
        return
    code = await membership.invite_editor(house.db, by=press.person, now=house.clock())
    link = f"https://t.me/{house.bot_username}?start={EDITOR_LINK}{code}"
    await press.answer(screens.invitation(press.words, link, INVITATION_LASTS))


async def let_go(house: House, press: PressRequest) -> None:
    """Make an editor a reader, at once. An owner stays one."""
    person = number_of(press)
    if not press.is_late and await membership.let_go(house.db, person, by=press.person, now=house.clock()):
        await press.toast(screens.let_go(press.words, person))
        await menus.register_editors(house)
    await press.redraw(await _roster(house, press))


async def _roster(house: House, asked: Request | PressRequest) -> Message:
    async with house.db.reading() as conn:
        people = await store.editors(conn, house.settings.admins)
    owners = [person for person, role in people.items() if role is Role.OWNER]
    return screens.roster(asked.words, owners, [person for person in people if person not in owners])


CONVERSATION = Conversation(
    name="colleagues",
    commands=(
        Command(
            "editors",
            msgid("who may publish; invite editors, or let them go"),
            editors,
            audience=Audience.OWNERS,
            where=Where.PRIVATE,
        ),
    ),
    presses=(
        PressRule(ColleaguesVerb.INVITE, invite, audience=Audience.OWNERS),
        PressRule(ColleaguesVerb.LET_GO, let_go, audience=Audience.OWNERS),
    ),
    starts=(StartRule(EDITOR_LINK, open_invitation),),
)
