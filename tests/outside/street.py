"""
The street in front of the house: the real process, the real shell commands, and people with telephones.

Nothing of newsbot is imported here but its sandbox, which plays Telegram. What a story knows it has read from a
screen, from what was printed, from a file, or from the sandbox's ledger of calls; it waits for events, never for time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from files_in_place import written_a_while_ago
from postgres_cluster import Cluster
from processes import Process, start_python

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.tour.stage import plain
from bot.sandbox.world.state import Cast
from bot.sandbox.world.world import World

TOKEN = "424242:outside-token-AAAAAAAAAAAAAAAAAAAAAAAAA"
ON_POSTGRES = "STREETS_ON_POSTGRES"
"""Variable: the cluster (`postgres_cluster.Cluster`, as JSON) on which all streets have their databases."""
PATIENCE = 60.0  # seconds for anything to appear: far more than it takes on a busy machine, far less than for ever
ENDING = 10.0  # seconds that the contract gives a process to end
_INVISIBLE = str.maketrans("", "", "\u2060\u2066\u2067\u2068\u2069")  # shapes text, shows nothing

Json = dict[str, Any]


@dataclass(frozen=True)
class Printed:
    """What a finished command left."""

    status: int
    out: str
    err: str


class Street:
    """`world` is Telegram's, `cast` lives in it; `folder` is where the bot's process and the shell stand."""

    def __init__(self, folder: Path, world: World, cast: Cast, url: str, variables: dict[str, str]) -> None:
        self.folder, self.world, self.cast, self.url = folder, world, cast, url
        self.content = folder / "content"
        self.content.mkdir(exist_ok=True)
        self.log = folder / "log.txt"
        self.put_forward = folder / "later.txt"
        # As a user has it: whoever runs tests may have switched off the buffer of the standard output.
        ours = ("NEWSBOT_", "PYTHONUNBUFFERED")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        given = {
            "TOKEN": TOKEN,
            "API_URL": url,
            "DATABASE": "data/newsbot.db",
            "CONTENT": "content",
            "ADMINS": str(cast.edith),
            "RATE": "1000",
            "LOG": "text:debug",
        }
        self.variables = kept | {f"NEWSBOT_{name}": value for name, value in (given | variables).items() if value}
        self.process: Process | asyncio.subprocess.Process | None = None
        self._fences = 0

    # The process and the shell

    async def open(self, *, movable: bool = False, keeps_time: bool = False, **changed: str) -> None:
        """Start the bot; what people do from now on reaches it when it is ready.

        The clock of a `movable` one can be put forward; it is the same process in all else. It starts now, or, if it
        `keeps_time`, as late as it is by `later`.
        """
        assert self.process is None
        if not keeps_time:
            self.later(0)
        what: tuple[str | Path, ...] = (Path(__file__).with_name("later.py"), self.put_forward)
        with self.log.open("ab") as log:
            command = what if movable else ("-m", "bot", "run")
            self.process = await self._start(*command, changed=changed, stdout=log, stderr=log)

    def later(self, seconds: float) -> None:
        """Let it be so many seconds later for a movable bot than it is."""
        unfinished = self.put_forward.with_suffix(".part")
        unfinished.write_text(str(seconds))
        unfinished.rename(self.put_forward)

    async def imported(self) -> None:
        """Let what lies in the folder be known before the bot starts."""
        printed = await self.shell("import", "content")
        assert printed.status == 0, printed.err

    async def move_in(self, *drafts: str, movable: bool = False) -> tuple[int, int]:
        """Start the bot with Edith, who edits, and Anna and Ben, who follow Energy; return these two."""
        self.topic("energy", "Energy")
        for draft in drafts:
            self.article(f"{draft}.json", published=False)
        await self.imported()
        await self.open(movable=movable)
        await self.starts(self.cast.edith)
        for person in (self.cast.anna, self.cast.ben):
            await self.starts(person, "t_energy")
        return self.cast.anna, self.cast.ben

    async def close(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell the bot to end and return its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return await self.ended()

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.ended()

    async def ended(self) -> int:
        """Wait for the bot to end and return its exit status."""
        assert self.process is not None
        process, self.process = self.process, None
        async with asyncio.timeout(ENDING):
            return await process.wait()

    async def shell(self, *arguments: str | Path, given: str = "", **changed: str) -> Printed:
        """Run `newsbot ARGUMENTS` and return what it printed. `changed` are variables without their prefix."""
        process = await self._start(
            "-m", "bot", *map(str, arguments), changed=changed, stdin=asyncio.subprocess.PIPE, stdout=-1, stderr=-1
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate(given.encode())
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        return Printed(process.returncode, out.decode(), err.decode())

    async def _start(
        self, *arguments: str | Path, changed: dict[str, str], **pipes: Any
    ) -> Process | asyncio.subprocess.Process:
        variables = self.variables | {f"NEWSBOT_{name}": value for name, value in changed.items()}
        return await start_python(*arguments, cwd=self.folder, env=variables, **pipes)

    # Files

    def article(self, path: str, title: str = "", *, published: bool = True, **fields: Any) -> Path:
        """Write an article file; its link is made from its path unless `webUrl` is given, its date is now."""
        story = {
            "title": title or Path(path).stem.replace("-", " ").capitalize(),
            "publishedDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
            "webUrl": f"https://news.example/{Path(path).stem}",
            "published": published,
            "topics": ["Energy"],
            **fields,
        }
        return self.write(path, json.dumps({name: value for name, value in story.items() if value is not None}))

    def write(self, path: str, text: str | bytes, *, fresh: bool = False) -> Path:
        """Put a file into the content folder in one stroke, as `mv` does; it was written a while ago, or just now."""
        place = self.content / path
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(f".{place.name}.part")
        unfinished.write_bytes(text if isinstance(text, bytes) else text.encode())
        if not fresh:
            written_a_while_ago(unfinished)
        return unfinished.rename(place)

    def topic(self, id: str, name: str, **fields: Any) -> Path:
        """Write a topic file."""
        return self.write(f"topics/{id}.json", json.dumps({"taxonomy": "topic", "_id": id, "name": name, **fields}))

    async def fence(self, reader: int) -> None:
        """Return when everything that lies in the folder now has been looked at; `reader` must follow Fence."""
        self._fences += 1
        self.article(f"fence-{self._fences}.json", f"Fence {self._fences}", topics=["Fence"])
        await self.sees(reader, f"Fence {self._fences}")

    # Screens

    def file(self, file_id: str) -> bytes:
        """Return what a document holds that the bot has sent."""
        found = self.world.files.get(file_id)
        assert found is not None and found.data is not None
        return found.data

    def screens(self, chat: int, text: str = "") -> list[Json]:
        """Return the bot's messages in a chat that hold `text`, oldest first."""
        return [message for message in self.of_bot(chat) if text in plain(message)]

    def of_bot(self, chat: int) -> list[Json]:
        """Return the bot's messages in a chat, oldest first. In channels everything is the channel's own."""
        bot = self.world.bot["id"]
        if self.world.chats[chat].type == "channel":
            return [one for one in self.world.messages(chat) if "author_signature" not in one]
        return [one for one in self.world.messages(chat) if one.get("from", {}).get("id") == bot]

    async def sees(self, chat: int, text: str, *, after: int = 0) -> Json:
        """Wait until the newest of the bot's messages that hold `text` is there, behind message `after`."""
        found: Json = await self.until(
            lambda: next((one for one in reversed(self.screens(chat, text)) if one["message_id"] > after), None),
            lambda: f"“{text}” in chat {chat}; there is " + " | ".join(map(plain, self.of_bot(chat)[-4:])),
        )
        return found

    async def asks(self, person: int, text: str, chat: int | None = None, **how: Any) -> Json:
        """Let a person write something, and return the bot's next message in that chat."""
        where = chat or person
        said = self.world.say(person, where, text, **how)["message_id"]
        return await self.sees(where, "", after=said)

    async def starts(self, person: int, payload: str = "") -> Json:
        said = self.world.start(person, payload)["message_id"]
        return await self.sees(person, "", after=said)

    async def crowd(
        self, many: int, *, called: str = "Reader", first: int = 20_000, link: str = "t_energy"
    ) -> list[int]:
        """Let so many people start the bot by a link, all at once, and return them when each is answered."""
        people = [self.world.add_person(f"{called} {n}", id=first + n).id for n in range(many)]
        for person in people:
            self.world.start(person, link)
        await self.until(lambda: all(self.of_bot(person) for person in people), f"{many} answers")
        return people

    async def presses(self, person: int, label: str, message: Json | None = None, chat: int | None = None) -> str:
        """Let a person press a button called `label`, or beginning so; return the toast."""
        where = message["chat"]["id"] if message else chat or person
        found = await self.until(
            lambda: self._button(where, label, message["message_id"] if message else None),
            lambda: f"a button “{label}” in chat {where}; there is {[buttons(one) for one in self.of_bot(where)[-3:]]}",
        )
        return await self.sends(person, where, *found)

    async def sends(self, person: int, chat: int, message_id: int, data: str) -> str:
        """Let a person's client send a press as it is, forged or not; return the toast once the bot has answered."""
        query = self.world.press(person, chat, message_id, data)
        answer = await self.until(lambda: self.world.answer_to(query), lambda: f"an answer to the press of {data!r}")
        return str(answer.get("text") or answer.get("url") or "").translate(_INVISIBLE)

    def now(self, message: Json) -> Json:
        """Return a message as it is now."""
        return next(
            one for one in self.world.messages(message["chat"]["id"]) if one["message_id"] == message["message_id"]
        )

    async def until(self, question: Callable[[], Any], what: Callable[[], str] | str) -> Any:
        """Wait until `question` has an answer and return it; it is asked whenever something happens."""
        try:
            async with asyncio.timeout(PATIENCE), self.world.subscribe() as events:
                while not (answer := question()):
                    await anext(events)
        except TimeoutError:
            raise AssertionError(f"not seen: {what if isinstance(what, str) else what()}\n{self._tail()}") from None
        return answer

    def _button(self, chat: int, label: str, message_id: int | None) -> tuple[int, str] | None:
        found = [
            (button["text"].translate(_INVISIBLE), message["message_id"], button["callback_data"])
            for message in reversed(self.of_bot(chat))
            if message_id in (None, message["message_id"])
            for row in message.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
            if "callback_data" in button
        ]
        called = [one for one in found if one[0] == label] or [one for one in found if one[0].startswith(label)]
        return called[0][1:] if called else None

    def _tail(self) -> str:
        return "the log ends:\n" + "\n".join(self.logged().splitlines()[-12:])

    def logged(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""


def buttons(message: Json) -> list[str]:
    """Return the labels of a message's buttons."""
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button["text"].translate(_INVISIBLE) for row in keyboard for button in row]


