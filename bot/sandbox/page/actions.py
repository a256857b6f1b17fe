"""
The actions that the chat page offers, each with the checks that Telegram's apps make before they send anything.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bot.domain.limits import INLINE_OFFSET
from bot.sandbox.world.people import Chat, Json, Person
from bot.sandbox.world.world import World

MAX_TEXT_LENGTH = 4096  # UTF-16 code units, as MAX_CAPTION_LENGTH
MAX_CAPTION_LENGTH = 1024
MAX_INLINE_LENGTH = 256  # https://core.telegram.org/bots/api#inlinequery
ANSWERED_WITHIN = 10.0  # seconds; a client waits no longer for a bot that is held back or gone

EMOJIS = ("👍", "❤", "🔥")
_OUTSIDE = ("left", "kicked")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_Being = TypeVar("_Being")


class Refused(Exception):
    """Something the page asked for and does not get; `status` is HTTP's."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Wish:
    """What the page asked one of its people to do, checked as it is read. Reading raises Refused."""

    def __init__(self, world: World, fields: Json) -> None:
        self.world = world
        self._fields = fields

    @property
    def person(self) -> Person:
        return known(self.world.people, self._fields.get("person"), "person")

    @property
    def chat(self) -> Chat:
        """The chat, which the person must be in."""
        chat, person = known(self.world.chats, self._fields.get("chat"), "chat"), self.person
        if chat.id != person.id and chat.members.get(person.id, "left") in _OUTSIDE:
            raise Refused(f"{person.first_name} is not in this chat.", 403)
        return chat

    @property
    def writable_chat(self) -> Chat:
        """The chat, which the person must be able to write in."""
        chat = self.chat
        if chat.type == "private" and self.person.has_blocked:
            raise Refused("You blocked this bot. Unblock it to write.", 409)
        if chat.type == "channel" and not self.is_administrator:
            raise Refused("Only administrators write in this channel.", 403)
        if chat.forbids_writing and not self.is_administrator:
            raise Refused("Only administrators write in this group for now.", 403)
        return chat

    @property
    def is_administrator(self) -> bool:
        return self.chat.members.get(self.person.id) in ("creator", "administrator")

    def has(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def number(self, name: str) -> int:
        return number(self._fields.get(name))

    def text(self, name: str, longest: int) -> str:
        """Return a field of at most `longest` UTF-16 code units."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise Refused(f"{name} must be text.")
        try:
            units = len(value.encode("utf-16-le")) // 2
        except UnicodeEncodeError:
            raise Refused(f"{name} holds half a character.") from None
        if units > longest:
            raise Refused(f"{name} is too long: {units:,} characters, and {longest:,} are the most.")
        return value

    def matching(self, name: str, shape: re.Pattern[str]) -> str:
        value = self.text(name, 64)
        if not shape.fullmatch(value):
            raise Refused(f"Telegram would not accept this {name}.")
        return value


Act = Callable[[Wish], Json | Awaitable[Json]]


def known(beings: Mapping[int, _Being], given: Any, what: str) -> _Being:
    """Return the person or chat of that number. Raises: Refused when there is none."""
    being = beings.get(number(given))
    if being is None:
        raise Refused(f"There is no such {what}.", 404)
    return being


def number(given: Any) -> int:
    """Return an integer given as JSON or in an address. Raises: Refused."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,16}", given, re.ASCII):
        return int(given)
    raise Refused("A number is missing.")


def upload(wish: Wish, filename: str, data: bytes, mime: str) -> Json:
    """Send a document, with a caption if the wish has one."""
    caption = wish.text("caption", MAX_CAPTION_LENGTH).strip() if wish.has("caption") else ""
    wish.world.upload(wish.person.id, wish.writable_chat.id, filename, data, mime, caption)
    return {}


def _say(wish: Wish) -> Json:
    text = wish.text("text", MAX_TEXT_LENGTH).strip()
    if not text:
        raise Refused("There is nothing to send.")
    reply_to = wish.number("reply_to") if wish.has("reply_to") else None
    thread = wish.number("thread") if wish.has("thread") else None
    chat = wish.writable_chat
    if thread is not None and thread not in chat.threads:
        raise Refused("This topic is gone.", 404)
    wish.world.say(wish.person.id, chat.id, text, reply_to=reply_to, thread=thread)
    return {}


