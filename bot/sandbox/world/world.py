"""
The sandbox's world: everything Telegram would know, in memory, and what people do in it.

The bot uses it through `bot_api.server`; the chat page, the tour and the tests act for the people. Every test that
talks to Telegram talks to it, so it must behave like Telegram also where that is inconvenient for the bot.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.topic_threads import GENERAL
from bot.sandbox.world.call_log import CallLog
from bot.sandbox.world.detection import as_entities, tappable
from bot.sandbox.world.entities import Formatter
from bot.sandbox.world.ephemeral import Ephemeral, Place
from bot.sandbox.world.events import Event, EventKind, Watch
from bot.sandbox.world.faults import Faults
from bot.sandbox.world.files import Files
from bot.sandbox.world.history import History
from bot.sandbox.world.inline import InlineMode, kind_of_chat
from bot.sandbox.world.keyboards import Keyboards
from bot.sandbox.world.pace import Pace
from bot.sandbox.world.people import (
    ANONYMOUS_ADMIN,
    CHANNEL_BOT,
    TELEGRAM,
    Chat,
    ChatType,
    Json,
    Person,
    Status,
    Thread,
    chat_member,
)
from bot.sandbox.world.profile import Profile
from bot.sandbox.world.reactions import MAX_OF_ONE, Reactions, described
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


class World:
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
        self.keeps_files_in: Path | None = None
        """As a Bot API server with `--local` does: files lie here, and `getFile` names the place."""
        """Whether a URL that `web` does not name is taken for a picture."""
        self.fetches = True
        """Whether pages of this machine are fetched into `web` when a call names them."""
        self.queries: dict[str, Query] = {}
        self._watchers: set[Watch] = set()
        self._query_numbers = itertools.count(4_000_000_000_000_000_001)
        self._next_person = FIRST_PERSON
        self._next_chat = FIRST_CHAT

    # People and chats

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

    # What people do

    def say(
        self,
        person_id: int,
        chat_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        anonymous: bool = False,
        as_chat: int | None = None,
        formatting: Sequence[Json] = (),
    ) -> Json:
        """Write a message and return it. `anonymous` is an administrator writing as the group, `as_chat` somebody who
        writes as a channel of theirs. `formatting` are the entities that the writer adds.

        Writing to the bot in private starts it, as pressing Start does.
        """
        if chat_id == person_id:
            self.people[person_id].has_started = True
        message = self._written(person_id, chat_id, thread, anonymous)
        if as_chat is not None:
            message |= {"from": CHANNEL_BOT, "sender_chat": self.chats[as_chat].json}
        message |= self._answered(chat_id, reply_to)
        message["text"] = text
        if entities := [*as_entities(text, tappable(text)), *formatting]:
            message["entities"] = entities
        return self._post(message)

    def photograph(
        self, person_id: int, chat_id: int, data: bytes, caption: str = "", *, formatting: Sequence[Json] = ()
    ) -> Json:
        """Send a picture (PNG, JPEG) and return its message. `formatting` are the entities of the caption."""
        file = self.files.keep("photo", "picture.png", "image/png", data)
        message = self._written(person_id, chat_id, None, False) | {"photo": file.sizes}
        if caption:
            message["caption"] = caption
            if entities := [*as_entities(caption, tappable(caption)), *formatting]:
                message["caption_entities"] = entities
        return self._post(message)

    def share_location(
        self, person_id: int, chat_id: int, latitude: float, longitude: float, *, live_period: int | None = None
    ) -> Json:
        """Send where somebody is, once or for `live_period` seconds, and return the message."""
        if chat_id == person_id:
            self.people[person_id].has_started = True
        message = self._written(person_id, chat_id, None, False)
        message["location"] = {"latitude": latitude, "longitude": longitude}
        if live_period is not None:
            message["location"]["live_period"] = live_period
        return self._post(message)

    def upload(
        self,
        person_id: int,
        chat_id: int,
        filename: str,
        data: bytes,
        mime: str = "application/octet-stream",
        caption: str = "",
        *,
        reply_to: int | None = None,
    ) -> Json:
        """Send a document and return its message."""
        file = self.files.keep("document", filename, mime, data)
        message = self._written(person_id, chat_id, None, False) | self._answered(chat_id, reply_to)
        message["document"] = {
            "file_name": filename,
            "mime_type": mime,
            "file_id": file.file_id,
            "file_unique_id": file.unique_id,
            "file_size": file.length,
        }
        if caption:
            message["caption"] = caption
            if entities := as_entities(caption, tappable(caption)):
                message["caption_entities"] = entities
        return self._post(message)

    def forward(self, person_id: int, from_chat: int, message_id: int) -> Json:
        """Forward a channel's post to the bot and return the new message.

        Source: https://core.telegram.org/bots/api#messageoriginchannel
        """
        original = self.history.get(from_chat, message_id)
        assert original is not None, "there is nothing to forward"
        message = self._written(person_id, person_id, None, False)
        origin = {"type": "channel", "date": original["date"], "chat": original["chat"], "message_id": message_id}
        kept = ("text", "entities", "caption", "caption_entities", "photo")
        return self._post(
            message | {key: original[key] for key in kept if key in original} | {"forward_origin": origin}
        )

    def choose_chat(self, person_id: int, chat_id: int) -> Json:
        """Press the bot's key that asks for a chat, and choose one; the bot gets the rights that the key asks for.

        Source: https://core.telegram.org/bots/api#keyboardbuttonrequestchat
        """
        keys = (key for row in self.reply_keyboards[person_id] for key in row)
        request: Json = next(key["request_chat"] for key in keys if "request_chat" in key)
        chat = self.chats[chat_id]
        assert (chat.type == "channel") is request["chat_is_channel"], "clients offer only chats that fit"
        assert chat.members.get(person_id) in ("creator", "administrator"), "clients offer only those with the rights"
        if "bot_administrator_rights" in request and chat.bot_status != "administrator":
            self._set_bot_status(person_id, chat, "administrator")
        shared = {"request_id": request["request_id"], "chat_id": chat_id}
        if request.get("request_title"):
            shared["title"] = chat.title
        if request.get("request_username") and chat.username:
            shared["username"] = chat.username
        return self._post(self._written(person_id, person_id, None, False) | {"chat_shared": shared})

    def start(self, person_id: int, payload: str = "") -> Json:
        """Press Start in the bot's chat, or open its deep link with a payload. A block ends with it."""
        person = self.people[person_id]
        if person.has_blocked:
            self.unblock(person_id)
        return self.say(person_id, person_id, f"/start {payload}" if payload else "/start")

    def press(self, person_id: int, chat_id: int, message_id: int, data: str) -> str:
        """Press an inline button and return the query's id; the bot's answer arrives as a `toast` event.

        The data is not compared with the message's keyboard: old and forged buttons exist on Telegram too.
        """
        message = self.history.get(chat_id, message_id)
        if message is None:
            message = {"chat": self.chats[chat_id].json, "message_id": message_id, "date": 0}
        query_id = self._query(person_id, chat_id)
        callback = {
            "id": query_id,
            "from": self.people[person_id].user(),
            "message": message,
            "chat_instance": str(-(abs(chat_id) * 2_654_435_761 % 2**62)),
            "data": data,
        }
        self.updates.put("callback_query", callback)
        return query_id

    def say_alone(self, person_id: int, chat_id: int, command: str, *, thread: int | None = None) -> int:
        """Send a command that the bot has marked as ephemeral: nobody else in the group sees it. Return its number."""
        place, number = Place(chat_id, person_id), self.ephemeral.next_id()
        message = self._written(person_id, chat_id, thread, False)
        message |= {"message_id": 0, "ephemeral_message_id": number, "text": command}
        self.ephemeral.heard(place, number, self.clock())
        self.updates.put("message", message | {"entities": as_entities(command, tappable(command))})
        return number

    def press_alone(self, person_id: int, chat_id: int, number: int, data: str) -> str:
        """Press a button under a message that the person alone sees, and return the query's id."""
        message = self.ephemeral.get(Place(chat_id, person_id), number)
        assert message is not None, "nobody presses what they do not see"
        query_id = self._query(person_id, chat_id)
        callback = {"id": query_id, "from": self.people[person_id].user(), "message": message, "data": data}
        self.updates.put("callback_query", callback | {"chat_instance": str(-(abs(chat_id) * 2_654_435_761 % 2**62))})
        return query_id

    def seen_alone(self, person_id: int, chat_id: int) -> list[Json]:
        """Return what one member of a group sees and nobody else does, oldest first."""
        return self.ephemeral.of(Place(chat_id, person_id))

    def ask_inline(self, person_id: int, query: str, offset: str = "", chat_id: int | None = None) -> str:
        """Type `@bot query` in a chat, by default the one with the bot, and return the query's id.

        `inline.answered` has the answer, at once where Telegram has kept one, and `choose_inline` sends one of it.
        """
        query_id = self._query(person_id, 0)
        if self.inline.ask(query_id, person_id, query, offset, self.clock()) is not None:
            self.tell("inline", 0, {"inline_query_id": query_id})
            return query_id
        chat = self.chats[person_id if chat_id is None else chat_id]
        asked = {"id": query_id, "from": self.people[person_id].user(), "query": query, "offset": offset}
        self.updates.put("inline_query", asked | {"chat_type": kind_of_chat(chat, person_id)})
        return query_id

    def choose_inline(self, person_id: int, chat_id: int, query_id: str, result_id: str) -> Json:
        """Send the message behind a result into a chat, as the one who asked, and return it.

        Raises: KeyError when there is no such result.
        """
        answer = self.inline.answered(query_id)
        if answer is None:
            raise KeyError(query_id)
        content = answer.messages[result_id]
        if chat_id == person_id:
            self.people[person_id].has_started = True
        if self.inline.tells_choices:
            choice = {"result_id": result_id, "from": self.people[person_id].user()}
            self.updates.put("chosen_inline_result", choice | {"query": self.inline.words_of(query_id)})
        return self._post(self._written(person_id, chat_id, None, False) | content | {"via_bot": self.bot})

    def react(self, person_id: int, chat_id: int, message_id: int, *emojis: str) -> None:
        """Let a person's reactions to a message be these; none takes them away.

        Raises: KeyError when there is no such message.
        """
        if self.history.get(chat_id, message_id) is None:
            raise KeyError(message_id)
        chat, person, after = self.chats[chat_id], self.people[person_id], list(dict.fromkeys(emojis))[:MAX_OF_ONE]
        before = self.people_reactions.change(chat_id, message_id, person_id, after)
        if before == after:
            return
        hears = (
            not person.has_blocked if chat.type == "private" else chat.is_group and chat.bot_status == "administrator"
        )
        if hears:
            change = described(chat, message_id, person.user(), int(self.clock()), before, after)
            self.updates.put("message_reaction", change)
        shown = {"message_id": message_id, "reactions": self.people_reactions.of(chat_id, message_id)}
        self.tell("reaction", chat_id, shown)

    def set_language(self, person_id: int, code: str | None) -> None:
        """Switch the person's client to another language, or to one that tells none."""
        self.people[person_id].language = code
        self.tell("people", person_id, {"person_id": person_id, "language": code})

    def block(self, person_id: int) -> None:
        self._set_blocked(person_id, True)

    def unblock(self, person_id: int) -> None:
        self._set_blocked(person_id, False)

    def _set_blocked(self, person_id: int, blocked: bool) -> None:
        person = self.people[person_id]
        if person.has_blocked == blocked:
            return
        person.has_blocked = blocked
        if blocked:
            self._bot_moved(person_id, person_id, "member", "kicked")
        else:
            self._bot_moved(person_id, person_id, "kicked", "member")

    # The bot in groups and channels

    def add_bot(self, person_id: int, chat_id: int, status: Status | None = None) -> None:
        """Add the bot to a group as a member, to a channel as an administrator."""
        chat = self.chats[chat_id]
        new: Status = status or ("administrator" if chat.type == "channel" else "member")
        self._set_bot_status(person_id, chat, new)
        if chat.is_group:
            self._service(person_id, chat, {"new_chat_members": [self.bot]})

    def remove_bot(self, person_id: int, chat_id: int) -> None:
        """Remove the bot from a group or channel."""
        chat = self.chats[chat_id]
        if chat.is_group:
            self._service(person_id, chat, {"left_chat_member": self.bot})
        self._set_bot_status(person_id, chat, "kicked")

    def leave(self, chat: Chat) -> None:
        """Let the bot itself leave."""
        chat.bot_status = "left"
        self.tell("people", chat.id, {"bot_status": "left"})

    def make_bot_admin(self, person_id: int, chat_id: int) -> None:
        self._set_bot_status(person_id, self.chats[chat_id], "administrator")

    def migrate(self, chat_id: int) -> int:
        """Turn a group with at least one member into a supergroup and return its new id; the old one stops working.

        The bot hears three times: as if it was added to the new one, then from each that they are the same.
        Source: https://github.com/tdlib/telegram-bot-api/issues/266
        """
        old = self.chats[chat_id]
        new = self.add_chat("supergroup", old.title or "", members=old.members, bot_status=old.bot_status)
        creator = next(iter(old.members))
        old.migrated_to = new.id
        if new.bot_status not in ("left", "kicked"):
            self._bot_moved(creator, new.id, "left", new.bot_status)
        self._service(creator, old, {"migrate_to_chat_id": new.id})
        self._service(creator, new, {"migrate_from_chat_id": old.id})
        self.tell("people", chat_id, {"migrated_to": new.id})
        return new.id

    def open_thread(self, chat_id: int, name: str, thread_id: int | None = None) -> int:
        """Make a topic in a forum and return its number."""
        chat = self.chats[chat_id]
        number = thread_id if thread_id is not None else self.next_thread(chat)
        chat.threads[number] = Thread(name)
        return number

    def next_thread(self, chat: Chat) -> int:
        """Return the number of the chat's next topic: 1 is the general one, which is there from the beginning."""
        number = self.history.next_id(chat)
        return number if number > GENERAL else self.history.next_id(chat)

    def close_thread(self, chat_id: int, thread_id: int) -> None:
        self.chats[chat_id].threads[thread_id].closed = True

    def delete_thread(self, chat_id: int, thread_id: int) -> None:
        del self.chats[chat_id].threads[thread_id]

    def link(self, channel_id: int, group_id: int) -> None:
        """Let a supergroup discuss a channel: what is posted there is forwarded into it from now on."""
        self.chats[channel_id].linked_to = group_id
        self.chats[group_id].linked_to = channel_id

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

    def rename(self, chat_id: int, title: str) -> None:
        chat = self.chats[chat_id]
        chat.title = title
        chat.describe()
        self.tell("people", chat_id, {"title": title})

    # Helpers

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

    def _service(self, person_id: int, chat: Chat, fields: Json) -> None:
        self._post(self._written(person_id, chat.id, None, False) | fields)

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

    def _set_bot_status(self, person_id: int, chat: Chat, new: Status) -> None:
        old = chat.bot_status
        chat.bot_status = new
        self._bot_moved(person_id, chat.id, old, new)

    def _bot_moved(self, person_id: int, chat_id: int, old: Status, new: Status) -> None:
        changed = {
            "chat": self.chats[chat_id].json,
            "from": self.people[person_id].user(),
            "date": int(self.clock()),
            "old_chat_member": chat_member(self.bot, old),
            "new_chat_member": chat_member(self.bot, new),
        }
        self.updates.put("my_chat_member", changed)
        self.tell("people", chat_id, {"bot_status": new})