def data(message: Json, label: str) -> str:
    """Return what a button sends when it is pressed."""
    keyboard = message["reply_markup"]["inline_keyboard"]
    found = [button["callback_data"] for row in keyboard for button in row if button["text"].startswith(label)]
    return str(found[0])


def forms(message: Json) -> set[str]:
    """Return the kinds of entities that a reader's client makes of a message."""
    return {entity["type"] for entity in message.get("caption_entities", message.get("entities", ()))}


def database_on(server: str) -> str:
    """Return the address of an empty database on a cluster."""
    given = json.loads(server)
    cluster = Cluster(Path(given["folder"]), given["port"])
    return cluster.url(cluster.create())


@asynccontextmanager
async def street(folder: Path, **variables: str) -> AsyncIterator[Street]:
    """A street with Anna, Ben, Edith who owns the bot, a group and a channel. Nothing runs yet.

    When the block ends the bot does, properly, and its log must hold no failure, token or text.
    """
    world = World(token=TOKEN)
    cast = world.standard_cast()
    world.limits = False
    if "DATABASE" not in variables and (server := os.environ.get(ON_POSTGRES)):
        variables["DATABASE"] = database_on(server)
    async with SandboxServer(world) as server:
        here = Street(folder, world, cast, server.url, variables)
        try:
            yield here
            if here.process is not None:
                assert await here.close() == 0
        finally:
            if here.process is not None:
                await here.kill()
        log = here.logged()
        assert "Traceback" not in log and " ERROR " not in log, log
        assert TOKEN.partition(":")[2] not in log
