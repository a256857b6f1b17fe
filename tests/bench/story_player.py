"""
Plays a story of `story_acts` against one build's real process, and tells what came of it, seen from outside.

The far side, the clock that can be put forward, and the hands that press and write are those of the outside tests; of
the build nothing is imported.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from story_acts import CHATS, GROUPS, PARENTS, READERS, TOPICS, Act
from story_scene import EMBARGO, FAULTS, FENCE, STORY, Json, Scene
from street import TOKEN

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Held
from bot.sandbox.world.world import World


class Player(Scene):
    """Does the acts, one after the other, and asks in the end what the bot knows."""

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
        pushes = [one for one in self.of_bot(chat) if self._named(one, "Save") and STORY.search(json.dumps(one))]
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
            self._trouble[self._ids[chat], key] = FAULTS[kind]
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
