"""
Plays a story of `story_acts` against one build's real process, and tells what came of it, seen from outside.

The far side, the clock that can be put forward, and the hands that press and write are those of the outside tests; of
the build nothing is imported. Between two acts the bot has done all it had to do: a story about nothing that was put
into the folder behind the act has arrived, and no delivery waits.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from story_acts import CHANNELS, CHATS, GROUPS, PARENTS, READERS, TOPICS, Act

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "outside"))
from street import TOKEN, Street

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import CutAfter, CutBefore, Fault, Held, Page, Refuse, Throttle
from bot.sandbox.world.world import World

Json = dict[str, Any]

FENCE = 21_999
EMBARGO = 600.0  # seconds
RETRIES = 90.0  # seconds after which whatever was in doubt is tried again
STUCK = 3.0  # seconds in which nothing is settled: what waits, waits for the clock
_STORY = re.compile(r"https://news\.example/(s\d+)")
_FAULTS: dict[str, Fault] = {
    "429": Throttle(1),
    "403": Refuse(403, "Forbidden: bot was blocked by the user"),
    "500": Refuse(500, "Internal Server Error"),
    "gone": Refuse(400, "Bad Request: chat not found"),
    "502": Page(502),
    "502 accepted": Page(502, accepted=True),
    "cut before": CutBefore(),
    "cut after": CutAfter(),
}
_NO_PICTURE = Refuse(400, "Bad Request: failed to get HTTP URL content")


class Player(Street):
    """A street whose bot is that of `checkout`. `seen` holds for each act what every chat saw of it."""

    def __init__(self, folder: Path, world: World, url: str, checkout: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._http = f"127.0.0.1:{probe.getsockname()[1]}"
        variables = {"HTTP": self._http, "BURST": "100000", "UNDO": "0", "PUSH_WINDOW": "inf", "STALE": "30d"}
        super().__init__(folder, world, world.standard_cast(), url, variables)
        self.variables["PYTHONPATH"] = str(checkout)
        self.seen: list[dict[str, Counter[str]]] = []
        self.notes: list[list[str]] = []
        self._began = datetime.now(UTC).replace(microsecond=0)
        self._forward = 0.0
        self._dates: dict[str, datetime] = {}
        self._trouble: dict[tuple[int, str], Fault] = {}
        self._no_picture: set[str] = set()
        self._new: set[str] = set()
        self._changed: set[str] = set()
        self._on_wire: list[tuple[int, str]] = []
        self._stopped: dict[str, int | None] = {}  # stories by what of them waits for an editor; None: ask again
        self._client = aiohttp.ClientSession()
        self._ids: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self.world.clock = lambda: time.time() + self._forward
        self._settle_cast()

    def _settle_cast(self) -> None:
        edith = self.cast.edith
        self.world.add_person("Fence", id=FENCE)
        for number, key in enumerate(READERS):
            self._is(key, self.world.add_person(f"Reader {number}", id=21_000 + number).id)
        for number, key in enumerate(GROUPS):
            kind = "group" if number < 3 else "supergroup"
            members = {edith: "administrator"}
            self._is(key, self.world.add_chat(kind, f"Group {number}", members=members, bot_status="member").id)
        for number, key in enumerate(CHANNELS):
            channel = self.world.add_chat(
                "channel", f"Channel {number}", members={edith: "creator"}, bot_status="administrator"
            )
            self._is(key, channel.id)
        self.world.faults.judge = self._judge

    def _is(self, key: str, chat: int) -> None:
        self._ids[key], self._keys[chat] = chat, key

    def _judge(self, method: str, given: Json) -> Fault | None:
        """Return the trouble that is ordered for a message about a story to a chat, once."""
        if not method.startswith("send") or not (found := _STORY.search(str(given.get("reply_markup", "")))):
            return None
        key, chat = found[1], int(given["chat_id"])
        if key in self._no_picture and method == "sendPhoto":
            return _NO_PICTURE
        fault = self._trouble.pop((chat, key), None)
        if isinstance(fault, Held):
            self._on_wire.append((chat, key))
        return fault

    # The bot

    async def open(self, *, movable: bool = True, **changed: str) -> None:
        """Start the bot; its clock goes on where it was."""
        forward = self._forward
        await super().open(movable=movable, **changed)
        self.later(forward)
        async with asyncio.timeout(60):
            await self._until_waiting(lambda many: many is not None)

    def later(self, seconds: float) -> None:
        self._forward = max(self._forward, seconds)
        super().later(self._forward)

    async def finish(self) -> None:
        try:
            if self.process is not None:
                await self.close()
        finally:
            if self.process is not None:
                await self.kill()
            await self._client.close()

    # Quiet

    async def waiting(self) -> int | None:
        """Return how many deliveries are not settled; None while the bot does not answer."""
        try:
            async with self._client.get(f"http://{self._http}/metrics") as answer:
                text = await answer.text()
        except aiohttp.ClientError:
            return None
        numbers = re.findall(r"^newsbot_deliveries_waiting\S* (\S+)$", text, re.MULTILINE)
        return sum(int(float(number)) for number in numbers) if numbers else None

    async def _until_waiting(self, is_so: Callable[[int | None], bool]) -> None:
        """Return once `is_so` of the number of deliveries that wait, which shows nowhere but in the numbers."""
        while not is_so(await self.waiting()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def quiet(self) -> None:
        """Return when nothing waits but for an editor; the clock is put forward for what waits for it."""
        loop = asyncio.get_running_loop()
        before, since, moved = None, loop.time(), 0
        stopped = await self._wait_for_editors()
        while (now := await self.waiting()) != stopped:
            if now != before:
                before, since = now, loop.time()
            elif loop.time() - since > STUCK:
                moved += 1
                if moved > 15:
                    raise AssertionError(f"{now} deliveries wait for ever\n{self._tail()}")
                await self._wait_out(RETRIES)
                since = loop.time()
            await asyncio.sleep(0.02)  # what is written down shows only in the numbers

    async def _wait_for_editors(self) -> int:
        """Return how many deliveries of stopped stories wait until an editor decides."""
        for key, many in self._stopped.items():
            if many is None:
                told = await self.delivery(key)
                delivery = (told and told["delivery"]) or {"state": "", "waiting": 0}
                self._stopped[key] = delivery["waiting"] if delivery["state"] in ("stopped", "withdrawn") else 0
        return sum(many or 0 for many in self._stopped.values())

    def _touch(self, key: str) -> None:
        if key in self._stopped:
            self._stopped[key] = None

    async def _wait_out(self, seconds: float) -> None:
        """Put the clock forward, and let the bot look at it."""
        self.later(self._forward + seconds)
        for command in ("pause", "resume"):
            assert (await self.shell(command)).status == 0

    async def settled(self) -> None:
        """Return when the folder as it is has been looked at and nothing waits.

        A story about nothing that came in the same moment may be on its way before it is known who gets the others.
        """
        await self.fence(FENCE)
        for key in sorted(self._new):
            await self._until_told(key, lambda told: told is not None)
        self._new.clear()
        await self.quiet()
        for key in sorted(self._changed):
            while await self._is_sending(key):
                await self.quiet()
        self._changed.clear()

    async def _until_told(self, key: str, is_so: Callable[[Json | None], bool]) -> None:
        """Return once `is_so` of what `newsbot delivery` tells about a story."""
        async with asyncio.timeout(60):
            while not is_so(await self.delivery(key)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def _is_sending(self, key: str) -> bool:
        told = await self.delivery(key)
        return told is not None and (told["delivery"] or {}).get("state") == "sending"

    # The story

    async def begin(self) -> None:
        for id, name in TOPICS.items():
            parent = {"parent": PARENTS[id]} if id in PARENTS else {}
            self.topic(id, name, **parent)
        self.topic("fence", "Fence")
        await self.imported()
        await self.open()
        await self.starts(self.cast.edith)
        await self.starts(FENCE, "t_fence")

    async def plays(self, acts: list[Act]) -> None:
        for act in acts:
            calls = len(self.world.ledger)
            self.notes.append([])
            try:
                await self._does(act)
            except Exception as error:
                raise AssertionError(f"act {len(self.seen)}: {act}") from error
            self.seen.append(self._shown(calls))

    async def _does(self, act: Act) -> None:
        given = act.given
        match act.what:
            case "subscribe" | "unsubscribe":
                names = ", ".join(TOPICS[topic] for topic in given["topics"])
                await self._says(given["chat"], f"/{act.what}", names)
            case "say":
                await self._says(given["chat"], given["text"])
            case "pick":
                await self._picks(given["chat"], given["topics"])
            case "card":
                await self._turns_down(given["chat"], given["press"])
            case "block" | "unblock":
                await self._blocks(given["chat"], act.what == "block")
            case "files":
                self._change(given["changes"])
                await self.settled()
            case "embargo":
                self._change([given["change"]])
                await self.settled()
                self._note(await self._states(given["change"]["key"]))
                self.later(self._forward + EMBARGO + 1)
                await self.settled()
            case "publish":
                await self._edits(f"/publish {given['key']}")
                await self.quiet()
            case "retract":
                await self._retracts(given["key"], given["how"])
            case "stop":
                await self._stops(given["change"], given["then"])
            case "faults":
                await self._troubled(given)
            case "edit while sending":
                await self._edited(given)
            case "pause all":
                await self._paused(given["changes"], given["meanwhile"])
            case "kill":
                await self._killed(given)
            case "restart":
                assert await self.close() == 0
                self._change(given["meanwhile"])
                await self.open()
                await self.settled()
            case "migrate":
                self._is(given["chat"], self.world.migrate(self._ids[given["chat"]]))
                await self._says(given["chat"], "/subscriptions")
            case _:
                raise LookupError(act.what)

    # Readers

    async def _says(self, key: str, command: str, rest: str = "") -> Json | None:
        chat = self._ids[key]
        if key in READERS:
            if self.world.people[chat].has_blocked:
                return None
            return await self.asks(chat, f"{command} {rest}".strip())
        addressed = f"{command}@{self.world.bot['username']}" if key in GROUPS else command
        return await self.asks(self.cast.edith, f"{addressed} {rest}".strip(), chat)

    async def _picks(self, key: str, topics: list[str]) -> None:
        picker = await self._says(key, "/topics")
        if picker is None:
            return
        who = self._ids[key] if key in READERS else self.cast.edith
        for topic in topics:
            found = self._named(self.now(picker), rf"(✓ )?{TOPICS[topic]}\b.*")
            assert found is not None, (topic, picker)
            await self.sends(who, picker["chat"]["id"], picker["message_id"], found)
        await self.presses(who, "Done", picker)

    async def _turns_down(self, key: str, label: str) -> None:
        """Press a button under the newest article that the chat got."""
        chat = self._ids[key]
        pushes = [one for one in self.of_bot(chat) if self._named(one, "Save") and _STORY.search(json.dumps(one))]
        if not pushes or (key in READERS and self.world.people[chat].has_blocked):
            self._note("no article to turn down")
            return
        who = chat if key in READERS else self.cast.edith
        push = pushes[-1]
        for step in ("Save",) if label == "Save" else ("More", "Less of this", label):
            found = self._named(self.now(push), rf"{step}\b.*")
            if found is None:
                self._note(f"no button {step}")
                return
            await self.sends(who, chat, push["message_id"], found)

    def _named(self, message: Json, pattern: str) -> str | None:
        """Return what the first button sends whose label fits."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", ())
        of = (button for row in rows for button in row if "callback_data" in button)
        return next((button["callback_data"] for button in of if re.fullmatch(pattern, _clean(button["text"]))), None)

    async def _blocks(self, key: str, blocks: bool) -> None:
        chat = self._ids[key]
        if blocks:
            self.world.block(chat)
            await self.asks(self.cast.edith, "/help")  # what was sent before has been heard
        else:
            await self.starts(chat)

    # Files

    def _change(self, changes: list[Json]) -> None:
        for change in changes:
            key = change["key"]
            self._touch(key)
            self._changed.add(key)
            if change["how"] == "new":
                self._new.add(key)
            if change["how"] == "remove":
                (self.content / change["path"]).unlink(missing_ok=True)
                continue
            if change["how"] == "move":
                place = self.content / change["path"]
                place.parent.mkdir(exist_ok=True)
                (self.content / change["from"]).rename(place)
                continue
            if key not in self._dates:
                at = datetime.now(UTC) + timedelta(seconds=self._forward + EMBARGO)
                at = at if change["ahead"] else self._began - timedelta(hours=1) + timedelta(seconds=len(self._dates))
                self._dates[key] = at.replace(microsecond=0)
            self.article(
                change["path"],
                f"Story {key}, version {change['revision']}",
                published=change["published"],
                publishedDateTime=self._dates[key].isoformat(),
                webUrl=f"https://news.example/{key}",
                heat=change["heat"],
                topics=[TOPICS[topic] for topic in change["topics"]],
                images=[f"https://pictures.example/{key}.jpg"] if change["picture"] else None,
            )

    async def _states(self, key: str) -> str:
        told = await self.delivery(key)
        return f"{key} is {told and told['state']}"

    async def delivery(self, key: str) -> Json | None:
        """Return what `newsbot delivery` tells about a story; None when it knows none."""
        printed = await self.shell("delivery", f"https://news.example/{key}", "--json")
        return dict(json.loads(printed.out)) if printed.status == 0 else None

    # Editors

    async def _edits(self, command: str) -> Json:
        name, key = command.split()
        answer = await self.asks(self.cast.edith, f"{name} https://news.example/{key}")
        self._touch(key)
        return answer

    async def _retracts(self, key: str, how: str) -> None:
        if how == "command":
            await self._edits(f"/retract {key}")
        else:
            answer = await self._edits(f"/publish {key}")
            await self.quiet()
            await self._takes_back(answer)
        self._touch(key)
        await self.quiet()

    async def _takes_back(self, answer: Json) -> None:
        """Press `Take back`, and again where the bot asks once, on whichever message has it."""
        edith = self.cast.edith
        after = answer["message_id"]
        with_it = [one for one in self.of_bot(edith) if one["message_id"] >= after and self._named(one, "Take back")]
        if not with_it:
            self._note("nothing to take back")
            return
        await self._presses_twice(with_it[-1])

    async def _presses_twice(self, message: Json) -> None:
        for _ in range(2):
            found = self._named(self.now(message), "Take back")
            if found is None:
                return
            await self.sends(self.cast.edith, self.cast.edith, message["message_id"], found)

    async def _stops(self, change: Json, then: str) -> None:
        edith, key = self.cast.edith, change["key"]
        self._change([change])
        await self.settled()
        assert (await self.shell("pause")).status == 0
        answer = await self._edits(f"/publish {key}")

        def stop() -> Json | None:
            mine = (one for one in self.of_bot(edith) if one["message_id"] >= answer["message_id"])
            return next((one for one in mine if self._named(one, "Stop")), None)

        progress = await self.until(
            lambda: stop() or "nobody" in plain(self.of_bot(edith)[-1]),
            lambda: f"Stop; there is {[(plain(one), one.get('reply_markup')) for one in self.of_bot(edith)[-3:]]}",
        )
        if progress is True:
            self._note("nobody to stop for")
            assert (await self.shell("resume")).status == 0
            return
        await self.presses(edith, "Stop", progress)
        self._stopped[key] = None
        assert (await self.shell("resume")).status == 0
        await self.quiet()
        if then == "publish again":
            await self._edits(f"/publish {key}")
        elif then == "Take back":
            await self.until(lambda: self._named(self.now(progress), then), then)
            await self._presses_twice(progress)
        else:
            await self.presses(edith, then, progress)
        self._touch(key)
        await self.quiet()

    # Trouble

    async def _troubled(self, given: Json) -> None:
        key = given["change"]["key"]
        for chat, kind in given["where"].items():
            self._trouble[self._ids[chat], key] = _FAULTS[kind]
        if given["picture refused"]:
            self._no_picture.add(key)
        self._change([given["change"]])
        await self.settled()

    async def _hold(self, key: str, held: list[str]) -> asyncio.Event:
        """Keep the messages about a story to these chats on the wire from now on."""
        released = asyncio.Event()
        for chat in held:
            self._trouble[self._ids[chat], key] = Held(released)
        self._on_wire.clear()
        return released

    async def _is_half_way(self, key: str) -> None:
        """Return when all of a story but what is kept on the wire has arrived and is written down."""
        await self.fence(FENCE)
        await self._until_told(key, lambda told: bool(told and (told["delivery"] or {}).get("reached")))
        stopped = await self._wait_for_editors()
        async with asyncio.timeout(60):
            await self._until_waiting(lambda many: many == len(self._on_wire) + stopped)

    async def _edited(self, given: Json) -> None:
        released = await self._hold(given["change"]["key"], given["held"])
        self._change([given["change"]])
        await self._is_half_way(given["change"]["key"])
        self._change([given["edit"]])
        await self.fence(FENCE)
        released.set()
        await self.quiet()

    async def _paused(self, changes: list[Json], meanwhile: list[Act]) -> None:
        assert (await self.shell("pause")).status == 0
        self._change(changes)
        for act in meanwhile:
            await self._does(act)
        assert (await self.shell("resume")).status == 0
        await self.settled()

    async def _killed(self, given: Json) -> None:
        key = given["change"]["key"]
        released = await self._hold(key, given["held"])
        self._change([given["change"]])
        await self._is_half_way(key)
        on_wire, calls = list(self._on_wire), len(self.world.ledger)
        self._note(f"on the wire: {sorted(self._keys[chat] for chat, _ in on_wire)}")
        await self.kill()
        if given["accepted"]:
            released.set()
            await self.until(lambda: len(self.world.ledger) >= calls + len(on_wire), "what was on the wire")
        self._change(given["meanwhile"])
        await self.open()
        await self.settled()

    # What came of it

    def _note(self, words: str) -> None:
        self.notes[-1].append(words)

    def _shown(self, calls: int) -> dict[str, Counter[str]]:
        """Return what each chat saw since so many calls; editors apart, whose messages tell of the time."""
        seen: dict[str, Counter[str]] = {}
        edited: set[tuple[str, str]] = set()
        for number in range(calls, len(self.world.ledger)):
            call = self.world.ledger[number]
            key = self._keys.get(call.chat_id or 0)
            if key is None or call.status != 200:
                continue
            found = _STORY.search(json.dumps(call.params.get("reply_markup"), default=str))
            about = found[1] if found else "an answer"
            if call.made_a_message:
                form = {"sendPhoto": "picture", "sendMessage": "text"}.get(call.method, call.method)
                seen.setdefault(key, Counter())[f"{about} as {form}" if found else about] += 1
            elif call.method.startswith(("editMessage", "deleteMessage")):
                edited.add((key, f"{call.method} of {about}"))
        for key, what in edited:
            seen.setdefault(key, Counter())[what] += 1
        return seen

    async def ends(self) -> Json:
        """Return what the bot says about everything, with times and its own numbers left out."""
        stories = {key: told for key in sorted(self._dates) if (told := await self.delivery(key)) is not None}
        numbers = {told["number"]: key for key, told in stories.items()}
        stats = json.loads((await self.shell("stats", "--json")).out)
        return {
            "deliveries": {key: _told(told) for key, told in stories.items()},
            "stats": {name: stats[name] for name in ("chats", "articles", "followed")},
            "ledger": {key: await self._exported(key, numbers) for key in CHATS},
        }

    async def _exported(self, key: str, numbers: dict[int, str]) -> Json:
        """Return what `/export` tells about a chat."""
        answer = await self._says(key, "/export")
        if answer is None:
            return {"blocked": True}
        if "document" not in answer:
            return {"answered": plain(answer)}
        held = json.loads(self.file(answer["document"]["file_id"]))
        return {
            "chat": {name: held["chat"][0][name] for name in ("kind", "state", "pictures", "silent")},
            "follows": sorted((row["topic"], row["thread"]) for row in held["follows"]),
            "exceptions": sorted((row["topic"], row["kind"]) for row in held["exceptions"]),
            "unwanted sources": sorted(row["source"] for row in held["unwanted_sources"]),
            "saved": sorted(numbers.get(row["article"], "?") for row in held["saved"]),
            "has": sorted(
                numbers[row["article"]] if row["message_id"] else f"{numbers[row['article']]}: {row['reason']}"
                for row in held["received"]
                if row["article"] in numbers
            ),
            "waits for": sorted(numbers.get(row["article"], "?") for row in held["waiting"]),
        }


def _told(told: Json) -> Json:
    delivery = told["delivery"] or {}
    names = ("state", "audience", "reached", "waiting", "switched_off", "failed", "unwanted", "perhaps_twice")
    return (
        {"slug": told["slug"], "title": told["title"], "state": told["state"]}
        | {f"delivery {name}": delivery.get(name) for name in names}
        | {"delivery restricted": delivery.get("restricted", 0)}
    )


def _clean(text: str) -> str:
    return re.sub("[\u2060\u2066-\u2069]", "", text)


async def played(folder: Path, checkout: Path, acts: list[Act]) -> tuple[list[Any], list[list[str]], Json]:
    """Return what was seen of each act, what was noted beside, and what the bot says in the end."""
    world = World(token=TOKEN)
    world.limits = False
    async with SandboxServer(world) as server:
        player = Player(folder, world, server.url, checkout)
        try:
            await player.begin()
            await player.plays(acts)
            return player.seen, player.notes, await player.ends()
        finally:
            await player.finish()
