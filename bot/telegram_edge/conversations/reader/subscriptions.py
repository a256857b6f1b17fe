"""Following by name and by link, and looking at all that is followed."""

from __future__ import annotations

from bot.domain.chat import Chat
from bot.domain.message import Message
from bot.domain.topic import topic_key
from bot.errors import UnknownTopic
from bot.render import error_messages
from bot.render.reader import lists, picker
from bot.render.reader import subscriptions as screens
from bot.services.content.topic_names import names_in
from bot.services.readers import browsing, subscribing
from bot.telegram_edge.conversations.reader.topics import topics
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import House
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule, StartRule
from bot.telegram_edge.kit.request import PressRequest, Request

TOPIC_LINK = "t_"


async def subscribe(house: House, request: Request) -> None:
    """Follow topics by name; without a name, show the picker."""
    names = names_in(request.args)
    if not names:
        await topics(house, request)
        return
    chat, now = request.chat, house.clock()
    named = await subscribing.follow_names(house.db, chat.id, names, thread=request.thread, now=now)
    followed = (*named.changed, *named.moved, *named.unchanged)
    await request.answer(
        screens.subscribed(
            house.look(chat),
            chat,
            named.changed,
            named.unchanged,
            named.unknown,
            moved=named.moved,
            mutes=await subscribing.mutes(house.db, chat.id, followed, now=now),
            now=now,
        )
    )


async def unsubscribe(house: House, request: Request) -> None:
    """Follow topics no longer, by name; without a name, show the picker."""
    names = names_in(request.args)
    if not names:
        await topics(house, request)
        return
    named = await subscribing.unfollow_names(house.db, request.chat.id, names, now=house.clock())
    await request.answer(screens.unsubscribed(request.words, named.changed, named.unchanged, named.unknown))


async def subscriptions(house: House, request: Request) -> None:
    await request.answer(await _overview(house, request.chat))


async def open_topic(house: House, request: Request) -> None:
    """Follow the topic of a link, and show its newest headline with the way back."""
    now = house.clock()
    if not topic_key(request.args):
        await request.answer(screens.link_to_nothing(request.words))
        return
    try:
        meant = await subscribing.of_payload(house.db, request.chat.id, request.args)
    except UnknownTopic as error:
        near = await subscribing.nearest(house.db, request.chat.id, str(error))
        await request.answer(screens.near_miss(request.words, str(error), near, screens.Wish.FOLLOW))
        return
    topic, is_new = await subscribing.follow(house.db, request.chat.id, meant.number, thread=request.thread, now=now)
    _, page = await browsing.latest(house.db, request.chat.id, topic.number, size=1, now=now)
    look = house.look(request.chat)
    newest = page.articles[0] if page.articles else None
    mutes = await subscribing.mutes(house.db, request.chat.id, [topic], now=now)
    await request.answer(screens.opened_by_link(look, request.chat, topic, is_new, newest, now, mutes=mutes))


async def follow(house: House, press: PressRequest) -> None:
    now = house.clock()
    try:
        topic, _ = await subscribing.follow(house.db, press.chat.id, number(press), thread=press.thread, now=now)
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    await press.toast(picker.following(press.words, topic))
    look = house.look(press.chat)
    mutes = await subscribing.mutes(house.db, press.chat.id, [topic], now=now)
    await press.redraw(screens.subscribed(look, press.chat, [topic], [], {}, mutes=mutes, now=now))


async def unfollow(house: House, press: PressRequest) -> None:
    try:
        topic, _ = await subscribing.unfollow(house.db, press.chat.id, number(press), now=house.clock())
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    await press.toast(picker.no_longer_following(press.words, topic))
    await press.redraw(screens.unfollowed(press.words, topic))


async def hear(house: House, press: PressRequest) -> None:
    """End a mute, from the overview."""
    try:
        topic = await subscribing.unmute(house.db, press.chat.id, number(press))
        await press.toast(screens.heard_again(press.words, topic))
    except UnknownTopic:
        await press.toast(error_messages.list_out_of_date(press.words))
    await press.redraw(await _overview(house, press.chat))


async def admit(house: House, press: PressRequest) -> None:
    """Allow a source again, from the overview."""
    follows = await subscribing.follows(house.db, press.chat.id, now=house.clock())
    source = next((name for name in follows.unwanted if screens.source_number(name) == number(press)), None)
    if source is None:
        await press.toast(error_messages.list_out_of_date(press.words))
    else:
        await subscribing.allow(house.db, press.chat.id, source)
        await press.toast(screens.allowed_again(press.words, source))
    await press.redraw(await _overview(house, press.chat))


async def _overview(house: House, chat: Chat) -> Message:
    now = house.clock()
    follows = await subscribing.follows(house.db, chat.id, now=now)
    return screens.overview(
        house.look(chat),
        chat,
        topics=follows.topics,
        left_out=follows.left_out,
        mutes=follows.mutes,
        unwanted=follows.unwanted,
        now=now,
    )


CONVERSATION = Conversation(
    name="subscriptions",
    commands=(
        Command(
            "subscribe",
            msgid("follow topics by name"),
            subscribe,
            usage=msgid("/subscribe NAME[, NAME…]"),
            admins_only=True,
        ),
        Command(
            "unsubscribe",
            msgid("follow them no longer"),
            unsubscribe,
            usage=msgid("/unsubscribe NAME…"),
            admins_only=True,
        ),
        Command("subscriptions", msgid("what this chat follows, and how it is delivered"), subscriptions),
    ),
    presses=(
        PressRule(lists.FOLLOW, follow, admins_only=True),
        PressRule(lists.UNFOLLOW, unfollow, admins_only=True),
        PressRule(screens.HEAR, hear, admins_only=True),
        PressRule(screens.ADMIT, admit, admins_only=True),
    ),
    starts=(StartRule(TOPIC_LINK, open_topic),),
)
