"""Giving an article a topic: what an editor does about one that would reach nobody."""

from __future__ import annotations

from bot.errors import UnknownTopic
from bot.render import error_messages
from bot.render.editor import topic_choice as screens
from bot.render.editor.verbs import Verb
from bot.services.content.topic_choice import choice
from bot.services.newsroom import desk, newsroom
from bot.telegram_edge.conversations.editor import publishing
from bot.telegram_edge.conversations.editor.article_args import article_pressed, asked_late
from bot.telegram_edge.conversations.editor.copies import send_copy
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest


async def show(ctx: BotContext, press: PressRequest) -> None:
    """Show a page of the topics that an article may be given."""
    article = await article_pressed(ctx, press)
    await press.redraw(screens.question(press.words, await choice(ctx.db, article.number, number_of(press, 1))))


async def add(ctx: BotContext, press: PressRequest) -> None:
    """Give an article a topic. As long as nobody got it, it goes to those who follow that."""
    article = await article_pressed(ctx, press)
    topic, is_out = await desk.topic_to_add(ctx.db, article.number, number_of(press, 1))
    if topic is None:
        await press.toast(error_messages.list_out_of_date(press.words))
        await press.redraw(screens.question(press.words, await choice(ctx.db, article.number)))
        return
    try:
        article, promised = await newsroom.add_topic(
            ctx.db, article.number, topic.number, by=press.person, now=ctx.clock(), undo=ctx.settings.undo
        )
    except UnknownTopic:  # merged into another just now
        await press.toast(error_messages.list_out_of_date(press.words))
        return
    ctx.wake()
    await press.toast(screens.added_toast(press.words, topic))
    if promised is None:
        await press.redraw(screens.added(press.words, article, topic, is_out=is_out))
        return
    if promised.start_at > ctx.clock():
        # Nobody has seen it yet: it is shown as readers will see it, while there is time to think again.
        await press.redraw(screens.has_topic(press.words, article, topic))
        await send_copy(ctx, press.chat, article.number)
        await publishing.show_progress(ctx, press, article, promised.campaign)
        return
    await publishing.follow(ctx, press, promised.campaign)


async def ask_to_add(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    """Ask first where the topic would let the article leave."""
    article = await article_pressed(ctx, press)
    topic, is_out = await desk.topic_to_add(ctx.db, article.number, number_of(press, 1))
    if topic is None or is_out:
        return None
    question = screens.asked_late(press.words, article, topic)
    return asked_late(press, question, screens.topic_button(press.words, article, topic))


CONVERSATION = Conversation(
    name="topic choice",
    presses=(
        PressRule(Verb.TOPICS, show, access=Access.EDITORS),
        PressRule(Verb.ADD_TOPIC, add, access=Access.EDITORS, late=ask_to_add),
    ),
)
