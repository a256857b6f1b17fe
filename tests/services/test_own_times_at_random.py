"""
Whatever people choose and whenever clocks change: no story is lost, none comes twice, and none in quiet hours.

Dispatcher, database and the far side's Bot API are real; the clock is the test's, and begins before clocks change.
"""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.chat import Chat, ChatState
from bot.domain.delivery_time import Mode, Quiet, Timing
from bot.services.newsroom import newsroom
from bot.services.readers import membership, preferences, subscribing, topic_times
from bot.store.content import topics
from bot.store.readers import chats

TOPICS = ("Energy", "Robotics", "Wind")
# Where clocks are put forward and back, at two and at midnight, and by half an hour (tzdata 2026f).
# Source: https://data.iana.org/time-zones/tzdb/NEWS
CHANGES = {
    "Europe/Berlin": ("2026-03-29 01:00", "2026-10-25 01:00"),
    "Africa/Cairo": ("2026-04-23 22:00", "2026-10-29 21:00"),
    "Atlantic/Azores": ("2026-03-29 01:00", "2026-10-25 01:00"),
    "Australia/Lord_Howe": ("2026-10-03 15:30", "2026-04-04 15:00"),
}
STEPS = [0, 1, 7, 30, 45, 95, 200, 700]  # minutes


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


class Life:
    """One reader's weeks of news and changes of mind. `due` are the stories that are to come, with their topics."""

    def __init__(self, room: PressRoom, person: int, draw: random.Random) -> None:
        self.room, self.person, self.draw = room, person, draw
        self.due: dict[str, list[str]] = {}
        self.breaking: set[str] = set()
        self.came: list[str] = []
        self._seen = 0
        self._made = 0

    async def chat(self) -> Chat:
        async with self.room.db.reading() as conn:
            found = await chats.chat(conn, self.person)
        assert found is not None
        return found

    async def topic(self, name: str) -> int:
        async with self.room.db.transaction() as conn:
            return (await topics.resolve(conn, [name]))[name]

    async def publishes(self) -> None:
        names = self.draw.sample(TOPICS, self.draw.choice([1, 1, 2]))
        title, is_breaking = f"Story {self._made:02}", self.draw.random() < 0.25
        article = await self.room.draft(f"story-{self._made:02}", *names)
        self._made += 1
        follows = await subscribing.follows(self.room.db, self.person, now=self.room.house.clock())
        muted = {topic.name for topic, _ in follows.mutes}
        is_meant = (await self.chat()).state is ChatState.ACTIVE and not muted & set(names)
        await newsroom.publish(
            self.room.db, article.number, by=1, now=self.room.house.clock(), undo=timedelta(0), breaking=is_breaking
        )
        await self.room.spread()
        if is_meant:
            self.due[title] = names
        if is_breaking:
            self.breaking.add(title)

    def timing(self) -> Timing:
        small = self.draw.randrange(240)  # when clocks change
        daily = Timing(Mode.DAILY, minute=self.draw.choice([small, self.draw.randrange(1440)]))
        return self.draw.choice([Timing(), Timing(Mode.HOURLY), Timing(Mode.CALM, per_hour=1), daily])

    async def changes_something(self, zone: str) -> None:
        now, chat, draw = self.room.house.clock(), await self.chat(), self.draw
        name, here = draw.choice(TOPICS), ZoneInfo(chat.zone or "UTC")
        number = await self.topic(name)
        tomorrow = now.astimezone(here).date() + timedelta(days=1)
        match draw.randrange(12):
            case 0 | 1 | 2:
                await preferences.set_delivery(self.room.db, chat, self.timing(), now)
            case 3 | 4:
                begin = draw.choice([22 * 60, draw.randrange(240)])
                quiet = Quiet(begin, (begin + draw.choice([30, 150, 540])) % 1440)
                await preferences.set_quiet(self.room.db, chat, draw.choice([quiet, quiet, None]), now)
            case 5 | 6:
                await preferences.set_zone(self.room.db, chat, draw.choice([zone, zone, "Asia/Tokyo", None]), now)
            case 7:
                await preferences.set_breaking(self.room.db, chat, draw.random() < 0.5, now)
            case 8 | 9:
                wish = draw.choice([self.timing(), Timing(silent=True), None])
                await topic_times.wish(self.room.db, self.person, number, wish, now=now)
            case 10:  # what waits of it is not sent later
                self.due = {title: names for title, names in self.due.items() if name not in names}
                await topic_times.pause(self.room.db, self.person, number, draw.choice([tomorrow, None]), here, now=now)
            case 11:
                self.due.clear()
                await membership.pause_until(self.room.db, chat, tomorrow, here, now)

    async def time_passes(self, minutes: int) -> None:
        self.room.house.clock.advance(timedelta(minutes=minutes))
        await membership.end_pauses(self.room.db, self.room.house.clock())
        await self.looks()

    async def looks(self) -> None:
        """Let what may leave leave, and see that none of it comes at a time that the reader's clock calls quiet."""
        await self.room.run()
        texts = self.room.house.screens(self.person)[self._seen :]
        self._seen += len(texts)
        chat = await self.chat()
        for text in texts:
            titles = {f"Story {n:02}" for n in range(self._made) if f"Story {n:02}" in text}
            self.came += titles
            self.due = {title: names for title, names in self.due.items() if title not in titles}
            is_allowed = chat.breaking and titles <= self.breaking
            assert is_allowed or not self._is_quiet(chat), (text, self.room.house.clock(), chat.timing, chat.zone)

    def _is_quiet(self, chat: Chat) -> bool:
        """Return whether a clock on the reader's wall shows a time within their quiet hours."""
        if (quiet := chat.timing.quiet) is None:
            return False
        shown = self.room.house.clock().astimezone(ZoneInfo(chat.zone or "UTC"))
        return (shown.hour * 60 + shown.minute - quiet.begin) % 1440 < (quiet.end - quiet.begin) % 1440


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("which", [0, 1], ids=["forward", "back"])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
async def test_each_story_comes_once_and_never_in_quiet_hours(
    room: PressRoom, zone: str, which: int, seed: int
) -> None:
    """Pauses leave out what came before or while they last; at the end all that is left is wanted now."""
    room.house.clock.now = datetime.fromisoformat(CHANGES[zone][which]).replace(tzinfo=UTC) - timedelta(hours=18)
    [anna] = await room.people(1)
    for name in TOPICS:
        await room.follow([anna], name)
    life = Life(room, anna, random.Random(f"{zone} {which} {seed}"))
    await preferences.set_zone(room.db, await life.chat(), zone, room.house.clock())
    for _ in range(50):
        if life.draw.random() < 0.5:
            await life.publishes()
        else:
            await life.changes_something(zone)
        await life.looks()
        await life.time_passes(life.draw.choice(STEPS))
    await membership.resume(room.db, anna, room.house.clock())
    for name in TOPICS:
        await topic_times.wish(room.db, anna, await life.topic(name), None, now=room.house.clock())
    chat = await preferences.set_quiet(room.db, await life.chat(), None, room.house.clock())
    await preferences.set_delivery(room.db, chat, Timing(), room.house.clock())
    for _ in range(4):
        await life.time_passes(2)
    assert life.due == {}
    assert len(life.came) == len(set(life.came)) > 0
