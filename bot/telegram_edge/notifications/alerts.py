"""
Alerts: to editors about files, to owners about incidents and new editors, to groups about closed threads. Several are
combined into one message, and each kind is limited in how often it is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from telegram.error import TelegramError

from bot.domain.article import Article, ArticleState, HeldWhy
from bot.domain.chat import Chat, ChatState
from bot.domain.delivery import Failed, Halted, Migrated, Outcome, Restricted, Throttled, Unreachable
from bot.domain.editing import EditField, Value, value_of
from bot.domain.message import Message
from bot.domain.rejections import Form
from bot.domain.topic import by_name
from bot.domain.topic_choice import TopicChoice
from bot.render.editor import alerts as screens
from bot.render.editor import corrections, editors
from bot.render.editor import editing as edit_screens
from bot.render.editor.acts import acts
from bot.render.editor.topic_choice import question
from bot.render.locale import Words
from bot.services.content import editing
from bot.services.content.taken_down_stories import BROUGHT_BACK
from bot.services.content.topic_choice import choice
from bot.services.newsroom import correction_offers, notices
from bot.services.newsroom.correction_offers import Offer
from bot.services.newsroom.notices import Notice
from bot.services.readers import membership
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.kit.context import BotContext

MAX_QUESTIONS = 3
"""Changed articles that are asked about one by one."""
ALERT_INTERVAL = timedelta(minutes=10)
_FORMS = {notices.FORM: screens.form_changed, notices.REFUSED_BY_SOME: screens.refused_by_some}
MIN_FAULT_AGE = timedelta(minutes=2)  # a fault of a file that is mended sooner is not reported
_UPLOADED = "upload:"  # whoever sent the document was answered in the chat

log = logging.getLogger(__name__)


async def tell_editors(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Tell every editor of what is odd about files and sources, in one message, at most once in ten minutes.

    Return False when there are editors and none of them could be reached.
    """
    found = await notices.about_files(ctx.db, lasting_since=now - MIN_FAULT_AGE)
    waiting, known, last = found.notices, found.articles, found.last_told_at
    if not waiting or not people or (last is not None and now - last < ALERT_INTERVAL):
        return True
    told = [notice for _, notice in waiting if not notice.subject.startswith(_UPLOADED)]
    refused = [(notice.subject, notice.detail) for notice in told if notice.kind in ("refused", "left out")]
    doubled = [_doubled(notice, known) for notice in told if notice.kind == "doubled" and notice.article in known]
    warned = [(notice.subject, notice.detail) for notice in told if notice.kind == "warned"]
    failing = [(notice.subject, notice.detail) for notice in told if notice.kind == notices.SOURCE_FAILS]
    brought_back = [
        (notice.subject, notice.article)
        for notice in told
        if notice.kind == BROUGHT_BACK and notice.article is not None
    ]
    if refused or doubled or warned or failing or brought_back:

        def message(words: Words) -> Message:
            return screens.folded(
                words,
                refused=refused,
                doubled=doubled,
                warned=warned,
                failing=failing,
                brought_back=brought_back,
            )

        if not await _tell(ctx, people, lambda words, _: message(words)):
            return False
    await notices.mark_told(ctx.db, [id for id, _ in waiting], now)
    return True


