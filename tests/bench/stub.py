"""
The far side of the wire: a Bot API that answers fast, or badly, as a benchmark asks.

A process of its own on a core of its own, so that what is measured is newsbot. It keeps the ledger that counts: which
chat was accepted how often, and how often an acceptance was cut off before the answer was out. Whoever compares the
store with it sees what was lost and what came twice.

    python tests/bench/stub.py --options '{"latency": 0.05, "limit": 30}'

prints the port it listens on. `far_side()` does so for a benchmark.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

from rules import Rules

TOKEN = "700000001:AAbench-token"
CORE = 1  # the stub's; `table.pin` puts the client on core 0

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb'(?:chat_id"?(?:: ?|=)|name="chat_id"\r\n\r\n)"?(-?\d+)')
_MARK = re.compile(  # in the first line: lists that people asked for name editions too, further down
    rb'(?:"(?:text|caption)": ?"|name="(?:text|caption)"\r\n\r\n)(?:\\u2068)?[^"\\\n]*edition (\d+)'
)
_MESSAGE_ID = re.compile(rb'message_id"?(?:: ?|=|\r\n\r\n)"?(\d+)')
_REVISION = re.compile(rb"revision (\d+)")
_OFFSET = re.compile(rb'offset"?(?:: ?|=)(-?\d+)')
_TIMEOUT = re.compile(rb'timeout"?(?:: ?|=)(\d+)')

# About 720 bytes, as Telegram answers a photo with a caption and a keyboard.
_MESSAGE = (
    b'{"ok":true,"result":{"message_id":%d,"from":{"id":700000001,"is_bot":true,"first_name":"Newsbot",'
    b'"username":"newsbot_bench_bot"},"chat":{"id":%d,"first_name":"Reader","type":"private"},"date":1767225600,'
    b'"photo":[{"file_id":"AgACAgIAAxkDAAIBAmVx3abcdefghijklmnopqrstuvwxyz01234567890s","file_unique_id":"AQADs",'
    b'"file_size":1201,"width":90,"height":51},{"file_id":"AgACAgIAAxkDAAIBAmVx3abcdefghijklmnopqrstuvwxyz0123456789x",'
    b'"file_unique_id":"AQADx","file_size":81234,"width":800,"height":450}],"caption":"Batteries in an old mine shaft",'
    b'"caption_entities":[{"offset":0,"length":30,"type":"bold"}],"reply_markup":{"inline_keyboard":[[{"text":"Read",'
    b'"url":"https://news.example/a/1"}]]}}}'
)
_SENDS = (b"sendPhoto", b"sendMessage")
_CHANGES = (b"editMessageCaption", b"editMessageText", b"editMessageMedia", b"deleteMessage")


@dataclass
class Options:
    """How the far side behaves. Shares are of all sends; times are seconds.

    `limit` accepts so many in any sliding second and answers 429 to the others. `blocked` and `moved` are shares of
    the chats, always the same ones: the last are groups (negative ids) that became supergroups. `burst_429` is the
    share of sends that begin a second in which everybody is told to wait. `marked` keeps the ledger by `edition N` in
    the text too, for more than one article.

    `copies` keeps what each message says now, by the last `revision N` in its text, and lets edits and deletions meet
    the faults of sends. Of shares of the chats, again always the same ones: readers have deleted what they got
    (`removed`), groups have removed the bot (`kicked`), copies can be edited no more (`fixed`), or not deleted
    (`kept`).
    """

    latency: float = 0.0
    limit: int = 0
    error: float = 0.0
    reset_before: float = 0.0
    reset_after: float = 0.0
    stall: float = 0.0
    burst_429: float = 0.0
    blocked: float = 0.0
    moved: float = 0.0
    marked: bool = False
    copies: bool = False
    removed: float = 0.0
    kicked: float = 0.0
    fixed: float = 0.0
    kept: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class Copy:
    """One message in one chat: the revision that it says, 0 for none, and whether the bot has deleted it.

    `changed` counts the edits and deletions that made it what it is, `again` those that found it so already; of all of
    these the answers to `cut` were cut off.
    """

    says: int = 0
    is_deleted: bool = False
    changed: int = 0
    again: int = 0
    cut: int = 0


class FarSide:
    """What all connections share: the options, the ledger, the counts, and the updates that wait to be fetched."""

    def __init__(self, options: Options) -> None:
        self.loop = asyncio.get_running_loop()
        self.rules = Rules()
        self.options = options
        self.random = random.Random(options.seed)
        self.message_id = 1_000_000_000
        self.updates: deque[dict[str, Any]] = deque()
        self.update_id = 0
        self.pollers: list[tuple[Connection, asyncio.TimerHandle]] = []
        self.forget()

    def forget(self) -> None:
        self.accepted: dict[tuple[int, int], int] = {}  # by chat and edition
        self.cut: dict[tuple[int, int], int] = {}
        self.copies: dict[tuple[int, int], Copy] = {}  # by chat and message
        self.edited = 0
        self.window: deque[float] = deque()
        self.refused_at: list[float] = []
        self.throttle_next = 0
        self.burst_until = 0.0
        self.first_at: float | None = None
        self.people: set[int] = set()  # who wrote to the bot: what they get is a reply, and they have not blocked it
        self.asked_at: dict[int, float] = {}
        self.replies: list[float] = []
        self.answers: list[
            tuple[int, float, float, bool]
        ] = []  # who asked when, how long it took, whether a fault met it
        self.struck: set[int] = set()
        self.faults: dict[str, int] = {}
        self.polls = 0
        self.polled_at: float | None = None

    def is_plain(self) -> bool:
        o = self.options
        return not (
            o.limit or o.error or o.reset_before or o.reset_after or o.stall or o.burst_429 or o.blocked or o.moved
        )

    def accept(self, chat: int, mark: int) -> bytes:
        key = (chat, mark)
        self.accepted[key] = self.accepted.get(key, 0) + 1
        self.message_id += 1
        if self.first_at is None:
            self.first_at = time.monotonic()
        if chat in self.asked_at:
            asked_at = self.asked_at.pop(chat)
            self.replies.append(time.monotonic() - asked_at)
            self.answers.append((chat, asked_at, self.replies[-1], chat in self.struck))
            self.struck.discard(chat)
        return _MESSAGE % (self.message_id, chat)

    def strike(self, chat: int) -> None:
        """Note that a fault met what a person waits for."""
        if chat in self.asked_at:
            self.struck.add(chat)

    def told(self, fault: str) -> None:
        self.faults[fault] = self.faults.get(fault, 0) + 1

    def too_many(self, wait: int = 1) -> tuple[int, bytes]:
        self.refused_at.append(time.monotonic())
        self.told("429")
        return 429, _refusal(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})

    def hand_over_updates(self) -> None:
        while self.updates and self.pollers:
            connection, timer = self.pollers.pop()
            timer.cancel()
            connection.answer_later(200, self.first_updates())

    def first_updates(self) -> bytes:
        """At most a hundred: https://core.telegram.org/bots/api#getupdates"""
        return _ok(list(itertools.islice(self.updates, 100)))

    def say(self, chat: int, text: str, person: int | None = None) -> None:
        """Let somebody write to the bot; how long the bot's next message to that chat takes is kept in `replies`.

        `person` is who writes in a group.
        """
        self.update_id += 1
        writer = {"id": person or chat, "is_bot": False, "first_name": "Reader", "language_code": "en"}
        place = {"id": chat, "type": "private", "first_name": "Reader"}
        if chat < 0:
            place = {"id": chat, "type": "supergroup", "title": "Readers"}
        message: dict[str, Any] = {
            "message_id": self.update_id,
            "from": writer,
            "chat": place,
            "date": int(time.time()),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self.updates.append({"update_id": self.update_id, "message": message})
        self.people.add(chat)
        self.asked_at.setdefault(chat, time.monotonic())
        self.hand_over_updates()

    def press(self, chat: int, labels: list[str]) -> bool:
        """Let somebody press the first button whose label begins so; False when there is none."""
        self.update_id += 1
        query = self.rules.presses(chat, labels, self.update_id)
        if query is None:
            return False
        self.updates.append({"update_id": self.update_id, "callback_query": query})
        return True


class Connection(asyncio.Protocol):
    """One connection of a client. No client of ours pipelines."""

    def __init__(self, far: FarSide) -> None:
        self.far = far
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport  # uvloop's is no asyncio.Transport

    def connection_lost(self, error: Exception | None) -> None:
        for poller in self.far.pollers[:]:
            if poller[0] is self:
                poller[1].cancel()
                self.far.pollers.remove(poller)

    def data_received(self, data: bytes) -> None:
        if self.rest:
            data = self.rest + data
        while (head_end := data.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(data, 0, head_end)
            end = head_end + 4 + (int(length[1]) if length else 0)
            if len(data) < end:
                break
            line_end = data.find(b" HTTP/", 0, head_end)
            self.request(data[data.rfind(b"/", 0, line_end) + 1 : line_end], data[head_end + 4 : end])
            data = data[end:]
        self.rest = data

    def request(self, method: bytes, body: bytes) -> None:
        far = self.far
        if method in _SENDS:
            found = _CHAT.search(body)
            chat = int(found[1]) if found else 0
            marked = _MARK.search(body) if far.options.marked else None
            mark = int(marked[1]) if marked else 0
            refusal = far.rules.refusal(method, chat, time.monotonic())
            if refusal is not None:
                far.told("slow mode" if refusal[0] == 429 else "night")
                self.answer_later(refusal[0], _refusal(*refusal))
            elif far.is_plain() and not far.throttle_next:
                self.answer_later(*self.accept(chat, mark, body))
            else:
                self.send(chat, mark, body)
        elif method == b"getUpdates":
            self.poll(body)
        elif method == b"getMe":
            me = {"id": 700000001, "is_bot": True, "first_name": "Newsbot", "username": "newsbot_bench_bot"}
            self.answer_later(200, _ok(me))
        elif method == b"getWebhookInfo":
            self.answer_later(200, _ok({"url": "", "has_custom_certificate": False, "pending_update_count": 0}))
        elif method.startswith(b"_"):
            self.answer(200, json.dumps(self.control(method, body)).encode())
        elif far.options.copies and method in _CHANGES:
            self.change(method, body)
        elif method.startswith(b"edit"):
            found = _CHAT.search(body)
            far.message_id += 1
            far.edited += 1
            chat = int(found[1]) if found else 0
            far.rules.took(chat, far.message_id, body, time.monotonic())
            self.answer_later(200, _MESSAGE % (far.message_id, chat))
        elif method == b"getChatAdministrators":
            found = _CHAT.search(body)
            self.answer_later(200, _ok(far.rules.administrators(int(found[1]) if found else 0)))
        elif method == b"answerCallbackQuery":
            far.rules.heard(body, time.monotonic())
            self.answer_later(200, _ok(True))
        else:
            self.answer_later(200, _ok([] if method.startswith(b"getMy") else True))

    def accept(self, chat: int, mark: int, body: bytes) -> tuple[int, bytes]:
        """Let a message arrive, and return the answer."""
        far = self.far
        answer = far.accept(chat, mark)
        if far.options.copies:
            far.copies[chat, far.message_id] = Copy(says(body))
        far.rules.took(chat, far.message_id, body, time.monotonic())
        return 200, answer

    def send(self, chat: int, mark: int, body: bytes) -> None:
        """Accept a message, or show one of the faults asked for."""
        if self.meet_faults(chat, partial(self.accept, chat, mark, body)):
            self.far.cut[chat, mark] = self.far.cut.get((chat, mark), 0) + 1

    def change(self, method: bytes, body: bytes) -> None:
        """Edit or delete a copy, or show one of the faults asked for."""
        found, which = _CHAT.search(body), _MESSAGE_ID.search(body)
        key = (int(found[1]) if found else 0, int(which[1]) if which else 0)
        copy = self.far.copies.get(key)
        is_deletion, options = method == b"deleteMessage", self.far.options
        # Source of the words: tests/sandbox/test_sandbox_editing.py
        if copy is None or copy.is_deleted or falls(key[0], options.removed, "removed"):
            what = "delete" if is_deletion else "edit"
            change = partial(self.refused, copy, "gone", f"message to {what} not found")
        elif is_deletion and falls(key[0], options.kept, "kept"):
            change = partial(self.refused, copy, "cannot be deleted", "message can't be deleted for everyone")
        elif not is_deletion and falls(key[0], options.fixed, "fixed"):
            change = partial(self.refused, copy, "cannot be edited", "message can't be edited")
        else:
            change = partial(self.changed, key, copy, None if is_deletion else says(body))
        if self.meet_faults(key[0], change) and copy is not None:
            copy.cut += 1

    def refused(self, copy: Copy | None, fault: str, words: str) -> tuple[int, bytes]:
        """Return the answer about a copy that cannot be changed."""
        if copy is not None and copy.is_deleted:
            copy.again += 1
        self.far.told(fault)
        return 400, _refusal(400, f"Bad Request: {words}")

    def changed(self, key: tuple[int, int], copy: Copy, revision: int | None) -> tuple[int, bytes]:
        """Let a copy say a revision, or be deleted (None), and return the answer."""
        if revision is not None and revision == copy.says:
            copy.again += 1
            return 400, _refusal(400, "Bad Request: message is not modified")
        copy.changed += 1
        self.far.edited += 1
        if revision is None:
            copy.is_deleted = True
            return 200, _ok(True)
        copy.says = revision
        return 200, _MESSAGE % (key[1], key[0])

    def meet_faults(self, chat: int, accept: Callable[[], tuple[int, bytes]]) -> bool:
        """Answer as `accept` does, or show one of the faults asked for; return whether it did it and was cut."""
        far, options, now = self.far, self.far.options, time.monotonic()
        if far.throttle_next or now < far.burst_until:
            far.throttle_next = max(0, far.throttle_next - 1)
            far.strike(chat)
            self.answer_later(*far.too_many())
            return False
        if options.limit:
            while far.window and far.window[0] <= now - 1:
                far.window.popleft()
            if len(far.window) >= options.limit:
                self.answer_later(*far.too_many())
                return False
        if chat < 0 and chat > -(10**12) and falls(chat, options.moved):
            far.told("moved")
            there = {"migrate_to_chat_id": moved_to(chat)}
            self.answer_later(400, _refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", there))
            return False
        if chat < 0 and falls(chat, options.kicked, "kicked"):
            far.told("kicked")
            self.answer_later(403, _refusal(403, "Forbidden: bot was kicked from the group chat"))
            return False
        if chat > 0 and falls(chat, options.blocked) and chat not in far.people:
            far.told("blocked")
            self.answer_later(403, _refusal(403, "Forbidden: bot was blocked by the user"))
            return False
        draw = far.random.random()
        for fault in ("error", "reset_before", "reset_after", "stall", "burst_429"):
            draw -= getattr(options, fault)
            if draw < 0:
                break
        else:
            far.window.append(now)
            self.answer_later(*accept())
            return False
        far.strike(chat)
        if fault == "error":
            far.told("5xx")
            self.answer_later(502, _refusal(502, "Bad Gateway"))
        elif fault == "burst_429":
            far.burst_until = now + 1
            self.answer_later(*far.too_many())
        else:
            # Every second stalled call was accepted, and only its answer never comes.
            was_accepted = fault == "reset_after" or (fault == "stall" and far.random.random() < 0.5)
            far.told(fault)
            if was_accepted:
                accept()
            if fault != "stall":
                self.transport.abort()
            return was_accepted
        return False

    def poll(self, body: bytes) -> None:
        far = self.far
        far.polls += 1
        if far.polled_at is None:
            far.polled_at = time.monotonic()
        offset, patience = _OFFSET.search(body), _TIMEOUT.search(body)
        while offset and far.updates and far.updates[0]["update_id"] < int(offset[1]):
            far.updates.popleft()
        if far.updates or not patience or not int(patience[1]):
            self.answer_later(200, far.first_updates())
            return
        timer = far.loop.call_later(int(patience[1]), self.end_poll)
        far.pollers.append((self, timer))

    def end_poll(self) -> None:
        self.far.pollers = [poller for poller in self.far.pollers if poller[0] is not self]
        self.answer(200, _ok([]))

    def control(self, method: bytes, body: bytes) -> Any:
        far = self.far
        asked = json.loads(body) if body else {}
        if method == b"_options":
            known = {field.name for field in fields(Options)}
            far.options = Options(**{**asdict(far.options), **{k: v for k, v in asked.items() if k in known}})
        elif method == b"_forget":
            far.forget()
        elif method == b"_throttle":
            far.throttle_next = asked.get("times", 1)
        elif method == b"_say":
            far.say(asked["chat"], asked["text"], asked.get("person"))
        elif method == b"_flood":
            for chat in asked["chats"]:
                far.say(chat, asked["text"], asked["person"])
        elif method == b"_press":
            pressed = [far.press(chat, asked["labels"]) for chat in asked["chats"]]
            far.hand_over_updates()
            return pressed
        elif method == b"_rules":
            far.rules.change(asked)
        elif method == b"_people":
            waiting = [(chat, at) for chat, at in far.asked_at.items() if chat not in far.struck]
            return {
                "answers": far.answers,
                "waiting": waiting,
                "presses": far.rules.answered,
                "unanswered": list(far.rules.pressed.values()),
            }
        elif method == b"_copies":
            return [[*key, asdict(copy)] for key, copy in far.copies.items()]
        elif method == b"_ledger":
            return [[chat, mark, many, far.cut.get((chat, mark), 0)] for (chat, mark), many in far.accepted.items()]
        return {
            "accepted": sum(far.accepted.values()),
            "editions": len(far.accepted),
            "edited": far.edited,
            "refused_at": far.refused_at,
            "first_at": far.first_at,
            "replies": far.replies,
            "faults": far.faults,
            "polls": far.polls,
            "polled_at": far.polled_at,
        }

    def answer_later(self, status: int, body: bytes) -> None:
        if self.far.options.latency:
            self.far.loop.call_later(self.far.options.latency, self.answer, status, body)
        else:
            self.answer(status, body)

    def answer(self, status: int, body: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )


def says(body: bytes) -> int:
    """Return the revision that a text names last; 0 when it names none."""
    named = _REVISION.findall(body)
    return int(named[-1]) if named else 0


def falls(chat: int, share: float, of: str = "") -> bool:
    """Return whether a chat is among a share of all chats; always the same answer for the same chat.

    Shares `of` different things fall on different chats, for the most part.
    """
    return bool(share) and (abs(chat) * 2654435761 + crc32(of.encode()) & 0xFFFFFFFF) / 2**32 < share


def moved_to(chat: int) -> int:
    """Return the supergroup that a group became."""
    return -(10**12) + chat


def _ok(result: Any) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


def _refusal(code: int, description: str, parameters: dict[str, Any] | None = None) -> bytes:
    answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return json.dumps(answer | ({"parameters": parameters} if parameters else {})).encode()


# The benchmark's side


class Accepted(NamedTuple):
    """How often one message was accepted, and for how many of those the answer was cut off."""

    many: int
    cut: int


class Stub:
    """A running far side, as its benchmark sees it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, what: str, **given: Any) -> Any:
        """Return what a control call answers: `stats`, `ledger`, `say`, `rules`, …"""
        request = urllib.request.Request(f"{self.url}/_{what}", json.dumps(given).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def ledger(self) -> dict[tuple[int, int], Accepted]:
        """Return what was accepted, by chat and edition (0 unless `marked`)."""
        return {(chat, mark): Accepted(many, cut) for chat, mark, many, cut in self.ask("ledger")}

    def copies(self) -> dict[tuple[int, int], Copy]:
        """Return what each message says now, by chat and message id. Only with `copies`."""
        return {(chat, number): Copy(**copy) for chat, number, copy in self.ask("copies")}

    def settled(self, what: str = "accepted") -> dict[tuple[int, int], Accepted]:
        """Return the ledger once nothing more comes in: what a process that was killed had on the wire is in it."""
        before, after = -1, 0
        while before != after:
            time.sleep(0.02)
            before, after = after, self.ask("stats")[what]
        return self.ledger()


@contextmanager
def far_side(**options: Any) -> Iterator[Stub]:
    """Run a far side with these options until the block ends."""
    command = [sys.executable, __file__, "--options", json.dumps(options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Stub(process, int(process.stdout.readline()))
        finally:
            process.terminate()


async def _serve(port: int, options: Options) -> None:
    loop = asyncio.get_running_loop()
    far = FarSide(options)
    server = await loop.create_server(lambda: Connection(far), "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--core", type=int, default=CORE)
    parser.add_argument("--options", type=json.loads, default={})
    asked = parser.parse_args()
    if asked.core < (os.cpu_count() or 1) and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {asked.core})
    try:
        from uvloop import run
    except ImportError:
        run = asyncio.run
    run(_serve(asked.port, Options(**asked.options)))


if __name__ == "__main__":
    main()
