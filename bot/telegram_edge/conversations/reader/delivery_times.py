"""When news comes: how often, at which time, not in quiet hours, or not before a day; by buttons and typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.chat import Chat
from bot.domain.delivery_time import EVERY_DAY, MAX_PER_HOUR, WORKING_DAYS, Mode, Quiet, Timing
from bot.domain.message import Message
from bot.domain.timing_text import Fault, Misread, delivery_wish, pause_wish, quiet_wish
from bot.render.reader import delivery_settings as screens
from bot.render.reader.settings import overview
from bot.render.reader.settings_menu import SettingsPage
from bot.services.readers import membership, preferences
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

_DAY = 24 * 60  # minutes


async def delivery_typed(ctx: BotContext, request: Request, mode: str, rest: str) -> None:
    """Set what is typed: `now`, `calm 3`, `hourly`, `daily 08:00 mon-fri`."""
    zone = ctx.look(request.chat).zone
    wish = delivery_wish(f"{mode} {rest}", request.words.weekdays)
    if isinstance(wish, Misread):
        if wish.fault in (Fault.TIME, Fault.DAYS):
            await request.answer(screens.clock_page(request.words, request.chat, wish))
        else:
            await request.answer(screens.delivery_page(request.words, request.chat, zone, wish))
        return
    await _answer(ctx, request, await preferences.set_delivery(ctx.db, request.chat, wish, ctx.clock()))


async def quiet_typed(ctx: BotContext, request: Request, wish: str) -> None:
    """Set quiet hours that are typed: `22:00-07:00`, `off`."""
    quiet = quiet_wish(wish)
    if isinstance(quiet, Misread):
        await request.answer(screens.quiet_page(request.words, request.chat, quiet))
        return
    await _answer(ctx, request, await preferences.set_quiet(ctx.db, request.chat, quiet, ctx.clock()))


async def pause_typed(ctx: BotContext, request: Request, wish: str) -> None:
    """Pause until a day that is typed: `2027-01-07`, `24.12.`, `5 days`; or end the pause: `off`."""
    zone, today = _today(ctx, request.chat)
    day = pause_wish(wish, today)
    if isinstance(day, Misread):
        await request.answer(screens.pause_page(request.words, request.chat, zone, today, day))
    elif day is None:
        await membership.resume(ctx.db, request.chat.id, ctx.clock())
        await _answer(ctx, request, await _as_it_stands(ctx, request.chat))
    else:
        await _answer(ctx, request, await membership.pause_until(ctx.db, request.chat, day, zone, ctx.clock()))


def page(ctx: BotContext, press: PressRequest, number: int) -> Message | None:
    """Return a page of these settings; None when it is none of them."""
    words, chat = press.words, press.chat
    zone, today = _today(ctx, chat)
    match number:
        case SettingsPage.DELIVERY:
            return screens.delivery_page(words, chat, zone)
        case SettingsPage.CLOCK:
            return screens.clock_page(words, chat)
        case SettingsPage.DAYS:
            return screens.days_page(words, chat)
        case SettingsPage.QUIET:
            return screens.quiet_page(words, chat)
        case SettingsPage.PAUSE:
            return screens.pause_page(words, chat, zone, today)
    return None


async def change_time(ctx: BotContext, press: PressRequest) -> None:
    """Show how often news can come below the list that was pressed, which stays to be read."""
    await press.answer(screens.delivery_page(press.words, press.chat, ctx.look(press.chat).zone), as_reply=True)


async def set_delivery(ctx: BotContext, press: PressRequest) -> None:
    mode, value = _number(press, 0), _number(press, 1)
    timing = _timing(mode, value, press.chat)
    if timing is not None:
        press.chat = await preferences.set_delivery(ctx.db, press.chat, timing, ctx.clock())
        ctx.wake()
        await press.toast(screens.delivery_set(press.words, press.chat, ctx.look(press.chat).zone))
    is_clock = timing is not None and timing.mode is Mode.DAILY
    await _turn(ctx, press, SettingsPage.CLOCK if is_clock else SettingsPage.DELIVERY)


async def set_day(ctx: BotContext, press: PressRequest) -> None:
    """Take a weekday in or leave it out; or, with one number, take these weekdays."""
    days = press.chat.timing.days
    if len(press.numbers) > 1 and 0 <= press.numbers[0] < 7:
        bit = 1 << press.numbers[0]
        days = days | bit if press.numbers[1] else days & ~bit
    elif press.numbers and press.numbers[0] in (EVERY_DAY, WORKING_DAYS):
        days = press.numbers[0]
    if not days:
        await press.toast(screens.one_day_at_least(press.words))
    elif press.chat.timing.mode is Mode.DAILY:
        timing = replace(press.chat.timing, days=days)
        press.chat = await preferences.set_delivery(ctx.db, press.chat, timing, ctx.clock())
        ctx.wake()
        await press.toast(screens.delivery_set(press.words, press.chat, ctx.look(press.chat).zone))
    await _turn(ctx, press, SettingsPage.DAYS if press.chat.timing.mode is Mode.DAILY else SettingsPage.DELIVERY)


async def set_quiet(ctx: BotContext, press: PressRequest) -> None:
    """Set quiet hours, from minute to minute; without numbers there are none."""
    begin, end = _number(press, 0), _number(press, 1)
    if not press.numbers or (0 <= begin < _DAY and 0 <= end < _DAY and begin != end):
        quiet = Quiet(begin, end) if press.numbers else None
        press.chat = await preferences.set_quiet(ctx.db, press.chat, quiet, ctx.clock())
        ctx.wake()
        await press.toast(screens.quiet_set(press.words, quiet))
    await _turn(ctx, press, SettingsPage.QUIET)


async def set_pause(ctx: BotContext, press: PressRequest) -> None:
    """Pause for so many days, or for good with 0; without a number let news come again."""
    zone, today = _today(ctx, press.chat)
    if not press.numbers:
        await membership.resume(ctx.db, press.chat.id, ctx.clock())
    elif press.numbers[0] in screens.PAUSES:
        day = today + timedelta(days=press.numbers[0])
        await membership.pause_until(ctx.db, press.chat, day, zone, ctx.clock())
    elif press.numbers[0] == 0:
        await membership.pause(ctx.db, press.chat.id, ctx.clock())
    press.chat = await _as_it_stands(ctx, press.chat)
    ctx.wake()
    await press.toast(screens.paused_until(press.words, press.chat, zone))
    await press.redraw(overview(press.words, press.chat, ctx.settings.timezone.key, ctx.clock()))


def _timing(mode: int, value: int, chat: Chat) -> Timing | None:
    """Return what a button's numbers ask for; None when it is nothing that there is (any more)."""
    match screens.MODES[mode] if 0 <= mode < len(screens.MODES) else None:
        case Mode.NOW | Mode.HOURLY as plain:
            return Timing(plain)
        case Mode.CALM if 1 <= value <= MAX_PER_HOUR:
            return Timing(Mode.CALM, per_hour=value)
        case Mode.DAILY if 0 <= value < _DAY:
            days = chat.timing.days if chat.timing.mode is Mode.DAILY else EVERY_DAY
            return Timing(Mode.DAILY, minute=value, days=days)
    return None


async def _answer(ctx: BotContext, request: Request, chat: Chat) -> None:
    ctx.wake()
    await request.answer(overview(request.words, chat, ctx.settings.timezone.key, ctx.clock()))


async def _turn(ctx: BotContext, press: PressRequest, number: SettingsPage) -> None:
    shown = page(ctx, press, number)
    assert shown is not None
    await press.redraw(shown)


async def _as_it_stands(ctx: BotContext, chat: Chat) -> Chat:
    return await membership.known(ctx.db, chat.id) or chat


def _today(ctx: BotContext, chat: Chat) -> tuple[ZoneInfo, date]:
    zone = ctx.look(chat).zone
    return zone, ctx.clock().astimezone(zone).date()


def _number(press: PressRequest, place: int) -> int:
    return press.numbers[place] if place < len(press.numbers) else 0


CONVERSATION = Conversation(
    name="delivery_times",
    presses=(
        PressRule(screens.CHANGE_TIME, change_time, admins_only=True),
        PressRule(screens.DELIVERY, set_delivery, admins_only=True),
        PressRule(screens.DAY, set_day, admins_only=True),
        PressRule(screens.QUIET, set_quiet, admins_only=True),
        PressRule(screens.PAUSE, set_pause, admins_only=True),
    ),
)