def _press(wish: Wish) -> Json:
    data, message = wish.text("data", 64), wish.number("message")
    if any(one["ephemeral_message_id"] == message for one in wish.world.seen_alone(wish.person.id, wish.chat.id)):
        return {"query": wish.world.press_alone(wish.person.id, wish.chat.id, message, data)}
    return {"query": wish.world.press(wish.person.id, wish.chat.id, message, data)}


async def _ask_inline(wish: Wish) -> Json:
    """Ask the bot in a chat, as who types its name does, and return its answer; no cards when it gives none in time."""
    world, person, chat = wish.world, wish.person, wish.writable_chat
    words = wish.text("text", MAX_INLINE_LENGTH).strip()
    offset = wish.text("offset", INLINE_OFFSET) if wish.has("offset") else ""
    if not world.inline.is_on:
        raise Refused("This bot cannot be asked in other chats.", 409)
    async with world.subscribe() as events:
        query = world.ask_inline(person.id, words, offset, chat.id)
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                while world.inline.answered(query) is None:
                    await anext(events)
        except TimeoutError:
            return {"query": query, "cards": [], "next": "", "button": None}
    answer = world.inline.answered(query)
    assert answer is not None
    cards = [_card(world, card) for card in answer.cards]
    return {"query": query, "cards": cards, "next": answer.next_offset, "button": answer.button}


def _card(world: World, card: Json) -> Json:
    """Return a card with the stored file of its picture, of which the page shows a frame that names its host."""
    shown = {name: value for name, value in card.items() if name != "thumbnail_url"}
    if url := card.get("thumbnail_url"):
        found = world.web.get(url)
        data = found if isinstance(found, bytes) else None
        shown["file"] = world.files.keep("photo", "thumbnail", "image/jpeg", data, url).file_id
    return shown


def _choose(wish: Wish) -> Json:
    try:
        query, result = wish.text("query", 64), wish.text("result", 64)
        wish.world.choose_inline(wish.person.id, wish.writable_chat.id, query, result)
    except KeyError:
        raise Refused("This answer is gone. Ask again.", 404) from None
    return {}


def _react(wish: Wish) -> Json:
    """Set or take away one reaction of a person, who may have one to a message."""
    emojis = [wish.text("emoji", 8)] if wish.has("emoji") else []
    if set(emojis) - set(EMOJIS):
        raise Refused("The page offers other reactions.")
    try:
        wish.world.react(wish.person.id, wish.chat.id, wish.number("message"), *emojis)
    except KeyError:
        raise Refused("This message is gone.", 404) from None
    return {}


def _start(wish: Wish) -> Json:
    wish.world.start(wish.person.id, wish.matching("payload", _PAYLOAD))
    return {}


def _language(wish: Wish) -> Json:
    code = wish.matching("language", _LANGUAGE) if wish.has("language") else None
    wish.world.set_language(wish.person.id, code)
    return {}


def _block(wish: Wish) -> Json:
    wish.world.block(wish.person.id)
    return {}


def _unblock(wish: Wish) -> Json:
    wish.world.unblock(wish.person.id)
    return {}


def _add_bot(wish: Wish) -> Json:
    chat = _shared_chat(wish)
    if chat.bot_status in _OUTSIDE:
        wish.world.add_bot(wish.person.id, chat.id)
    return {}


def _remove_bot(wish: Wish) -> Json:
    chat = _shared_chat(wish)
    if chat.bot_status not in _OUTSIDE:
        wish.world.remove_bot(wish.person.id, chat.id)
    return {}


def _shared_chat(wish: Wish) -> Chat:
    """Return the group or channel whose bot the person may add and remove."""
    chat = wish.chat
    if chat.type == "private" or (chat.type == "channel" and not wish.is_administrator):
        raise Refused("Only administrators add or remove a bot here.", 403)
    return chat


ACTS: Mapping[str, Act] = {
    "say": _say,
    "press": _press,
    "inline": _ask_inline,
    "choose": _choose,
    "react": _react,
    "start": _start,
    "language": _language,
    "block": _block,
    "unblock": _unblock,
    "add_bot": _add_bot,
    "remove_bot": _remove_bot,
}
