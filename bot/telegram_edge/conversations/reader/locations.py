"""The time zone by a location that is shared once, in private chats."""

from __future__ import annotations

from bot.render.reader import locations as screens
from bot.render.reader.settings import LOCATION
from bot.services.readers import preferences
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation, LocationRule, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def ask(ctx: BotContext, press: PressRequest) -> None:
    """Ask for a location: only a key of the person's own keyboard can send one, and only in private.

    Source: https://core.telegram.org/bots/api#keyboardbutton (request_location)
    """
    if press.is_private:
        await press.answer(screens.question(press.words))


async def take(ctx: BotContext, request: Request) -> None:
    """Set the zone of a location."""
    if request.location is None:
        await request.answer(screens.only_once(request.words))
        return
    zones = await ctx.location_search.zones_at(*request.location)
    if not zones:
        await request.answer(screens.no_zone(request.words, is_looked_up=zones is not None))
    elif len(zones) > 1:
        await request.answer(screens.several(request.words, zones))
    else:
        await preferences.set_zone(ctx.db, request.chat, zones[0], ctx.clock())
        ctx.wake()
        await request.answer(screens.zone_of_location(request.words, zones[0]))


CONVERSATION = Conversation(name="locations", presses=(PressRule(LOCATION, ask),), locations=(LocationRule(take),))
"""Pressing and sharing are the person's own; groups have no key for it."""
