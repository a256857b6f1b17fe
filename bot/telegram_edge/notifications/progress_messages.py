"""
Progress messages, which show editors how far a publish has come.

Only this module edits a message that follows a publish, so no older state can overwrite a newer one. Which messages
follow what is in the database: after a restart it goes on from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Container, Iterable
from datetime import datetime, timedelta
from functools import partial

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.domain.article import Article
from bot.domain.chat import Chat
from bot.domain.delivery import SubjectType
from bot.domain.message import Message
from bot.domain.progress import REPLY_EXPECTED_WITHIN, Phase, Standing, is_due, shown_as, shown_from
from bot.render.editor import progress as screens
from bot.render.editor.progress import Sendable
from bot.render.editor.publishing import held_instead
from bot.render.locale import Words, words_for
from bot.store.delivery import campaigns
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import progress_messages
from bot.store.desk.progress_messages import FollowedMessage
from bot.store.engine import metadata
from bot.store.readers import chats
from bot.telegram_edge.conversations.editor.copies import send_copy
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.named_tasks import NamedTasks
from bot.telegram_edge.notifications.standings import Standings

REDRAW_RETRY_AFTER = timedelta(seconds=10)
"""After a failure: an outage or a refused token is nothing to ask about each second."""
_TOLD_OF: frozenset[int] = frozenset(SubjectType)

log = logging.getLogger(__name__)


class ProgressMessages:
    """All messages that follow a publish; `turn` is one look at what each says."""

    def __init__(self, ctx: BotContext, tasks: NamedTasks) -> None:
        self._ctx = ctx
        self._tasks = tasks
        self._standings = Standings(ctx)
        self._followed: dict[tuple[int, int], tuple[FollowedMessage, Sendable]] = {}  # as of the last turn
        self._announced: set[int] = set()  # campaigns; whoever cannot be reached is not tried every second
        self._asked: set[tuple[int, int]] = set()  # the same, with the person
        self._redraw_at: dict[tuple[int, int], datetime] = {}  # messages that could not be changed

    async def turn(self, people: Collection[int], now: datetime) -> None:
        """Announce what nobody in chat has asked for to these editors, and draw what follows a publish."""
        await self._announce(people, now)
        await self._draw(people, now)

    def ask_again(self, people: Container[int]) -> None:
        """Ask people at the next turn whom nobody could reach."""
        self._asked = {(number, person) for number, person in self._asked if person not in people}

    # Publishes that nobody in chat asked for

    async def _announce(self, people: Iterable[int], now: datetime) -> None:
        async with self._ctx.db.reading() as conn:
            waiting = await progress_messages.unannounced(conn)
        self._announced.intersection_update(waiting)
        for number in waiting:
            if number not in self._announced:
                self._announced.add(number)
                self._tasks.start(("announce", number), partial(self._announce_to, people, number))

    async def _announce_to(self, people: Iterable[int], number: int) -> None:
        """Show a publish of a file or the shell to every editor before it leaves, as readers will see it."""
        await asyncio.gather(*(self._announce_to_one(person, number) for person in people))

    async def _announce_to_one(self, person: int, number: int) -> None:
        chat = await self._chat(person)
        found = await self._standings.of(number)
        if found is None:
            return
        article, _ = found
        if isinstance(article, Article) and (await send_copy(self._ctx, chat, article.number)).failure is None:
            await self._say(chat, number)

    # Messages that follow a publish

    async def _draw(self, people: Iterable[int], now: datetime) -> None:
        allowed = set(people)
        async with self._ctx.db.reading() as conn:
            watches = await progress_messages.open_ones(conn)
            broken_off = [
                one
                for one in await campaigns.open_ones(conn)
                if one.state is CampaignState.HELD and one.subject.type in _TOLD_OF
            ]
            asked_together = await metadata.held_together(conn) if broken_off else frozenset()
        together = {one.id for one in broken_off if one.why == campaigns.RESTORED and one.id in asked_together}
        held = [one.id for one in broken_off if one.id not in together]
        followed = dict.fromkeys(watch.campaign for watch in watches)
        standings = {number: await self._standings.of(number) for number in dict.fromkeys([*followed, *held])}
        self._standings.keep_only(standings)
        messages = {(watch.campaign, watch.chat) for watch in watches}
        self._redraw_at = {key: at for key, at in self._redraw_at.items() if key in messages}
        await self._draw_taken_back(messages, now)
        for watch in watches:
            found = standings[watch.campaign]
            if watch.chat not in allowed or found is None:
                await self._finish(watch, now)
                continue
            self._followed[watch.campaign, watch.chat] = watch, found[0]
            key = (watch.campaign, watch.chat)
            if now < self._redraw_at.get(key, now) <= now + REDRAW_RETRY_AFTER or self._tasks.is_at("message", *key):
                continue
            if watch.message_id != progress_messages.OWED_MESSAGE_ID:
                await self._draw_one(watch, *found, now, is_asked=watch.campaign in together)
            elif now - watch.shown_at >= REPLY_EXPECTED_WITHIN or (
                watch.shown_at > now and found[1].phase is not Phase.UNDO  # owed once it leaves, which is sooner now
            ):
                self._tasks.start(("message", *key), partial(self._say_at_last, watch, now))
        self._asked = {(number, person) for number, person in self._asked if number in held}
        self._asked.update((watch.campaign, watch.chat) for watch in watches if watch.campaign in held)
        for number in held:
            for person in allowed:
                if (number, person) not in self._asked:
                    self._asked.add((number, person))
                    self._tasks.start(("message", number, person), partial(self._ask, person, number))

    async def _draw_taken_back(self, followed: set[tuple[int, int]], now: datetime) -> None:
        """Edit messages whose campaign was deleted: its article is held, by a burst, before anything was sent."""
        for key in self._followed.keys() - followed:
            watch, article = self._followed.pop(key)
            if isinstance(article, Article) and await self._standings.of(watch.campaign) is None:
                chat = await self._chat(watch.chat)
                message = held_instead(self._words(chat), article)
                self._tasks.start(("message", *key), partial(self._edit, watch, chat, message, "", True, now))

    async def _draw_one(
        self, watch: FollowedMessage, about: Sendable, standing: Standing, now: datetime, *, is_asked: bool
    ) -> None:
        """Change one message if it is worth it. `is_asked` when it is asked about together with others."""
        chat = await self._chat(watch.chat)
        message = screens.going(self._words(chat), about, watch.campaign, standing, now)
        before, after = shown_from(watch.shown, watch.shown_at), shown_as(standing, message, now)
        if before.digest == after.digest:
            if standing.phase in (Phase.DONE, Phase.WITHDRAWN):
                await self._finish(watch, now)
            return
        if not is_due(before, standing, now):
            return
        key = ("message", watch.campaign, watch.chat)
        if standing.phase.is_question and not is_asked and before.phase not in (None, standing.phase):
            self._tasks.start(key, partial(self._ask_instead, watch, chat, about))
        else:
            is_last = standing.phase is Phase.DONE
            self._tasks.start(key, partial(self._edit, watch, chat, message, str(after), is_last, now))

    async def _edit(
        self, watch: FollowedMessage, chat: Chat, message: Message, shown: str, is_last: bool, turned_at: datetime
    ) -> None:
        """Change one message. It counts as shown when its turn began, or every second turn would come too early."""
        try:
            is_there = await self._ctx.replies.edit(chat, watch.message_id, message, is_photo=False)
        except (BadRequest, Forbidden) as error:
            log.info("a progress message cannot be changed any more: %s", type(error).__name__)
            is_there = False
        except TelegramError as error:
            if (watch.campaign, watch.chat) not in self._redraw_at:
                log.info("a progress message could not be changed: %s", type(error).__name__)
            self._redraw_at[watch.campaign, watch.chat] = self._ctx.clock() + REDRAW_RETRY_AFTER
            return
        self._redraw_at.pop((watch.campaign, watch.chat), None)
        async with self._ctx.db.transaction() as conn:
            await progress_messages.saw(conn, watch, shown, turned_at, finished=is_last or not is_there)

    async def _ask_instead(self, watch: FollowedMessage, chat: Chat, about: Sendable) -> None:
        """Ask in a new message, because an edit makes no sound, and say so in the old one."""
        below = screens.asked_below(self._words(chat), about)
        try:
            await self._ctx.replies.edit(chat, watch.message_id, below, is_photo=False)
        except TelegramError as error:
            log.info("a progress message could not be changed: %s", type(error).__name__)
        await self._say(chat, watch.campaign)

    async def _say_at_last(self, watch: FollowedMessage, now: datetime) -> None:
        """Say how a publish stands to who asked for it and, for all that is known, was not answered."""
        async with self._ctx.db.transaction() as conn:
            await progress_messages.follow(conn, watch.campaign, watch.chat, progress_messages.OWED_MESSAGE_ID, at=now)
        await self._ask(watch.chat, watch.campaign)

    async def _ask(self, person: int, number: int) -> None:
        await self._say(await self._chat(person), number)

    async def _say(self, chat: Chat, number: int) -> None:
        """Say in a new message how a campaign stands; from then on the message follows it."""
        found = await self._standings.of(number)
        if found is None:
            return
        about, standing = found
        now = self._ctx.clock()
        message = screens.going(self._words(chat), about, number, standing, now)
        try:
            message_id = (await self._ctx.replies.send(chat, message)).message_id
        except TelegramError as error:
            log.info("an editor could not be told of a publish: %s", type(error).__name__)
            if isinstance(error, BadRequest | Forbidden):
                await self._finish(
                    FollowedMessage(number, chat.id, progress_messages.OWED_MESSAGE_ID, "", now), now
                )  # it is owed no more, if it was
            return
        watch = FollowedMessage(number, chat.id, message_id, str(shown_as(standing, message, now)), now)
        async with self._ctx.db.transaction() as conn:
            await progress_messages.follow(conn, number, chat.id, message_id, shown=watch.shown, at=now)
        self._followed[number, chat.id] = watch, about

    async def _finish(self, watch: FollowedMessage, now: datetime) -> None:
        async with self._ctx.db.transaction() as conn:
            await progress_messages.saw(conn, watch, watch.shown, now, finished=True)

    async def _chat(self, person: int) -> Chat:
        async with self._ctx.db.reading() as conn:
            return await chats.chat(conn, person) or Chat(person, language=self._ctx.settings.language)

    def _words(self, chat: Chat) -> Words:
        return words_for(chat.language, self._ctx.settings.language)
