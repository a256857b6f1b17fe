"""
Progress messages, which show editors how far a publish has come; and the background task that sends alerts.

Only this module edits a message that follows a publish, so no older state can overwrite a newer one. Which messages
follow what is in the database: after a restart it goes on from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.domain.article import Article
from bot.domain.chat import Chat, ChatState
from bot.domain.delivery import SubjectType
from bot.domain.message import Message
from bot.domain.progress import REPLY_EXPECTED_WITHIN, Phase, Standing, is_due, shown_as, shown_from
from bot.domain.role import Permission, Role, may
from bot.errors import StoreError, UnknownArticle
from bot.render.editor import progress as screens
from bot.render.editor.progress import Sendable
from bot.render.editor.publishing import held_instead
from bot.render.locale import Words, words_for
from bot.services.delivery import delivery_reports
from bot.services.delivery.dispatcher import Alarm
from bot.services.newsroom import incidents
from bot.store.content import articles
from bot.store.delivery import announced, campaigns, change_notes
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.desk import editors, progress_messages
from bot.store.desk.incidents import IncidentKind
from bot.store.desk.progress_messages import FollowedMessage
from bot.store.engine import metadata
from bot.store.engine.database import Connection
from bot.store.readers import chats
from bot.telegram_edge.conversations.editor.copies import send_copy
from bot.telegram_edge.conversations.editor.publishing import rate_of
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.notifications.alerts import (
    ask_about_copies,
    ask_about_edits,
    ask_editors,
    ask_of_restored,
    tell_editors,
    tell_of_acts,
    tell_of_forms,
    tell_of_newcomers,
    tell_of_sources,
    tell_of_threads,
    tell_owners,
)
from bot.telegram_edge.notifications.approval_news import tell_of_approvals
from bot.telegram_edge.notifications.second_editor_news import tell_of_second_editor
from bot.telegram_edge.notifications.topic_threads import tend

DRAW_INTERVAL = timedelta(seconds=1)
LOOK_AROUND_EVERY = timedelta(minutes=1)
RECOUNT_AFTER = timedelta(seconds=30)
RESOLVED_AFTER = timedelta(minutes=3)  # without an alarm: the dispatcher repeats it every minute while it lasts
RETRY_UNREACHED_AFTER = timedelta(minutes=10)
REDRAW_RETRY_AFTER = timedelta(
    seconds=10
)  # after a failure: an outage or a refused token is nothing to ask about each second
_TOLD_OF: frozenset[int] = frozenset(SubjectType)
_ALARMS = {Alarm.HALTED: IncidentKind.TOKEN, Alarm.DISK: IncidentKind.DISK}

log = logging.getLogger(__name__)


class ProgressMessages:
    """One for a running bot. `run` it in the background; `turn` is one look at everything."""

    def __init__(self, ctx: BotContext) -> None:
        self._ctx = ctx
        self._busy: dict[tuple[object, ...], asyncio.Task[None]] = {}
        self._followed: dict[tuple[int, int], tuple[FollowedMessage, Sendable]] = {}  # as of the last turn
        # counted once while rows are still being promised, and again when the audience is opened anew
        self._audiences: dict[int, tuple[datetime, int]] = {}
        self._measured: dict[int, tuple[datetime, int]] = {}  # since when each goes on, and how many were settled then
        # what waits for its chats' own times only: counted again when anything of it has moved, or after a while
        self._waiting: dict[int, tuple[datetime, int, Standing]] = {}
        self._announced: set[int] = set()  # campaigns; whoever cannot be reached is not tried every second
        self._asked: set[tuple[int, int]] = set()  # the same, with the person
        self._redraw_at: dict[tuple[int, int], datetime] = {}  # messages that could not be changed
        self._retry_at: dict[str, datetime] = {}  # while nobody can be reached
        self._reachable: set[int] = set()  # people who have let the bot in, as of the last turn
        self._menus: tuple[dict[int, Role], dict[int, tuple[Role, str]]] | None = None  # for whom, as last told
        self._alarmed_at: dict[IncidentKind, datetime] = {}
        self._looked_at: datetime | None = None
        self._awake_since: datetime | None = None

    async def run(self, changed: asyncio.Event) -> None:
        """Work until cancelled. `changed` is set when something was promised, stopped, released or imported."""
        try:
            while True:
                changed.clear()
                await self.turn()
                try:
                    async with asyncio.timeout(DRAW_INTERVAL.total_seconds()):
                        await changed.wait()
                except TimeoutError:
                    pass
        finally:
            for task in self._busy.values():
                task.cancel()

    async def turn(self) -> None:
        """Start whatever is due now. One thing of a kind is never started again before it has ended."""
        now = self._ctx.clock()
        async with self._ctx.db.reading() as conn:
            everybody = await editors.editors(conn, self._ctx.settings.admins)
            known = await chats.chats(conn, everybody)
        people = {person: role for person, role in everybody.items() if may(role, Permission.PUBLISH)}
        self._welcome({person for person, chat in known.items() if chat.state is not ChatState.UNREACHABLE})
        await self._announce(people, now)
        await self._draw(people, now)
        self._start(("held",), lambda: self._ask_of_held(people, now))
        self._start(("restored",), lambda: self._ask_of_restored(people, now))
        self._start(("forms",), lambda: self._tell_of_forms(people, now))
        self._start(("copies",), lambda: self._ask_about_copies(people, now))
        self._start(("edits",), lambda: self._ask_about_edits(people, now))
        self._start(("sources",), lambda: self._tell_of_sources(people, now))
        self._start(("acts",), lambda: self._tell_of_acts(people, now))
        self._start(("files",), lambda: self._tell_of_files(people, now))
        self._start(("incidents",), lambda: self._tell_of_incidents(people, now))
        self._start(("newcomers",), lambda: self._tell_of_newcomers(people, now))
        self._start(("approvals",), lambda: self._tell_of_approvals(people, now))
        self._start(("second editor",), lambda: self._tell_of_second_editor(people, now))
        self._start(("threads",), lambda: self._tell_of_threads(now))
        self._start(("topic threads",), lambda: self._tend_threads(now))
        # Roles may change at the shell too; an owner named in the configuration may write long after the start; and
        # menus follow the chat's language.
        shown = {person: (role, known[person].language) for person, role in everybody.items() if person in known}
        if (everybody, shown) != self._menus and now >= self._retry_at.get("menus", now) and not self._is_at("menus"):
            self._menus = everybody, shown
            self._start(("menus",), self._register_menus)

    async def _register_menus(self) -> None:
        if not await self._ctx.menus.register_editors():
            self._menus = None
            self._retry_at["menus"] = self._ctx.clock() + RETRY_UNREACHED_AFTER

    def _is_at(self, work: str) -> bool:
        return (work,) in self._busy

    def _welcome(self, reachable: set[int]) -> None:
        """Send missed alerts at once to people who have started or unblocked the bot since the last turn."""
        if newcomers := reachable - self._reachable:
            self._retry_at.clear()
            self._asked = {(number, person) for number, person in self._asked if person not in newcomers}
        self._reachable = reachable

    async def settled(self) -> None:
        """Wait until everything that was started has ended."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def alarm(self, alarm: Alarm, campaign: int | None, detail: str | None) -> None:
        """Open an incident for what stops the dispatcher. A held campaign opens none: editors are asked about it."""
        kind = _ALARMS.get(alarm)
        if kind is None or (kind is IncidentKind.DISK and "full" not in (detail or "")):
            return
        now = self._ctx.clock()
        if kind is IncidentKind.TOKEN and "terminated by other" in (detail or "").lower():
            kind = IncidentKind.SECOND
        self._alarmed_at[kind] = now
        try:
            await incidents.note(self._ctx.db, kind, True, now)
        except StoreError as error:
            log.error("an incident could not be written down: %s", error)

    # Publishes that nobody in chat asked for

    async def _announce(self, people: Iterable[int], now: datetime) -> None:
        async with self._ctx.db.reading() as conn:
            waiting = await progress_messages.unannounced(conn)
        self._announced.intersection_update(waiting)
        for number in waiting:
            if number not in self._announced:
                self._announced.add(number)
                self._start(("announce", number), partial(self._announce_to, people, number))

    async def _announce_to(self, people: Iterable[int], number: int) -> None:
        """Show a publish of a file or the shell to every editor before it leaves, as readers will see it."""
        await asyncio.gather(*(self._announce_to_one(person, number) for person in people))

    async def _announce_to_one(self, person: int, number: int) -> None:
        chat = await self._chat(person)
        found = await self._standing(number)
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
        standings = {number: await self._standing(number) for number in dict.fromkeys([*followed, *held])}
        self._audiences = {number: many for number, many in self._audiences.items() if number in standings}
        self._measured = {number: one for number, one in self._measured.items() if number in standings}
        self._waiting = {number: one for number, one in self._waiting.items() if number in standings}
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
            if now < self._redraw_at.get(key, now) <= now + REDRAW_RETRY_AFTER or ("message", *key) in self._busy:
                continue
            if watch.message_id != progress_messages.OWED_MESSAGE_ID:
                await self._draw_one(watch, *found, now, is_asked=watch.campaign in together)
            elif now - watch.shown_at >= REPLY_EXPECTED_WITHIN or (
                watch.shown_at > now and found[1].phase is not Phase.UNDO  # owed once it leaves, which is sooner now
            ):
                self._start(("message", *key), partial(self._say_at_last, watch, now))
        self._asked = {(number, person) for number, person in self._asked if number in held}
        self._asked.update((watch.campaign, watch.chat) for watch in watches if watch.campaign in held)
        for number in held:
            for person in allowed:
                if (number, person) not in self._asked:
                    self._asked.add((number, person))
                    self._start(("message", number, person), partial(self._ask, person, number))

    async def _draw_taken_back(self, followed: set[tuple[int, int]], now: datetime) -> None:
        """Edit messages whose campaign was deleted: its article is held, by a burst, before anything was sent."""
        for key in self._followed.keys() - followed:
            watch, article = self._followed.pop(key)
            if isinstance(article, Article) and await self._standing(watch.campaign) is None:
                chat = await self._chat(watch.chat)
                message = held_instead(self._words(chat), article)
                self._start(("message", *key), partial(self._edit, watch, chat, message, "", True, now))

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
            self._start(key, partial(self._ask_instead, watch, chat, about))
        else:
            is_last = standing.phase is Phase.DONE
            self._start(key, partial(self._edit, watch, chat, message, str(after), is_last, now))

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
        found = await self._standing(number)
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

    # Alerts to owners

    async def _tell_of_files(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("files", now) and not await tell_editors(self._ctx, people, now):
            self._retry_at["files"] = now + RETRY_UNREACHED_AFTER

    async def _ask_of_held(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("held", now) and not await ask_editors(self._ctx, people, now):
            self._retry_at["held"] = now + RETRY_UNREACHED_AFTER

    async def _ask_of_restored(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("restored", now) and not await ask_of_restored(self._ctx, people, now):
            self._retry_at["restored"] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_forms(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("forms", now) and not await tell_of_forms(self._ctx, people, now):
            self._retry_at["forms"] = now + RETRY_UNREACHED_AFTER

    async def _ask_about_copies(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("copies", now) and not await ask_about_copies(self._ctx, people, now):
            self._retry_at["copies"] = now + RETRY_UNREACHED_AFTER

    async def _ask_about_edits(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("edits", now) and not await ask_about_edits(self._ctx, people, now):
            self._retry_at["edits"] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_sources(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("sources", now) and not await tell_of_sources(self._ctx, people, now):
            self._retry_at["sources"] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_acts(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("acts", now) and not await tell_of_acts(self._ctx, people, now):
            self._retry_at["acts"] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_incidents(self, people: dict[int, Role], now: datetime) -> None:
        if self._looked_at is None or now - self._looked_at >= 2 * LOOK_AROUND_EVERY:
            self._awake_since = now  # started, or the machine was asleep
        if self._looked_at is None or now - self._looked_at >= LOOK_AROUND_EVERY:
            self._looked_at = now
            await self._look_around(now)
        owners = [person for person, role in people.items() if role is Role.OWNER]
        if now >= self._retry_at.get("incidents", now) and not await tell_owners(self._ctx, owners, now):
            self._retry_at["incidents"] = now + RETRY_UNREACHED_AFTER

    async def _look_around(self, now: datetime) -> None:
        """Open the incidents that can be seen from here, and close those that are no longer reported."""
        await incidents.look_around(self._ctx.db, now, now - (self._awake_since or now))
        for kind in (IncidentKind.TOKEN, IncidentKind.SECOND):
            if now - self._alarmed_at.setdefault(kind, now) >= RESOLVED_AFTER:
                await incidents.note(self._ctx.db, kind, False, now)
        if (takes_stars := self._ctx.paid_budget.is_good) is not None:
            await incidents.note(self._ctx.db, IncidentKind.STARS, not takes_stars, now)

    async def _tell_of_newcomers(self, people: dict[int, Role], now: datetime) -> None:
        owners = [person for person, role in people.items() if role is Role.OWNER]
        if now >= self._retry_at.get("newcomers", now) and not await tell_of_newcomers(self._ctx, owners, now):
            self._retry_at["newcomers"] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_approvals(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("approvals", now) and not await tell_of_approvals(self._ctx, people):
            self._retry_at["approvals"] = now + RETRY_UNREACHED_AFTER

    async def _tell_of_second_editor(self, people: dict[int, Role], now: datetime) -> None:
        if now >= self._retry_at.get("second editor", now) and not await tell_of_second_editor(self._ctx, people):
            self._retry_at["second editor"] = now + RETRY_UNREACHED_AFTER

    # Alerts to groups

    async def _tell_of_threads(self, now: datetime) -> None:
        if now >= self._retry_at.get("threads", now):
            self._retry_at["threads"] = (
                now + RETRY_UNREACHED_AFTER
            )  # after any failure: no group is told the same every second
            if await tell_of_threads(self._ctx, now):
                self._retry_at.pop("threads", None)

    async def _tend_threads(self, now: datetime) -> None:
        """Make, name and mend threads of private chats; when Telegram says wait, everybody's wait a minute."""
        if now >= self._retry_at.get("topic threads", now):
            self._retry_at["topic threads"] = now + LOOK_AROUND_EVERY  # also after a failure
            if await tend(self._ctx, now):
                self._retry_at.pop("topic threads", None)

    # Helpers

    async def _standing(self, number: int) -> tuple[Sendable, Standing] | None:
        """Return what a campaign sends and how it stands; None when there is none."""
        now = self._ctx.clock()
        async with self._ctx.db.reading() as conn:
            found = await campaigns.campaign(conn, number)
            about = None if found is None else await _sent_by(conn, found)
            if found is None or about is None:
                return None
            fixed_at, known = self._audiences.get(number, (None, None))
            known = known if fixed_at == found.fixed_at else None
            checked_at, settled, standing = self._waiting.get(number, (now, -1, None))
            is_as_before = found.state is CampaignState.RUNNING and settled == found.settled
            if standing is None or not is_as_before or now - checked_at >= RECOUNT_AFTER:
                standing = await delivery_reports.standing(conn, found, now, rate_of(self._ctx), audience=known)
                self._waiting.pop(number, None)
                if standing.phase is Phase.WAITING:
                    self._waiting[number] = now, found.settled, standing
        if not found.is_complete:
            self._audiences[number] = found.fixed_at, standing.audience
        return about, self._with_measure(number, standing, now)

    def _with_measure(self, number: int, standing: Standing, now: datetime) -> Standing:
        """Add since when it goes on without a break: what it stood still, or newsbot did, says nothing of its pace."""
        if standing.phase is not Phase.SENDING or standing.is_paused:
            self._measured.pop(number, None)
            return standing
        since, settled = self._measured.setdefault(number, (now, standing.settled))
        return replace(standing, measured_from=since, measured_settled=settled)

    async def _chat(self, person: int) -> Chat:
        async with self._ctx.db.reading() as conn:
            return await chats.chat(conn, person) or Chat(person, language=self._ctx.settings.language)

    def _words(self, chat: Chat) -> Words:
        return words_for(chat.language, self._ctx.settings.language)

    def _start(self, key: tuple[object, ...], work: Callable[[], Awaitable[None]]) -> None:
        if key not in self._busy:
            task = asyncio.create_task(self._guarded(key, work), name=f"notifications: {key[0]}")
            self._busy[key] = task
            task.add_done_callback(lambda _: self._busy.pop(key, None))

    async def _guarded(self, key: tuple[object, ...], work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreError as error:
            log.error("notifications failed at %s: %s", key[0], error)
        except Exception:
            log.exception("notifications failed at %s", key[0])


async def _sent_by(conn: Connection, campaign: Campaign) -> Sendable | None:
    """Return what a campaign sends, or changes; None when it is not there any more, or nothing known."""
    if campaign.subject.type == SubjectType.ANNOUNCEMENT:
        return await announced.announcement(conn, campaign.subject.number)
    if campaign.subject.type == SubjectType.CHANGE_NOTE:
        return await change_notes.note(conn, campaign.subject.number)
    try:
        return None if campaign.article is None else await articles.even_taken_down(conn, campaign.article)
    except UnknownArticle:
        return None
