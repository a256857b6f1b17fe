"""
One article in a chat: opening it, and the buttons under it.

What a button shows is always today's: a mute that is over, a topic followed again elsewhere, an article taken back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from telegram.error import BadRequest

from bot.domain.article import Article
from bot.domain.chat import Pictures
from bot.domain.delivery import Outcome, PictureRefused, Sent
from bot.domain.following import phrase_number
from bot.domain.message import Message
from bot.domain.statistics import Act
from bot.errors import UnknownArticle, UnknownTopic
from bot.render import error_messages
from bot.render.look import Look
from bot.render.reader import lists, picker, subscriptions
from bot.render.reader import phrases as phrase_screens
from bot.render.reader import stories as story_screens
from bot.render.reader.article import push, related_list
from bot.render.reader.card import CardView, Verb, keyboard
from bot.services.delivery.pictures import remember
from bot.services.newsroom import statistics
from bot.services.readers import phrases, reading, stories, subscribing
from bot.services.readers.reading import CardState, Opened
from bot.services.readers.stories import StoryFollow
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import may_list, number
from bot.telegram_edge.kit.registry import Conversation, PressRule, StartRule
from bot.telegram_edge.kit.replies import SentMessage
from bot.telegram_edge.kit.request import PressRequest, Request

ARTICLE_LINK = "a_"


async def show(ctx: BotContext, asked: Request | PressRequest, article: int) -> None:
    """Show an article in full. A picture that Telegram refuses is left out; the article comes all the same.

    One that was opened from a list is a reply to it, which leads back. Raises: UnknownArticle when readers may not
    see it.
    """
    look, now = ctx.look(asked.chat), ctx.clock()
    person = asked.person if asked.is_private else None
    opened = await reading.opened(ctx.db, article, person=person, source=ctx.picture_source)
    say = partial(asked.show, as_reply=True) if isinstance(asked, PressRequest) else asked.show
    if look.pictures is Pictures.LARGE and await _shown_with_picture(ctx, say, opened, look):
        return
    await say(push(opened.article, opened.topics, look, now, saved=opened.saved))


async def _shown_with_picture(
    ctx: BotContext, say: Callable[[Message], Awaitable[SentMessage]], opened: Opened, look: Look
) -> bool:
    """Show an article with the first of its pictures that Telegram takes; return False when it takes none.

    What Telegram makes of a picture is remembered for the next opening, as a push would.
    """
    pictures = opened.pictures
    while (tried := await pictures.next_photo(ctx.db, ctx.clock())) is not None:
        way, photo = tried
        message = push(opened.article, opened.topics, look, ctx.clock(), photo=photo, saved=opened.saved)
        try:
            shown = await say(message)
            outcome: Outcome = Sent(shown.message_id, shown.file_id)
        except BadRequest as error:
            outcome = classify_error(error)
        await remember(ctx.db, pictures.ways.answered(way, outcome), ctx.clock())
        match outcome:
            case Sent():
                return True
            case PictureRefused(here_only=True):
                return False
        pictures.ways.give_up(way)  # also when other words were the reason: the article is to come all the same
    return False


async def open_link(ctx: BotContext, request: Request) -> None:
    """Open the article of a link, and change nothing else. In a group it counts as a list that was asked for."""
    if not await may_list(ctx, request):
        return
    digits = request.args[:18]
    article = int(digits) if digits.isascii() and digits.isdigit() else None
    try:
        if article is not None:
            await show(ctx, request, article)
            await statistics.count_act(ctx.db, article, Act.OPENED)
            return
    except UnknownArticle:
        pass
    await request.answer(lists.link_to_nothing(request.words, article))


async def open_listed(ctx: BotContext, press: PressRequest) -> None:
    """Open an article of a list."""
    try:
        await show(ctx, press, number(press))
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)


async def save(ctx: BotContext, press: PressRequest) -> None:
    """Keep the article for the person who pressed, whichever chat it stands in."""
    try:
        await reading.save(ctx.db, press.person, number(press), language=press.language, now=ctx.clock())
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)
        return
    if press.is_private:
        await press.toast(press.words("Saved. /saved lists what you keep"))
        await _redraw(ctx, press, CardView.CARD)
    else:
        await press.toast(press.words("Saved for you. Send /saved in your own chat with the bot"))


async def unsave(ctx: BotContext, press: PressRequest) -> None:
    await reading.unsave(ctx.db, press.person, number(press))
    await press.toast(press.words("No longer saved"))
    await _redraw(ctx, press, CardView.CARD)


async def more(ctx: BotContext, press: PressRequest) -> None:
    await _redraw(ctx, press, CardView.MORE)


async def less(ctx: BotContext, press: PressRequest) -> None:
    await _redraw(ctx, press, CardView.LESS)


async def back(ctx: BotContext, press: PressRequest) -> None:
    await _redraw(ctx, press, CardView.CARD)


async def related(ctx: BotContext, press: PressRequest) -> None:
    """List the related articles; those of a group's article in the reader's own chat."""
    try:
        article = await reading.listed(ctx.db, number(press))
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)
        return
    if press.is_private:
        look = ctx.look(press.chat)
        await press.answer(related_list(article, look, ctx.clock()))
    else:
        await press.open_bot(f"{ARTICLE_LINK}{article.number}")


async def mute(ctx: BotContext, press: PressRequest) -> None:
    """Silence for a day what brought the article: a topic, or a phrase by its negative number."""
    reason, look, now = number(press, 1), ctx.look(press.chat), ctx.clock()
    try:
        if reason < 0:
            muted = await phrases.mute(ctx.db, press.chat.id, phrase_number(reason), now=now)
            await _toast_phrase(press, None if muted is None else phrase_screens.muted_until(look, *muted))
        else:
            topic, until = await subscribing.mute(ctx.db, press.chat.id, reason, now=now)
            await press.toast(subscriptions.muted_until(look, topic, until))
        await statistics.count_act(ctx.db, number(press), Act.MUTED)
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    await _redraw(ctx, press, CardView.LESS)


async def unmute(ctx: BotContext, press: PressRequest) -> None:
    reason = number(press, 1)
    try:
        if reason < 0:
            heard = await phrases.unmute(ctx.db, press.chat.id, phrase_number(reason))
            await _toast_phrase(press, None if heard is None else phrase_screens.unmuted(press.words, heard))
        else:
            topic = await subscribing.unmute(ctx.db, press.chat.id, reason)
            await press.toast(subscriptions.unmuted(press.words, topic))
        await statistics.count_act(ctx.db, number(press), Act.MUTED, -1)
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    await _redraw(ctx, press, CardView.LESS)


async def unfollow(ctx: BotContext, press: PressRequest) -> None:
    reason, now = number(press, 1), ctx.clock()
    try:
        if reason < 0:
            gone = await phrases.let_go(ctx.db, press.chat.id, phrase_number(reason), now=now)
            await _toast_phrase(press, None if gone is None else phrase_screens.no_longer_following(press.words, gone))
        else:
            topic, _ = await subscribing.unfollow(ctx.db, press.chat.id, reason, now=now)
            await press.toast(picker.no_longer_following(press.words, topic))
        await statistics.count_act(ctx.db, number(press), Act.UNFOLLOWED)
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    await _redraw(ctx, press, CardView.LESS)


async def refollow(ctx: BotContext, press: PressRequest) -> None:
    reason, now = number(press, 1), ctx.clock()
    try:
        if reason < 0:
            back = await phrases.take_back(ctx.db, press.chat.id, phrase_number(reason))
            await _toast_phrase(press, None if back is None else phrase_screens.following(press.words, back))
        else:
            topic = await subscribing.refollow(ctx.db, press.chat.id, reason, thread=press.route, now=now)
            await press.toast(picker.following(press.words, topic))
        await statistics.count_act(ctx.db, number(press), Act.UNFOLLOWED, -1)
    except UnknownTopic:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    await _redraw(ctx, press, CardView.LESS)


async def _toast_phrase(press: PressRequest, done: str | None) -> None:
    """Say what became of a phrase; None: it is none of this chat's, or was let go too long ago."""
    if done is None:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    else:
        await press.toast(done)


