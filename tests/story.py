"""
Stories: people in chats with the real bot, over HTTP, with a real database; only Telegram is played.

A test takes the `house` fixture, lets people do things, and looks at what stands in their chats:

    async def test_a_reader_pauses_and_resumes(house):
        await house.starts(ANNA)
        await house.says(ANNA, "/stop")
        assert house.screen(ANNA).startswith("Paused.")
        toast = await house.presses(ANNA, "Resume")

Nothing sleeps: `settle` fetches updates as polling would, until none is left and all are worked through. Time stands
still until `house.clock.advance(...)`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from databases import empty_database

from bot.content.web.fetching import Fetcher
from bot.domain.chat import Chat
from bot.render.locale import languages, name_of
from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.inline import InlineAnswer
from bot.sandbox.world.world import World
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.readers.places import CitySearch
from bot.settings import checked
from bot.store.engine.database import Database
from bot.store.readers import chats
from bot.telegram_edge.botapi.gateway import Gateway
from bot.telegram_edge.botapi.pacer import Pacer
from bot.telegram_edge.botapi.transport import HttpTransport
from bot.telegram_edge.conversations.table import REGISTRY
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Registry
from bot.telegram_edge.updates.application import build_application, connect_router
from bot.telegram_edge.updates.polling import ALLOWED_UPDATES
from bot.telegram_edge.updates.update_journal import UpdateJournal
from bot.telegram_edge.updates.update_queue import UpdateQueue

TOKEN = "700000001:AAsandbox-token"
ANNA, BEN, EDITH = 7001, 7002, 7003  # two readers, and the owner of the configuration
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def language_rows(ticked: str = "") -> list[list[str]]:
    """Return the buttons of the languages in /settings, two in a row, one of them ticked."""
    names = [f"✓ {name}" if name == ticked else name for name in map(name_of, languages())]
    return [names[at : at + 2] for at in range(0, len(names), 2)]


class Clock:
    """A time that passes when the test says so, for the bot and for Telegram."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


