"""When the news of a single topic comes: its card, by buttons and typed (`/settings Robotics daily 08:00`)."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.delivery_time import EVERY_DAY, MAX_PER_HOUR, Mode, Timing
from bot.domain.message import Message
from bot.domain.timing_text import AUTO, Misread, delivery_wish, pause_wish, said_of_topics
from bot.errors import UnknownTopic
from bot.render import error_messages
from bot.render.reader import topic_times as screens
from bot.render.reader.delivery_settings import MODES, PAUSES
from bot.services.readers import subscribing, topic_times
from bot.services.readers.topic_times import TopicTimes
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

_DAY = 24 * 60  # minutes


async def typed(ctx: BotContext, request: Request) -> bool:
    """Do what is written of a topic, or say what is wrong with it; return False when nothing says it is one."""
    said = said_of_topics(request.args)
    for name, wish in said:
        topic = await subscribing.named(ctx.db, request.chat.id, name)
        if topic is not None:
            await request.answer(await _done(ctx, request, topic.number, wish))
            return True
    if not said:
        return False
    name = said[0][0]
    near = await subscribing.nearest(ctx.db, request.chat.id, name)
    await request.answer(screens.near_miss(request.words, name, near))
    return True


async def _done(ctx: BotContext, request: Request, topic: int, wish: str) -> Message:
    """Return the card of a topic after what was written of it."""
    chat, now = request.chat, ctx.clock()
    mode, _, rest = wish.partition(" ")
    timing: Timing | Misread | None = None
    if mode.casefold() == "pause" and rest:
        zone = ctx.look(chat).zone
        day = pause_wish(rest, now.astimezone(zone).date())
        if isinstance(day, Misread):
            return _card(ctx, request, await topic_times.times_of(ctx.db, chat.id, topic, now=now), day)
        return _card(ctx, request, await topic_times.pause(ctx.db, chat.id, topic, day, zone, now=now))
    if not wish or mode.casefold() == "pause":
        return _card(ctx, request, await topic_times.times_of(ctx.db, chat.id, topic, now=now))
    if wish.casefold() != AUTO:
        timing = delivery_wish(wish, request.words.weekdays)
    if isinstance(timing, Misread):
        return _card(ctx, request, await topic_times.times_of(ctx.db, chat.id, topic, now=now), timing)
    times = await topic_times.wish(ctx.db, chat.id, topic, timing, now=now)
    ctx.wake()
    return _card(ctx, request, times)


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Show the card of a topic, or one of its pages."""
    topic, page = (*press.numbers, 0, 0)[:2]
    try:
        times = await topic_times.times_of(ctx.db, press.chat.id, topic, now=ctx.clock())
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    if not times.is_followed or page not in (screens.CLOCK, screens.PAUSE):
        await press.redraw(_card(ctx, press, times))
    elif page == screens.CLOCK:
        await press.redraw(screens.clock_page(press.words, times.topic, times.wish))
    else:
        await press.redraw(screens.pause_page(press.look(), times.topic, ctx.clock()))


async def set_wish(ctx: BotContext, press: PressRequest) -> None:
    topic, mode, value = (*press.numbers, 0, -1, 0)[:3] if len(press.numbers) < 3 else press.numbers[:3]
    now = ctx.clock()
    try:
        before = await topic_times.times_of(ctx.db, press.chat.id, topic, now=now)
        timing = _timing(mode, value, before.wish)
        is_meant = timing is not None or mode == screens.AS_CHAT
        times = await topic_times.wish(ctx.db, press.chat.id, topic, timing, now=now) if is_meant else before
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    if is_meant and times.is_followed:
        ctx.wake()
        await press.toast(screens.wish_set(press.look(), press.chat, times.topic, times.wish))
    if times.is_followed and is_meant and timing is not None and timing.mode is Mode.DAILY:
        await press.redraw(screens.clock_page(press.words, times.topic, times.wish))
    else:
        await press.redraw(_card(ctx, press, times))


async def set_pause(ctx: BotContext, press: PressRequest) -> None:
    """Silence a topic for so many days; without a number let its news come again."""
    topic, ahead = (*press.numbers, 0, 0)[:2]
    look, now = press.look(), ctx.clock()
    day = now.astimezone(look.zone).date() + timedelta(days=ahead) if ahead in PAUSES else None
    try:
        if day is None and len(press.numbers) > 1:  # of another version
            times = await topic_times.times_of(ctx.db, press.chat.id, topic, now=now)
        else:
            times = await topic_times.pause(ctx.db, press.chat.id, topic, day, look.zone, now=now)
            await press.toast(screens.paused_until(look, times.topic, times.muted_until))
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    await press.redraw(_card(ctx, press, times))


def _timing(mode: int, value: int, before: Timing | None) -> Timing | None:
    """Return what a button's numbers ask for; None when it is nothing that there is (any more), or as the chat."""
    if mode == screens.SILENTLY:
        return Timing(silent=True)
    match MODES[mode] if 0 <= mode < len(MODES) else None:
        case Mode.NOW | Mode.HOURLY as plain:
            return Timing(plain)
        case Mode.CALM if 1 <= value <= MAX_PER_HOUR:
            return Timing(Mode.CALM, per_hour=value)
        case Mode.DAILY if 0 <= value < _DAY:
            days = before.days if before is not None and before.mode is Mode.DAILY else EVERY_DAY
            return Timing(Mode.DAILY, minute=value, days=days)
    return None


def _card(ctx: BotContext, asked: Request | PressRequest, times: TopicTimes, wrong: Misread | None = None) -> Message:
    if not times.is_followed:
        return screens.not_followed(asked.words, times.topic)
    return screens.card(
        ctx.look(asked.chat),
        asked.chat,
        times.topic,
        times.wish,
        is_muted=times.is_muted,
        muted_until=times.muted_until,
        wrong=wrong,
    )


CONVERSATION = Conversation(
    name="topic_times",
    presses=(
        PressRule(screens.TOPIC, turn, admins_only=True),
        PressRule(screens.TOPIC_WISH, set_wish, admins_only=True),
        PressRule(screens.TOPIC_PAUSE, set_pause, admins_only=True),
    ),
)
