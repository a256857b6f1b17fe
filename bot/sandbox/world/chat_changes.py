"""What becomes of chats: the bot is added, removed, blocked; groups migrate, get threads, are linked to channels."""

from __future__ import annotations

from bot.domain.topic_threads import GENERAL
from bot.sandbox.world.people import (
    Chat,
    Json,
    Status,
    Thread,
    chat_member,
)
from bot.sandbox.world.state import WorldState


class ChangingChats(WorldState):
    """The state, and what people do to the chats in it."""

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

    def rename(self, chat_id: int, title: str) -> None:
        chat = self.chats[chat_id]
        chat.title = title
        chat.describe()
        self.tell("people", chat_id, {"title": title})

    def _service(self, person_id: int, chat: Chat, fields: Json) -> None:
        self._post(self._written(person_id, chat.id, None, False) | fields)

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