class StoryHouse:
    """The running bot (`ctx`), the world it talks to, and what its people can do. Chats are named by id."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        ctx: BotContext,
        application: Any,
        registry: Registry,
        update_queue: UpdateQueue,
        journal: UpdateJournal,
    ) -> None:
        self.world = world
        self.clock = clock
        self.ctx = ctx
        self.application = application
        self.registry = registry
        self.update_queue = update_queue
        self.journal = journal
        self.db = ctx.db
        self.group = next(chat.id for chat in world.chats.values() if chat.type == "group")
        self.channel = next(chat.id for chat in world.chats.values() if chat.type == "channel")
        self.wakes = 0
        self._offset: int | None = None

    # What people do

    async def starts(self, person: int, payload: str = "") -> None:
        """Press Start, or open a deep link."""
        self.world.start(person, payload)
        await self.settle()

    async def says(self, person: int, text: str, chat: int | None = None, **how: Any) -> None:
        """Write something: in the chat with the bot unless another is named. `how` is `World.say`'s."""
        self.world.say(person, chat or person, text, **how)
        await self.settle()

    async def uploads(self, person: int, name: str, data: bytes, chat: int | None = None, **how: Any) -> None:
        """Send a document: to the bot unless a chat is named. `how` is `World.upload`'s."""
        self.world.upload(person, chat or person, name, data, **how)
        await self.settle()

    async def presses(self, person: int, label: str, chat: int | None = None) -> str | None:
        """Press the newest button that bears `label`; return the toast, None when there was none."""
        message_id, data = self.button(chat or person, label)
        return await self.presses_data(person, data, message_id, chat)

    async def presses_data(self, person: int, data: str, message_id: int, chat: int | None = None) -> str | None:
        """Press a button with any data, shown or not; return the toast, None when there was none."""
        query = self.world.press(person, chat or person, message_id, data)
        await self.settle()
        answer = self.world.answer_to(query)
        assert answer is not None, "the client still waits for an answer to the press"
        return answer.get("text") or None

    async def asks(self, person: int, words: str, chat: int | None = None, offset: str = "") -> InlineAnswer | None:
        """Write the bot's name and some words in a chat; return the cards that are shown, None when there are none."""
        query = self.world.ask_inline(person, words, offset, chat)
        await self.settle()
        return self.world.inline.answered(query)

    async def settle(self) -> None:
        """Let the bot work through everything that has happened."""
        while True:
            await self.fetch()
            await self.application.update_queue.join()
            await self.ctx.side_work.idle()
            # As the next poll would. To have each act followed by one that brings nothing takes a quarter of its time.
            self.world.updates.confirm(self._offset or 0)
            if not self.world.updates:
                return

    async def fetch(self) -> bool:
        """Hand the next updates to the bot without waiting for its answers; return whether there were any."""
        updates = await self.application.bot.get_updates(
            offset=self._offset, timeout=timedelta(0), allowed_updates=ALLOWED_UPDATES
        )
        for update in updates:
            self._offset = update.update_id + 1
            await self.application.update_queue.put(update)
        return bool(updates)

    # What there is to see

    def messages(self, chat: int) -> list[dict[str, Any]]:
        """Return the bot's messages in a chat as they stand now, oldest first."""
        bot_id = self.world.bot["id"]
        return [
            message
            for message in self.world.messages(chat)
            if message.get("from", {}).get("id") == bot_id
            or (chat == self.channel and "author_signature" not in message)
        ]

    def screens(self, chat: int) -> list[str]:
        """Return the texts (or captions) of the bot's messages in a chat, oldest first."""
        return [message.get("text", message.get("caption", "")) for message in self.messages(chat)]

    def screen(self, chat: int) -> str:
        """Return the text of the bot's newest message in a chat."""
        return self.screens(chat)[-1]

    def buttons(self, chat: int) -> list[list[str]]:
        """Return the labels under the bot's newest message in a chat, row by row."""
        messages = self.messages(chat)
        rows = messages[-1].get("reply_markup", {}).get("inline_keyboard", []) if messages else []
        return [[button["text"] for button in row] for row in rows]

    def button(self, chat: int, label: str) -> tuple[int, str]:
        """Return the newest button that bears `label`: the message under which it hangs, and its data."""
        for message in reversed(self.world.messages(chat)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == label:
                        return message["message_id"], button["callback_data"]
        raise AssertionError(f"no button {label!r} in chat {chat}; the last message has {self.buttons(chat)}")

    async def chat(self, id: int) -> Chat | None:
        """Return what the bot knows about a chat."""
        async with self.db.reading() as conn:
            return await chats.chat(conn, id)

    def equip(self, **parts: Any) -> BotContext:
        """Give the bot other parts, such as a `pacer`, and return it. What was built before keeps the old ones."""
        self.ctx = replace(self.ctx, **parts)
        for handler in list(self.application.handlers[0]):
            self.application.remove_handler(handler)
        connect_router(self.application, self.ctx, self.registry, self.update_queue)
        return self.ctx

    def woken(self) -> None:
        self.wakes += 1


@asynccontextmanager
async def story_house(
    folder: Path,
    *,
    registry: Registry = REGISTRY,
    time: Callable[[], float] = monotonic,
    make_intake: Callable[[UpdateJournal], UpdateQueue] = UpdateQueue,
    pace: float | None = None,
    has_inline: bool = True,
    **settings: Any,
) -> AsyncIterator[StoryHouse]:
    """Run the bot on an empty database against a world with Anna, Ben, Edith, a group and a channel.

    `time` is the database's count of seconds, `settings` are Settings' fields; EDITH is an owner unless they say
    otherwise. `has_inline` is what their owner told @BotFather. Pacing is off on both sides, unless a `pace` is given:
    messages per second.
    """
    clock = Clock()
    world = World(token=TOKEN, clock=lambda: clock.now.timestamp())
    world.standard_cast()
    world.limits = False
    world.inline.is_on = has_inline
    async with SandboxServer(world) as server:
        given = {"token": TOKEN, "api_url": server.url, "admins": str(EDITH), "database": folder / "story.db"}
        read = checked(**{**given, **settings})
        empty_database(read.database)
        db = await Database.open(read.database, time=time)
        journal = UpdateJournal(db, clock)
        update_queue = make_intake(journal)
        transport = HttpTransport()
        application = build_application(TOKEN, read.api_url, transport, update_queue)
        fetcher = Fetcher(allow=read.fetch_allow, contact=read.contact)
        async with application:
            ctx = BotContext(
                db=db,
                bot=application.bot,
                gateway=Gateway(application.bot, transport),
                pacer=Pacer(pace, known_from=-inf),
                paid_budget=PaidBudget(0, None),
                commands=registry.commands,
                settings=read,
                clock=clock,
                wake=lambda: house.woken(),
                fetcher=fetcher,
                city_search=CitySearch(timeout=60),  # seconds; a machine may be busy
            )
            connect_router(application, ctx, registry, update_queue)
            house = StoryHouse(world, clock, ctx, application, registry, update_queue, journal)
            await application.start()
            try:
                yield house
            finally:
                await ctx.side_work.close()
                await application.stop()
                await ctx.parsing.close()
                await fetcher.close()
                await journal.close()
                await db.close()
