"""
Who takes part in the soak beside readers: editors who act at once, groups with rules of their own, and one who floods.

Each of them once stopped a bot for everybody else: two editors who decide at the same moment, strangers who ask in
groups with a slow mode, a group that forbids writing for a night, one person who fills the queues from groups of his
own. What is measured is what all the others notice of it, and that nothing is lost.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import stub as far
import table
import town

SUPERGROUPS = -1_000_000_000_000
EDITORS = (60_000_001, 60_000_002)
SLOW = {SUPERGROUPS - 1: 10, SUPERGROUPS - 2: 30, SUPERGROUPS - 3: 60}  # seconds between two messages
NIGHT = SUPERGROUPS - 4
FLOODER = 70_000_001
FLOODED = tuple(SUPERGROUPS - 100 - number for number in range(30))
STRANGERS = range(80_000_001, 80_000_050)
TOPIC = 2  # what the groups with rules follow; every edition is about the first topic, some are about both
OUT_OF_SIGHT = town.TOPICS[7]  # what nobody follows: the editors decide about it
EVERY = 6  # editions between two for the groups with rules: slow mode lets no more through

# Seconds between what the editors do. A chat takes a message a second: of people who do more for minutes, the bot says
# that it is too much (`bot.telegram_edge.updates.turned_away`).
ACT_EVERY = 1.3
ASK_EVERY = 7.0  # between strangers' questions in slow groups
NIGHT_EVERY = 16.0  # between nightfall and dawn, and the other way round
WAVE, WAVE_EVERY = (5.0, 40.0), 120.0  # seconds: when a flood begins and ends, and how often there is one
COMMANDS_PER_GROUP = 195
TICK = 0.1

_FLOOD = ("/latest@newsbot_bench_bot", "/subscriptions@newsbot_bench_bot", "/topics@newsbot_bench_bot")


@dataclass
class Participants:
    """The ones that were chosen, by name: `editors`, `slow`, `night`, `flood`."""

    stub: far.Stub
    content: Path
    chosen: Sequence[str]
    held: int = 0
    due: dict[str, float] = field(default_factory=dict)
    is_night: bool = False

    @property
    def groups(self) -> list[int]:
        """The groups that may legitimately get their news late."""
        return [*(SLOW if "slow" in self.chosen else ()), *([NIGHT] if "night" in self.chosen else ())]

    @property
    def settings(self) -> dict[str, object]:
        """What the bot has to know of the editors: who they are, and that three files at once are held for them."""
        return {"admins": ",".join(map(str, EDITORS)), "burst": 2} if "editors" in self.chosen else {}

    def move_in(self, database: Path) -> None:
        """Let the groups follow their topic, and tell the far side about them and about the editors."""
        with closing(sqlite3.connect(database)) as conn:
            for group in self.groups:
                conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (?, 'group', 0, 0)", (group,))
                conn.execute(
                    "INSERT INTO subscriptions (topic, chat, thread, since) VALUES (?, ?, 0, 0)", (TOPIC, group)
                )
            conn.commit()
        self.stub.ask(
            "rules",
            slow=list(SLOW.items()) if "slow" in self.chosen else [],
            owners=[(group, FLOODER) for group in FLOODED],
            watched=EDITORS,
        )

    def act(self, now: float) -> None:
        """Do what is due `now`, in seconds since the soak began."""
        for name, every, what in (
            ("editors", ACT_EVERY, self._decide),
            ("slow", ASK_EVERY, self._ask_in_slow_groups),
            ("night", NIGHT_EVERY, self._turn_day_and_night),
            ("flood", TICK, self._flood),
        ):
            if name in self.chosen and now >= self.due.get(name, every):
                what(now)
                self.due[name] = now + every

    def calm_down(self) -> None:
        """Lift what holds news back, so that what is late can come."""
        self.stub.ask("rules", slow=[], closed=[])

    def _decide(self, now: float) -> None:
        """Let both editors press the same button at the same moment, as far as there is one, else look for one."""
        pressed = self.stub.ask("press", chats=EDITORS, labels=["Archive #", "Choose"])
        if all(pressed):
            return
        if not any(pressed):
            self.held += 1
            for number in range(3):
                self._write(f"held-{self.held}-{number}")
        for editor in EDITORS:
            self.stub.ask("say", chat=editor, text="/drafts")

    def _write(self, name: str) -> None:
        """Put a story that is news at once into the watched folder, as `mv` does."""
        self.content.mkdir(exist_ok=True)
        unfinished = self.content / f".{name}.part"
        date = datetime.now(UTC).isoformat(timespec="seconds")
        unfinished.write_text(
            f"---\ntitle: {name}\npublishedDateTime: {date}\nwebUrl: https://held.example/{name}\n"
            f"published: true\ntopics: [{OUT_OF_SIGHT}]\n---\n"
        )
        unfinished.rename(self.content / f"{name}.md")

    def _ask_in_slow_groups(self, now: float) -> None:
        for group in SLOW:
            stranger = random.choice(STRANGERS)
            self.stub.ask("say", chat=group, person=stranger, text="/latest@newsbot_bench_bot")

    def _turn_day_and_night(self, now: float) -> None:
        self.is_night = not self.is_night
        self.stub.ask("rules", closed=[NIGHT] if self.is_night else [])

    def _flood(self, now: float) -> None:
        start, end = WAVE
        if not start <= now % WAVE_EVERY < end:
            return
        many = round(COMMANDS_PER_GROUP * len(FLOODED) * TICK / (end - start))
        chats = random.choices(FLOODED, k=many)
        self.stub.ask("flood", chats=chats, person=FLOODER, text=random.choice(_FLOOD))


@dataclass(frozen=True)
class Service:
    """How everybody else was served. Times are seconds.

    `took` are the replies that no fault of the far side met and that were asked for while the bot was up;
    `worst_minute` is the highest p99 of any minute. `ignored` asked then and were never answered.
    """

    took: list[float]
    worst_minute: float
    ignored: int
    struck: int
    while_down: int
    presses: int
    presses_ignored: int

    @property
    def worst(self) -> float:
        return max(self.p99, self.worst_minute)

    @property
    def p99(self) -> float:
        return table.percentile(self.took or [0.0], 0.99)


def service(stub: far.Stub, down: Sequence[tuple[float, float]], people: range, until: float) -> Service:
    """Return how `people` and the editors were served; `down` are the times, by the monotonic clock, of restarts.

    What was asked within the last seconds before `until` may still be under way and is left out.
    """
    seen: dict[str, Any] = stub.ask("people")

    def is_up(begin: float, end: float) -> bool:
        return all(end < start or begin > stop for start, stop in down)

    mine = [answer for answer in seen["answers"] if answer[0] in people]
    up = [answer for answer in mine if is_up(answer[1], answer[1] + answer[2])]
    sound = [(asked_at, took) for _, asked_at, took, was_struck in up if not was_struck]
    minutes: dict[int, list[float]] = {}
    for asked_at, took in sound:
        minutes.setdefault(int(asked_at // 60), []).append(took)
    return Service(
        took=[took for _, took in sound],
        worst_minute=max(
            (table.percentile(minute, 0.99) for minute in minutes.values() if len(minute) >= 50), default=0.0
        ),
        ignored=sum(
            chat in people and asked_at < until and is_up(asked_at, until) for chat, asked_at in seen["waiting"]
        ),
        struck=len(up) - len(sound),
        while_down=len(mine) - len(up),
        presses=len(seen["presses"]),
        presses_ignored=sum(asked_at < until and is_up(asked_at, asked_at + 1) for asked_at in seen["unanswered"]),
    )
