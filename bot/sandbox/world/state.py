"""
What Telegram would know, in memory: people, chats, messages, files, and the updates on their way to the bot.

A message that is put into a chat is queued for the bot where its privacy mode lets it see it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.world.call_log import CallLog
from bot.sandbox.world.entities import Formatter
from bot.sandbox.world.ephemeral import Ephemeral
from bot.sandbox.world.events import Event, EventKind, Watch
from bot.sandbox.world.faults import Faults
from bot.sandbox.world.files import Files
from bot.sandbox.world.history import History
from bot.sandbox.world.inline import InlineMode
from bot.sandbox.world.keyboards import Keyboards
from bot.sandbox.world.pace import Pace
from bot.sandbox.world.people import (
    ANONYMOUS_ADMIN,
    TELEGRAM,
    Chat,
    ChatType,
    Json,
    Person,
    Status,
    Thread,
)
from bot.sandbox.world.profile import Profile
from bot.sandbox.world.reactions import Reactions
from bot.sandbox.world.updates import PendingUpdates, Query
from bot.sandbox.world.webhook import Webhook

FIRST_PERSON = 7001
FIRST_CHAT = 5001
SUPERGROUPS = -1_000_000_000_000


@dataclass(frozen=True, slots=True)
class Cast:
    """The chats of the standard cast, by id. `edith` is the editor."""

    anna: int
    ben: int
    edith: int
    group: int
    channel: int


class WorldState:
    """People, chats, messages, files, and the updates on their way to the bot. Times are UNIX seconds of `clock`."""

    def __init__(
        self,
        *,
        token: str,
        bot_username: str = "newsbot_sandbox_bot",
        clock: Callable[[], float] = time.time,
        keep_calls: int | None = None,
    ) -> None:
        self.token = token
        self.clock = clock
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Northgate News",
            "username": bot_username,
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.history = History()
        self.files = Files()
        self.updates = PendingUpdates()
        self.webhook = Webhook()
        self.profile = Profile(self.bot["first_name"])
        self.formatter = Formatter(lambda: self.clock())
        self.keyboards = Keyboards()
        self.ephemeral = Ephemeral()
        self.ignores_threads = False
        """Whether threads of private chats are ignored silently: https://github.com/tdlib/telegram-bot-api/issues/854"""
        self.reply_keyboards: dict[int, list[list[Json]]] = {}
        """The keys that stand under the field where people write, by chat."""
        self.reactions: dict[tuple[int, int], list[Json]] = {}
        self.ledger = CallLog(keep_calls)
        self.people_reactions = Reactions()
        self.inline = InlineMode()
        self.faults = Faults()
        self.limits = True
        """Whether Telegram's limits on pace are kept; load tests switch them off."""
        self.pace = Pace()
        self.web: dict[str, bytes | str] = {}
        """What public URLs hold when the bot sends them: bytes, or the reason why Telegram cannot use them."""
        self.trusts_urls = True
        """Whether a URL that `web` does not name is taken for a picture."""
        self.keeps_files_in: Path | None = None
        """As a Bot API server with `--local` does: files lie here, and `getFile` names the place."""
        self.fetches = True
        """Whether pages of this machine are fetched into `web` when a call names them."""
        self.queries: dict[str, Query] = {}
        self._watchers: set[Watch] = set()
        self._query_numbers = itertools.count(4_000_000_000_000_000_001)
        self._next_person = FIRST_PERSON
        self._next_chat = FIRST_CHAT

    def add_person(
        self,
        first_name: str = "Reader",
        *,
        id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language: str | None = "en",
        has_started: bool = False,
    ) -> Person:
        """Add someone, and the private chat they could have with the bot. `has_started` skips the `/start`."""
        number = id if id is not None else self._next_person
        person = Person(number, first_name, last_name, username, language, has_started)
        self.settle(person)
        return person

    def settle(self, person: Person) -> None:
        """Add a person and their private chat; replaces whoever had the same id."""
        self._next_person = max(self._next_person, person.id + 1)
        self.people[person.id] = person
        chat = self.chats[person.id] = Chat(person.id, "private", username=person.username)
        chat.describe(person)

    def add_chat(
        self,
        type: ChatType,
        title: str,
        *,
        id: int | None = None,
        username: str | None = None,
        members: Mapping[int, Status] | None = None,
        is_forum: bool = False,
        threads: Mapping[int, str] | None = None,
        forbids_photos: bool = False,
        forbids_writing: bool = False,
        slow_mode: int = 0,
        bot_status: Status = "left",
    ) -> Chat:
        """Add a group, supergroup or channel. The bot is not in it unless `bot_status` says so (and nobody is told)."""
        if id is None:
            id = -self._next_chat if type == "group" else SUPERGROUPS - self._next_chat
        chat = Chat(id, type, title, username, dict(members or {}), is_forum, bot_status=bot_status)
        chat.threads = {number: Thread(name) for number, name in (threads or {}).items()}
        chat.forbids_photos, chat.forbids_writing, chat.slow_mode = forbids_photos, forbids_writing, slow_mode
        self.open_chat(chat)
        return chat

    def open_chat(self, chat: Chat) -> None:
        """Add a group, supergroup or channel; replaces the one that had the same id."""
        number = -chat.id if chat.type == "group" else SUPERGROUPS - chat.id
        self._next_chat = max(self._next_chat, number + 1)
        self.chats[chat.id] = chat
        chat.describe()

    def standard_cast(self) -> Cast:
        """Add the people of the chat page: Anna and Ben, who read; Edith, who edits; a group and a channel."""
        anna = self.add_person("Anna", last_name="Weber", username="anna_reads")
        ben = self.add_person("Ben", last_name="Okafor", username="ben_reads")
        edith = self.add_person("Edith", last_name="Lindqvist", username="edith_edits")
        group = self.add_chat("group", "Northgate Readers", members={anna.id: "member", edith.id: "administrator"})
        channel = self.add_chat("channel", "Northgate Wire", username="northgate_wire", members={edith.id: "creator"})
        return Cast(anna.id, ben.id, edith.id, group.id, channel.id)

    def messages(self, chat_id: int) -> list[Json]:
        """Return the chat's messages as the Bot API describes them, oldest first. Do not change them."""
        return self.history.of(chat_id)

    def subscribe(self) -> Watch:
        """Return what happens from now on: `async with world.subscribe() as events: async for event in events`."""
        return Watch(self._watchers)

    def tell(self, kind: EventKind, chat_id: int, payload: Json) -> None:
        """Tell everyone who watches."""
        if self._watchers:
            event = Event(kind, chat_id, payload)
            for watcher in self._watchers:
                watcher.tell(event)

    def commands_for(self, person: Person, chat: Chat) -> list[Json]:
        """Return the commands that the person's client shows in that chat."""
        return self.profile.commands_for(chat, person)

    def answer_to(self, query_id: str) -> Json | None:
        """Return how the bot answered a press or an inline query; None while it has not."""
        return self.queries[query_id].answer

    def _into_discussion(self, post: Json) -> None:
        """Forward a channel's post into the group that discusses it, as Telegram itself does.

        Source: https://core.telegram.org/bots/api#message (`is_automatic_forward`, `sender_chat`, `from`)
        """
        channel = self.chats[post["chat"]["id"]]
        group = self.chats.get(channel.linked_to) if channel.type == "channel" and channel.linked_to else None
        if group is None:
            return
        head = ("message_id", "chat", "date", "from", "sender_chat", "author_signature", "reply_markup")
        origin = {"type": "channel", "date": post["date"], "chat": channel.json, "message_id": post["message_id"]}
        message = {"message_id": self.history.next_id(group), "from": TELEGRAM, "sender_chat": channel.json}
        message |= {"chat": group.json, "date": int(self.clock()), "is_automatic_forward": True}
        message |= {"forward_origin": origin} | {key: post[key] for key in post if key not in head}
        self._post(message)

    def queue_update(self, **fields: Json) -> None:
        """Queue an update as given, such as `queue_update(poll={...})`; for kinds nobody here brings about."""
        for kind, payload in fields.items():
            self.updates.put(kind, payload)

    def post(self, chat_id: int, message: Json) -> None:
        """Put a finished message into a chat and tell those who watch."""
        self.history.add(chat_id, message)
        if self._watchers:
            self.tell("message", chat_id, message)
        if self.chats[chat_id].linked_to is not None:
            self._into_discussion(message)

    def _written(self, person_id: int, chat_id: int, thread: int | None, anonymous: bool) -> Json:
        """Return the beginning of a message that a person writes."""
        chat, person = self.chats[chat_id], self.people[person_id]
        message: Json = {"message_id": self.history.next_id(chat)}
        if chat.type == "channel":
            message |= {"sender_chat": chat.json, "author_signature": person.first_name}
        elif anonymous:
            message |= {"from": ANONYMOUS_ADMIN, "sender_chat": chat.json}
        else:
            message["from"] = person.user()
        message |= {"chat": chat.json, "date": int(self.clock())}
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        return message

    def _answered(self, chat_id: int, reply_to: int | None) -> Json:
        """Return what a message says of the one that it answers; nothing when it answers none that is there."""
        replied = None if reply_to is None else self.history.get(chat_id, reply_to)
        if replied is None:
            return {}
        return {"reply_to_message": {key: replied[key] for key in replied if key != "reply_to_message"}}

    def _post(self, message: Json) -> Json:
        """Put a person's message into its chat, and queue it for the bot if the bot may see it."""
        chat = self.chats[message["chat"]["id"]]
        self.post(chat.id, message)
        if self._bot_sees(chat, message):
            self.updates.put("channel_post" if chat.type == "channel" else "message", message)
        return message

    def _bot_sees(self, chat: Chat, message: Json) -> bool:
        """Privacy mode, as in https://core.telegram.org/bots/features#privacy-mode"""
        if chat.type == "private":
            return not self.people[chat.id].has_blocked
        if chat.bot_status in ("left", "kicked"):
            return False
        if chat.type == "channel" or chat.bot_status == "administrator" or self.bot.get("can_read_all_group_messages"):
            return True
        text = message.get("text", message.get("caption"))
        if text is None and "document" not in message:
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("id") == self.bot["id"]:
            return True
        command, _, addressee = (text or "").partition(" ")[0].partition("@")
        return command.startswith("/") and addressee.lower() in ("", self.bot["username"].lower())

    def _query(self, person_id: int, chat_id: int) -> str:
        query_id = str(next(self._query_numbers))
        self.queries[query_id] = Query(person_id, chat_id, self.clock())
        return query_id
