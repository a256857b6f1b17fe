"""Paging: the data of lists' buttons says which list, how many on a page, and from which place in which direction."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.browsing import MAX_PAGE_SIZE, PAGE, Direction, Place, Turn
from bot.domain.chat import ChatKind
from bot.render.reader import lists
from bot.services.readers import browsing
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.request import PressRequest, Request


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of a list as a button asks for it. `scope` means what the list's verb makes of it."""

    scope: int
    size: int
    turn: Turn | None


def number(press: PressRequest, place: int = 0) -> int:
    """Return a number of the button, 0 where its data has none."""
    return press.numbers[place] if place < len(press.numbers) else 0


def page_request(press: PressRequest) -> PageRequest:
    """Return what a list's button asks for. Whatever it lacks is the list's beginning."""
    size = min(number(press, 1), MAX_PAGE_SIZE) if number(press, 1) > 0 else PAGE
    turn = None
    if len(press.numbers) >= 5:
        direction = Direction.NEWER if number(press, 2) == Direction.NEWER else Direction.OLDER
        turn = Turn(direction, Place(number(press, 3), number(press, 4)))
    return PageRequest(number(press), size, turn)


async def may_list(ctx: BotContext, request: Request) -> bool:
    """Return whether a list may be shown: always in a person's own chat, once a minute in a group."""
    if request.chat.kind is not ChatKind.GROUP:
        return True
    if await browsing.ask(ctx.db, request.chat.id, ctx.clock()):
        return True
    seconds = await browsing.wait_to_tell(ctx.db, request.chat.id, ctx.clock())
    if seconds is not None:
        await request.for_speaker().answer(lists.ask_in_a_minute(request.words, seconds, ctx.bot_username))
    return False
