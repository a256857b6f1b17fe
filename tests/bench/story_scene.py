"""
Where a story of `story_acts` is played: one build's real process, its folder, and a clock that can be put forward.

Between two acts the bot has done all it had to do: a story about nothing that was put into the folder behind the act
has arrived, no delivery waits, and none is being sent.
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
from story_acts import CHANNELS, GROUPS, READERS, TOPICS

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "outside"))
from street import Street

from bot.sandbox.world.faults import CutAfter, CutBefore, Fault, Held, Page, Refuse, Throttle
from bot.sandbox.world.world import World

Json = dict[str, Any]

FENCE = 21_999
EMBARGO = 600.0  # seconds
RETRIES = 90.0  # seconds after which whatever was in doubt is tried again
STUCK = 3.0  # seconds in which nothing is settled: what waits, waits for the clock
STORY = re.compile(r"https://news\.example/(s\d+)")
FAULTS: dict[str, Fault] = {
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


class Scene(Street):
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
        if not method.startswith("send") or not (found := STORY.search(str(given.get("reply_markup", "")))):
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
                self._stopped = dict.fromkeys(self._stopped)  # rows may have been written after the stop
                stopped = await self._wait_for_editors()
                if now is not None and now <= stopped:  # fewer, where a story was stopped before all had their rows
                    return
                moved += 1
                if moved > 15:
                    where, held = self.variables["PYTHONPATH"], {key: await self.delivery(key) for key in self._stopped}
                    raise AssertionError(f"{where}: {now} deliveries wait for ever; of {held}\n{self._tail()}")
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
            found = STORY.search(json.dumps(call.params.get("reply_markup"), default=str))
            about = found[1] if found else "an answer"
            if call.made_a_message:
                form = {"sendPhoto": "picture", "sendMessage": "text"}.get(call.method, call.method)
                seen.setdefault(key, Counter())[f"{about} as {form}" if found else about] += 1
            elif call.method.startswith(("editMessage", "deleteMessage")):
                edited.add((key, f"{call.method} of {about}"))
        for key, what in edited:
            seen.setdefault(key, Counter())[what] += 1
        return seen
