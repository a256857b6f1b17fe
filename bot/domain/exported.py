"""
A chat's export that its people send back: what of it can be put back, and what of that makes sense.

The file may have been changed by hand, or be any other JSON. Whatever is not as an export has it is left out, by its
place in the file, and nothing else of the file suffers. What happened (messages, searches, roles) is no setting and is
never put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.chat import DigestForm, Pictures
from bot.domain.delivery_time import AT_ONCE, Timing
from bot.domain.parts import Parts, read_parts
from bot.domain.timing_text import from_stored

FORMAT = 1
"""Of the file. A newer one may hold what this version does not know, which is left out."""
MAX_ENTRIES = 5_000
"""Of a list: what is more is left out."""
MAX_NAME = 300  # characters

_PARTS = ("follows", "exceptions", "unwanted_sources", "phrases", "unwanted_phrases", "stories", "saved")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]{5,15}(?:Z|[+-]\d{2}:\d{2})")
_MAX_THREAD = 2**31 - 1
_MAX_NUMBER = 2**63 - 1

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Followed:
    """A topic's name or a phrase, and the forum thread that gets it (0: the chat itself). `muted_until`: phrases."""

    name: str
    thread: int = 0
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SavedArticle:
    """An article by its link; one without a link by its number and title. None: readers could not see it any more."""

    number: int
    link: str | None
    title: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class FollowedStory:
    """A story by the article from which it is followed, known as a saved one is, and the thread that gets it."""

    number: int
    link: str | None
    title: str | None
    thread: int = 0


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What was set. None: it was not, or cannot be read. A `zone` or `parts` of None are the operator's, as ever."""

    language: str | None = None
    zone: str | None = None
    pictures: Pictures | None = None
    silent: bool | None = None
    parts: Parts | None = None
    timing: Timing = AT_ONCE
    is_paused: bool = False
    paused_until: datetime | None = None
    digest: DigestForm | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What of an export can be put back. `muted` are topics and until when (None: for good).

    `unread` are places of the file, such as `follows 3`, that are not as an export has them.
    """

    chat: int
    made_at: datetime | None
    settings: ChatSettings
    follows: tuple[Followed, ...] = ()
    left_out: tuple[str, ...] = ()
    muted: tuple[tuple[str, datetime | None], ...] = ()
    unwanted_sources: tuple[tuple[str, str], ...] = ()
    phrases: tuple[Followed, ...] = ()
    unwanted_phrases: tuple[str, ...] = ()
    stories: tuple[FollowedStory, ...] = ()
    saved: tuple[SavedArticle, ...] = ()
    unread: tuple[str, ...] = field(default=(), compare=False)


def chat_of(document: object) -> int | None:
    """Return the chat whose export a JSON document is; None when it is no export."""
    match document:
        case {"newsbot": {"export": int()}, "chat": [{"id": int(chat)}, *_]} if abs(chat) <= _MAX_NUMBER:
            return chat
    return None


def narrowed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an export that can be put back."""
    lists = {part: document[part] for part in _PARTS if isinstance(document.get(part), list)}
    return {
        "newsbot": document["newsbot"],
        "chat": document["chat"][:1],
        **{part: entries[: MAX_ENTRIES + 1] for part, entries in lists.items()},
    }


def read_exported(document: Mapping[str, Any], languages: Collection[str], zones: Collection[str]) -> Exported:
    """Return what of an export can be put back. `languages` and `zones` are those that newsbot knows.

    Raises: ValueError when it is no export.
    """
    chat = chat_of(document)
    if chat is None:
        raise ValueError("not an export")
    reading = _Reading()
    exceptions = list(reading.entries(document, "exceptions", _exception))
    return Exported(
        chat,
        reading.value(document, "newsbot", "made_at", _moment, None),
        _settings(document, languages, zones, reading),
        follows=tuple(reading.entries(document, "follows", lambda one: Followed(_name(one["topic"]), _thread(one)))),
        left_out=tuple(name for kind, name, _ in exceptions if kind == "left_out"),
        muted=tuple((name, until) for kind, name, until in exceptions if kind == "muted"),
        unwanted_sources=tuple(
            reading.entries(
                document, "unwanted_sources", lambda one: (_name(one["source"]), _name(one["name"] or one["source"]))
            )
        ),
        phrases=tuple(one for one in reading.entries(document, "phrases", _phrase) if one is not None),
        unwanted_phrases=tuple(reading.entries(document, "unwanted_phrases", lambda one: _name(one["phrase"]))),
        stories=tuple(reading.entries(document, "stories", _story)),
        saved=tuple(reading.entries(document, "saved", _saved)),
        unread=tuple(reading.unread),
    )