async def never(ctx: BotContext, press: PressRequest) -> None:
    if await subscribing.never_from(ctx.db, press.chat.id, number(press)) is not None:
        source = _source(await reading.listed(ctx.db, number(press)))
        await press.toast(subscriptions.nothing_more_from(press.words, source))
        await statistics.count_act(ctx.db, number(press), Act.REFUSED_SOURCE)
    await _redraw(ctx, press, CardView.LESS)


async def allow(ctx: BotContext, press: PressRequest) -> None:
    if await subscribing.allow_from(ctx.db, press.chat.id, number(press)) is not None:
        source = _source(await reading.listed(ctx.db, number(press)))
        await press.toast(subscriptions.allowed_again(press.words, source))
        await statistics.count_act(ctx.db, number(press), Act.REFUSED_SOURCE, -1)
    await _redraw(ctx, press, CardView.LESS)


async def follow_story(ctx: BotContext, press: PressRequest) -> None:
    """Follow the story that the article belongs to: what comes of it later comes whichever topics it bears."""
    try:
        became = await stories.follow(ctx.db, press.chat.id, number(press), thread=press.thread, now=ctx.clock())
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)
        return
    if became is StoryFollow.TOO_MANY:
        await press.toast(story_screens.too_many(press.words), alert=True)
    else:
        await press.toast(story_screens.following(press.words))
    await _redraw(ctx, press, CardView.MORE)


