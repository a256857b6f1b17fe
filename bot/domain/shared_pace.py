"""
What the processes of one bot tell each other of single chats: how many messages left for each, and which of them
Telegram told to wait.

Telegram counts a chat's messages whichever process sends them. Each process keeps every chat's allowance by itself, and
spends it for what it hears that others have sent. Nobody hands allowances out, so nobody is missed: who hears nothing
keeps to the limits alone. What is heard is a hint that anybody might have sent, so what cannot be read is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

KIND = "chats"
LONGEST = 7_000  # characters, all of one byte. NOTIFY takes less than 8,000 bytes: postgresql.org, sql-notify.html
MOST_MESSAGES = 100  # that are believed to have left for one chat at once
LONGEST_HOLD = 86_400.0
"""Seconds for which a chat is believed to be held."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another process has sent to a chat, and for how many seconds Telegram told that one to wait."""

    chat: int
    messages: int
    held_for: float


def notes(sender: str, sent: Mapping[int, int], held: Mapping[int, float]) -> Iterator[str]:
    """Return what a process tells: messages by chat, and the seconds for which chats are held, in texts of some kB."""
    note = head = f"{KIND} {sender}"
    for chat in sorted({*sent, *held}):
        item = f" {chat}:{sent.get(chat, 0)}:{round(held.get(chat, 0.0) * 1000)}"
        if len(note) + len(item) > LONGEST:
            yield note
            note = head
        note += item
    if note != head:
        yield note


def is_note(heard: str) -> bool:
    """Return whether something that was heard is of this kind."""
    return heard.partition(" ")[0] == KIND


def told(note: str, own: str) -> Iterable[Elsewhere]:
    """Return what a note says; nothing when it is a process's `own`."""
    _, sender, *items = note.split(" ") if " " in note else (note, own)
    if sender == own:
        return
    for item in items:
        parts = item.split(":")
        if len(parts) != 3 or not all(part.removeprefix("-").isdecimal() and len(part) < 20 for part in parts):
            continue
        chat, messages, held_ms = map(int, parts)
        yield Elsewhere(chat, min(max(messages, 0), MOST_MESSAGES), min(max(held_ms / 1000, 0.0), LONGEST_HOLD))
