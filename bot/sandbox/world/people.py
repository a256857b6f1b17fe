"""
People with their Telegram clients, and chats: plain values.

`world` changes them; `permission` decides what the bot may do in a chat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "left", "kicked"]

ANONYMOUS_ADMIN: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
"""Who a message is from when an administrator writes as the group: https://core.telegram.org/bots/api#message"""
CHANNEL_BOT: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
"""The same when somebody writes as a channel: https://core.telegram.org/bots/api#message (`from`)"""
TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
"""The same when Telegram itself forwards a channel's post into the group that discusses it."""


@dataclass(slots=True)
class Person:
    """Someone with a Telegram account. `language` is the client's, an IETF tag, and None when it tells none.

    `in_crowd` are those whom the chat page added by the hundred, and folds in its list.
    """

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language: str | None = "en"
    has_started: bool = False
    has_blocked: bool = False
    is_deleted: bool = False
    in_crowd: bool = False

    def user(self) -> Json:
        """Return the person as a Bot API User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language:
            user["language_code"] = self.language
        return user


@dataclass(slots=True)
class Thread:
    """A topic of a forum."""

    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat. A private one has its person's id, and knows no members.

    `bot_status` is the bot's own standing; `migrated_to` is the supergroup that a group has become; `linked_to` is the
    group that discusses a channel, or the channel that a group discusses. `forbids_writing` is what administrators set
    for a night, `slow_mode` the seconds between two messages of one member; neither binds administrators.
    `forbids_bot_posts`: the bot administers a channel without the right to post. `bot_wrote_at` is when the bot's last
    message was taken, in UNIX seconds.
    Change names through `World.rename`, because `json` is made once and shared by all of the chat's messages.
    """

    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    members: dict[int, Status] = field(default_factory=dict)
    is_forum: bool = False
    threads: dict[int, Thread] = field(default_factory=dict)
    forbids_photos: bool = False
    forbids_writing: bool = False
    forbids_bot_posts: bool = False
    slow_mode: int = 0
    bot_wrote_at: float = 0.0
    bot_status: Status = "left"
    migrated_to: int | None = None
    linked_to: int | None = None
    pinned: list[int] = field(default_factory=list)
    json: Json = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")

    def describe(self, person: Person | None = None) -> None:
        """Make `json`, the Bot API Chat, anew from what is known now."""
        if person is not None:
            self.json = {key: value for key, value in person.user().items() if key not in ("is_bot", "language_code")}
            self.json["type"] = "private"
            return
        self.json = {"id": self.id, "title": self.title, "type": self.type}
        if self.username:
            self.json["username"] = self.username
        if self.is_forum:
            self.json["is_forum"] = True


def chat_member(user: Json, status: Status) -> Json:
    """Return a Bot API ChatMember; administrators have every right the sandbox knows."""
    member: Json = {"user": user, "status": status}
    match status:
        case "creator":
            member["is_anonymous"] = False
        case "administrator":
            member |= ADMINISTRATOR_RIGHTS
        case "kicked":
            member["until_date"] = 0
    return member


ADMINISTRATOR_RIGHTS: Json = {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(
    (
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_post_messages",
        "can_edit_messages",
        "can_pin_messages",
    ),
    True,
)