async def stop_story(ctx: BotContext, press: PressRequest) -> None:
    """Follow the story no longer, and say what brings its articles all the same."""
    try:
        left = await stories.stop(ctx.db, press.chat.id, number(press), now=ctx.clock())
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)
        return
    await press.toast(story_screens.stopped(press.words, left))
    await _redraw(ctx, press, CardView.MORE)


async def _redraw(ctx: BotContext, press: PressRequest, view: CardView) -> None:
    """Put today's buttons under the article. Of one that readers may not see (any more) nothing is shown."""
    try:
        standing = await reading.standing(
            ctx.db,
            number(press),
            reason=number(press, 1) or None,
            chat=press.chat.id,
            person=press.person,
            now=ctx.clock(),
        )
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)
        return
    look = ctx.look(press.chat)
    await press.redraw_keyboard(
        keyboard(
            standing.article,
            look,
            view=view,
            reason=standing.reason,
            saved=standing.saved,
            done=_turned_down(standing),
            follows_story=standing.follows_story,
        )
    )


def _source(article: Article) -> str:
    """Return the source's name as the button shows it."""
    return article.story.provider.name or article.story.provider.domain or ""


def _turned_down(standing: CardState) -> set[Verb]:
    holds = {Verb.MUTE: standing.muted, Verb.UNFOLLOW: standing.unfollowed, Verb.NEVER: standing.unwanted}
    return {verb for verb, is_so in holds.items() if is_so}


CONVERSATION = Conversation(
    name="card",
    presses=(
        PressRule(lists.OPEN, open_listed),
        PressRule(Verb.SAVE, save),
        PressRule(Verb.UNSAVE, unsave),
        PressRule(Verb.MORE, more),
        PressRule(Verb.BACK, back),
        PressRule(Verb.RELATED, related),
        PressRule(Verb.FOLLOW_STORY, follow_story, admins_only=True),
        PressRule(Verb.STOP_STORY, stop_story, admins_only=True),
        PressRule(Verb.LESS, less, admins_only=True),
        PressRule(Verb.MUTE, mute, admins_only=True),
        PressRule(Verb.UNMUTE, unmute, admins_only=True),
        PressRule(Verb.UNFOLLOW, unfollow, admins_only=True),
        PressRule(Verb.REFOLLOW, refollow, admins_only=True),
        PressRule(Verb.NEVER, never, admins_only=True),
        PressRule(Verb.ALLOW, allow, admins_only=True),
    ),
    starts=(StartRule(ARTICLE_LINK, open_link, for_all=True),),
)
