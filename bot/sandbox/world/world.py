"""
The sandbox's world: everything Telegram would know, and what people do in it.

The bot uses it through `bot_api.server`; the chat page, the tour and the tests act for the people. Every test that
talks to Telegram talks to it, so it must behave like Telegram also where that is inconvenient for the bot.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.world.chat_changes import ChangingChats
from bot.sandbox.world.detection import as_entities, tappable
from bot.sandbox.world.ephemeral import Place
from bot.sandbox.world.inline import kind_of_chat
from bot.sandbox.world.people import (
    CHANNEL_BOT,
    Json,
)
from bot.sandbox.world.reactions import MAX_OF_ONE, described


class World(ChangingChats):
    """The world as people act in it: they write, send, press, ask in other chats, and react."""

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
        self,
        person_id: int,
        chat_id: int,
        data: bytes,
        caption: str = "",
        *,
        formatting: Sequence[Json] = (),
        album: str = "",
    ) -> Json:
        """Send a picture (PNG, JPEG) and return its message. `formatting` are the entities of the caption.

        Pictures of one `album` are sent one by one, as Telegram passes them on.
        """
        file = self.files.keep("photo", "picture.png", "image/png", data)
        message = self._written(person_id, chat_id, None, False) | {"photo": file.sizes}
        if caption:
            message["caption"] = caption
            if entities := [*as_entities(caption, tappable(caption)), *formatting]:
                message["caption_entities"] = entities
        if album:
            message["media_group_id"] = album
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
