"""Following by name and by link, and looking at all that is followed."""

from __future__ import annotations

from bot.domain.message import Message
from bot.domain.phrases import quoted
from bot.domain.topic import topic_key
from bot.errors import UnknownTopic
from bot.render import error_messages
from bot.render.reader import lists, picker
from bot.render.reader import stories as story_screens
from bot.render.reader import subscriptions as screens
from bot.render.reader.topic_times import SUBSCRIPTIONS
from bot.services.content.topic_names import names_in
from bot.services.readers import browsing, phrases, stories, subscribing
from bot.telegram_edge.conversations.reader.topics import topics
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule, StartRule
from bot.telegram_edge.kit.request import PressRequest, Request

TOPIC_LINK = "t_"


async def subscribe(ctx: BotContext, request: Request) -> None:
    """Follow topics by name, and phrases in quotation marks; without either, show the picker."""
    in_marks, rest = quoted(request.args)
    names = names_in(rest)
    if not names and not in_marks:
        await topics(ctx, request)
        return
    chat, now = request.chat, ctx.clock()
    written = await phrases.follow(ctx.db, chat.id, in_marks, thread=request.route, now=now)
    named = await subscribing.follow_names(ctx.db, chat.id, names, thread=request.route, now=now)
    followed = (*named.changed, *named.moved, *named.unchanged)
    await request.answer(
        screens.subscribed(
            request.look(),
            chat,
            named.changed,
            named.unchanged,
            named.unknown,
            moved=named.moved,
            mutes=await subscribing.mutes(ctx.db, chat.id, followed, now=now),
            phrases=written,
            now=now,
        )
    )


async def unsubscribe(ctx: BotContext, request: Request) -> None:
    """Follow topics no longer, by name, nor phrases; without either, show the picker.

    What no topic is called may be a phrase that is followed, without its quotation marks.
    """
    chat, now = request.chat.id, ctx.clock()
    in_marks, rest = quoted(request.args)
    names = names_in(rest)
    if not names and not in_marks:
        await topics(ctx, request)
        return
    named = await subscribing.unfollow_names(ctx.db, chat, names, now=now)
    bare = await phrases.followed_among(ctx.db, chat, named.unknown, now=now)
    unknown = {name: near for name, near in named.unknown.items() if name not in bare}
    written = await phrases.unfollow(ctx.db, chat, [*in_marks, *bare], now=now)
    await request.answer(screens.unsubscribed(request.words, named.changed, named.unchanged, unknown, written))


async def subscriptions(ctx: BotContext, request: Request) -> None:
    await request.answer(await overview(ctx, request))


async def open_topic(ctx: BotContext, request: Request) -> None:
    """Follow the topic of a link, and show its newest headline with the way back."""
    now = ctx.clock()
    if not topic_key(request.args):
        await request.answer(screens.link_to_nothing(request.words))
        return
    try:
        meant = await subscribing.of_payload(ctx.db, request.chat.id, request.args)
    except UnknownTopic as error:
        near = await subscribing.nearest(ctx.db, request.chat.id, str(error))
        await request.answer(screens.near_miss(request.words, str(error), near, screens.Edit.FOLLOW))
        return
    topic, is_new = await subscribing.follow(ctx.db, request.chat.id, meant.number, thread=request.route, now=now)
    _, page = await browsing.latest(ctx.db, request.chat.id, topic.number, size=1, now=now)
    look = request.look()
    newest = page.articles[0] if page.articles else None
    mutes = await subscribing.mutes(ctx.db, request.chat.id, [topic], now=now)
    await request.answer(screens.opened_by_link(look, request.chat, topic, is_new, newest, now, mutes=mutes))


async def follow(ctx: BotContext, press: PressRequest) -> None:
    now = ctx.clock()
    try:
        topic, _ = await subscribing.follow(ctx.db, press.chat.id, number(press), thread=press.route, now=now)
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    await press.toast(picker.following(press.words, topic))
    look = press.look()
    mutes = await subscribing.mutes(ctx.db, press.chat.id, [topic], now=now)
    await press.redraw(screens.subscribed(look, press.chat, [topic], [], {}, mutes=mutes, now=now))


async def unfollow(ctx: BotContext, press: PressRequest) -> None:
    try:
        topic, _ = await subscribing.unfollow(ctx.db, press.chat.id, number(press), now=ctx.clock())
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    await press.toast(picker.no_longer_following(press.words, topic))
    await press.redraw(screens.unfollowed(press.words, topic))


async def end_mute(ctx: BotContext, press: PressRequest) -> None:
    """End a mute, from the overview."""
    try:
        topic = await subscribing.unmute(ctx.db, press.chat.id, number(press))
        await press.toast(screens.unmuted(press.words, topic))
    except UnknownTopic:
        await press.toast(error_messages.list_out_of_date(press.words))
    await press.redraw(await overview(ctx, press))


async def allow_source(ctx: BotContext, press: PressRequest) -> None:
    """Allow a source again, from the overview."""
    follows = await subscribing.follows(ctx.db, press.chat.id, now=ctx.clock())
    meant = next((known for known in follows.unwanted if screens.source_number(known[0]) == number(press)), None)
    if meant is None:
        await press.toast(error_messages.list_out_of_date(press.words))
    else:
        source, name = meant
        await subscribing.allow(ctx.db, press.chat.id, source)
        await press.toast(screens.allowed_again(press.words, name))
    await press.redraw(await overview(ctx, press))


async def drop_story(ctx: BotContext, press: PressRequest) -> None:
    """Follow a story no longer, from the overview."""
    gone = await stories.let_go(ctx.db, press.chat.id, number(press))
    toast = error_messages.list_out_of_date(press.words) if gone is None else story_screens.let_go(press.words, gone)
    await press.toast(toast)
    await press.redraw(await overview(ctx, press))


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn to another page of what can be taken back."""
    await press.redraw(await overview(ctx, press, number(press)))


async def overview(ctx: BotContext, request: Request | PressRequest, page: int = 0) -> Message:
    """Return what a chat follows today, with a page of what can be taken back."""
    chat, now = request.chat, ctx.clock()
    follows = await subscribing.follows(ctx.db, chat.id, now=now)
    return screens.overview(
        request.look(),
        chat,
        topics=follows.topics,
        left_out=follows.left_out,
        mutes=follows.mutes,
        phrases=follows.phrases,
        unwanted=follows.unwanted,
        stories=follows.stories,
        wishes=follows.wishes,
        page=page,
        now=now,
    )


CONVERSATION = Conversation(
    name="subscriptions",
    commands=(
        Command(
            "subscribe",
            msgid("follow topics by name, or a phrase in quotation marks"),
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
        Command(
            "subscriptions",
            msgid("what this chat follows, and how it is delivered"),
            subscriptions,
            of_chats=True,
            for_one=True,
        ),
    ),
    presses=(
        PressRule(lists.FOLLOW, follow, admins_only=True),
        PressRule(lists.UNFOLLOW, unfollow, admins_only=True),
        PressRule(screens.HEAR, end_mute, admins_only=True),
        PressRule(screens.ADMIT, allow_source, admins_only=True),
        PressRule(story_screens.DROP_STORY, drop_story, admins_only=True),
        PressRule(SUBSCRIPTIONS, turn, of_chats=True),
    ),
    starts=(StartRule(TOPIC_LINK, open_topic),),
)
