"""
The call log: every call of the bot that the sandbox answered, in order, so that tests can check who got what.

Long polls are left out, and so are calls that were cut off before they were accepted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `status` is the HTTP status; `message_id` the new (or edited) message's; `at` a UNIX time."""

    method: str
    chat_id: int | None
    params: dict[str, Any]
    status: int
    message_id: int | None
    at: float

    @property
    def made_a_message(self) -> bool:
        """Whether a new message stands in the chat because of this call."""
        return (
            self.status == 200
            and self.message_id is not None
            and self.method.startswith(("send", "copyMessage", "forwardMessage"))
        )


class CallLog:
    """Calls in order of acceptance. `keep` bounds how many are remembered; None remembers all."""

    def __init__(self, keep: int | None = None) -> None:
        self._keep = keep
        self._calls: deque[Call] = deque()
        self._by_chat: dict[int | None, deque[Call]] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def record(self, call: Call) -> None:
        self._calls.append(call)
        of_chat = self._by_chat.get(call.chat_id)
        if of_chat is None:
            of_chat = self._by_chat[call.chat_id] = deque()
        of_chat.append(call)
        if self._keep is not None and len(self._calls) > self._keep:
            oldest = self._calls.popleft()
            left = self._by_chat[oldest.chat_id]
            left.popleft()
            if not left:
                del self._by_chat[oldest.chat_id]

    def calls_to(self, chat_id: int) -> list[Call]:
        """Return every call about one chat, refused ones included."""
        return list(self._by_chat.get(chat_id, ()))

    def sent_to(self, chat_id: int) -> list[Call]:
        """Return the calls that put a new message into one chat."""
        return [call for call in self.calls_to(chat_id) if call.made_a_message]

    def of(self, method: str) -> list[Call]:
        """Return every call of one method."""
        return [call for call in self._calls if call.method == method]

    def clear(self) -> None:
        self._calls.clear()
        self._by_chat.clear()