class _Reading:
    """Reads values one by one and notes the places of those that are not as an export has them."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def entries(
        self, document: Mapping[str, Any], part: str, read: Callable[[Mapping[str, Any]], _Value]
    ) -> Iterator[_Value]:
        entries = document.get(part, [])
        if not isinstance(entries, list):
            self.unread.append(part)
            return
        for place, entry in enumerate(entries[:MAX_ENTRIES], start=1):
            try:
                yield read(entry)
            except (LookupError, TypeError, ValueError, OverflowError):
                self.unread.append(f"{part} {place}")
        if len(entries) > MAX_ENTRIES:
            self.unread.append(f"{part} {MAX_ENTRIES + 1}…")

    def value(
        self, document: Mapping[str, Any], part: str, key: str, read: Callable[[Any], _Value], missing: _Value
    ) -> _Value:
        """Return what stands under a key of a part; `missing` where nothing does, or nothing that can be read."""
        given = document[part][0] if part == "chat" else document[part]
        try:
            return missing if given.get(key) is None else read(given[key])
        except (LookupError, TypeError, ValueError, OverflowError):
            self.unread.append(f"{part} {key}")
            return missing


def _settings(
    document: Mapping[str, Any], languages: Collection[str], zones: Collection[str], reading: _Reading
) -> ChatSettings:
    def value(key: str, read: Callable[[Any], _Value], missing: _Value) -> _Value:
        return reading.value(document, "chat", key, read, missing)

    language = value("language", lambda code: _one_of(code, languages), None)
    return ChatSettings(
        language=language if value("language_chosen", _flag, False) else None,
        zone=value("zone", lambda name: _one_of(name, zones), None),
        pictures=value("pictures", Pictures, None),
        silent=value("silent", _flag, None),
        parts=value("parts", lambda names: read_parts(_text(names)), None),
        digest=value("digest", DigestForm, None),
        timing=value("delivery", _timing, AT_ONCE),
        is_paused=value("state", _text, "active") == "paused",
        paused_until=value("paused_until_at", _moment, None),
    )


def _exception(given: Mapping[str, Any]) -> tuple[str, str, datetime | None]:
    kind, until = _one_of(given["kind"], ("left_out", "muted")), given["until"]
    return kind, _name(given["topic"]), None if until is None else _moment(until)


def _phrase(given: Mapping[str, Any]) -> Followed | None:
    """Return a phrase that is followed; None for one that was let go and only kept for an undo."""
    until, let_go_at = given["until"], given["let_go_at"]
    if let_go_at is not None:
        return None
    return Followed(_name(given["phrase"]), _thread(given), None if until is None else _moment(until))


def _saved(given: Mapping[str, Any]) -> SavedArticle:
    link, title = (None if given[key] is None else _text(given[key]) for key in ("link", "title"))
    return SavedArticle(_whole(given["article"], 1, _MAX_NUMBER), link, title, _moment(given["saved_at"]))


def _story(given: Mapping[str, Any]) -> FollowedStory:
    link, title = (None if given[key] is None else _text(given[key]) for key in ("link", "title"))
    return FollowedStory(_whole(given["article"], 1, _MAX_NUMBER), link, title, _thread(given))


def _thread(given: Mapping[str, Any]) -> int:
    return _whole(given["thread"], 0, _MAX_THREAD)


def _timing(value: object) -> Timing:
    wish = _text(value)
    timing = from_stored(wish)
    if timing == AT_ONCE and wish != "now":  # what cannot be read is taken for it
        raise ValueError(wish)
    return timing


def _flag(value: object) -> bool:
    return bool(_whole(int(value) if isinstance(value, bool) else value, 0, 1))


def _whole(value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(value)
    return value


def _name(value: object) -> str:
    name = _text(value).strip()
    if not name or len(name) > MAX_NAME:
        raise ValueError(name)
    return name


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _one_of(value: object, known: Collection[str]) -> str:
    text = _text(value)
    if text not in known:
        raise ValueError(text)
    return text


def _moment(value: object) -> datetime:
    text = _text(value)
    if not _ISO.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)