async def ask_editors(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Ask every editor at once about what is held: a decision that stops news never waits behind complaints.

    What is held in a burst is one question, and one that is open stands for what joins it within ten minutes.
    Return False when there are editors and none of them could be reached.
    """
    found = await notices.questions(ctx.db)
    waiting, held, opened = found.notices, found.held, found.opened_at
    if not waiting or not people:
        return True
    of_topics = {article.number for article in held if article.held_why is HeldWhy.TOPICS}
    many = len(held) - len(of_topics)
    asked: list[int] = []
    together = [(id, notice) for id, notice in waiting if notice.article not in of_topics]
    if opened is None or now - opened >= ALERT_INTERVAL or not many:
        if many and not await _tell(ctx, people, lambda words, _: screens.held(words, many)):
            return False
        asked += [id for id, _ in together]  # or decided meanwhile
    for id, notice in waiting:
        if notice.article in of_topics:
            chosen = await choice(ctx.db, notice.article)
            if not await _tell(ctx, people, _question(chosen)):
                return False
            asked.append(id)
    if asked:
        await notices.mark_told(ctx.db, asked, now)
    return True


async def ask_of_restored(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Ask every editor, in one message, about the publishes that an older copy of the database had on their way.

    Return False when there are editors and none of them could be reached.
    """
    waiting, many = await notices.restored(ctx.db)
    if not waiting or not people:
        return True
    if many and not await _tell(ctx, people, lambda words, _: screens.restored(words, many)):
        return False
    await notices.mark_told(ctx.db, waiting, now)
    return True


async def tell_of_forms(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Tell every editor at once which broadcasts go on in a plainer form, for all or some chats, and why.

    Return False when there are editors and none of them could be reached.
    """
    waiting = await notices.plainer_forms(ctx.db)
    for id, notice, article in waiting if people else ():

        def message(words: Words, _: Chat, article: Article | None = article, notice: Notice = notice) -> Message:
            assert article is not None
            return _FORMS[notice.kind](words, article, Form(notice.subject) if notice.subject else None, notice.detail)

        if article is not None and not await _tell(ctx, people, message):
            return False
        await notices.mark_told(ctx.db, [id], now)
    return True


async def ask_about_copies(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Ask every editor at once what becomes of the copies of delivered articles that a file or a feed has changed.

    Of more than a few at once it is only said that they were changed.
    Return False when there are editors and none of them could be reached.
    """
    offers = await correction_offers.open_offers(ctx.db, now) if people else []
    open_ = [one for one in offers if one.is_open]
    if len(open_) > MAX_QUESTIONS:
        changed = [one.article for one in open_]
        if not await _tell(ctx, people, lambda words, _: corrections.questions_folded(words, changed)):
            return False
    else:
        for one in open_:
            if not await _tell(ctx, people, _copies_question(one, ctx.settings.keep)):
                return False
    await notices.mark_told(ctx.db, [id for one in offers for id in one.notices], now)
    return True


def _copies_question(offer: Offer, keep: timedelta | None) -> Callable[[Words, Chat], Message]:
    def message(words: Words, _: Chat) -> Message:
        article, copies = offer.article, offer.copies
        if article.state is ArticleState.RETRACTED:
            return corrections.ask_about_copies(words, article, copies, offer.savers, keep)
        return corrections.question(words, article, offer.fields, copies, keep)

    return message


async def ask_about_edits(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Ask every editor at once what becomes of fields that were edited and of which a file or feed says another thing.

    Of more than a few articles at once it is only said that they are such.
    Return False when there are editors and none of them could be reached.
    """
    found = await editing.open_questions(ctx.db) if people else []
    open_ = [one for one in found if one.fields]
    if len(open_) > MAX_QUESTIONS:
        changed = [one.article for one in open_]
        if not await _tell(ctx, people, lambda words, _: edit_screens.sources_folded(words, changed)):
            return False
    else:
        for one in open_:
            for field, source in one.fields:
                if not await _tell(ctx, people, _source_question(one.article, field, source)):
                    return False
    await notices.mark_told(ctx.db, [id for one in found for id in one.notices], now)
    return True


def _source_question(article: Article, field: EditField, source: Value) -> Callable[[Words, Chat], Message]:
    shown = value_of(article.story, field)
    return lambda words, _: edit_screens.source_question(words, article, field, source, shown)


async def tell_of_sources(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Tell every editor at once which sources have ended.

    Return False when there are editors and none of them could be reached.
    """
    ended = await notices.ended_sources(ctx.db)
    if not ended or not people:
        return True
    names = [(notice.subject, notice.detail) for _, notice in ended]
    if not await _tell(ctx, people, lambda words, _: screens.sources_ended(words, names)):
        return False
    await notices.mark_told(ctx.db, [id for id, _ in ended], now)
    return True


async def tell_of_acts(ctx: BotContext, people: Collection[int], now: datetime) -> bool:
    """Tell every editor, in one message, what weighty things were done at the shell or by programs.

    Return False when there are editors and none of them could be reached.
    """
    if not people:
        return True
    ids, done = await notices.acts_untold(ctx.db, now)
    if not ids:
        return True
    if done and not await _tell(ctx, people, lambda words, _: acts(words, done)):
        return False
    await notices.mark_told(ctx.db, ids, now)
    return True


async def tell_owners(ctx: BotContext, owners: Collection[int], now: datetime) -> bool:
    """Alert owners to each open incident once a day, and once when it is over.

    Return False when there are owners and none of them could be reached.
    """
    untold = await notices.incidents(ctx.db, now)
    for one in untold if owners else ():

        def message(words: Words, chat: Chat, one: notices.Incident = one) -> Message:
            zone = ctx.look(chat).zone
            return screens.incident(words, one.kind, one.since, one.over_at, zone)

        if not await _tell(ctx, owners, message):
            return False
        await notices.mark_incident_told(ctx.db, one, now)
    return True


async def tell_of_newcomers(ctx: BotContext, owners: Collection[int], now: datetime) -> bool:
    """Tell each owner once who took an invitation; those who cannot be reached, as soon as they can.

    Return False when some could not be told now.
    """
    found = await notices.newcomers(ctx.db)
    is_done = True
    for one in found.untold:
        chat = found.chats.get(one.owner)
        if one.owner in owners:
            if chat is None or chat.state is ChatState.UNREACHABLE:
                continue
            words = ctx.look(chat).words
            message = editors.newcomer(words, one.person, one.role, one.invited_by, found.names)
            match await _unsaid(ctx, chat, message, "an owner could not be told who took an invitation"):
                case Unreachable():
                    await membership.mark_unreachable(ctx.db, chat.id, now)
                    continue
                case Throttled() | Failed() | Halted() | Migrated():
                    is_done = False
                    continue
        await notices.mark_newcomer_told(ctx.db, one)
    return is_done


async def tell_of_threads(ctx: BotContext, now: datetime) -> bool:
    """Tell groups of each closed thread once, in the group itself.

    Return False when some could not be told now. Those that can never be told are marked as told.
    """
    found = await notices.closed_threads(ctx.db)
    is_done = True
    for one in found.untold:
        chat = found.chats[one.chat]
        if chat.restriction is not None:
            continue  # once it may be written to
        words = ctx.look(chat).words
        followed = by_name(found.topics[number] for number in one.topics)
        message = screens.closed_thread(words, chat.kind, followed, one.phrases)
        unsaid = await _unsaid(ctx, chat, message, "a chat could not be told of a closed thread")
        if isinstance(unsaid, Throttled | Failed | Halted | Migrated | Restricted):
            is_done = False
            continue
        await notices.mark_thread_told(ctx.db, one.chat, one.thread, now)
    return is_done


async def _tell(ctx: BotContext, people: Collection[int], message: Callable[[Words, Chat], Message]) -> bool:
    """Say something to each of these people, and return whether any of them could be reached."""
    was_reached = False
    for person in people:
        chat = await membership.known(ctx.db, person) or Chat(person, language=ctx.settings.language)
        words = ctx.look(chat).words
        if await _unsaid(ctx, chat, message(words, chat), "an editor could not be told") is None:
            was_reached = True
    return was_reached


async def _unsaid(ctx: BotContext, chat: Chat, message: Message, complaint: str) -> Outcome | None:
    """Say something in a chat; return what kept it from being said, which is logged with `complaint`, or None."""
    try:
        await ctx.replies.send(chat, message)
    except TelegramError as error:
        log.info("%s: %s", complaint, type(error).__name__)
        return classify_error(error)
    return None


def _question(chosen: TopicChoice) -> Callable[[Words, Chat], Message]:
    return lambda words, _: question(words, chosen)


def _doubled(notice: Notice, known: dict[int, Article]) -> tuple[str, Article, bool]:
    assert notice.article is not None
    return notice.subject, known[notice.article], notice.detail == "published"
